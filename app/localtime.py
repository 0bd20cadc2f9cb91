"""Moments as people in Viet Nam read them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def local(moment: datetime) -> datetime:
    return moment.astimezone(VIETNAM)


def local_day(moment: datetime) -> date:
    return local(moment).date()


def from_local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """The UTC moment of a wall-clock time in Viet Nam."""
    return datetime(year, month, day, hour, minute, tzinfo=VIETNAM).astimezone(UTC)
