"""A unit's report: its lines, their sum, and when one is due. The sum is made of the lines, never apart."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.localtime import from_local, local, local_day

MINIMUM_HEADCOUNT = 20
DUE_HOUR = 7
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One unit. `people` are distinct in the report's period; `previous` people of the round before.

    `headcount` and `target` are people, None where nobody set them; `people_all_correct` is None over the
    whole contest, `previous` without a round before.
    """

    name: str
    people: int
    attempts: int
    newcomers: int
    people_all_correct: int | None
    headcount: int | None
    target: int | None
    previous: int | None

    @property
    def rate(self) -> float | None:
        return rate_of(self.people, self.headcount)

    @property
    def target_share(self) -> float | None:
        return self.people / self.target if self.target else None

    @property
    def change(self) -> int | None:
        return None if self.previous is None else self.people - self.previous


@dataclass(frozen=True)
class Week:
    """One round in a report of the whole contest."""

    number: int
    people: int
    attempts: int


@dataclass(frozen=True)
class Figures:
    """What a report says. `round_number` None: the whole contest, of which `weeks` are the rounds.

    `as_of` is when the tallies were counted; `opens_at` to `closes_at` is the period; `compared_with` the
    number of the round before; `predicts` whether the running figures would tell what people predict;
    `left_out` names units of the contest's tree that went to this one, of a later tree, only in part.
    """

    contest: str
    place: str
    label: str
    unit: str
    round_number: int | None
    opens_at: datetime
    closes_at: datetime
    as_of: datetime
    is_running: bool
    predicts: bool
    compared_with: int | None
    lines: Sequence[Line]
    total: Line
    weeks: Sequence[Week] = ()
    left_out: Sequence[str] = ()


def rate_of(people: int, headcount: int | None) -> float | None:
    """people / headcount; None without a headcount or below the minimum one."""
    return people / headcount if headcount is not None and headcount >= MINIMUM_HEADCOUNT else None


def total_of(name: str, lines: Sequence[Line], *, headcount: int | None, target: int | None) -> Line:
    """The sum of the lines; `headcount` and `target` are those of the unit itself."""
    return Line(
        name=name,
        people=sum(line.people for line in lines),
        attempts=sum(line.attempts for line in lines),
        newcomers=sum(line.newcomers for line in lines),
        people_all_correct=_sum_of([line.people_all_correct for line in lines]),
        headcount=headcount,
        target=target,
        previous=_sum_of([line.previous for line in lines]),
    )


def _sum_of(values: Sequence[int | None]) -> int | None:
    """None where one is missing, and of nothing."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def as_json(figures: Figures) -> dict[str, Any]:
    """JSON values, rates included; moments as people in Viet Nam read them."""
    content = asdict(figures)
    for name in ("opens_at", "closes_at", "as_of"):
        content[name] = local(content[name]).isoformat(timespec="seconds")
    content["lines"] = [_line_as_json(line) for line in figures.lines]
    content["total"] = _line_as_json(figures.total)
    return content


def _line_as_json(line: Line) -> dict[str, Any]:
    return asdict(line) | {"rate": line.rate, "target_share": line.target_share, "change": line.change}


def last_monday(now: datetime) -> date:
    """The Monday whose reports are due: the newest one whose seven o'clock has come."""
    day = local_day(now)
    monday = day - timedelta(days=day.weekday())
    return monday if now >= due_at(monday) else monday - WEEK


def due_at(monday: date) -> datetime:
    return from_local(monday.year, monday.month, monday.day, DUE_HOUR)


def find_reported(windows: Sequence[tuple[datetime, datetime]], monday: date) -> int | None:
    """Which of the rounds (opens_at, closes_at), in order, the reports of a Monday are about.

    The last that ran on the days before, unless it was over a week ago.
    """
    begins = from_local(monday.year, monday.month, monday.day)
    ran = [index for index, (opens_at, _closes_at) in enumerate(windows) if opens_at < begins]
    return ran[-1] if ran and windows[ran[-1]][1] > due_at(monday) - WEEK else None
