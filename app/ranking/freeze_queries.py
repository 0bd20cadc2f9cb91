"""Read what freezing computes from, in one fixed order on both engines."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from app.attempts.models import Attempt
from app.contests.models import Contest, Round, RoundKey
from app.enrolments.exclusion_queries import unranked_in
from app.enrolments.exclusion_rules import NOT_RANKED_REASONS
from app.enrolments.models import Enrolment
from app.extensions import db
from app.ranking.models import Decision, Freeze, FrozenLine, Revision
from app.ranking.order_rules import AttemptRow
from app.ranking.rules import Kind
from app.units.models import Unit

STREAMED_ROWS = 5_000


def last_accept_until(round_id: int) -> datetime | None:
    """The last moment at which an attempt of the round may get a save; None without attempts."""
    return db.session.scalar(select(func.max(Attempt.accept_until)).where(Attempt.round_id == round_id))


def open_attempt_ids(round_id: int) -> Sequence[int]:
    query = select(Attempt.id).where(Attempt.round_id == round_id, Attempt.closed_at.is_(None))
    return db.session.scalars(query.order_by(Attempt.id)).all()


def get_key(round_id: int, version: int) -> RoundKey:
    """One version of the round's answer key. Raises NoResultFound."""
    return db.session.scalars(select(RoundKey).filter_by(round_id=round_id, version=version)).one()


def has_attempts_of_other_key(round_id: int, version: int) -> bool:
    """Is any closed attempt graded by another version of the key?"""
    query = select(Attempt.id).where(
        Attempt.round_id == round_id, Attempt.closed_at.is_not(None), Attempt.key_version != version
    )
    return db.session.scalar(query.limit(1)) is not None


def active_decisions(round_id: int) -> Sequence[Decision]:
    """The decisions in force, oldest first."""
    query = select(Decision).where(Decision.round_id == round_id, Decision.undone_at.is_(None))
    return db.session.scalars(query.order_by(Decision.id)).all()


def decisions_by_id(ids: Sequence[int]) -> Sequence[Decision]:
    return db.session.scalars(select(Decision).where(Decision.id.in_(ids)).order_by(Decision.id)).all()


def contestant_numbers(enrolment_ids: Sequence[int]) -> dict[int, int]:
    """Enrolment → contestant number."""
    query = select(Enrolment.id, Enrolment.contestant_no).where(Enrolment.id.in_(enrolment_ids))
    return {enrolment_id: number for enrolment_id, number in db.session.execute(query)}


def winners_of_other_rounds(contest_id: int, round_id: int) -> set[int]:
    """Contestant numbers with a prize in the official revision of another round of the contest."""
    query = (
        select(Enrolment.contestant_no)
        .join(FrozenLine, FrozenLine.enrolment_id == Enrolment.id)
        .join(Revision, Revision.freeze_id == FrozenLine.freeze_id)
        .join(Round, Round.id == Revision.round_id)
        .where(Round.contest_id == contest_id, Round.id != round_id, FrozenLine.prize.is_not(None))
        .where(Round.published_revision == Revision.number)
    )
    return set(db.session.scalars(query))


def second_level_units(contest: Contest) -> dict[int, int]:
    """Unit of an enrolment → the unit of the second level above it (or itself)."""
    own = select(Unit.id, Unit.path).where(
        Unit.id.in_(select(Enrolment.unit_id).where(Enrolment.contest_id == contest.id))
    )
    paths = {unit_id: _second_level(path) for unit_id, path in db.session.execute(own)}
    above = select(Unit.path, Unit.id).where(
        Unit.series_code == contest.series_code, Unit.path.in_(set(paths.values()))
    )
    ids = {path: unit_id for path, unit_id in db.session.execute(above)}
    return {unit_id: ids.get(path, unit_id) for unit_id, path in paths.items()}


def _second_level(path: str) -> str:
    """ "/20/182/06634/" → "/20/182/"."""
    return "/".join(path.split("/")[:3]) + "/"


def closed_attempts(
    round_id: int,
    *,
    minimum_answered: int,
    decisions: Sequence[Decision],
    units: Mapping[int, int],
    enrolment_ids: Sequence[int] | None = None,
) -> Iterator[AttemptRow]:
    """Every closed attempt of the round by contestant number, then turn, streamed in a job's transaction.

    With `enrolment_ids` only theirs, at once: pages read without a transaction.
    """
    voided = {decision.attempt_id for decision in decisions if decision.kind == Kind.VOID}
    unranked = {decision.enrolment_id for decision in decisions if decision.kind == Kind.NOT_RANKED}
    unranked |= unranked_in(round_id).keys()
    query = (
        select(
            *(Attempt.id, Attempt.enrolment_id, Enrolment.contestant_no, Enrolment.league, Enrolment.unit_id),
            *(Attempt.number, Attempt.score, func.length(Attempt.offered), Attempt.prediction),
            *(Attempt.started_at, Attempt.finished_at, Attempt.answered_count, Enrolment.not_ranked_reason),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.round_id == round_id, Attempt.closed_at.is_not(None))
        .order_by(Enrolment.contestant_no, Attempt.number)
    )
    if enrolment_ids is None:
        query = query.execution_options(yield_per=STREAMED_ROWS)
    else:
        query = query.where(Attempt.enrolment_id.in_(enrolment_ids))
    for row in db.session.execute(query):
        attempt_id, enrolment_id, contestant_no, league, unit_id, *facts, answered, not_ranked_reason = row
        number, score, max_score, prediction, started_at, finished_at = facts
        yield AttemptRow(
            *(attempt_id, enrolment_id, contestant_no, league, units[unit_id], number, score, max_score),
            *(prediction, started_at, finished_at),
            answered >= minimum_answered and attempt_id not in voided,
            not_ranked_reason is None and enrolment_id not in unranked,
        )


def previous_freeze(freeze: Freeze) -> Freeze | None:
    """The computed freeze of the round before this one."""
    query = select(Freeze).where(
        Freeze.round_id == freeze.round_id, Freeze.number < freeze.number, Freeze.frozen_at.is_not(None)
    )
    return db.session.scalars(query.order_by(Freeze.number.desc()).limit(1)).one_or_none()


def places_of(freeze_id: int) -> dict[int, tuple[int, str | None]]:
    """Contestant number → (rank, prize) of a computed freeze."""
    query = (
        select(Enrolment.contestant_no, FrozenLine.rank, FrozenLine.prize)
        .join(Enrolment, Enrolment.id == FrozenLine.enrolment_id)
        .where(FrozenLine.freeze_id == freeze_id)
        .execution_options(yield_per=STREAMED_ROWS)
    )
    return {number: (rank, prize) for number, rank, prize in db.session.execute(query)}


def published_freeze(round_id: int) -> Freeze | None:
    """The freeze of the revision in force."""
    query = (
        select(Freeze)
        .join(Revision, Revision.freeze_id == Freeze.id)
        .join(Round, Round.id == Revision.round_id)
        .where(Round.id == round_id, Round.published_revision == Revision.number)
    )
    return db.session.scalars(query).one_or_none()


def unranked_people(round_id: int, decisions: Sequence[Decision]) -> list[tuple[int, str]]:
    """(enrolment, reason) of everybody with an attempt who is kept out of the ranking."""
    decided = {one.enrolment_id: one.reason for one in decisions if one.kind == Kind.NOT_RANKED}
    query = (
        select(Enrolment.id, Enrolment.not_ranked_reason)
        .join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .where(Attempt.round_id == round_id, Enrolment.not_ranked_reason.is_not(None))
        .distinct()
    )
    stated = {enrolment_id: reason or "" for enrolment_id, reason in db.session.execute(query)}
    listed = unranked_in(round_id)
    here = select(Attempt.enrolment_id).where(
        Attempt.round_id == round_id, Attempt.enrolment_id.in_(listed.keys())
    )
    by_list = {one: NOT_RANKED_REASONS[listed[one]] for one in db.session.scalars(here.distinct())}
    return sorted((stated | by_list | decided).items())


def count_closed_attempts(round_id: int) -> int:
    query = select(func.count()).where(Attempt.round_id == round_id, Attempt.closed_at.is_not(None))
    return db.session.scalar(query.select_from(Attempt)) or 0


def is_published(freeze_id: int) -> bool:
    return db.session.scalar(select(Revision.number).where(Revision.freeze_id == freeze_id)) is not None
