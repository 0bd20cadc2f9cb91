"""Read the tallies: how many took part in the subtree of a unit, and as of when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from app.extensions import db
from app.participation.models import GroupTally, TallyState, UnitTally
from app.units.models import Unit
from app.units.queries import under
from app.units.rules import paths_above, range_end

SUMS = (
    func.sum(UnitTally.people),
    func.sum(UnitTally.attempts),
    func.sum(UnitTally.people_all_correct),
    func.sum(UnitTally.newcomers),
)


@dataclass(frozen=True)
class Figures:
    """Of one round: người, lượt, người with every answer right, người for the first time in the contest.

    Over several rounds only `attempts` and `newcomers` have a meaning: `newcomers` are then the
    distinct people, as long as the rounds begin with the contest's first.
    """

    people: int = 0
    attempts: int = 0
    people_all_correct: int = 0
    newcomers: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.people + other.people,
            self.attempts + other.attempts,
            self.people_all_correct + other.people_all_correct,
            self.newcomers + other.newcomers,
        )

    def __sub__(self, other: "Figures") -> "Figures":
        return Figures(
            self.people - other.people,
            self.attempts - other.attempts,
            self.people_all_correct - other.people_all_correct,
            self.newcomers - other.newcomers,
        )


def figures_of_units(
    units: Sequence[Unit], round_ids: Sequence[int], until: date | None = None
) -> dict[int, Figures]:
    """Unit id → sums over the unit's subtree, up to and including the local day `until`."""
    found = dict.fromkeys((unit.id for unit in units), Figures())
    roots = {(unit.series_code, unit.path): unit.id for unit in units}
    query = select(Unit.series_code, Unit.path, *SUMS).join(UnitTally, UnitTally.unit_id == Unit.id)
    query = query.where(UnitTally.round_id.in_(round_ids), _within_reach(units))
    if until is not None:
        query = query.where(UnitTally.day <= until)
    query = query.group_by(Unit.id, Unit.series_code, Unit.path)
    for series, path, *sums in db.session.execute(query):
        for above in paths_above(path):
            root_id = roots.get((series, above))
            if root_id is not None:
                found[root_id] += Figures(*sums)
    return found


def figures_by_day(units: Sequence[Unit], round_ids: Sequence[int]) -> dict[int, dict[date, Figures]]:
    """Round id → day → what the day added below `units`, none of which stands below another."""
    query = (
        select(UnitTally.round_id, UnitTally.day, *SUMS)
        .where(UnitTally.round_id.in_(round_ids), UnitTally.unit_id.in_(_ids_below(units)))
        .group_by(UnitTally.round_id, UnitTally.day)
    )
    found: dict[int, dict[date, Figures]] = {round_id: {} for round_id in round_ids}
    for round_id, day, *sums in db.session.execute(query):
        found[round_id][day] = Figures(*sums)
    return found


def people_by_group(units: Sequence[Unit], round_id: int) -> dict[tuple[str, str], int]:
    """(age band, gender) → people of the round below `units`."""
    query = (
        select(GroupTally.age_band, GroupTally.gender, func.sum(GroupTally.people))
        .where(GroupTally.round_id == round_id, GroupTally.unit_id.in_(_ids_below(units)))
        .group_by(GroupTally.age_band, GroupTally.gender)
    )
    return {(band, gender): int(people) for band, gender, people in db.session.execute(query)}


def _ids_below(units: Sequence[Unit]) -> Select[Any] | list[int]:
    """The ids of all units at and below these; of one unit as a query."""
    if len(units) == 1:
        return select(Unit.id).where(under(units[0]))
    roots = {(unit.series_code, unit.path) for unit in units}
    rows = db.session.execute(select(Unit.id, Unit.series_code, Unit.path).where(_within_reach(units)))
    return [
        unit_id
        for unit_id, series, path in rows
        if not roots.isdisjoint((series, above) for above in paths_above(path))
    ]


def _within_reach(units: Sequence[Unit]) -> ColumnElement[bool]:
    """A range of the index on (series, path) for each series, from the first of these to the last.

    A join that asks for each unit whether it stands below one of many would compare all with all.
    """
    paths: dict[str, list[str]] = {}
    for unit in units:
        paths.setdefault(unit.series_code, []).append(unit.path)
    ranges = [
        and_(Unit.series_code == series, Unit.path >= min(some), Unit.path < max(map(range_end, some)))
        for series, some in paths.items()
    ]
    return or_(false(), *ranges)


def tallied_at(round_id: int) -> datetime | None:
    """When the round was last counted; None before the first time."""
    return db.session.scalar(select(TallyState.tallied_at).where(TallyState.round_id == round_id))
