"""The figures of the dashboard as its charts show them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from app.formats import vn_number, vn_percent
from app.participation.charts import Column, ColumnsChart, TrendChart, columns_chart, trend_chart
from app.participation.dashboard_queries import Dashboard, Moment, WeekFigures
from app.participation.place_queries import Place
from app.participation.rules import rate_of
from app.participation.tally_queries import Figures

DAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def weeks_of(place: Place, read: Dashboard, now: datetime) -> ColumnsChart:
    """Rates by round, or people where no headcount or target is known."""
    has_rates = rate_of(0, read.total.base) is not None
    columns = [_column(place, week, read.total.base, now, has_rates) for week in read.weeks]
    target = rate_of(read.target, read.total.base) if read.target and read.base_name == "quân số" else None
    return columns_chart(columns, target)


def _column(place: Place, week: WeekFigures, base: int | None, now: datetime, has_rates: bool) -> Column:
    found = week.found
    name = f"{place.contest.label.capitalize()} {found.number}"
    short = f"{place.contest.label[:1].upper()}{found.number}"
    if week.figures is None:
        return Column(name, short, "", None, "")
    people = week.figures.people
    value, note = (rate_of(people, base), vn_number(people)) if has_rates else (float(people), "")
    words = vn_percent(value) if has_rates and value is not None else vn_number(people)
    return Column(name, short, note, value, words, is_unfinished=now < found.closes_at)


def trend_of(place: Place, read: Dashboard, moment: Moment) -> TrendChart:
    """People day after day, this round's and dashed the one's before."""
    label = place.contest.label.capitalize()
    line = grown(read.by_day[moment.found.id], moment.days, moment.day)
    compare_name = f"{label} {moment.previous.number}" if moment.previous else ""
    longest = max((moment.days, moment.previous_days), key=len)
    return trend_chart(
        [DAYS[day.weekday()] for day in longest],
        line,
        people_before(read, moment),
        name=f"{label} {moment.found.number}: {vn_number(line[-1])}" if line else "",
        compare_name=compare_name,
    )


def people_before(read: Dashboard, moment: Moment) -> list[int]:
    """As grown(), of the whole round before; empty without one."""
    if moment.previous is None:
        return []
    return grown(read.by_day[moment.previous.id], moment.previous_days, moment.previous_days[-1])


def grown(by_day: Mapping[date, Figures], days: Sequence[date], until: date) -> list[int]:
    """People of the round up to the end of each day."""
    sums, people = [], 0
    for day in days:
        if day > until:
            break
        people += by_day.get(day, Figures()).people
        sums.append(people)
    return sums
