"""What the committee does with a complaint: take, ask, tell, decide. Callers lock the case and commit."""

from datetime import datetime

from app.attempts.models import Attempt
from app.audit.services import record
from app.complaints import desk_queries, rules
from app.complaints.desk_queries import Case
from app.complaints.models import ComplaintDecision
from app.complaints.rules import Effect, EventKind, Verdict
from app.complaints.services import add_event
from app.extensions import db
from app.ranking import services as results
from app.ranking.models import Decision


def take(case: Case, *, actor_id: int, now: datetime) -> None:
    """Take the complaint up. Raises IsInvolved, AlreadyClosed, AlreadyTaken."""
    _check_may_act(case, actor_id)
    if case.complaint.taken_at is not None:
        raise rules.AlreadyTaken
    case.complaint.taken_at, case.complaint.taken_by = now, actor_id
    add_event(case.complaint, EventKind.TAKEN, "", author_id=actor_id, now=now)
    _record("complaints.taken", case, actor_id, now)


def write_to_citizen(case: Case, text: str, *, asks: bool, actor_id: int, now: datetime) -> None:
    """Ask the citizen something and wait for the answer, or tell them something.

    Raises IsInvolved, AlreadyClosed, NotTaken.
    """
    _check_may_act(case, actor_id)
    _check_taken(case)
    if asks:
        case.complaint.asked_at = now
    add_event(case.complaint, EventKind.ASKED if asks else EventKind.TOLD, text, author_id=actor_id, now=now)
    _record("complaints.asked" if asks else "complaints.told", case, actor_id, now)


def decide(case: Case, verdict: Verdict, *, actor_id: int, now: datetime) -> ComplaintDecision:
    """End the complaint with an answer, and do what the answer does to the result.

    Raises IsInvolved, AlreadyClosed, NotTaken, NoSuchEffect, and what deciding about an attempt or
    undoing a decision raises in ranking.services.
    """
    _check_may_act(case, actor_id)
    _check_taken(case)
    rules.check_verdict(verdict)
    complaint = case.complaint
    moved = _move(case, verdict, actor_id=actor_id, now=now)
    decision = ComplaintDecision(
        complaint_id=complaint.id,
        account_id=complaint.account_id,
        outcome=str(verdict.outcome),
        text=verdict.text.strip(),
        ground=verdict.ground.strip(),
        effect=str(verdict.effect),
        decision_id=moved.id if moved else None,
        revision=case.round.published_revision,
        decided_by=actor_id,
        decided_at=now,
    )
    complaint.asked_at, complaint.closed_at, complaint.outcome = None, now, decision.outcome
    db.session.add(decision)
    add_event(complaint, EventKind.DECIDED, verdict.text, author_id=actor_id, now=now)
    _record("complaints.decided", case, actor_id, now, outcome=decision.outcome, effect=decision.effect)
    return decision


def _move(case: Case, verdict: Verdict, *, actor_id: int, now: datetime) -> Decision | None:
    """The decision about the attempt that is made, or the one that is undone; None for other effects."""
    reason = f"Theo khiếu nại số {case.complaint.number}: {verdict.ground.strip()}"
    if verdict.effect is Effect.VOID:
        attempt = db.session.get_one(Attempt, case.complaint.attempt_id)
        return results.void_attempt(case.round, attempt, actor_id=actor_id, reason=reason, now=now)
    if verdict.effect is Effect.UNDO:
        undone = desk_queries.get_active_decision(case, verdict.undone_decision_id)
        results.undo_decision(case.round, undone, actor_id=actor_id, reason=reason, now=now)
        return undone
    return None


def _check_may_act(case: Case, actor_id: int) -> None:
    if case.complaint.closed_at is not None:
        raise rules.AlreadyClosed
    involvement = desk_queries.find_involvement(case, actor_id)
    if involvement is not None:
        raise rules.IsInvolved(involvement)


def _check_taken(case: Case) -> None:
    if case.complaint.taken_at is None:
        raise rules.NotTaken


def _record(action: str, case: Case, actor_id: int, now: datetime, **details: object) -> None:
    record(
        action,
        actor_id=actor_id,
        subject=f"complaint:{case.complaint.id}",
        now=now,
        round=case.round.id,
        number=case.complaint.number,
        **details,
    )
