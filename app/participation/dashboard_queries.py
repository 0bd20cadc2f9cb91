"""Everything the page of one place in one week shows, read in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.contests.models import Round
from app.localtime import local_day
from app.participation import tally_queries
from app.participation.headcount_queries import headcounts_on, targets_of
from app.participation.place_queries import Place
from app.participation.rules import days_of, same_day
from app.participation.table_rules import Line, sum_known
from app.participation.tally_queries import Figures
from app.participation.tree_queries import Layout
from app.units.models import Unit


@dataclass(frozen=True)
class Moment:
    """A round as of a local day: `day` lies within it, or before it while it has not opened.

    `asked` is the day that was asked for; None: as of now.
    """

    today: date
    asked: date | None
    found: Round
    days: Sequence[date]
    day: date
    previous: Round | None
    previous_days: Sequence[date]

    @property
    def previous_day(self) -> date | None:
        """The day of the round before to compare with."""
        return same_day(self.day, self.days, self.previous_days) if self.previous else None

    @property
    def is_whole(self) -> bool:
        return self.day == self.days[-1]


@dataclass(frozen=True)
class WeekFigures:
    """A round of the contest up to the day that was asked for; `figures` None: it had not opened."""

    found: Round
    figures: Figures | None


@dataclass(frozen=True)
class Dashboard:
    """`base_name` says what rates are of: "quân số", "chỉ tiêu", or empty when neither is known."""

    total: Line
    lines: Sequence[Line]
    rest: Line | None
    base_name: str
    weeks: Sequence[WeekFigures]
    by_day: Mapping[int, Mapping[date, Figures]]
    groups: Mapping[tuple[str, str], int]
    headcount: int | None
    target: int | None
    tallied_at: datetime | None


def moment_of(place: Place, found: Round, day: date | None, now: datetime) -> Moment:
    """`day` None: as of now."""
    days = days_of(found.opens_at, found.closes_at)
    earlier = [other for other in place.rounds if other.number < found.number]
    previous = earlier[-1] if earlier else None
    today = local_day(now)
    until = min(day or today, today, days[-1])
    return Moment(
        *(today, day, found, days, until, previous),
        days_of(previous.opens_at, previous.closes_at) if previous else (),
    )


def read_dashboard(place: Place, layout: Layout, moment: Moment) -> Dashboard:
    units = _units_of(layout)
    counted = tally_queries.figures_of_units(units, [moment.found.id], moment.day)
    before = _before(units, moment)
    headcounts, targets = headcounts_on(units, moment.day), targets_of(place.contest.id, units)
    headcount, target = _known(layout.whole, headcounts), _known(layout.whole, targets)
    bases = headcounts if headcount is not None else targets
    columns = Columns(counted, before, bases, targets)
    total = columns.line(None, place.unit.full_name, layout.whole)
    lines = [columns.line(group.unit.id, group.unit.full_name, group.members) for group in layout.groups]
    by_day = tally_queries.figures_by_day(layout.whole, [found.id for found in place.rounds])
    return Dashboard(
        total=total,
        lines=lines,
        rest=_rest(total, lines) if layout.groups else None,
        base_name=("chỉ tiêu", "quân số")[headcount is not None] if total.base is not None else "",
        weeks=[WeekFigures(found, _up_to(found, by_day[found.id], moment)) for found in place.rounds],
        by_day=by_day,
        groups=tally_queries.people_by_group(layout.whole, moment.found.id),
        headcount=headcount,
        target=target,
        tallied_at=tally_queries.tallied_at(moment.found.id),
    )


@dataclass(frozen=True)
class Columns:
    """What is known of each unit by its id; `before` None when there is no round before."""

    counted: Mapping[int, Figures]
    before: Mapping[int, Figures] | None
    bases: Mapping[int, int]
    targets: Mapping[int, int]

    def line(self, unit_id: int | None, name: str, members: Sequence[Unit]) -> Line:
        figures = _sum(self.counted, members)
        return Line(
            unit_id=unit_id,
            name=name,
            people=figures.people,
            attempts=figures.attempts,
            people_all_correct=figures.people_all_correct,
            base=_known(members, self.bases),
            before=None if self.before is None else _sum(self.before, members).people,
            target=_known(members, self.targets),
        )


def _units_of(layout: Layout) -> list[Unit]:
    units = {unit.id: unit for unit in layout.whole}
    units |= {unit.id: unit for group in layout.groups for unit in group.members}
    return list(units.values())


def _before(units: Sequence[Unit], moment: Moment) -> Mapping[int, Figures] | None:
    if moment.previous is None:
        return None
    return tally_queries.figures_of_units(units, [moment.previous.id], moment.previous_day)


def _sum(figures: Mapping[int, Figures], members: Sequence[Unit]) -> Figures:
    return sum((figures[unit.id] for unit in members), Figures())


def _known(members: Sequence[Unit], numbers: Mapping[int, int]) -> int | None:
    return sum_known([numbers.get(unit.id) for unit in members])


def _rest(total: Line, lines: Sequence[Line]) -> Line | None:
    """What the total has and no row: people of units that no row stands for."""
    rest = Line(
        unit_id=None,
        name="",
        people=total.people - sum(line.people for line in lines),
        attempts=total.attempts - sum(line.attempts for line in lines),
        people_all_correct=total.people_all_correct - sum(line.people_all_correct for line in lines),
    )
    return rest if rest.attempts else None


def _up_to(found: Round, days: Mapping[date, Figures], moment: Moment) -> Figures | None:
    until = moment.asked or moment.today
    if local_day(found.opens_at) > until:
        return None
    return sum((figures for day, figures in days.items() if day <= until), Figures())
