"""How participation is counted and shown: local days, age bands, rates, what is compared with what."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from app.localtime import from_local, local_day

GENDERS = {"female": "Nữ", "male": "Nam", "other": "Khác", "": "Không ghi"}

# A rate of fewer people says nothing, and would tell who they are.
MINIMUM_HEADCOUNT = 20
LOW_RATE = 0.5

# Upper ages of the bands, both ends included; the last has none.
AGE_BANDS: tuple[tuple[str, int | None, str], ...] = (
    ("0-17", 17, "Dưới 18"),
    ("18-30", 30, "18–30"),
    ("31-45", 45, "31–45"),
    ("46-60", 60, "46–60"),
    ("61-", None, "Trên 60"),
)


def days_of(opens_at: datetime, closes_at: datetime) -> list[date]:
    """The local days on which a round may be taken, first to last."""
    first, last = local_day(opens_at), local_day(closes_at)
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def day_end(day: date) -> datetime:
    """The first moment after a local day."""
    after = day + timedelta(days=1)
    return from_local(after.year, after.month, after.day)


def same_day(day: date, days: Sequence[date], previous: Sequence[date]) -> date:
    """The day of the previous round that is as far from its opening; its last one when it was shorter."""
    offset = min((day - days[0]).days, len(previous) - 1)
    return previous[max(offset, 0)]


def rate_of(people: int, base: int | None) -> float | None:
    """The share of people who took part; None without a headcount or target, or with too small a one."""
    return people / base if base is not None and base >= MINIMUM_HEADCOUNT else None


def group_lines(groups: Mapping[tuple[str, str], int]) -> list[tuple[str, list[int]]]:
    """Name of each age band → people by gender in the order of GENDERS."""
    return [(name, [groups.get((code, gender), 0) for gender in GENDERS]) for code, _, name in AGE_BANDS]
