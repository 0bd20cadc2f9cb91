"""Read the tallies: how many took part in the subtree of a unit, and as of when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.participation.headcount_queries import is_below
from app.participation.models import GroupTally, TallyState, UnitTally
from app.units.models import Unit

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
    root = aliased(Unit)
    query = select(root.id, *SUMS).select_from(root).join(Unit, is_below(root))
    query = _tallies(query, root, units, round_ids, until).group_by(root.id)
    found = dict.fromkeys((unit.id for unit in units), Figures())
    return found | {unit_id: Figures(*sums) for unit_id, *sums in db.session.execute(query)}


def figures_by_day(units: Sequence[Unit], round_ids: Sequence[int]) -> dict[int, dict[date, Figures]]:
    """Round id → day → what the day added below `units`, none of which stands below another."""
    root = aliased(Unit)
    query = select(UnitTally.round_id, UnitTally.day, *SUMS).select_from(root).join(Unit, is_below(root))
    query = _tallies(query, root, units, round_ids, None).group_by(UnitTally.round_id, UnitTally.day)
    found: dict[int, dict[date, Figures]] = {round_id: {} for round_id in round_ids}
    for round_id, day, *sums in db.session.execute(query):
        found[round_id][day] = Figures(*sums)
    return found


def people_by_group(units: Sequence[Unit], round_id: int) -> dict[tuple[str, str], int]:
    """(age band, gender) → people of the round below `units`, none of which stands below another."""
    root = aliased(Unit)
    query = (
        select(GroupTally.age_band, GroupTally.gender, func.sum(GroupTally.people))
        .select_from(root)
        .join(Unit, is_below(root))
        .join(GroupTally, GroupTally.unit_id == Unit.id)
        .where(root.id.in_([unit.id for unit in units]), GroupTally.round_id == round_id)
        .group_by(GroupTally.age_band, GroupTally.gender)
    )
    return {(band, gender): int(people) for band, gender, people in db.session.execute(query)}


def _tallies(
    query: Select[Any], root: type[Unit], units: Sequence[Unit], round_ids: Sequence[int], until: date | None
) -> Select[Any]:
    query = query.join(UnitTally, UnitTally.unit_id == Unit.id)
    query = query.where(root.id.in_([unit.id for unit in units]), UnitTally.round_id.in_(round_ids))
    return query if until is None else query.where(UnitTally.day <= until)


def tallied_at(round_id: int) -> datetime | None:
    """When the round was last counted; None before the first time."""
    return db.session.scalar(select(TallyState.tallied_at).where(TallyState.round_id == round_id))
