"""The windows of a series: no overlap, gaps kept, no holiday, hours kept; and what a bank must hold."""

import itertools
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contests import holiday_rules, series_rules
from app.contests.rules import POOL_FACTOR, Cell
from app.contests.series_rules import Plan, Supply
from app.localtime import from_local, local, local_day

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
FIRST_DAY = date(2026, 1, 1)


def make_plan(**changes):
    values = {
        "count": 5,
        "first_opens_at": from_local(2026, 3, 2, 10),
        "weekday": None,
        "opening_time": None,
        "closing_time": None,
        "gap": HOUR,
        "holidays": frozenset(),
    }
    return Plan(**(values | changes))


clock_times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30)))
plans = st.builds(
    Plan,
    count=st.integers(1, 12),
    first_opens_at=st.builds(
        lambda day, hour: from_local(day.year, day.month, day.day, hour.hour, hour.minute),
        st.dates(FIRST_DAY, date(2027, 12, 31)),
        clock_times,
    ),
    weekday=st.none() | st.integers(0, 6),
    opening_time=st.none() | clock_times,
    closing_time=st.none() | clock_times,
    gap=st.integers(0, series_rules.MAX_GAP_HOURS).map(lambda hours: hours * HOUR),
    holidays=st.frozensets(st.dates(FIRST_DAY, date(2028, 6, 30)), max_size=12)
    | st.builds(
        lambda day, length: frozenset(day + n * DAY for n in range(length)),
        st.dates(FIRST_DAY, date(2027, 12, 31)),
        st.integers(1, 25),
    ),
)


def test_weeks_with_one_hour_between_them():
    slots = series_rules.series_of(make_plan(count=3))

    assert [
        (f"{local(s.opens_at):%a %d/%m %H:%M}", f"{local(s.closes_at):%a %d/%m %H:%M}") for s in slots
    ] == [
        ("Mon 02/03 10:00", "Mon 09/03 09:00"),
        ("Mon 09/03 10:00", "Mon 16/03 09:00"),
        ("Mon 16/03 10:00", "Mon 23/03 09:00"),
    ]


def test_a_closing_hour_ends_a_week_the_last_time_before_the_gap():
    slots = series_rules.series_of(make_plan(closing_time=time(22)))

    assert {f"{local(slot.closes_at):%a %H:%M}" for slot in slots} == {"Sun 22:00"}


def test_a_first_round_that_opens_late_is_shorter():
    plan = make_plan(first_opens_at=from_local(2026, 3, 5, 9), weekday=0, opening_time=time(7))

    slots = series_rules.series_of(plan)

    assert f"{local(slots[0].closes_at):%d/%m %H:%M}" == "09/03 06:00"
    assert [f"{local(slot.opens_at):%d/%m %H:%M}" for slot in slots[1:3]] == ["09/03 07:00", "16/03 07:00"]


def test_a_first_round_too_near_the_usual_day_runs_into_the_next_week():
    plan = make_plan(first_opens_at=from_local(2026, 3, 7, 9), weekday=0, opening_time=time(7))

    assert f"{local(series_rules.series_of(plan)[0].closes_at):%d/%m %H:%M}" == "16/03 06:00"


def test_a_round_opens_after_the_holiday_and_closes_as_usual():
    plan = make_plan(holidays=frozenset({date(2026, 3, 9), date(2026, 3, 10)}))

    second = series_rules.series_of(plan)[1]

    assert (second.opens_at, second.moved_from) == (from_local(2026, 3, 11, 10), from_local(2026, 3, 9, 10))
    assert second.closes_at == from_local(2026, 3, 16, 9)


def test_a_week_of_holidays_is_passed_over():
    tet = frozenset(date(2026, 3, 9) + n * DAY for n in range(5))

    slots = series_rules.series_of(make_plan(holidays=tet))

    assert [slot.opens_at for slot in slots[:3]] == [
        from_local(2026, 3, 2, 10),
        from_local(2026, 3, 16, 10),
        from_local(2026, 3, 23, 10),
    ]
    assert [slot.moved_from for slot in slots[:3]] == [None, from_local(2026, 3, 9, 10), None]


@given(plans)
def test_any_series_is_in_order_with_its_gaps_and_without_holidays(plan):
    slots = series_rules.series_of(plan)

    assert len(slots) == plan.count
    assert slots[0].opens_at >= plan.first_opens_at
    for slot in slots:
        assert slot.opens_at < slot.closes_at
        assert local_day(slot.opens_at) not in plan.holidays
        assert slot.moved_from is None or slot.moved_from < slot.opens_at
    for before, after in itertools.pairwise(slots):
        assert before.closes_at + plan.gap <= after.opens_at


@given(plans)
def test_any_series_keeps_its_hours_on_the_clock_of_viet_nam(plan):
    slots = series_rules.series_of(plan)

    usual = plan.opening_time or local(plan.first_opens_at).time()
    assert {local(slot.opens_at).time() for slot in slots} <= {usual, local(plan.first_opens_at).time()}
    if plan.closing_time is not None:
        assert {local(slot.closes_at).time() for slot in slots} == {plan.closing_time}


@given(plans)
def test_any_series_is_the_one_a_calendar_gives_day_by_day(plan):
    assert [(slot.opens_at, slot.closes_at) for slot in series_rules.series_of(plan)] == by_hand(plan)


def by_hand(plan):
    """The same, looking at every quarter of an hour for the next opening."""
    first = local(plan.first_opens_at)
    weekday = first.weekday() if plan.weekday is None else plan.weekday
    hour = plan.opening_time or first.time()
    found, opens_at = [], plan.first_opens_at
    while len(found) < plan.count:
        following = opens_at + timedelta(days=3, hours=12)
        while local(following).weekday() != weekday or local(following).time() != hour:
            following += timedelta(minutes=15)
        closes_at = following - plan.gap
        while plan.closing_time is not None and local(closes_at).time() != plan.closing_time:
            closes_at -= timedelta(minutes=15)
        moved = opens_at
        while local_day(moved) in plan.holidays:
            moved += DAY
        if closes_at - moved >= (closes_at - opens_at) / 2:
            found.append((moved, closes_at))
        opens_at = following
    return found


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 2, 16), "Tết Nguyên đán"),
        (date(2026, 2, 20), "Tết Nguyên đán"),
        (date(2026, 4, 26), "Giỗ Tổ Hùng Vương"),
        (date(2026, 4, 30), "Ngày Chiến thắng"),
        (date(2030, 2, 2), "Tết Nguyên đán"),
        (date(2031, 9, 2), "Quốc khánh"),
    ],
)
def test_holidays_have_names(day, name):
    assert holiday_rules.holidays_between(day, day) == {day: name}


def test_holidays_between_two_days_come_in_order():
    found = holiday_rules.holidays_between(date(2026, 12, 1), date(2027, 2, 28))

    assert list(found) == sorted(found)
    assert next(iter(found)) == date(2027, 1, 1)
    assert len(found) == 6


TOPICS = ("a", "b", "c")
cell_lists = st.lists(
    st.builds(
        Cell,
        st.sets(st.sampled_from(TOPICS), min_size=1).map(lambda codes: tuple(sorted(codes))),
        st.integers(1, 2),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=3,
)


def test_a_bank_for_two_rounds_is_short_for_the_third():
    cells = [Cell(("a",), 1, 2)]

    supplies = series_rules.supplies_of([(cells, [16])] * 3)

    assert supplies == [[Supply(16, 8, 8)], [Supply(16, 8, 0)], [Supply(16, 8, -8)]]


@given(st.lists(cell_lists, min_size=1, max_size=4), st.data())
def test_what_is_proved_holds_however_the_rounds_draw(blueprints, data):
    """Every round takes whatever it may take: none that was proved is short."""
    bank = {
        number: (data.draw(st.sampled_from(TOPICS)), data.draw(st.integers(1, 2)))
        for number in range(data.draw(st.integers(0, 80)))
    }
    rounds = [(cells, [len(suitable(bank, cell)) for cell in cells]) for cells in blueprints]
    supplies = series_rules.supplies_of(rounds)

    left = dict(bank)
    for cells, proof in zip(blueprints, supplies, strict=True):
        free = dict(left)
        for cell, supply in zip(cells, proof, strict=True):
            fitting = suitable(free, cell)
            is_alone = not any(
                other is not cell and other.level == cell.level and set(other.topics) & set(cell.topics)
                for other in cells
            )
            if supply.spare >= 0 and is_alone:
                assert len(fitting) >= POOL_FACTOR * cell.count
            for number in fitting[: POOL_FACTOR * cell.count]:
                del left[number], free[number]


def suitable(bank, cell):
    return [number for number, (topic, level) in bank.items() if topic in cell.topics and level == cell.level]


def test_a_question_is_shown_to_a_quarter_and_two_papers_share_a_quarter():
    exposure = series_rules.exposure_of([Cell(("a",), 1, 6), Cell(("a",), 2, 4)])

    assert (exposure.share, exposure.overlap) == (0.25, 2.5)


def test_moments_are_utc():
    (slot, *_rest) = series_rules.series_of(make_plan())

    assert slot.opens_at == datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert slot.opens_at.tzinfo is UTC
