"""How participation is counted and shown: local days, age bands, rates, what is compared with what."""

from datetime import date, datetime, timedelta

from app.localtime import from_local, local_day

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
