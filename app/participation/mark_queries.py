"""What a round's tallies depend on, as a short mark: the same mark needs no new count."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from app.contests.models import Contest, Round
from app.contests.queries import public_rounds_of
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge, UnitMove
from app.extensions import db
from app.participation.models import TallyState
from app.ranking.models import Decision, LiveBoard, Regrade


def rounds_to_count(contest: Contest) -> list[Round]:
    """The contest's scheduled rounds whose tallies are not those of their standings any more."""
    rounds = public_rounds_of(contest)
    marks = marks_of(rounds)
    kept = select(TallyState.round_id, TallyState.mark).where(TallyState.round_id.in_(marks))
    counted = {round_id: mark for round_id, mark in db.session.execute(kept)}
    return [found for found in rounds if counted.get(found.id) != marks[found.id]]


def contests_with_standings() -> Sequence[Contest]:
    """Contests in which at least one attempt has been counted."""
    counted = select(Round.contest_id).join(LiveBoard, LiveBoard.round_id == Round.id)
    return db.session.scalars(select(Contest).where(Contest.id.in_(counted)).order_by(Contest.id)).all()


def marks_of(rounds: Sequence[Round]) -> dict[int, str]:
    """Round id → digest of the live figures, decisions and regrades of this round and those before it
    (who is new depends on them), and of the merges and moves that concern it.

    `rounds` are those of one contest in order. Live figures that fall and rise again unseen do so only
    by a decision or a regrade. A move after a round's closing leaves that round alone.
    """
    ids = [found.id for found in rounds]
    figures = _by_round(
        select(LiveBoard.round_id, LiveBoard.people, LiveBoard.attempts, LiveBoard.people_all_correct).where(
            LiveBoard.round_id.in_(ids)
        )
    )
    decided = _by_round(
        select(Decision.round_id, func.count(), func.count(Decision.undone_at))
        .where(Decision.round_id.in_(ids))
        .group_by(Decision.round_id)
    )
    regraded = _by_round(
        select(Regrade.round_id, func.count()).where(Regrade.round_id.in_(ids)).group_by(Regrade.round_id)
    )
    moved = _by_round(
        select(Round.id, func.count(UnitMove.id))
        .join(Enrolment, Enrolment.contest_id == Round.contest_id)
        .join(UnitMove, UnitMove.enrolment_id == Enrolment.id)
        .where(Round.id.in_(ids), UnitMove.at <= Round.closes_at)
        .group_by(Round.id)
    )
    digest = hashlib.sha256(repr(_merges(rounds[0].contest_id) if rounds else ()).encode())
    marks = {}
    for found in rounds:
        if found.cancelled_at is None:
            parts = (figures.get(found.id), decided.get(found.id), regraded.get(found.id))
            digest.update(repr((found.opens_at, found.closes_at, parts)).encode())
        own = digest.copy()
        own.update(repr((found.id, found.cancelled_at, moved.get(found.id))).encode())
        marks[found.id] = own.hexdigest()
    return marks


def _merges(contest_id: int) -> tuple[Any, ...]:
    """How many accounts of the contest were merged into others, and given back."""
    query = select(func.count(), func.count(AccountMerge.undone_at))
    query = query.join(Enrolment, Enrolment.account_id == AccountMerge.absorbed_id)
    return tuple(db.session.execute(query.where(Enrolment.contest_id == contest_id)).one())


def _by_round(query: Select[Any]) -> dict[int, tuple[Any, ...]]:
    return {round_id: tuple(parts) for round_id, *parts in db.session.execute(query)}
