"""Store what a search found, record who looked, decide, and forget in time. Callers commit."""

import secrets
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select

from app.audit.services import record
from app.contests.models import Round
from app.error_counts import ErrorCount
from app.extensions import db
from app.integrity import queries, rules
from app.integrity.models import Signal, SignalPerson, SignalReview
from app.integrity.rules import Found, Verdict
from app.jobs.services import request_job
from app.localtime import local_day
from app.ranking import services as ranking
from app.ranking.rules import Kind as DecisionKind
from app.ranking.rules import check_reason, is_over
from app.sql import insert_many

SEARCH_JOB = "find_signals"


def request_search(found: Round, *, actor_id: int | None, now: datetime) -> None:
    """Ask for the round to be searched (again); a job does it. Raises TooEarly."""
    if not is_over(found.closes_at, now) or queries.has_open_attempts(found.id):
        raise rules.TooEarly
    request_job(SEARCH_JOB, str(found.id), {"round_id": found.id}, now=now)
    if actor_id is not None:
        record("integrity.search_requested", actor_id=actor_id, subject=f"round:{found.id}", now=now)


def request_due_searches(now: datetime) -> int:
    """Ask for every round that has closed and was never searched; returns how many."""
    due = queries.rounds_never_searched(SEARCH_JOB, now)
    for found in due:
        request_search(found, actor_id=None, now=now)
    return len(due)


def store_signals(round_id: int, found: Sequence[Found], people: int, *, now: datetime) -> None:
    """Put what a search found in the place of what the last one found.

    A case found again keeps its address; one that somebody decided about stays as it was.
    """
    week = db.session.scalars(
        select(Round).where(Round.id == round_id).with_for_update(key_share=True, of=Round)
    ).one()
    known = queries.signals_by_fingerprint(round_id)
    reviewed = queries.reviewed_fingerprints(round_id)
    gone = known.keys() - reviewed - {one.fingerprint for one in found}
    db.session.execute(delete(Signal).where(Signal.id.in_([known[each].id for each in gone])))
    day = queries.delete_on_of(week.contest_id)
    for one in found:
        if one.fingerprint not in reviewed:
            _store(known.get(one.fingerprint), round_id, one, people, day, now)
    record(
        "integrity.searched",
        actor_id=None,
        subject=f"round:{round_id}",
        now=now,
        signals=len(found),
        people=people,
    )


def _store(known: Signal | None, round_id: int, found: Found, people: int, day: date, now: datetime) -> None:
    signal = known or Signal(
        public_id=secrets.token_hex(16),
        round_id=round_id,
        kind=str(found.kind),
        fingerprint=found.fingerprint,
    )
    signal.strength, signal.evidence = found.strength, found.evidence
    signal.alike_people, signal.people = min(max(found.alike_people, 0), people), people
    signal.found_at, signal.delete_on = now, day
    db.session.add(signal)
    db.session.flush()
    db.session.execute(delete(SignalPerson).where(SignalPerson.signal_id == signal.id))
    rows = [(signal.id, attempt_id, enrolment_id) for attempt_id, enrolment_id in found.attempts]
    insert_many(SignalPerson, ("signal_id", "attempt_id", "enrolment_id"), rows)


def open_case(signal: Signal, *, actor_id: int, now: datetime) -> None:
    """Record that somebody looks at the people of a case; it stays open for them for a while."""
    record(
        queries.OPENED,
        actor_id=actor_id,
        subject=queries.subject_of(signal),
        now=now,
        round=signal.round_id,
        kind=signal.kind,
    )


def review_signal(
    found: Round,
    signal: Signal,
    verdict: Verdict,
    enrolment_ids: Collection[int],
    *,
    actor_id: int,
    reason: str,
    now: datetime,
) -> SignalReview:
    """Decide about a case, with the decisions about its people in the same transaction.

    The caller holds the round's lock. `enrolment_ids` are those whom a void or "not ranked" is about;
    what is decided already stays. Raises NobodyChosen, and what ranking.services raises.
    """
    written = check_reason(reason)
    chosen = sorted(enrolment_ids) if verdict is not Verdict.KEEP else []
    if verdict is not Verdict.KEEP and not chosen:
        raise rules.NobodyChosen
    act: dict[str, Any] = {"actor_id": actor_id, "reason": written, "now": now}
    if verdict is Verdict.VOID:
        for attempt in queries.attempts_to_void(signal, chosen):
            ranking.void_attempt(found, attempt, **act)
    elif verdict is Verdict.NOT_RANKED:
        for enrolment_id in queries.people_to_unrank(signal, chosen):
            ranking.decide_person(found, DecisionKind.NOT_RANKED, enrolment_id, **act)
    review = SignalReview(signal_id=signal.id, verdict=str(verdict), people=len(chosen), reason=written)
    review.reviewed_by, review.reviewed_at = actor_id, now
    db.session.add(review)
    db.session.flush()
    facts = {"round": found.id, "kind": signal.kind, "verdict": str(verdict), "people": len(chosen)}
    record("integrity.reviewed", actor_id=actor_id, subject=queries.subject_of(signal), now=now, **facts)
    return review


def forget_old_signals(*, now: datetime) -> int:
    """Move the days of deletion to where results stand now, and delete what is due; how many signals went.

    Signals, their people, evidence and reviews go; the audit and the ranking's decisions keep the bare
    fact of what was decided. Old counts of server errors go too.
    """
    today = local_day(now)
    for contest_id in queries.contests_with_signals():
        queries.move_delete_on(contest_id, queries.delete_on_of(contest_id))
    due = db.session.execute(
        select(Signal.round_id, func.count()).where(Signal.delete_on <= today).group_by(Signal.round_id)
    ).all()
    db.session.execute(delete(Signal).where(Signal.delete_on <= today))
    db.session.execute(delete(SignalReview).where(SignalReview.signal_id.not_in(select(Signal.id))))
    db.session.execute(delete(ErrorCount).where(ErrorCount.minute < now - rules.ERRORS_KEPT))
    for round_id, count in due:
        record("integrity.forgotten", actor_id=None, subject=f"round:{round_id}", now=now, signals=count)
    return sum(count for _round_id, count in due)
