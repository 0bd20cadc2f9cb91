"""Read signals for the people who decide about them, and what is due."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, exists, func, select, update
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.attempts.models import Attempt
from app.audit.models import AuditEntry
from app.contests.models import Round
from app.enrolments.models import Enrolment
from app.extensions import db
from app.integrity import rules
from app.integrity.models import Signal, SignalPerson, SignalReview
from app.jobs.models import Job
from app.localtime import local_day
from app.ranking.models import Decision, Freeze, FrozenLine, Revision
from app.ranking.rules import Kind as DecisionKind
from app.units.models import Unit

OPENED = "integrity.case_opened"
SEARCHED_WITHIN = timedelta(days=30)
SETTLES_AFTER = timedelta(minutes=2)  # the last grace is over and the live standings are complete


class Case(NamedTuple):
    """A signal in the queue with how many people it names and the newest decision about it."""

    signal: Signal
    people: int
    place: str
    verdict: str | None


@dataclass(frozen=True)
class CasePerson:
    """Somebody a case names, with their attempts in it and where they stand."""

    enrolment_id: int
    contestant_no: int
    full_name: str
    unit: str
    rank: int | None
    prize: str | None
    attempts: list[Attempt]
    is_ranked: bool  # False once a decision took them out of the ranking


def subject_of(signal: Signal) -> str:
    return f"signal:{signal.public_id}"


def get_signal(round_id: int, public_id: str) -> Signal:
    """Raises NoResultFound."""
    return db.session.scalars(select(Signal).filter_by(round_id=round_id, public_id=public_id)).one()


def count_unseen(round_id: int) -> int:
    """Signals that nobody has decided about."""
    query = select(func.count()).select_from(Signal).where(Signal.round_id == round_id, ~_is_reviewed())
    return db.session.scalar(query) or 0


def _is_reviewed() -> Any:
    return exists().where(SignalReview.signal_id == Signal.id)


def cases_of(round_id: int) -> list[Case]:
    """Every signal of the round, the strongest first."""
    newest = (
        select(SignalReview.verdict)
        .where(SignalReview.signal_id == Signal.id)
        .order_by(SignalReview.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            Signal,
            func.count(func.distinct(SignalPerson.enrolment_id)),
            func.min(Unit.full_name),
            func.count(func.distinct(Unit.id)),
            newest,
        )
        .join(SignalPerson, SignalPerson.signal_id == Signal.id)
        .join(Enrolment, Enrolment.id == SignalPerson.enrolment_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .where(Signal.round_id == round_id)
        .group_by(Signal.id)
        .order_by(Signal.strength.desc(), Signal.id)
    )
    return [
        Case(signal, people, unit if units == 1 else f"{units} đơn vị", verdict)
        for signal, people, unit, units, verdict in _entities(query)
    ]


def _entities(query: Any) -> Sequence[Row[Any]]:
    return db.session.execute(query).all()


def reviews_of(signal: Signal) -> Sequence[Row[Any]]:
    """(review, name of who decided), the newest first."""
    query = (
        select(SignalReview, Account.full_name)
        .join(Account, Account.id == SignalReview.reviewed_by)
        .where(SignalReview.signal_id == signal.id)
    )
    return db.session.execute(query.order_by(SignalReview.id.desc())).all()


def is_open_for(signal: Signal, account_id: int, now: datetime) -> bool:
    """Has this person opened the case, on the record, a short while ago?"""
    query = select(AuditEntry.id).where(
        AuditEntry.subject == subject_of(signal),
        AuditEntry.action == OPENED,
        AuditEntry.actor_id == account_id,
        AuditEntry.at > now - rules.OPENED_FOR,
    )
    return db.session.scalar(query.limit(1)) is not None


def people_of(signal: Signal) -> list[CasePerson]:
    """Best rank first, then by number."""
    freeze = select(Freeze.id).where(Freeze.round_id == signal.round_id, Freeze.frozen_at.is_not(None))
    newest = freeze.order_by(Freeze.number.desc()).limit(1).scalar_subquery()
    query = (
        select(Attempt, Enrolment.contestant_no, Account.full_name, Unit.full_name)
        .add_columns(FrozenLine.rank, FrozenLine.prize)
        .join(SignalPerson, SignalPerson.attempt_id == Attempt.id)
        .join(Enrolment, Enrolment.id == SignalPerson.enrolment_id)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .outerjoin(FrozenLine, (FrozenLine.enrolment_id == Enrolment.id) & (FrozenLine.freeze_id == newest))
        .where(SignalPerson.signal_id == signal.id)
        .order_by(Enrolment.contestant_no, Attempt.number)
    )
    people: dict[int, CasePerson] = {}
    unranked = _unranked(signal)
    for attempt, number, name, unit, rank, prize in db.session.execute(query):
        person = people.get(attempt.enrolment_id)
        if person is None:
            is_ranked = attempt.enrolment_id not in unranked
            person = CasePerson(attempt.enrolment_id, number, name, unit, rank, prize, [], is_ranked)
            people[attempt.enrolment_id] = person
        person.attempts.append(attempt)
    return sorted(people.values(), key=lambda one: (one.rank or 10**9, one.contestant_no))


def _unranked(signal: Signal) -> set[int]:
    """Those of the case's people whom a decision in force takes out of the ranking."""
    people = select(SignalPerson.enrolment_id).where(SignalPerson.signal_id == signal.id)
    query = select(Decision.enrolment_id).where(
        Decision.round_id == signal.round_id,
        Decision.kind == DecisionKind.NOT_RANKED,
        Decision.undone_at.is_(None),
        Decision.enrolment_id.in_(people),
    )
    return set(db.session.scalars(query))


def voided_attempts(round_id: int) -> set[int]:
    """Attempts of the round that a decision in force makes invalid."""
    query = select(Decision.attempt_id).where(
        Decision.round_id == round_id, Decision.kind == DecisionKind.VOID, Decision.undone_at.is_(None)
    )
    return {attempt_id for attempt_id in db.session.scalars(query) if attempt_id is not None}


def attempts_to_void(signal: Signal, enrolment_ids: Collection[int]) -> Sequence[Attempt]:
    """These people's attempts in the case that are not void yet."""
    query = (
        select(Attempt)
        .join(SignalPerson, SignalPerson.attempt_id == Attempt.id)
        .where(SignalPerson.signal_id == signal.id, SignalPerson.enrolment_id.in_(enrolment_ids))
        .order_by(Attempt.id)
    )
    voided = voided_attempts(signal.round_id)
    return [attempt for attempt in db.session.scalars(query) if attempt.id not in voided]


def people_to_unrank(signal: Signal, enrolment_ids: Collection[int]) -> list[int]:
    """Those of the case's people who are still ranked."""
    query = select(SignalPerson.enrolment_id).where(SignalPerson.signal_id == signal.id).distinct()
    return sorted(set(db.session.scalars(query)).intersection(enrolment_ids) - _unranked(signal))


def attempts_in_round(round_id: int, enrolment_ids: Collection[int]) -> Sequence[Attempt]:
    """Every closed attempt of these people in the round."""
    query = select(Attempt).where(
        Attempt.round_id == round_id,
        Attempt.enrolment_id.in_(enrolment_ids),
        Attempt.closed_at.is_not(None),
    )
    return db.session.scalars(query.order_by(Attempt.id)).all()


def has_open_attempts(round_id: int) -> bool:
    query = select(Attempt.id).where(Attempt.round_id == round_id, Attempt.closed_at.is_(None))
    return db.session.scalar(query.limit(1)) is not None


def rounds_never_searched(job_kind: str, now: datetime) -> Sequence[Round]:
    """Rounds that closed lately, without open attempts, for which no search was ever asked."""
    asked = select(Job.key).where(Job.kind == job_kind)
    query = select(Round).where(
        Round.scheduled_at.is_not(None),
        Round.closes_at < now - SETTLES_AFTER,
        Round.closes_at > now - SEARCHED_WITHIN,
        ~exists().where(Attempt.round_id == Round.id, Attempt.closed_at.is_(None)),
    )
    done = set(db.session.scalars(asked))
    return [found for found in db.session.scalars(query.order_by(Round.id)) if str(found.id) not in done]


def signals_by_fingerprint(round_id: int) -> dict[str, Signal]:
    query = select(Signal).where(Signal.round_id == round_id)
    return {signal.fingerprint: signal for signal in db.session.scalars(query)}


def reviewed_fingerprints(round_id: int) -> set[str]:
    query = select(Signal.fingerprint).where(Signal.round_id == round_id, _is_reviewed())
    return set(db.session.scalars(query))


def contests_with_signals() -> Sequence[int]:
    query = select(Round.contest_id).where(Round.id.in_(select(Signal.round_id))).distinct()
    return db.session.scalars(query).all()


def delete_on_of(contest_id: int) -> date:
    """The day on which the contest's signals go, as its results stand now."""
    rounds = db.session.scalars(
        select(Round).where(Round.contest_id == contest_id, Round.scheduled_at.is_not(None))
    ).all()
    newest = aliased(Revision)
    last = db.session.scalar(
        select(func.max(newest.published_at)).where(newest.round_id.in_([found.id for found in rounds]))
    )
    drafts = select(Round.id).where(Round.contest_id == contest_id, Round.scheduled_at.is_(None))
    is_final = all(found.published_revision is not None for found in rounds) and not db.session.scalar(
        drafts.limit(1)
    )
    closes_on = local_day(max(found.closes_at for found in rounds))
    return rules.delete_on(closes_on, local_day(last) if last is not None and is_final else None)


def move_delete_on(contest_id: int, day: date) -> None:
    in_contest = select(Round.id).where(Round.contest_id == contest_id)
    moved = update(Signal).where(Signal.round_id.in_(in_contest), Signal.delete_on != day)
    db.session.execute(moved.values(delete_on=day))
