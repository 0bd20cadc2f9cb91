"""The calendar of rounds: days, entries, overlaps, and its page."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contests import calendar_rules
from app.contests.calendar_rules import Kind, Planned, Span
from app.contests.rules import RoundState
from app.localtime import from_local, local_day
from tests.contests.world import NOW, make_contest, make_draft, make_role, scheduled, sign_in

PAGE = "/ban-to-chuc/lich"
DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@given(days)
def test_a_week_runs_from_monday_to_sunday(day):
    found = calendar_rules.days_of(Span.WEEK, day)

    assert day in found
    assert [each.weekday() for each in found] == list(range(7))


@given(days)
def test_a_month_has_all_its_days_and_its_neighbours_are_other_months(day):
    found = calendar_rules.days_of(Span.MONTH, day)
    before, after = calendar_rules.neighbours(Span.MONTH, found)

    assert {(each.year, each.month) for each in found} == {(day.year, day.month)}
    assert found == sorted(set(found))
    assert before == found[0] - DAY
    assert after == found[-1] + DAY
    assert before.month != day.month != after.month


def planned(place, first, last, state=RoundState.SCHEDULED):
    return Planned(place, from_local(2026, 3, first, 10), from_local(2026, 3, last, 9), state)


def test_a_round_opens_closes_and_wants_its_result_frozen():
    found = calendar_rules.entries_by_day([planned(0, 2, 9)])

    assert {day: [entry.kind for entry in entries] for day, entries in found.items()} == {
        date(2026, 3, 2): [Kind.OPENS],
        date(2026, 3, 9): [Kind.CLOSES, Kind.FREEZE],
    }


@pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.FROZEN, RoundState.PUBLISHED])
def test_what_is_frozen_or_a_draft_wants_no_freeze(state):
    found = calendar_rules.entries_by_day([planned(0, 2, 9, state)])

    assert [entry.kind for entries in found.values() for entry in entries] == [Kind.OPENS, Kind.CLOSES]


def test_a_cancelled_round_is_in_nobodys_way():
    gone = planned(0, 2, 9, RoundState.CANCELLED)

    assert calendar_rules.entries_by_day([gone]) == {}
    assert calendar_rules.overlaps_of([gone, planned(1, 2, 9)]) == []


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 10)), max_size=6))
def test_overlaps_are_those_that_share_a_moment(windows):
    rounds = [planned(n, first, first + length) for n, (first, length) in enumerate(windows)]

    found = {frozenset((first.place, second.place)) for first, second in calendar_rules.overlaps_of(rounds)}

    assert found == {
        frozenset((one.place, other.place))
        for one in rounds
        for other in rounds
        if one.place < other.place and one.opens_at < other.closes_at and other.opens_at < one.closes_at
    }


def test_the_page_names_rounds_holidays_and_overlaps(app, client, login, clock_at, db):
    clock_at(NOW)
    found, author = scheduled(levels=(48, 32))
    other = make_contest(author, slug="cuoc-thi-khac", name="Cuộc thi khác")
    make_draft(other, author)
    db.session.commit()
    sign_in(login, client, author)

    month = client.get(PAGE).text
    april = client.get(f"{PAGE}?ngay=2026-04-20").text
    week = client.get(f"{PAGE}?kieu=tuan&ngay={local_day(found.closes_at)}").text

    assert month.count("tuần 1 mở") == 2
    assert "Trùng khung giờ:" in month
    assert month.count("chưa lên lịch") == 2
    assert "Nghỉ: Ngày Chiến thắng" in april
    assert "tuần 1 đóng" in week
    assert "tuần 1 chốt kết quả" in week
    assert "tuần 1 mở" not in week


def test_another_contest_is_not_in_ones_calendar(app, client, login, clock_at, db):
    clock_at(NOW)
    _found, author = scheduled()
    other = make_contest(author, slug="cuoc-thi-khac", name="Cuộc thi khác")
    db.session.commit()
    sign_in(login, client, make_role("organiser", contest_id=other.id))

    assert "tuần 1" not in client.get(PAGE).text


@pytest.mark.parametrize(
    "query", ["kieu=nam", "ngay=2026-13-01", "ngay=mai", "ngay=2026-02-30", "ngay=9999-01-01"]
)
def test_a_wrong_day_is_refused(app, client, login, clock_at, db, query):
    clock_at(NOW)
    _found, author = scheduled()
    sign_in(login, client, author)

    assert client.get(f"{PAGE}?{query}").status_code == 400
