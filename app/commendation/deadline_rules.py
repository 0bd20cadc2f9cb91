"""How long each step may take, in working days, and how late it is."""

from collections.abc import Mapping
from datetime import date, timedelta

from app.commendation.workflow_rules import State
from app.contests.holiday_rules import holidays_between

SATURDAY = 5
MOST_DAYS = 60
# Longer than any number of days that a step may take, holidays in between included.
HORIZON = timedelta(days=4 * MOST_DAYS)
# Provinces publish 8 to 12 working days for the whole way from submission to decision.
DEFAULT_DAYS = {
    State.CHOSEN: 3,
    State.REPORTING: 5,
    State.RETURNED: 3,
    State.SUBMITTED: 3,
    State.APPRAISED: 2,
    State.COUNCIL: 4,
    State.APPROVED: 2,
    State.DECIDED: 2,
}


def is_working(day: date) -> bool:
    return day.weekday() < SATURDAY and not holidays_between(day, day)


def add_working_days(start: date, days: int) -> date:
    """The day on which the `days`-th working day after `start` falls; 0: `start` itself."""
    holidays = holidays_between(start, start + HORIZON)
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            days -= 1
    return day


def count_working_days(first: date, last: date) -> int:
    """Working days after `first` up to and including `last`; negative when `last` comes before."""
    if last < first:
        return -count_working_days(last, first)
    holidays = holidays_between(first, last)
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(1 for day in days if day.weekday() < SATURDAY and day not in holidays)


def due_on(state: State, today: date, deadlines: Mapping[str, int]) -> date | None:
    """The last day for the step that `state` waits for; None where nothing waits."""
    days = deadlines.get(state, DEFAULT_DAYS.get(state))
    return None if days is None else add_working_days(today, days)


def remaining_words(due: date, today: date) -> str:
    """ "còn 3 ngày làm việc", "hạn hôm nay", "quá hạn 2 ngày làm việc"."""
    if today > due:
        late = max(count_working_days(due, today), 1)
        return f"quá hạn {late} ngày làm việc"
    left = count_working_days(today, due)
    return f"còn {left} ngày làm việc" if today < due and left else "hạn hôm nay"
