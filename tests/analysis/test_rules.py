"""The formulas against values worked by hand, and what holds for every matrix."""

import random
import statistics
from math import sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.analysis import rules

# Five attempts, three questions. Totals 3 2 1 2 0: mean 1.6, deviations 1.4 0.4 -0.6 0.4 -1.6,
# squares 1.96 0.16 0.36 0.16 2.56 = 5.2, variance 5.2/4 = 1.3.
SMALL = [
    {"a": 1, "b": 1, "c": 1},
    {"a": 1, "b": 0, "c": 1},
    {"a": 0, "b": 1, "c": 0},
    {"a": 1, "b": 1, "c": 0},
    {"a": 0, "b": 0, "c": 0},
]
# Totals 1 1 1 2: variance 0.25. Variances of a, b: 1/3 each, of c: 1/4.
OPPOSED = [
    {"a": 1, "b": 0, "c": 0},
    {"a": 0, "b": 1, "c": 0},
    {"a": 0, "b": 0, "c": 1},
    {"a": 1, "b": 1, "c": 0},
]


def tally_of(matrix, **settings):
    names = sorted({name for row in matrix for name in row})
    return rules.tally_of(names, matrix, **settings)


marks = st.sampled_from([0.0, 0.0, 1.0, 1.0, 0.5, 0.25])


@st.composite
def matrices(draw):
    """Two to six questions, three to twelve attempts that had them all."""
    names = [f"q{number}" for number in range(draw(st.integers(2, 6)))]
    return draw(st.lists(st.fixed_dictionaries({name: marks for name in names}), min_size=3, max_size=12))


def test_the_whole_paper_of_a_small_matrix():
    figures = tally_of(SMALL).paper_figures()

    assert figures.attempts == 5
    assert figures.mean == pytest.approx(1.6)
    assert figures.median == 2
    assert figures.sd == pytest.approx(sqrt(1.3))
    # m3 = (2.744 + 0.064 - 0.216 + 0.064 - 4.096)/5 = -0.288; k3 = 25·m3/(4·3) = -0.6
    assert figures.skewness == pytest.approx(-0.6 / 1.3**1.5)
    # m4 = 10.576/5 = 2.1152; k4 = 25·(6·2.1152 - 12·1.04²)/(4·3·2) = -0.3
    assert figures.kurtosis == pytest.approx(-0.3 / 1.69)
    # each question's variance is 0.6·0.4·5/4 = 0.3; 100·3/2·(1 - 0.9/1.3)
    assert figures.reliability == pytest.approx(150 * 0.4 / 1.3)
    assert figures.standard_error == pytest.approx(sqrt(1.3 * (0.9 - 0.2) / 1.3))
    assert figures.error_ratio == pytest.approx(100 * sqrt(0.7 / 1.3))


def test_the_questions_of_a_small_matrix():
    figures = tally_of(SMALL).item_figures()

    assert [figures[name].facility for name in "abc"] == pytest.approx([0.6, 0.6, 0.4])
    assert [figures[name].sd for name in "abc"] == pytest.approx([sqrt(0.3)] * 3)
    # a: rests 2 1 1 1 0, covariance (0.4 + 0.6)/4 = 0.25, variance of the rest 0.5
    # b: rests 2 2 0 1 0, mean 1, covariance (0.4 - 0.6 - 0.4 + 0 + 0.6)/4 = 0
    # c: rests 2 1 1 2 0, covariance (0.48 - 0.12 + 0.08 - 0.32 + 0.48)/4 = 0.15, variance 0.7
    assert [figures[name].discrimination_index for name in "abc"] == pytest.approx(
        [25 / sqrt(0.15), 0, 15 / sqrt(0.21)]
    )
    # sorted pairs: a (0,0 0,1 1,1 1,1 1,2) 0.25; c (0,0 0,1 0,1 1,2 1,2) 0.4
    assert [figures[name].discriminative_efficiency for name in "abc"] == pytest.approx([100, 0, 37.5])
    # covariances with the total: 0.3 + 0.25, 0.3 + 0, 0.3 + 0.15
    roots = [sqrt(0.55), sqrt(0.3), sqrt(0.45)]
    assert [figures[name].effective_weight for name in "abc"] == pytest.approx(
        [100 * root / sum(roots) for root in roots]
    )


def test_negative_figures_stand_as_they_are():
    tally = tally_of(OPPOSED)

    # 100·3/2·(1 - (1/3 + 1/3 + 1/4)/0.25)
    assert tally.paper_figures().reliability == pytest.approx(-400)
    # c: rests 1 1 0 2, mean 1, covariance (-0.25·0·2 + 0.75·(-1) - 0.25·1)/3 = -1/3, variances 1/4 and 2/3
    assert tally.item_figures()["c"].discrimination_index == pytest.approx(-100 / 3 / sqrt(1 / 6))
    assert tally.item_figures()["c"].discriminative_efficiency < 0


def test_what_is_not_defined_is_none():
    alike = tally_of([{"a": 1, "b": 0.1}] * 3)
    one = tally_of([{"a": 1, "b": 0}])
    nobody = tally_of([])

    for figures in (alike.paper_figures(), one.paper_figures(), nobody.paper_figures()):
        assert (figures.reliability, figures.skewness, figures.standard_error) == (None, None, None)
    assert (alike.paper_figures().sd, one.paper_figures().sd) == (0, None)
    assert nobody.paper_figures().mean is None
    assert alike.item_figures()["b"].discrimination_index is None
    assert one.item_figures()["a"].sd is None


def test_one_question_has_no_reliability():
    assert tally_of([{"a": 1}, {"a": 0}, {"a": 1}]).paper_figures().reliability is None


def test_random_papers_are_counted_where_they_were_given():
    """Papers of two out of three questions: each question over those who had it."""
    tally = tally_of([{"a": 1, "b": 1}, {"a": 0, "c": 0}, {"b": 1, "c": 0}, {"a": 1, "c": 1}])
    figures = tally.item_figures()

    assert {name: figures[name].n for name in "abc"} == {"a": 3, "b": 2, "c": 3}
    assert figures["a"].facility == pytest.approx(2 / 3)
    # a: marks 1 0 1, rests 1 0 1
    assert figures["a"].discrimination_index == pytest.approx(100)
    assert figures["b"].discrimination_index is None
    assert figures["c"].effective_weight is None
    # places: 1 0 1 1 and 1 0 0 1, variances 1/4 and 1/3; totals 2 0 1 2, variance 11/12
    assert tally.paper_figures().reliability == pytest.approx(200 * (1 - (1 / 4 + 1 / 3) / (11 / 12)))


def test_papers_of_different_length_have_no_reliability():
    tally = tally_of([{"a": 1, "b": 1}, {"a": 0}, {"a": 1, "b": 0}])

    assert tally.paper_figures().reliability is None
    assert tally.paper_figures().mean == 1


def test_the_median_of_an_even_number_is_between():
    assert tally_of([{"a": 0}, {"a": 1}]).paper_figures().median == 0.5


@given(matrices())
def test_figures_are_what_the_formulas_say(matrix):
    """Against the textbook sums over the whole matrix."""
    tally = tally_of(matrix)
    totals = [sum(row.values()) for row in matrix]
    assume(len(set(totals)) > 1)

    assert tally.paper_figures().mean == pytest.approx(statistics.mean(totals))
    assert tally.paper_figures().median == pytest.approx(statistics.median(totals))
    assert tally.paper_figures().sd == pytest.approx(statistics.stdev(totals))
    parts = sum(statistics.variance([row[name] for row in matrix]) for name in matrix[0])
    count = len(matrix[0])
    expected = 100 * count / (count - 1) * (1 - parts / statistics.variance(totals))
    assert tally.paper_figures().reliability == pytest.approx(expected, abs=1e-6)
    for name, figures in tally.item_figures().items():
        column = [row[name] for row in matrix]
        rests = [total - mark for total, mark in zip(totals, column, strict=True)]
        if len(set(column)) == 1 or len(set(rests)) == 1:
            assert figures.discrimination_index is None
            continue
        expected = 100 * statistics.correlation(column, rests)
        assert figures.discrimination_index == pytest.approx(expected, abs=1e-6)
        best = statistics.covariance(sorted(column), sorted(rests))
        expected = 100 * statistics.covariance(column, rests) / best
        assert figures.discriminative_efficiency == pytest.approx(expected, abs=1e-6)


@given(matrices(), st.randoms(use_true_random=False))
def test_the_order_of_attempts_changes_nothing(matrix, chance: random.Random):
    shuffled = list(matrix)
    chance.shuffle(shuffled)

    assert tally_of(shuffled).paper_figures() == tally_of(matrix).paper_figures()
    assert tally_of(shuffled).item_figures() == tally_of(matrix).item_figures()


@given(matrices())
def test_the_order_of_questions_changes_nothing(matrix):
    names = sorted(matrix[0])
    forwards, backwards = rules.tally_of(names, matrix), rules.tally_of(names[::-1], matrix)

    assert backwards.item_figures() == forwards.item_figures()
    assert backwards.paper_figures().reliability == pytest.approx(forwards.paper_figures().reliability)


@given(matrices())
def test_a_question_that_everybody_gets_right_separates_nobody(matrix):
    """It has no index, moves the mean by one point, and nothing else of the others."""
    before, after = tally_of(matrix), tally_of([row | {"easy": 1.0} for row in matrix])

    assert after.item_figures()["easy"].discrimination_index is None
    assert after.paper_figures().mean == pytest.approx(before.paper_figures().mean + 1)
    assert after.paper_figures().sd == pytest.approx(before.paper_figures().sd)
    for name, figures in before.item_figures().items():
        assert after.item_figures()[name].discrimination_index == pytest.approx(figures.discrimination_index)


@given(matrices())
def test_indices_stay_within_a_hundred(matrix):
    for figures in tally_of(matrix).item_figures().values():
        if figures.discrimination_index is not None:
            assert -100.000001 <= figures.discrimination_index <= 100.000001
            assert figures.discriminative_efficiency <= 100.000001


@given(st.lists(marks, min_size=2, max_size=9), st.integers(2, 5))
def test_the_same_question_again_and_again_is_wholly_reliable(column, times):
    assume(len(set(column)) > 1)
    tally = tally_of([{f"q{number}": mark for number in range(times)} for mark in column])

    assert tally.paper_figures().reliability == pytest.approx(100)
    assert tally.paper_figures().standard_error == pytest.approx(0, abs=1e-6)


@given(matrices(), st.sampled_from([2.0, 10.0]))
def test_marks_of_more_points_change_no_share(matrix, points):
    scaled = [{name: mark * points for name, mark in row.items()} for row in matrix]
    before, after = tally_of(matrix), tally_of(scaled, highest_mark=points)

    for name, figures in before.item_figures().items():
        assert after.item_figures()[name].facility == pytest.approx(figures.facility)
        assert after.item_figures()[name].discrimination_index == pytest.approx(figures.discrimination_index)


def test_fractions_that_make_the_same_score_are_one_score():
    tally = tally_of([{"a": 0.1, "b": 0.2}, {"a": 0.3, "b": 0.0}])

    assert tally.totals == {0.3: 2}
    assert tally.paper_figures().sd == 0
