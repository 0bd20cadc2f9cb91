"""What the units of a collective board are measured by, from tallies, headcounts and published prizes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select

from app.accounts.models import Account
from app.contests.models import Round
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import UnitMove
from app.extensions import db
from app.localtime import local_day
from app.participation.board_models import BoardWeights
from app.participation.board_rules import Measure, Measured, Ranked, Weights, order
from app.participation.headcount_queries import headcounts_on
from app.participation.place_queries import Place
from app.participation.tally_queries import figures_of_units, tallied_at
from app.participation.tree_queries import Group, layout_of
from app.ranking.models import FrozenLine, Revision
from app.units.models import Unit
from app.units.queries import under


class Prize(NamedTuple):
    """Where the winner of one prize was enrolled when the round closed."""

    series_code: str
    path: str


@dataclass(frozen=True)
class Board:
    """`found` None: the whole contest. `as_of` is when the tallies were counted, None before the first time.

    `is_final` says that every result it stands on is published.
    """

    found: Round | None
    measure: Measure
    lines: Sequence[Ranked]
    weights: Weights | None
    as_of: datetime | None
    is_final: bool


def board_of(
    place: Place, found: Round | None, measure: Measure, now: datetime, *, is_lowest: bool = False
) -> Board:
    """The units right below the place, or with `is_lowest` those at the bottom of its tree."""
    rounds = [found] if found else [one for one in place.rounds if one.opens_at <= now]
    weights = weights_at(place.contest.id, min(now, rounds[-1].closes_at)) if rounds else None
    units = _measured(_groups(place, is_lowest), found, rounds, now)
    counted = [tallied_at(one.id) for one in rounds]
    return Board(
        found=found,
        measure=measure,
        lines=order(units, measure, weights),
        weights=weights,
        as_of=min((moment for moment in counted if moment is not None), default=None),
        is_final=bool(rounds) and all(one.published_revision is not None for one in rounds),
    )


def _groups(place: Place, is_lowest: bool) -> Sequence[Group]:
    """What the board compares; units that were dissolved before anybody came have nothing to show."""
    if is_lowest and place.is_native:
        query = select(Unit).where(under(place.unit), Unit.is_leaf, Unit.valid_to.is_(None))
        leaves = db.session.scalars(query.order_by(Unit.sort_key, Unit.code))
        return [Group(leaf, (leaf,)) for leaf in leaves]
    layout = layout_of(place, place.unit.series_code)
    return [group for group in layout.groups if group.unit.valid_to is None and group.members]


def has_lower_units(place: Place) -> bool:
    """Are there units below those right below the place?"""
    deep = select(Unit.id).where(under(place.unit), Unit.depth > place.unit.depth + 1).limit(1)
    return place.is_native and db.session.scalar(deep) is not None


def _measured(
    groups: Sequence[Group], found: Round | None, rounds: Sequence[Round], now: datetime
) -> list[Measured]:
    members = [member for group in groups for member in group.members]
    counts = figures_of_units(members, [one.id for one in rounds])
    day = local_day(min(now, rounds[-1].closes_at) if rounds else now)
    headcounts = headcounts_on([group.unit for group in groups], day)
    published = [one for one in rounds if one.published_revision is not None]
    prizes = _prizes(published) if published else None
    measured = []
    for group in groups:
        own = [counts[member.id] for member in group.members]
        measured.append(
            Measured(
                name=group.unit.full_name,
                people=sum(one.people if found else one.newcomers for one in own),
                attempts=sum(one.attempts for one in own),
                headcount=headcounts.get(group.unit.id),
                winners=None if prizes is None else _count(prizes, group),
            )
        )
    return measured


def _count(prizes: Sequence[Prize], group: Group) -> int:
    return sum(
        any(prize.series_code == one.series_code and prize.path.startswith(one.path) for one in group.members)
        for prize in prizes
    )


def _prizes(rounds: Sequence[Round]) -> list[Prize]:
    """The prizes of the revisions in force, one by one, where each winner was when that round closed."""
    query = (
        select(Round.closes_at, FrozenLine.enrolment_id, Enrolment.unit_id)
        .join(Revision, and_(Revision.round_id == Round.id, Revision.number == Round.published_revision))
        .join(FrozenLine, FrozenLine.freeze_id == Revision.freeze_id)
        .join(Enrolment, Enrolment.id == FrozenLine.enrolment_id)
        .where(Round.id.in_([one.id for one in rounds]), FrozenLine.prize.is_not(None))
    )
    won = db.session.execute(query).all()
    moves = _moves([enrolment_id for _closes_at, enrolment_id, _unit_id in won])
    units = [
        next((move.from_unit_id for move in moves if move.enrolment_id == who and move.at > closes_at), unit)
        for closes_at, who, unit in won
    ]
    rows = db.session.execute(select(Unit.id, Unit.series_code, Unit.path).where(Unit.id.in_(set(units))))
    places = {unit_id: Prize(series, path) for unit_id, series, path in rows}
    return [places[unit_id] for unit_id in units]


def _moves(enrolment_ids: Sequence[int]) -> Sequence[UnitMove]:
    """The earliest first."""
    query = select(UnitMove).where(UnitMove.enrolment_id.in_(enrolment_ids))
    return db.session.scalars(query.order_by(UnitMove.at, UnitMove.id)).all()


def weights_at(contest_id: int, moment: datetime) -> Weights | None:
    """The newest weights set by then; later ones do not change what was decided before them."""
    row = db.session.scalars(
        select(BoardWeights)
        .where(BoardWeights.contest_id == contest_id, BoardWeights.set_at <= moment)
        .order_by(BoardWeights.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Weights(row.people, row.attempts, row.rate, row.winners, row.minimum_headcount)


def weights_of(contest_id: int) -> list[tuple[BoardWeights, str]]:
    """Every set of weights with the name of who set it, the newest first."""
    query = select(BoardWeights, Account.full_name).join(Account, Account.id == BoardWeights.set_by)
    query = query.where(BoardWeights.contest_id == contest_id).order_by(BoardWeights.id.desc())
    return [(row, name) for row, name in db.session.execute(query)]
