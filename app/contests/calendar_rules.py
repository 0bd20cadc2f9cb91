"""A calendar of rounds: which days a page shows, and what happens on each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.contests.rules import GRACE, RoundState, windows_overlap
from app.localtime import from_local, local_day

DAYS_A_WEEK = 7


class Span(StrEnum):
    WEEK = "tuan"
    MONTH = "thang"


class Kind(StrEnum):
    OPENS = "opens"
    CLOSES = "closes"
    FREEZE = "freeze"


@dataclass(frozen=True)
class Planned:
    """A round as the calendar knows it; `place` is its position in whatever list the caller has."""

    place: int
    opens_at: datetime
    closes_at: datetime
    state: RoundState


@dataclass(frozen=True)
class Entry:
    at: datetime
    kind: Kind
    place: int


def days_of(span: Span, day: date) -> list[date]:
    """The days of the week (from Monday) or of the month in which `day` lies."""
    if span is Span.WEEK:
        first = day - timedelta(days=day.weekday())
        return [first + timedelta(days=n) for n in range(DAYS_A_WEEK)]
    first = day.replace(day=1)
    length = (next_month(first) - first).days
    return [first + timedelta(days=n) for n in range(length)]


def next_month(first: date) -> date:
    """The first of the month after."""
    return (first + timedelta(days=32)).replace(day=1)


def neighbours(span: Span, days: Sequence[date]) -> tuple[date, date]:
    """A day in the span before and one in the span after."""
    return days[0] - timedelta(days=1), days[-1] + timedelta(days=1)


def window_of(days: Sequence[date]) -> tuple[datetime, datetime]:
    """From the first midnight to the midnight after the last day, in Viet Nam."""
    after = days[-1] + timedelta(days=1)
    first = days[0]
    return from_local(first.year, first.month, first.day), from_local(after.year, after.month, after.day)


def entries_by_day(rounds: Iterable[Planned]) -> dict[date, list[Entry]]:
    """Local day → what happens on it, in order. A cancelled round does nothing; one that closed, or will,
    wants its result frozen until it is."""
    entries = [entry for planned in rounds for entry in _entries(planned)]
    by_day: dict[date, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.place)):
        by_day.setdefault(local_day(entry.at), []).append(entry)
    return by_day


def _entries(planned: Planned) -> list[Entry]:
    if planned.state is RoundState.CANCELLED:
        return []
    found = [
        Entry(planned.opens_at, Kind.OPENS, planned.place),
        Entry(planned.closes_at, Kind.CLOSES, planned.place),
    ]
    if planned.state in (RoundState.SCHEDULED, RoundState.OPEN, RoundState.CLOSED):
        found.append(Entry(planned.closes_at + GRACE, Kind.FREEZE, planned.place))
    return found


def overlaps_of(rounds: Sequence[Planned]) -> list[tuple[Planned, Planned]]:
    """Pairs of rounds that are open at the same time, the earlier one first."""
    held = sorted(
        (planned for planned in rounds if planned.state is not RoundState.CANCELLED),
        key=lambda planned: (planned.opens_at, planned.place),
    )
    return [
        (first, second)
        for index, first in enumerate(held)
        for second in held[index + 1 :]
        if windows_overlap((first.opens_at, first.closes_at), (second.opens_at, second.closes_at))
    ]
