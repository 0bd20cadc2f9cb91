"""Ask for a freeze, decide, undo, and publish as a second person. Callers lock the round and commit."""

from datetime import datetime

from sqlalchemy import func, select, update

from app.attempts.models import Attempt
from app.audit.services import record
from app.contests.incident_rules import RoundCancelled
from app.contests.models import Round
from app.contests.queries import state_of
from app.contests.result_services import mark_published
from app.errors import DomainError
from app.extensions import db
from app.files.services import store_file
from app.jobs.services import request_job
from app.ranking import freeze_queries, publication_rules, queries, rules
from app.ranking.models import Decision, Freeze, Revision, RevisionFile
from app.ranking.rules import Kind

ANNEX_PDF, ANNEX_XLSX = "annex_pdf", "annex_xlsx"
FIRST_PUBLICATION = "Công bố lần đầu"
NOTHING_CHANGED = "Chưa có gì thay đổi."


class FreezeRunning(DomainError):
    message = "Số liệu đang được chốt."
    safe = NOTHING_CHANGED
    todo = "Bạn chờ vài giây rồi tải lại trang."


class AlreadyDecided(DomainError):
    message = "Quyết định này đã có rồi."
    safe = NOTHING_CHANGED


class AlreadyUndone(DomainError):
    message = "Quyết định này đã được gỡ bỏ."
    safe = NOTHING_CHANGED


class DecisionTooEarly(DomainError):
    message = "Chỉ quyết định được sau khi vòng thi đóng."
    safe = NOTHING_CHANGED


class NotFrozen(DomainError):
    message = "Chưa có số liệu đã chốt để công bố."
    safe = NOTHING_CHANGED


class FreezeOutOfDate(DomainError):
    message = "Có quyết định hoặc đáp án mới sau lần chốt này."
    safe = NOTHING_CHANGED
    todo = "Bạn cần chốt lại rồi mới công bố được."


class AlreadyPublished(DomainError):
    message = "Lần chốt này đã được công bố."
    safe = NOTHING_CHANGED


class OtherNumbers(DomainError):
    message = "Số liệu đã được chốt lại sau khi bạn mở trang."
    safe = NOTHING_CHANGED
    todo = "Bạn tải lại trang, xem số liệu mới rồi hãy duyệt."


class SecondPersonNeeded(DomainError):
    message = "Người chốt số liệu không được tự duyệt công bố."
    safe = NOTHING_CHANGED
    todo = "Cần một người khác của Ban Tổ chức duyệt."


def request_freeze(found: Round, *, actor_id: int, reason: str, now: datetime) -> Freeze:
    """Ask for the round to be frozen; a job computes it.

    A freeze whose job gave up is asked for again in the new name. Raises RoundNotClosed,
    StillReceiving, ReasonTooShort, FreezeRunning.
    """
    written = rules.check_reason(reason)
    last = freeze_queries.last_accept_until(found.id)
    rules.check_can_freeze(state_of(found, now), found.closes_at, last, now)
    freeze = queries.find_latest_freeze(found.id)
    if freeze is not None and freeze.frozen_at is None:
        if not queries.has_given_up(freeze, now):
            raise FreezeRunning
        freeze.reason, freeze.requested_by, freeze.requested_at = written, actor_id, now
    else:
        number = (db.session.scalar(select(func.max(Freeze.number)).filter_by(round_id=found.id)) or 0) + 1
        freeze = Freeze(
            round_id=found.id, number=number, reason=written, requested_by=actor_id, requested_at=now
        )
        db.session.add(freeze)
        db.session.flush()
    key = queries.freeze_job_key(freeze)
    request_job(queries.FREEZE_JOB, key, {"freeze_id": freeze.id}, now=now)
    _record("results.freeze_requested", found, actor_id, now, freeze=freeze.number, reason=written)
    return freeze


def void_attempt(found: Round, attempt: Attempt, *, actor_id: int, reason: str, now: datetime) -> Decision:
    """Make one attempt invalid: it counts neither for people nor for attempts any more.

    Raises ReasonTooShort, DecisionTooEarly, FreezeRunning, AlreadyDecided.
    """
    return _decide(found, Kind.VOID, attempt.enrolment_id, attempt.id, actor_id, reason, now)


def decide_person(
    found: Round, kind: Kind, enrolment_id: int, *, actor_id: int, reason: str, now: datetime
) -> Decision:
    """Take a person out of the ranking (`NOT_RANKED`) or out of the prizes (`NO_PRIZE`); counts stay.

    Raises as void_attempt.
    """
    if kind is Kind.VOID:
        raise ValueError(kind)
    return _decide(found, kind, enrolment_id, None, actor_id, reason, now)


def _decide(
    found: Round,
    kind: Kind,
    enrolment_id: int,
    attempt_id: int | None,
    actor_id: int,
    reason: str,
    now: datetime,
) -> Decision:
    written = rules.check_reason(reason)
    _check_may_decide(found, now)
    known = queries.find_active_decision(found.id, kind, enrolment_id=enrolment_id, attempt_id=attempt_id)
    if known is not None:
        raise AlreadyDecided
    decision = Decision(
        round_id=found.id,
        enrolment_id=enrolment_id,
        attempt_id=attempt_id,
        kind=str(kind),
        reason=written,
        decided_by=actor_id,
        decided_at=now,
    )
    db.session.add(decision)
    db.session.flush()
    _count_again(found.id, enrolment_id)
    _record("results.decided", found, actor_id, now, decision=decision.id, kind=str(kind))
    return decision


def undo_decision(found: Round, decision: Decision, *, actor_id: int, reason: str, now: datetime) -> None:
    """Take a decision back; it stays on record. Raises as void_attempt, and AlreadyUndone."""
    written = rules.check_reason(reason)
    _check_may_decide(found, now)
    if decision.undone_at is not None:
        raise AlreadyUndone
    decision.undone_by, decision.undone_at, decision.undo_reason = actor_id, now, written
    db.session.flush()
    _count_again(found.id, decision.enrolment_id)
    _record("results.decision_undone", found, actor_id, now, decision=decision.id)


def _check_may_decide(found: Round, now: datetime) -> None:
    if not rules.is_over(found.closes_at, now) or found.scheduled_at is None:
        raise DecisionTooEarly
    freeze = queries.find_latest_freeze(found.id)
    if freeze is not None and freeze.frozen_at is None and not queries.has_given_up(freeze, now):
        raise FreezeRunning


def _count_again(round_id: int, enrolment_id: int) -> None:
    """Let the live board take this person's attempts up again."""
    own = update(Attempt).where(Attempt.round_id == round_id, Attempt.enrolment_id == enrolment_id)
    db.session.execute(own.values(tallied_at=None))


def approve_and_publish(
    found: Round, freeze: Freeze, *, body_sha256: str, approver_id: int, reason: str, now: datetime
) -> Revision:
    """Publish the frozen result as the next revision, approved by another person than froze it.

    `body_sha256` is the code of the numbers that the approver saw. Revisions after the first need a
    reason. Raises RoundCancelled, NotFrozen, OtherNumbers, FreezeOutOfDate, AlreadyPublished,
    SecondPersonNeeded, ReasonTooShort.
    """
    if found.cancelled_at is not None:
        raise RoundCancelled
    latest = queries.find_latest_freeze(found.id)
    if latest is None or latest.frozen_at is None:
        raise NotFrozen
    if latest.id != freeze.id or freeze.body_sha256 != body_sha256:
        raise OtherNumbers
    if queries.find_revision_of(freeze.id) is not None:
        raise AlreadyPublished
    if queries.is_out_of_date(freeze):
        raise FreezeOutOfDate
    if approver_id == freeze.requested_by:
        raise SecondPersonNeeded
    number = (found.published_revision or 0) + 1
    written = FIRST_PUBLICATION if number == 1 and not reason.strip() else rules.check_reason(reason)
    revision = _new_revision(found, freeze, number, approver_id, written, now.replace(microsecond=0))
    mark_published(found, number)
    request_job(queries.ANNEX_JOB, f"{found.id}:{number}", {"round_id": found.id, "number": number}, now=now)
    _record(
        "results.published", found, approver_id, now, revision=number, digest=revision.digest, reason=written
    )
    return revision


def _new_revision(
    found: Round, freeze: Freeze, number: int, approver_id: int, reason: str, at: datetime
) -> Revision:
    previous = queries.get_revision(found.id, number - 1).digest if number > 1 else publication_rules.GENESIS
    revision = Revision(
        round_id=found.id,
        number=number,
        freeze_id=freeze.id,
        frozen_by=freeze.requested_by,
        approved_by=approver_id,
        published_at=at,
        reason=reason,
        body_sha256=freeze.body_sha256,
        public_sha256=freeze.public_sha256,
        previous_digest=previous,
    )
    revision.digest = publication_rules.sha256_of(statement_of(found, revision))
    db.session.add(revision)
    db.session.flush()
    return revision


def statement_of(found: Round, revision: Revision) -> bytes:
    """The bytes that the revision's digest is taken over, and that are served beside it."""
    return publication_rules.statement_of(
        contest=found.contest.slug,
        round_number=found.number,
        revision=revision.number,
        reason=revision.reason,
        published_at=revision.published_at,
        body_sha256=revision.body_sha256,
        public_sha256=revision.public_sha256,
        previous_digest=revision.previous_digest,
    )


def _record(action: str, found: Round, actor_id: int, now: datetime, **details: object) -> None:
    record(action, actor_id=actor_id, subject=f"round:{found.id}", now=now, **details)


def keep_document(revision: Revision, kind: str, content: bytes, media_type: str, *, now: datetime) -> None:
    """Put a document that was made from the revision in its place."""
    _place_document(revision, kind, store_file(content, media_type, now=now), None, now)


def keep_problem(revision: Revision, kind: str, problem: str, *, now: datetime) -> None:
    """Say in Vietnamese why the document could not be made on this machine."""
    _place_document(revision, kind, None, problem, now)


def _place_document(
    revision: Revision, kind: str, sha256: str | None, problem: str | None, now: datetime
) -> None:
    known = queries.files_of(revision).get(kind)
    if known is None:
        known = RevisionFile(round_id=revision.round_id, number=revision.number, kind=kind)
        db.session.add(known)
    known.sha256, known.problem, known.made_at = sha256, problem, now
    db.session.flush()


def request_annex(revision: Revision, *, actor_id: int | None, now: datetime) -> None:
    """Ask for the annex (again)."""
    key = f"{revision.round_id}:{revision.number}"
    payload = {"round_id": revision.round_id, "number": revision.number}
    request_job(queries.ANNEX_JOB, key, payload, now=now)
    record(
        "results.annex_requested",
        actor_id=actor_id,
        subject=f"round:{revision.round_id}",
        now=now,
        revision=revision.number,
    )
