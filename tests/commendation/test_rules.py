"""Quotas, votes, working days, what a report lacks, evidence that changed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commendation import deadline_rules, evidence_rules, report_rules, rules
from app.commendation.evidence_rules import Item, Source
from app.commendation.report_rules import Honour, Report
from app.commendation.workflow_rules import State
from app.contests.holiday_rules import holidays_between

FRIDAY = date(2024, 4, 26)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@given(st.integers(0, 20), st.integers(0, 30), st.integers(0, 30))
def test_a_quota_is_never_exceeded(limit, taken, wanted):
    quota = rules.Quota(limit, taken)
    if taken + wanted <= max(limit, taken):
        rules.check_quota(quota, wanted)
    else:
        with pytest.raises(rules.QuotaFull):
            rules.check_quota(quota, wanted)


@given(st.integers(1, 99), st.integers(1, 100), st.data())
def test_a_vote_passes_with_the_share_of_those_present(present, percent, data):
    votes = data.draw(st.integers(0, present))
    assert rules.is_approved(votes, present, percent) is (votes / present >= percent / 100 - 1e-12)


def test_more_votes_than_members_are_refused():
    with pytest.raises(rules.TooManyVotes):
        rules.is_approved(8, 7, 50)


def slowly(start, count):
    day = start
    while count:
        day += timedelta(days=1)
        if day.weekday() < 5 and not holidays_between(day, day):
            count -= 1
    return day


@given(days, st.integers(0, 30))
def test_working_days_are_added_one_by_one(start, count):
    found = deadline_rules.add_working_days(start, count)
    assert found == slowly(start, count)
    assert deadline_rules.count_working_days(start, found) == count


@given(days, days)
def test_counting_backwards_is_the_negative(first, last):
    forwards = deadline_rules.count_working_days(first, last)
    assert deadline_rules.count_working_days(last, first) == -forwards


def test_weekends_and_holidays_are_skipped():
    # 27 and 28 April are a weekend, 30 April and 1 May are holidays.
    assert deadline_rules.add_working_days(FRIDAY, 1) == date(2024, 4, 29)
    assert deadline_rules.add_working_days(FRIDAY, 2) == date(2024, 5, 2)


def test_what_is_left_is_told_in_words():
    assert deadline_rules.remaining_words(date(2024, 5, 2), FRIDAY) == "còn 2 ngày làm việc"
    assert deadline_rules.remaining_words(FRIDAY, FRIDAY) == "hạn hôm nay"
    assert deadline_rules.remaining_words(FRIDAY, date(2024, 5, 2)) == "quá hạn 2 ngày làm việc"
    assert deadline_rules.remaining_words(FRIDAY, FRIDAY + timedelta(days=1)) == "quá hạn 1 ngày làm việc"


def test_a_body_may_set_its_own_deadlines():
    assert deadline_rules.due_on(State.SUBMITTED, FRIDAY, {}) == date(2024, 5, 3)
    assert deadline_rules.due_on(State.SUBMITTED, FRIDAY, {"submitted": 1}) == date(2024, 4, 29)
    assert deadline_rules.due_on(State.PUBLISHED, FRIDAY, {}) is None


@pytest.mark.parametrize("is_collective", [False, True])
def test_an_incomplete_report_names_what_is_missing(is_collective):
    required = [box for box in report_rules.fields_of(is_collective=is_collective) if box.is_required]
    assert report_rules.missing_items(Report(), is_collective=is_collective) == required
    with pytest.raises(report_rules.Incomplete, match=required[0].label):
        report_rules.check_complete(Report({required[1].name: "có"}), is_collective=is_collective)
    report_rules.check_complete(Report({box.name: "có" for box in required}), is_collective=is_collective)


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=20)),
    st.lists(st.builds(Honour, st.text(), st.text(), st.text(), st.text()), max_size=3),
)
def test_a_report_comes_back_from_json_as_it_was(fields, honours):
    report = Report(fields, tuple(honours))
    assert report_rules.from_json(report_rules.to_json(report)) == report


items = st.lists(
    st.builds(
        Item,
        st.sampled_from(Source),
        st.text(max_size=5),
        st.text(max_size=5),
        st.text(min_size=1, max_size=5),
        st.integers(1, 3),
    ),
    max_size=6,
    unique_by=lambda item: item.code,
)


@given(items, items)
def test_differences_are_those_that_anybody_would_find(frozen, fresh):
    told = {(one.label, one.frozen, one.now) for one in evidence_rules.differences(frozen, fresh)}
    old, new = {one.code: one for one in frozen}, {one.code: one for one in fresh}
    expected = set()
    for code in old.keys() | new.keys():
        before = old[code].value if code in old else ""
        after = new[code].value if code in new else ""
        if before != after:
            expected.add(((old.get(code) or new[code]).label, before, after))
    assert told == expected
    assert evidence_rules.differences(frozen, frozen) == []


@given(items, items)
def test_a_digest_names_exactly_these_items(one, other):
    assert (evidence_rules.digest_of(one) == evidence_rules.digest_of(other)) is (one == other)
