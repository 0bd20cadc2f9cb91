"""Days, rates, rows and charts: plain values in, plain values out."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.localtime import from_local, local_day
from app.participation.charts import BOTTOM, TOP, WIDTH, Column, columns_chart, trend_chart
from app.participation.rules import day_end, days_of, group_lines, rate_of, same_day
from app.participation.table_rules import ORDERS, Line, ordered, sum_known

MOMENTS = st.datetimes(from_local(2024, 1, 1).replace(tzinfo=None)).map(
    lambda moment: from_local(2024, 1, 1) + (moment - moment.min) % timedelta(days=400)
)
COUNTS = st.integers(0, 2_000_000)


def line(name="Xã mẫu", people=0, base=None, **values):
    return Line(None, name, people, values.pop("attempts", people), 0, base=base, **values)


@given(MOMENTS, st.timedeltas(timedelta(seconds=1), timedelta(days=60)), st.floats(0, 1))
def test_every_moment_of_a_round_falls_into_one_of_its_days(opens_at, length, share):
    days = days_of(opens_at, opens_at + length)
    moment = opens_at + length * share

    index = sum(moment >= day_end(day) for day in days[:-1])

    assert days[index] == local_day(moment)
    assert days == sorted(set(days))


def test_a_day_ends_at_midnight_in_viet_nam():
    assert day_end(date(2024, 3, 31)) == from_local(2024, 4, 1)


def test_weeks_are_compared_at_the_same_day_from_their_opening():
    week = days_of(from_local(2024, 4, 8, 8), from_local(2024, 4, 14, 22))
    before = days_of(from_local(2024, 4, 1, 8), from_local(2024, 4, 7, 22))
    short = before[:3]

    assert same_day(date(2024, 4, 11), week, before) == date(2024, 4, 4)
    assert same_day(date(2024, 4, 14), week, short) == date(2024, 4, 3)
    assert same_day(date(2024, 4, 1), week, before) == date(2024, 4, 1)


def test_a_rate_needs_a_headcount_that_is_large_enough():
    assert rate_of(15, None) is None
    assert rate_of(15, 19) is None
    assert rate_of(15, 20) == 0.75
    assert rate_of(30, 20) == 1.5


def test_a_row_knows_what_is_low_missing_and_impossible():
    low, above, unknown = line(people=9, base=20), line(people=21, base=20), line(people=9)

    assert (low.is_low, low.missing, low.is_above_all) == (True, 11, False)
    assert (above.is_low, above.missing, above.is_above_all) == (False, 0, True)
    assert (unknown.rate, unknown.missing, unknown.is_low, unknown.is_above_all) == (None, None, False, False)


def test_changes_are_whole_points_of_the_shown_rates():
    assert line(people=61, base=100, before=52).change == 9
    assert line(people=52, base=100, before=61).change == -9
    assert line(people=52, base=100).change is None
    assert line(people=52, before=61).change is None


def test_all_correct_is_a_share_of_people():
    assert Line(None, "", 4, 9, 1).all_correct_share == 0.25
    assert Line(None, "", 0, 0, 0).all_correct_share is None


@given(st.lists(st.tuples(COUNTS, st.none() | st.integers(1, 2_000_000))), st.sampled_from(list(ORDERS)))
def test_ordering_keeps_every_row(rows, order):
    lines = [line(str(place), people, base) for place, (people, base) in enumerate(rows)]

    assert sorted(ordered(lines, order), key=lambda one: int(one.name)) == lines


def test_the_lowest_rate_comes_first_and_the_unknown_last():
    half, quarter, unknown = line("a", 50, 100), line("b", 25, 100), line("c", 3)

    assert ordered([half, unknown, quarter], "ty-le") == [quarter, half, unknown]
    assert ordered([half, unknown, quarter], "chua-thi") == [quarter, half, unknown]
    assert ordered([unknown, quarter, half], "nguoi") == [half, quarter, unknown]
    assert ordered([half, unknown, quarter], "ten") == [half, unknown, quarter]


def test_a_sum_needs_all_its_parts():
    assert sum_known([3, 4]) == 7
    assert sum_known([3, None]) is None
    assert sum_known([]) is None


def test_groups_are_shown_whole_even_when_nobody_is_in_them():
    lines = dict(group_lines({("18-30", "female"): 3, ("61-", ""): 2}))

    assert lines["18–30"] == [3, 0, 0, 0]
    assert lines["Trên 60"] == [0, 0, 0, 2]
    assert lines["Dưới 18"] == [0, 0, 0, 0]


@given(st.lists(st.none() | st.floats(0, 3), min_size=1, max_size=12), st.none() | st.floats(0.1, 1.2))
def test_columns_stand_on_the_axis_inside_the_picture(values, target):
    columns = [Column(f"Tuần {place}", f"T{place}", "", value, "") for place, value in enumerate(values)]

    chart = columns_chart(columns, target)

    assert len(chart.bars) == len(values)
    for bar in chart.bars:
        assert abs(bar.y + bar.height - BOTTOM) <= 0.1
        assert bar.y >= TOP - 0.1
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
    if target is not None:
        assert TOP - 0.1 <= chart.target_y <= BOTTOM


def test_an_open_week_is_hatched_and_its_value_stands_above():
    done, opened = (Column("Tuần 1", "T1", "9", 0.9, "90,0%", is_unfinished=flag) for flag in (False, True))

    chart = columns_chart([done, opened], None)

    assert [bar.is_hatched for bar in chart.bars] == [False, True]
    assert [bar.has_value_inside for bar in chart.bars] == [True, False]


@given(st.lists(COUNTS, max_size=40), st.lists(COUNTS, max_size=40))
def test_lines_stay_inside_the_picture(line, compare):
    line, compare = sorted(line), sorted(compare)
    days = ["T2"] * max(len(line), len(compare), 1)

    chart = trend_chart(days, line, compare, name="Tuần 2", compare_name="Tuần 1")

    for points, numbers in ((chart.line, line), (chart.compare, compare)):
        placed = [tuple(map(float, point.split(","))) for point in points.split()]
        assert len(placed) == len(numbers)
        assert all(0 <= x <= WIDTH and TOP - 0.1 <= y <= BOTTOM for x, y in placed)
    assert len(chart.labels) == bool(line) + bool(compare)
    assert 1 <= len(chart.ticks) <= 3
    assert len(chart.days) <= 8
