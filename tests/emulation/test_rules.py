"""Streaks and masks against slow references, for any rounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.emulation import rules

NUMBERS = st.lists(st.integers(1, rules.MOST_ROUNDS), unique=True, max_size=12).map(sorted).map(tuple)


@st.composite
def taken_rounds(draw):
    """(rounds that count, those that were taken, perhaps others too)."""
    numbers = draw(NUMBERS)
    return numbers, draw(st.sets(st.integers(1, rules.MOST_ROUNDS), max_size=20) | st.just(set(numbers)))


def slow_longest(numbers, taken):
    """Try every stretch of consecutive rounds."""
    stretches = [numbers[start:end] for end in range(len(numbers) + 1) for start in range(end)]
    return max((len(one) for one in stretches if all(number in taken for number in one)), default=0)


@given(taken_rounds())
def test_the_longest_streak_is_the_longest_stretch_without_a_gap(rounds):
    numbers, taken = rounds

    assert rules.longest_streak(rules.mask_of(taken), numbers) == slow_longest(numbers, taken)


@given(taken_rounds(), st.integers(0, 13))
def test_a_streak_is_there_if_the_longest_is_long_enough(rounds, length):
    numbers, taken = rounds

    assert rules.has_streak(rules.mask_of(taken), numbers, length) == (slow_longest(numbers, taken) >= length)


@given(st.sets(st.integers(1, rules.MOST_ROUNDS)))
def test_a_mask_holds_exactly_its_rounds(numbers):
    mask = rules.mask_of(numbers)

    assert rules.count_rounds(mask) == len(numbers)
    assert {number for number in range(1, rules.MOST_ROUNDS + 1) if mask & rules.bit_of(number)} == numbers
    assert mask < 2**63


@pytest.mark.parametrize("number", [0, rules.MOST_ROUNDS + 1])
def test_rounds_beyond_the_mask_are_refused(number):
    with pytest.raises(rules.TooManyRounds):
        rules.bit_of(number)


def test_a_cancelled_round_joins_its_neighbours():
    assert rules.has_streak(rules.mask_of((1, 2, 4, 5)), (1, 2, 4, 5), 4)
    assert not rules.has_streak(rules.mask_of((1, 2, 4, 5)), (1, 2, 3, 4, 5), 3)
