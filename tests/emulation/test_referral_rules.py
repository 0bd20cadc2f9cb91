"""Marks of the weeks of somebody one brought, and the link that brings them."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.emulation import referral_rules as rules
from tests.portal.weeks import closing, opening

WEEKS = [rules.Week(number, closing(number)) for number in range(1, 6)]
IN_WEEK_3 = opening(3) + timedelta(days=2)


@pytest.mark.parametrize(
    ("since", "marks"),
    [
        (opening(1) - timedelta(days=1), [True, False, None, None, None]),
        (opening(2), [True, False, None, None, None]),
        (closing(2), [True, None, None, None, None]),
    ],
)
def test_a_week_before_the_account_is_no_missed_one(since, marks):
    found = rules.marks_of(WEEKS, {1}, since, label="tuần", now=IN_WEEK_3)

    assert [mark.is_taken for mark in found] == marks
    assert found[1].label == "Tuần 2"


def test_the_link_carries_the_code_and_the_units_of_the_contest():
    link = rules.link_of("https://thi.example.vn", "7K2Q-M4XP", series="vn-2024", root="20")

    assert urlsplit(link)[:3] == ("https", "thi.example.vn", "/dang-ky")
    assert parse_qs(urlsplit(link).query) == {"gt": ["7K2Q-M4XP"], "series": ["vn-2024"], "root": ["20"]}


def test_without_a_contest_the_link_names_no_units():
    assert (
        rules.link_of("https://thi.example.vn", "7K2Q-M4XP") == "https://thi.example.vn/dang-ky?gt=7K2Q-M4XP"
    )
