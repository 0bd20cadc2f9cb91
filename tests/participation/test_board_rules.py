"""The order of collective boards. No app, no database."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.participation import board_rules as rules
from app.participation.board_rules import Measure, Measured, Weights

COUNTS = st.integers(0, 50)
UNITS = st.lists(
    st.builds(
        Measured,
        name=st.sampled_from("ABCDEF"),
        people=COUNTS,
        attempts=COUNTS,
        headcount=st.none() | st.integers(1, 60),
        winners=st.none() | COUNTS,
    ),
    max_size=7,
)


@st.composite
def weights_of_a_hundred(draw):
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=3, max_size=3)))
    parts = [after - before for before, after in zip([0, *cuts], [*cuts, 100], strict=True)]
    return Weights(*parts, minimum_headcount=draw(st.integers(1, 60)))


def slow_value(unit, measure, units, weights):
    """What the formula says, written as it is read."""
    if measure is Measure.RATE:
        if unit.headcount is None or unit.headcount < weights.minimum_headcount:
            return None
        return min(Fraction(unit.people, unit.headcount), Fraction(1))
    if measure is not Measure.MIXED:
        count = {"nguoi": unit.people, "luot": unit.attempts, "giai": unit.winners}[measure]
        return None if count is None else Fraction(count)
    total = Fraction(0)
    for part, percent in (
        (Measure.PEOPLE, weights.people),
        (Measure.ATTEMPTS, weights.attempts),
        (Measure.RATE, weights.rate),
        (Measure.WINNERS, weights.winners),
    ):
        if not percent:
            continue
        own = slow_value(unit, part, units, weights)
        if own is None:
            return None
        known = [slow_value(one, part, units, weights) for one in units]
        best = max(value for value in known if value is not None)
        total += percent * own / best if best else 0
    return total


@given(UNITS, st.sampled_from(Measure), weights_of_a_hundred())
def test_the_order_is_what_the_formula_says(units, measure, weights):
    lines = rules.order(units, measure, weights)

    assert sorted(map(id, (line.unit for line in lines))) == sorted(map(id, units))
    for line in lines:
        value = slow_value(line.unit, measure, units, weights)
        assert line.value == value
        values = [slow_value(one, measure, units, weights) for one in units]
        better = sum(other is not None and value is not None and other > value for other in values)
        assert line.rank == (None if value is None else better + 1)
    ranks = [line.rank for line in lines]
    known = [rank for rank in ranks if rank is not None]
    assert ranks == sorted(known) + [None] * (len(ranks) - len(known))


@given(UNITS, weights_of_a_hundred())
def test_the_mix_stays_between_nothing_and_a_hundred(units, weights):
    for line in rules.order(units, Measure.MIXED, weights):
        assert line.value is None or 0 <= line.value <= 100


def test_equal_units_share_a_rank():
    units = [Measured(name, people, people, None, None) for name, people in (("A", 3), ("B", 5), ("C", 5))]

    assert [(line.unit.name, line.rank) for line in rules.order(units, Measure.PEOPLE, None)] == [
        ("B", 1),
        ("C", 1),
        ("A", 3),
    ]


def test_more_people_than_there_are_is_a_hundred_per_cent():
    assert rules.rate_of(Measured("A", 30, 30, 20, None), 20) == 1
    assert rules.rate_of(Measured("A", 19, 19, 19, None), 20) is None


def test_without_weights_nobody_stands_on_the_mixed_board():
    assert [line.rank for line in rules.order([Measured("A", 3, 3, 30, 1)], Measure.MIXED, None)] == [None]


@pytest.mark.parametrize("parts", [(100, 0, 0, 1), (50, 50, 50, -50), (0, 0, 0, 0)])
def test_weights_make_a_hundred(parts):
    with pytest.raises(rules.WrongWeights):
        rules.check_weights(Weights(*parts))


def test_the_formula_is_printed_with_its_numbers():
    weights = Weights(40, 0, 40, 20, minimum_headcount=50)

    assert rules.formula_of(Measure.MIXED, weights) == [
        "Điểm (tối đa 100) = 40 × số người + 40 × tỷ lệ + 20 × số giải.",
        "Mỗi phần là số của đơn vị chia cho số cao nhất trong bảng.",
        "Tỷ lệ = số người dự thi chia cho quân số đã duyệt, tính nhiều nhất 100%.",
        "Đơn vị chưa có quân số được duyệt hoặc có dưới 50 người thì không xếp hạng.",
        "Đơn vị bằng nhau thì cùng hạng.",
    ]
    assert "quân số" not in " ".join(rules.formula_of(Measure.MIXED, Weights(60, 40, 0, 0)))


@pytest.mark.parametrize(
    ("measure", "value", "words"),
    [
        (Measure.RATE, Fraction(1, 3), "33,3%"),
        (Measure.MIXED, Fraction(200, 3), "66,67"),
        (Measure.PEOPLE, Fraction(12345), "12.345"),
        (Measure.PEOPLE, None, "–"),
    ],
)
def test_values_in_words(measure, value, words):
    assert rules.value_words(measure, value) == words
