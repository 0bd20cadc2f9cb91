"""What a certificate says, when two are the same, and when one no longer holds."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commendation import certificate_rules as rules
from app.commendation.certificate_rules import Facts

DAY = date(2024, 4, 29)
ALL = (1, 2, 3, 4, 5)
FACTS = Facts("Thí sinh mẫu Liên", "Xã Bắc Quỳnh, Huyện Bắc Sơn", "tuần", ALL, ALL, 5)

numbers = st.sets(st.integers(1, 12))


@st.composite
def facts(draw):
    planned = draw(st.integers(1, 12))
    closed = tuple(range(1, draw(st.integers(1, planned)) + 1))
    taken = tuple(sorted(draw(st.sets(st.sampled_from(closed), min_size=1))))
    return Facts(draw(st.text(max_size=40)), draw(st.text(max_size=40)), "tuần", taken, closed, planned)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "đã thi đủ 05 tuần liên tục"),
        ({"rounds": (1, 2, 4)}, "đã tham gia 03 tuần trên tổng số 05 tuần"),
        ({"rounds": (1, 2), "closed": (1, 2)}, "tính đến ngày 29/04/2024 đã tham gia 02 tuần thi"),
        ({"rounds": (1,), "closed": (1,), "planned": 1}, "đã thi đủ 01 tuần"),
    ],
)
def test_the_sentence(changes, sentence):
    assert " ".join(rules.achievement(replace(FACTS, **changes), DAY)) == sentence


def test_rounds_in_words():
    assert rules.rounds_text(replace(FACTS, rounds=(1, 2, 4))) == "tuần 1, 2 và 4"
    assert rules.rounds_text(replace(FACTS, rounds=(3,))) == "tuần 3"


@given(facts())
def test_facts_survive_storing(one):
    assert rules.from_json(rules.as_json(one)) == one


@given(facts(), facts())
def test_only_the_same_facts_are_the_same_certificate(one, other):
    assert (rules.digest_of(one) == rules.digest_of(other)) == (one == other)


@given(facts(), numbers, st.booleans())
def test_it_holds_while_every_round_on_it_counts(one, taken_now, is_barred):
    standing = rules.standing_of(one, taken_now, is_barred=is_barred)

    should_hold = not is_barred and all(number in taken_now for number in one.rounds)
    assert standing is (rules.Standing.VALID if should_hold else rules.Standing.WITHDRAWN)


def test_nothing_is_certified_without_a_round():
    with pytest.raises(rules.NothingToCertify):
        rules.check_may_have(None)
    with pytest.raises(rules.NothingToCertify):
        rules.check_may_have(replace(FACTS, rounds=()))
    assert rules.check_may_have(FACTS) is FACTS
