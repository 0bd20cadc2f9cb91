"""Create contests and rounds, and freeze a round by scheduling it. Callers commit."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.audit.rules import changes_between
from app.audit.services import record
from app.contests import policy, queries, rules
from app.contests.checklist_queries import checklist, overlapping_rounds
from app.contests.models import Contest, Round, RoundExtension, RoundKey, RoundPackage
from app.errors import DomainError
from app.extensions import db
from app.questions.services import mark_uses
from app.units.queries import get_unit

FIXED_WHEN_SCHEDULED = frozenset(
    {"slug", "series_code", "scope_unit_id", "policy", "minimum_age", "guardian_under_age", "label"}
)


class SlugTaken(DomainError):
    message = "Đường dẫn này đã có cuộc thi khác dùng."


class ExtensionRefused(DomainError):
    message = "Chỉ kéo dài được vòng thi đang mở, chỉ lùi giờ đóng về sau và không chồng sang vòng khác."


def create_contest(
    values: Mapping[str, Any], *, scope_code: str, actor_id: int | None, now: datetime
) -> Contest:
    """`values` are Contest columns; `policy` a policy.Policy. Raises SlugTaken, NoResultFound (unit)."""
    if queries.find_contest(values["slug"]) is not None:
        raise SlugTaken
    scope = get_unit(values["series_code"], scope_code)
    columns = dict(values) | {"policy": policy.to_json(values["policy"])}
    contest = Contest(**columns, scope_unit_id=scope.id, created_at=now, created_by=actor_id)
    with _own_slug():
        db.session.add(contest)
    record("contests.created", actor_id=actor_id, subject=f"contest:{contest.id}", now=now, slug=contest.slug)
    return contest


def update_contest(
    contest: Contest,
    values: Mapping[str, Any],
    *,
    actor_id: int,
    now: datetime,
    scope_code: str | None = None,
) -> None:
    """Change some columns; what a scheduled round has promised stays. The caller holds the row lock.

    Raises AlreadyScheduled, SlugTaken, NoResultFound (unit).
    """
    columns = dict(values)
    if "policy" in columns:
        columns["policy"] = policy.to_json(columns["policy"])
    if scope_code is not None:
        series_code = columns.get("series_code", contest.series_code)
        columns["scope_unit_id"] = get_unit(series_code, scope_code).id
    changed = {name: value for name, value in columns.items() if getattr(contest, name) != value}
    if changed.keys() & FIXED_WHEN_SCHEDULED and queries.has_scheduled_round(contest):
        raise rules.AlreadyScheduled(
            "Đã có vòng thi được lên lịch nên không đổi được đường dẫn, cách xếp hạng, giải thưởng, "
            "độ tuổi, tên gọi vòng và phạm vi đơn vị."
        )
    if not changed:
        return
    changes = changes_between({name: getattr(contest, name) for name in changed}, changed)
    with _own_slug():
        for name, value in changed.items():
            setattr(contest, name, value)
    record("contests.updated", actor_id=actor_id, subject=f"contest:{contest.id}", now=now, changes=changes)


@contextmanager
def _own_slug() -> Iterator[None]:
    """Write what is changed inside; the database refuses another's slug. Raises SlugTaken."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        if "slug" in str(error.orig):
            raise SlugTaken from error
        raise


def create_round(
    contest: Contest, values: Mapping[str, Any], *, actor_id: int | None, now: datetime
) -> Round:
    """A draft round with the next number. The caller holds the contest's row lock."""
    numbers = [found.number for found in queries.rounds_of(contest)]
    found = Round(contest_id=contest.id, number=max(numbers, default=0) + 1, **values)
    found.contest = contest
    db.session.add(found)
    db.session.flush()
    record("rounds.created", actor_id=actor_id, subject=f"round:{found.id}", now=now, number=found.number)
    return found


def update_round(found: Round, values: Mapping[str, Any], *, actor_id: int, now: datetime) -> None:
    """Change a draft. The caller holds the row lock. Raises AlreadyScheduled."""
    if found.scheduled_at is not None:
        raise rules.AlreadyScheduled
    changed = {name: value for name, value in values.items() if getattr(found, name) != value}
    if not changed:
        return
    changes = changes_between({name: getattr(found, name) for name in changed}, changed)
    for name, value in changed.items():
        setattr(found, name, value)
    record("rounds.updated", actor_id=actor_id, subject=f"round:{found.id}", now=now, changes=changes)


def schedule_round(found: Round, *, actor_id: int | None, now: datetime) -> RoundPackage:
    """Freeze pool, key, blueprint, policy and seed, and commit to them.

    The caller holds the row locks of the round and its contest.

    Raises AlreadyScheduled, NotSchedulable (with the first problem of the checklist).
    """
    if found.scheduled_at is not None:
        raise rules.AlreadyScheduled
    problems = [check for check in checklist(found, now) if not check.is_done]
    if problems:
        raise rules.NotSchedulable(f"Chưa thể lên lịch. {problems[0].label}: {problems[0].problem}")
    seed = secrets.token_hex(32)
    cells = rules.choose_pool(rules.cells_of(found.blueprint), queries.pool_candidates(found), seed)
    package = _package_of(found, cells, seed, now)
    answers = {str(question.version_id): question.answer for cell in cells for question in cell}
    package.commitment = rules.commitment(
        seed=seed,
        pool=package.pool,
        answers=answers,
        blueprint=package.blueprint,
        policy=package.policy,
        settings=package.settings,
    )
    db.session.add(package)
    add_key_version(found.id, 1, answers, reason="Lên lịch", proposed_by=actor_id, approved_by=None, now=now)
    _mark_uses(found, cells)
    found.scheduled_at, found.scheduled_by = now, actor_id
    record(
        "rounds.scheduled",
        actor_id=actor_id,
        subject=f"round:{found.id}",
        now=now,
        commitment=package.commitment,
    )
    return package


def _mark_uses(found: Round, cells: list[list[rules.PoolQuestion]]) -> None:
    """Tell the bank which questions the round's papers may show, and how often."""
    shares = {
        question.version_id: round(1000 * cell.count / len(questions))
        for cell, questions in zip(rules.cells_of(found.blueprint), cells, strict=True)
        for question in questions
    }
    label = f"{found.contest.label.capitalize()} {found.number}, {found.contest.name}"
    mark_uses(shares, round_id=found.id, label=label, opens_at=found.opens_at)


def _package_of(
    found: Round, cells: list[list[rules.PoolQuestion]], seed: str, now: datetime
) -> RoundPackage:
    pool = [
        {
            "cell": index,
            "id": question.version_id,
            "hash": question.content_hash,
            "options": question.option_count,
            "pinned": question.pinned,
        }
        for index, questions in enumerate(cells)
        for question in questions
    ]
    settings = {
        "shuffles_questions": found.shuffles_questions,
        "shuffles_options": found.shuffles_options,
        "has_prediction": found.has_prediction,
        "minimum_answered": found.minimum_answered,
    }
    return RoundPackage(
        round_id=found.id,
        seed=seed,
        pool=pool,
        blueprint=found.blueprint,
        policy=found.contest.policy,
        settings=settings,
        frozen_at=now,
    )


def add_key_version(
    round_id: int,
    version: int,
    answers: dict[str, str],
    *,
    reason: str,
    proposed_by: int | None,
    approved_by: int | None,
    now: datetime,
) -> RoundKey:
    """Append a version of the answer key; the database refuses proposer = approver."""
    key = RoundKey(
        round_id=round_id,
        version=version,
        answers=answers,
        digest=rules.key_digest(answers),
        reason=reason,
        proposed_by=proposed_by,
        approved_by=approved_by,
        created_at=now,
    )
    db.session.add(key)
    db.session.flush()
    return key


def move_closing(found: Round, closes_at: datetime, *, reason: str, actor_id: int, now: datetime) -> None:
    """Extend an open round; the last start, if one is set, moves by as much.

    The caller holds the row lock and moves the open attempts' deadlines. Raises ExtensionRefused.
    """
    is_open = queries.state_of(found, now) is rules.RoundState.OPEN
    if not is_open or closes_at <= found.closes_at or overlapping_rounds(found, (found.closes_at, closes_at)):
        raise ExtensionRefused
    db.session.add(
        RoundExtension(
            round_id=found.id,
            old_closes_at=found.closes_at,
            new_closes_at=closes_at,
            reason=reason,
            extended_by=actor_id,
            extended_at=now,
        )
    )
    record(
        "rounds.extended",
        actor_id=actor_id,
        subject=f"round:{found.id}",
        now=now,
        old=found.closes_at.isoformat(),
        new=closes_at.isoformat(),
    )
    if found.last_start_at is not None:
        found.last_start_at += closes_at - found.closes_at
    found.closes_at = closes_at
