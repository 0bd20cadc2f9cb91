"""What a unit's staff should see to this week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.contests.models import Round
from app.localtime import local_day
from app.participation import declaration_queries, missing_queries
from app.participation.headcount_queries import headcounts_on, targets_of
from app.participation.headcount_rules import is_over
from app.participation.missing_queries import Search
from app.participation.place_queries import Place
from app.participation.rules import LOW_RATE, rate_of
from app.participation.tally_queries import figures_of_units
from app.units.models import Unit
from app.units.queries import children_of


@dataclass(frozen=True)
class Over:
    """A unit with more participants than people: some have probably chosen the wrong unit."""

    unit: Unit
    people: int
    headcount: int


@dataclass(frozen=True)
class Todo:
    """`never_reminded` counts people; None once the round is over."""

    found: Round
    low: Sequence[Unit]
    waiting: int
    over: Sequence[Over]
    never_reminded: int | None

    @property
    def is_empty(self) -> bool:
        return not (self.low or self.waiting or self.over or self.never_reminded)


def find_todo(place: Place, now: datetime) -> Todo | None:
    """Of the newest round that has opened; None before the first."""
    found = place.find_latest_round(now)
    if found is None:
        return None
    units = [place.unit, *children_of(place.unit)]
    day = local_day(min(now, found.closes_at))
    people = {unit_id: figures.people for unit_id, figures in figures_of_units(units, [found.id]).items()}
    headcounts, targets = headcounts_on(units, day), targets_of(place.contest.id, units)
    bases = headcounts if place.unit.id in headcounts else targets
    rates = [(unit, rate_of(people[unit.id], bases.get(unit.id))) for unit in units[1:]]
    return Todo(
        found=found,
        low=[unit for unit, rate in rates if rate is not None and rate < LOW_RATE],
        waiting=declaration_queries.count_waiting(place.unit),
        over=_over(units, people, headcounts),
        never_reminded=_count_never_reminded(place, found) if now < found.closes_at else None,
    )


def units_over(place: Place, now: datetime) -> list[Over]:
    """The place's unit and those directly below it with more people in the newest round than they have."""
    found = place.find_latest_round(now)
    if found is None:
        return []
    units = [place.unit, *children_of(place.unit)]
    figures = figures_of_units(units, [found.id])
    people = {unit_id: each.people for unit_id, each in figures.items()}
    return _over(units, people, headcounts_on(units, local_day(min(now, found.closes_at))))


def _over(units: Sequence[Unit], people: dict[int, int], headcounts: dict[int, int]) -> list[Over]:
    return [
        Over(unit, people[unit.id], headcounts[unit.id])
        for unit in units
        if is_over(people[unit.id], headcounts.get(unit.id))
    ]


def _count_never_reminded(place: Place, found: Round) -> int:
    search = Search(found, None, missing_queries.homes_of(place, place.unit))
    missing = missing_queries.count_missing(place, place.unit, search).people
    return max(0, missing - missing_queries.count_reminded(search))
