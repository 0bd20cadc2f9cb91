"""Keep a file that was read, bring it in when a person confirms, take it out again. Callers commit."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select, union

from app.audit.services import record
from app.errors import BadInput, DomainError
from app.extensions import db
from app.files.models import StoredFile
from app.files.services import get_file_body, store_file
from app.questions import editor_queries, import_queries, import_rules, picture_services, queries, services
from app.questions.formats.file_json_rules import from_json, to_json
from app.questions.formats.file_rules import ReadFile, ReadQuestion
from app.questions.import_models import QuestionImport
from app.questions.import_plan_rules import Defaults, Outcome, Plan, defaults_from_json
from app.questions.models import Question, QuestionVersion

ANY_FILE = "application/octet-stream"
KEPT_UNCONFIRMED = timedelta(days=1)
FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|webp|bmp|svg|emf|wmf)\Z", re.IGNORECASE)


class AlreadyConfirmed(DomainError):
    message = "Tệp này đã được nhập vào ngân hàng."
    todo = "Bạn xem kết quả ở trang lịch sử nhập."


class HasProblems(DomainError):
    message = "Tệp còn lỗi nên chưa nhập được câu nào."


class NothingToBring(DomainError):
    message = "Tệp không có gì mới so với ngân hàng."


class BankChanged(DomainError):
    message = "Ngân hàng đã thay đổi từ khi bạn mở trang xem trước."


class AlreadyUndone(DomainError):
    message = "Lần nhập này đã được rút lại."


class NotConfirmed(DomainError):
    message = "Tệp này chưa được nhập vào ngân hàng."


def keep_pictures(read: ReadFile, *, now: datetime) -> ReadFile:
    """The same file with its pictures kept and named; what is no sound picture is among its problems."""
    kept = replace(read, questions=[], problems=list(read.problems))
    for question in read.questions:
        try:
            kept.questions.append(_with_picture_kept(question, now) if question.images else question)
        except BadInput as error:
            kept.refuse(question.where, str(error))
    return kept


def _with_picture_kept(question: ReadQuestion, now: datetime) -> ReadQuestion:
    """Raises BadInput."""
    if len(question.images) > 1:
        raise BadInput(f"Câu có {len(question.images)} hình, ngân hàng nhận mỗi câu một hình.")
    ((name, content),) = question.images
    digest = hashlib.sha256(content).hexdigest()
    if not editor_queries.is_picture(digest):  # one that was exported from here stays as it is
        digest = picture_services.store_picture(content, now=now)
    alt = "" if FILE_NAME.match(name) else name
    return replace(question, images=(), image_sha256=digest, image_alt=alt)


def keep_file(
    content: bytes,
    read: ReadFile,
    defaults: Defaults,
    *,
    name: str,
    actor_id: int | None,
    now: datetime,
) -> QuestionImport:
    """Keep a file and what reading it gave, for a person to look at; the bank stays as it is."""
    row = QuestionImport(
        file_sha256=store_file(content, ANY_FILE, now=now),
        read_sha256=store_file(to_json(read), "application/json", now=now),
        name=name,
        format=read.format,
        defaults=defaults.as_json(),
        created_by=actor_id,
        created_at=now,
        brought=[],
        kept=[],
    )
    db.session.add(row)
    db.session.flush()
    return row


def forget_unconfirmed(*, now: datetime) -> int:
    """Delete imports that nobody confirmed in time, with files that no other import names; how many."""
    old = db.session.scalars(
        select(QuestionImport)
        .where(QuestionImport.confirmed_at.is_(None), QuestionImport.created_at < now - KEPT_UNCONFIRMED)
        .with_for_update()
    ).all()
    digests = {digest for row in old for digest in (row.file_sha256, row.read_sha256)}
    for row in old:
        db.session.delete(row)
    db.session.flush()
    named = union(select(QuestionImport.file_sha256), select(QuestionImport.read_sha256))
    digests -= set(db.session.scalars(named))
    db.session.execute(delete(StoredFile).where(StoredFile.sha256.in_(digests)))
    return len(old)


def plan_of(row: QuestionImport) -> Plan:
    """What confirming this import would do to the bank as it is now."""
    read = from_json(get_file_body(row.read_sha256))
    return import_rules.make_plan(read, defaults_from_json(row.defaults), import_queries.whole_bank())


def confirm_import(import_id: int, digest: str, *, actor_id: int | None, now: datetime) -> QuestionImport:
    """Bring in everything or nothing, as drafts of this person: exactly what `digest` was shown for.

    Raises NoResultFound, AlreadyConfirmed, HasProblems, NothingToBring, BankChanged.
    """
    row = import_queries.get_import(import_id, lock=True)
    if row.confirmed_at is not None:
        raise AlreadyConfirmed
    plan = plan_of(row)
    if plan.problems:
        raise HasProblems
    if plan.digest != digest:
        raise BankChanged
    if not plan.brought:
        raise NothingToBring
    left = {outcome.value: plan.count(outcome) for outcome in (Outcome.SAME, Outcome.RETIRED)}
    counts = services.import_bank(
        plan.new_topics,
        [line.question for line in plan.brought],
        author_id=actor_id,
        now=now,
        digest=row.file_sha256,
        file=row.name,
        format=row.format,
        question_import=row.id,
        unsupported=plan.unsupported.total(),
        **left,
    )
    row.confirmed_by, row.confirmed_at = actor_id, now
    row.counts = {"new": counts.new, "changed": counts.changed, **left}
    row.brought = list(counts.brought)
    db.session.flush()
    return row


def undo_import(import_id: int, *, actor_id: int | None, now: datetime) -> QuestionImport:
    """Take out the drafts that it brought and nobody approved, changed or commented since; keep the rest.

    Raises NoResultFound, NotConfirmed, AlreadyUndone.
    """
    row = import_queries.get_import(import_id, lock=True)
    if row.confirmed_at is None:
        raise NotConfirmed
    if row.undone_at is not None:
        raise AlreadyUndone
    versions = _lock_brought(row.brought)
    latest = queries.latest_versions([version.question_id for version in versions])
    discussed = import_queries.commented_since(
        row.confirmed_at, [version.question_id for version in versions]
    )
    free = [
        version
        for version in versions
        if _is_untouched(version, latest[version.question_id]) and version.question_id not in discussed
    ]
    kept = sorted(version.question.key for version in versions if version not in free)
    _take_out(free)
    row.undone_by, row.undone_at, row.kept = actor_id, now, kept
    db.session.flush()
    record(
        "questions.import_undone",
        actor_id=actor_id,
        subject="question_bank",
        now=now,
        digest=row.file_sha256,
        question_import=row.id,
        removed=len(free),
        kept=kept,
    )
    return row


def _lock_brought(version_ids: Sequence[int]) -> Sequence[QuestionVersion]:
    present = db.session.scalars(select(QuestionVersion.id).where(QuestionVersion.id.in_(version_ids))).all()
    return queries.lock_versions(present) if present else []


def _is_untouched(version: QuestionVersion, latest: QuestionVersion) -> bool:
    return version.approved_at is None and latest.id == version.id and version.question.retired_at is None


def _take_out(versions: Sequence[QuestionVersion]) -> None:
    """Delete these versions, and the questions that have no other."""
    new = [version.question_id for version in versions if version.number == 1]
    db.session.execute(
        delete(QuestionVersion).where(QuestionVersion.id.in_([version.id for version in versions]))
    )
    db.session.execute(delete(Question).where(Question.id.in_(new)))
    db.session.expire_all()
