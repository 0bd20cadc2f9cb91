"""Correct the answer key of a closed round, or void a question. Callers lock the round and commit."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from app.attempts.models import Attempt
from app.attempts.services import regrade_attempts
from app.audit.services import record
from app.contests.models import Round, RoundKey
from app.contests.queries import get_latest_key, get_package
from app.contests.rules import KEY_VOIDED
from app.contests.services import add_key_version
from app.enrolments.models import Enrolment
from app.errors import DomainError
from app.extensions import db
from app.files.services import store_file
from app.jobs.services import request_job
from app.ranking import rules
from app.ranking.models import Regrade

REGRADE_JOB = "regrade_round"
LIST_TYPE = "text/csv; charset=utf-8"
LIST_COLUMNS = ("contestant_no", "number", "old_score", "new_score")
LETTERS = "ABCDEFGH"
LISTED_AT_ONCE = 10_000


class KeyRefused(DomainError):
    message = "Không sửa được đáp án như vậy."
    safe = "Đáp án và điểm chưa thay đổi."


def correct_key(
    found: Round,
    version_id: int,
    letters: str,
    *,
    reason: str,
    proposed_by: int,
    approved_by: int,
    now: datetime,
) -> RoundKey:
    """Append a key version with other right letters for one question; a job grades the round again.

    `letters` are in bank order ("B", "AC"), or "*" voids the question: everybody who had it gets its
    point. A published round needs a new freeze and revision. Raises KeyRefused, ReasonTooShort.
    """
    written = rules.check_reason(reason)
    if proposed_by == approved_by:
        raise KeyRefused("Người đề nghị sửa đáp án và người duyệt phải là hai người khác nhau.")
    check_correction(found, version_id, letters, now)
    current = get_latest_key(found.id)
    answers = current.answers | {str(version_id): letters}
    people = {"proposed_by": proposed_by, "approved_by": approved_by}
    key = add_key_version(found.id, current.version + 1, answers, reason=written, **people, now=now)
    job = {"round_id": found.id, "key_version": key.version}
    request_job(REGRADE_JOB, f"{found.id}:{key.version}", job, now=now)
    record(
        "results.key_corrected",
        actor_id=proposed_by,
        subject=f"round:{found.id}",
        now=now,
        approved_by=approved_by,
        version=key.version,
        change=[version_id, current.answers[str(version_id)], letters],
        reason=written,
    )
    return key


def check_correction(found: Round, version_id: int, letters: str, now: datetime) -> None:
    """May this question of the round get these right letters now? Raises KeyRefused."""
    if found.scheduled_at is None or not rules.is_over(found.closes_at, now):
        raise KeyRefused("Chỉ sửa được đáp án sau khi vòng thi đóng.")
    entry = next((entry for entry in get_package(found.id).pool if entry["id"] == version_id), None)
    if entry is None:
        raise KeyRefused("Câu hỏi này không có trong bộ đề của vòng thi.")
    offered = LETTERS[: entry["options"]]
    in_order = "".join(letter for letter in offered if letter in letters)
    if letters != KEY_VOIDED and (not letters or letters != in_order):
        raise KeyRefused(f"Đáp án là các chữ trong {offered} theo thứ tự, hoặc * để hủy câu hỏi.")
    if get_latest_key(found.id).answers[str(version_id)] == letters:
        raise KeyRefused("Đáp án này đang có hiệu lực rồi.")


def regrade_round(round_id: int, key_version: int, *, now: datetime) -> Regrade:
    """Grade every attempt by this key version and keep the before/after list, once per version.

    A later version supersedes an earlier one: then nothing is graded and the list is empty.
    """
    db.session.scalars(select(Round).filter_by(id=round_id).with_for_update(key_share=True)).one()
    key = get_latest_key(round_id)
    changes = _grade(round_id, key) if key.version == key_version else []
    done = db.session.get(Regrade, (round_id, key_version))
    if done is not None:  # what was graded now had been closed by the older key while the job ran
        return done
    sha256 = store_file(list_of(changes), LIST_TYPE, now=now)
    regrade = Regrade(
        round_id=round_id,
        key_version=key_version,
        changed_count=len(changes),
        changes_sha256=sha256,
        done_at=now,
    )
    db.session.add(regrade)
    record(
        "results.regraded",
        actor_id=None,
        subject=f"round:{round_id}",
        now=now,
        version=key_version,
        changed=len(changes),
        list_sha256=sha256,
    )
    return regrade


def _grade(round_id: int, key: RoundKey) -> list[tuple[int, int, int]]:
    """Grade what another version graded; the live board counts the changed attempts again."""
    changes = regrade_attempts(round_id, key)
    if changes:
        again = [{"id": attempt_id, "tallied_at": None} for attempt_id, _old, _new in changes]
        db.session.execute(update(Attempt), again)
    return changes


def list_of(changes: Sequence[tuple[int, int, int]]) -> bytes:
    """The before/after list as CSV by contestant number: LIST_COLUMNS."""
    scores = {attempt_id: (old, new) for attempt_id, old, new in changes}
    ids = list(scores)
    lines: list[tuple[int, ...]] = []
    for start in range(0, len(ids), LISTED_AT_ONCE):
        query = select(Enrolment.contestant_no, Attempt.number, Attempt.id).join(
            Enrolment, Enrolment.id == Attempt.enrolment_id
        )
        batch = query.where(Attempt.id.in_(ids[start : start + LISTED_AT_ONCE]))
        lines += [
            (number, turn, *scores[attempt_id]) for number, turn, attempt_id in db.session.execute(batch)
        ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LIST_COLUMNS)
    writer.writerows(sorted(lines))
    return text.getvalue().encode()


def find_regrade(round_id: int, key_version: int) -> Regrade | None:
    return db.session.get(Regrade, (round_id, key_version))
