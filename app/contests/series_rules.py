"""A series of weekly rounds: when each opens and closes, and whether the bank can feed all of them."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.contests.rules import DAY, POOL_FACTOR, WEEK, Cell
from app.localtime import from_local, local, local_day

MAX_ROUNDS = 30
MAX_GAP_HOURS = 48
HALF = 2


@dataclass(frozen=True)
class Plan:
    """What an organiser says about a series.

    The second round opens on `weekday` (0 is Monday) at `opening_time`, and so does every one after it;
    None: as the first. `gap` lies at least between a closing and the next opening; with a
    `closing_time` a round closes at that hour of the day, the last time before the gap begins.
    """

    count: int
    first_opens_at: datetime
    weekday: int | None
    opening_time: time | None
    closing_time: time | None
    gap: timedelta
    holidays: frozenset[date]


@dataclass(frozen=True)
class Slot:
    """The window of one round; `moved_from` is the opening that a holiday did not allow."""

    opens_at: datetime
    closes_at: datetime
    moved_from: datetime | None


def series_of(plan: Plan) -> list[Slot]:
    """The windows of `plan.count` rounds.

    Each week has its regular opening. One that falls on a holiday moves to the first day after the
    holiday at the same hour; a week of which less than half would be left is passed over.
    """
    slots: list[Slot] = []
    wanted: datetime | None = None
    week = 0
    while len(slots) < plan.count:
        wanted = wanted or regular_opening(plan, week)
        window = _window(plan, week)
        if window is not None:
            slots.append(Slot(*window, moved_from=wanted if window[0] != wanted else None))
            wanted = None
        week += 1
    return slots


def _window(plan: Plan, week: int) -> tuple[datetime, datetime] | None:
    """When the week opens and closes; None where holidays leave less than half of it."""
    regular = regular_opening(plan, week)
    opens_at = after_holidays(regular, plan.holidays)
    closes_at = _closing(plan, regular_opening(plan, week + 1))
    is_long_enough = (closes_at - opens_at) * HALF >= closes_at - regular
    return (opens_at, closes_at) if is_long_enough else None


def regular_opening(plan: Plan, week: int) -> datetime:
    """When the week (from 0) opens if no holiday is in the way."""
    if week == 0:
        return plan.first_opens_at
    first = local(plan.first_opens_at)
    weekday = first.weekday() if plan.weekday is None else plan.weekday
    hour = plan.opening_time or first.time()
    second = at_hour(first.date() + timedelta(days=(weekday - first.weekday()) % 7), hour)
    while second - plan.first_opens_at < WEEK / HALF:
        second += WEEK
    return second + (week - 1) * WEEK


def _closing(plan: Plan, following: datetime) -> datetime:
    latest = following - plan.gap
    if plan.closing_time is None:
        return latest
    closes_at = at_hour(local_day(latest), plan.closing_time)
    return closes_at if closes_at <= latest else closes_at - DAY


def at_hour(day: date, hour: time) -> datetime:
    """A wall-clock time in Viet Nam, which has no summer time: a day is always 24 hours."""
    return from_local(day.year, day.month, day.day, hour.hour, hour.minute)


def after_holidays(moment: datetime, holidays: Set[date]) -> datetime:
    """The moment, or the same hour of the first day after it that is no holiday."""
    while local_day(moment) in holidays:
        moment += DAY
    return moment


@dataclass(frozen=True)
class Supply:
    """What the bank has for one cell of one round: `spare` is what is left when the rounds before and this
    one have taken theirs, in the worst case; negative when papers may become impossible."""

    available: int
    needed: int
    spare: int


def supplies_of(rounds: Sequence[tuple[Sequence[Cell], Sequence[int]]]) -> list[list[Supply]]:
    """Per round (its cells, and how many usable questions there are for each) the supply of each cell.

    Rounds are scheduled in this order and draw by chance, so each earlier one is taken to use up
    questions that suit this cell as far as its own cells may: what holds then always holds.
    """
    supplies = []
    for index, (cells, available) in enumerate(rounds):
        earlier = [cell for others, _counts in rounds[:index] for cell in others]
        supplies.append([_supply(cell, count, earlier) for cell, count in zip(cells, available, strict=True)])
    return supplies


def _supply(cell: Cell, available: int, earlier: Sequence[Cell]) -> Supply:
    taken = sum(POOL_FACTOR * other.count for other in earlier if _may_share(cell, other))
    needed = POOL_FACTOR * cell.count
    return Supply(available, needed, available - taken - needed)


def _may_share(cell: Cell, other: Cell) -> bool:
    return cell.level == other.level and bool(set(cell.topics) & set(other.topics))


@dataclass(frozen=True)
class Exposure:
    """How papers of one blueprint resemble each other: shares from 0 to 1, `overlap` in questions."""

    share: float
    overlap: float


def exposure_of(cells: Sequence[Cell]) -> Exposure:
    """`share` of the papers show a question of the pool (count / pool, the same in every cell);
    two papers have `overlap` questions in common on average (count × count / pool, added up)."""
    overlap = sum(cell.count * cell.count / (POOL_FACTOR * cell.count) for cell in cells)
    return Exposure(1 / POOL_FACTOR, overlap)
