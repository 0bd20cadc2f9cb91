"""Read the tallies: how many took part in the subtree of a unit, and as of when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from app.extensions import db
from app.participation.models import TallyState, UnitTally
from app.units.models import Unit
from app.units.queries import under

# More subtrees than this are read as the whole series.
SUBTREES_APART = 8


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


def figures_of_units(
    units: Sequence[Unit], round_ids: Sequence[int], until: date | None = None
) -> dict[int, Figures]:
    """Unit id → sums over the unit's subtree, up to and including the local day `until`."""
    found = dict.fromkeys((unit.id for unit in units), Figures())
    if not units or not round_ids:
        return found
    ids = {(unit.series_code, unit.path): unit.id for unit in units}
    for series, path, *counts in db.session.execute(_sums(units, round_ids, until)):
        for above in paths_above(path):
            unit_id = ids.get((series, above))
            if unit_id is not None:
                found[unit_id] += Figures(*counts)
    return found


def _sums(units: Sequence[Unit], round_ids: Sequence[int], until: date | None) -> Select[Any]:
    """Series, path and sums of every unit that has people at or below one of `units`."""
    query = (
        select(
            *(Unit.series_code, Unit.path, func.sum(UnitTally.people), func.sum(UnitTally.attempts)),
            *(func.sum(UnitTally.people_all_correct), func.sum(UnitTally.newcomers)),
        )
        .join(Unit, Unit.id == UnitTally.unit_id)
        .where(UnitTally.round_id.in_(round_ids))
        .group_by(Unit.id, Unit.series_code, Unit.path)
    )
    if until is not None:
        query = query.where(UnitTally.day <= until)
    if len(units) <= SUBTREES_APART:
        return query.where(or_(*(under(unit) for unit in units)))
    return query.where(Unit.series_code.in_({unit.series_code for unit in units}))


def paths_above(path: str) -> Iterable[str]:
    """ "/20/182/" → "/20/", "/20/182/": the unit itself and every unit above it."""
    ends = [index for index, letter in enumerate(path) if letter == "/" and index > 0]
    return (path[: end + 1] for end in ends)


def tallied_at(round_id: int) -> datetime | None:
    """When the round was last counted; None before the first time."""
    return db.session.scalar(select(TallyState.tallied_at).where(TallyState.round_id == round_id))
