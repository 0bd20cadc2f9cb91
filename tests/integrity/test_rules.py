"""Properties of the measures: chance, paces, runs, names, cores."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.integrity import answer_rules, chance_rules, people_rules, prediction_rules, rules, timing_rules
from tests.integrity.simulator import Maker

counts = st.integers(0, 60)
shares = st.floats(0.001, 0.999)


@given(counts, counts, shares)
def test_more_hits_are_never_likelier(count, more, share):
    trials = count + more
    bits = [chance_rules.binomial_bits(hits, trials, share) for hits in range(trials + 1)]

    assert bits[0] == 0.0
    assert all(earlier <= later + 1e-9 for earlier, later in pairwise(bits))


def test_chance_by_hand():
    assert round(chance_rules.binomial_bits(10, 10, 0.5), 6) == 10.0
    assert round(chance_rules.binomial_bits(1, 2, 0.5), 6) == 0.415037  # three in four
    assert round(chance_rules.poisson_bits(1, 1.0), 6) == 0.661728  # 1 - 1/e
    assert round(chance_rules.scarcity_bits(0, 10.0), 4) == 14.427  # e^-10
    assert round(chance_rules.combined_bits([10.0]), 6) == 10.0
    assert round(chance_rules.combined_bits([1.0, 1.0]), 6) == 0.745228  # 1/4 (1 + ln 4)


@given(st.lists(st.floats(0, 40), max_size=8))
def test_findings_together_are_never_worth_more_than_their_sum(bits):
    assert 0.0 <= chance_rules.combined_bits(bits) <= sum(bits) + 1e-6


@given(st.lists(st.tuples(st.integers(0, 900), st.lists(st.integers(1, 10), max_size=10)), max_size=20))
def test_paces_cover_no_more_than_the_time_there_was(saves):
    ordered = sorted(saves, key=lambda save: save[0])
    paces = timing_rules.paces_of(10, ordered, 0)
    known = [pace for pace in paces if pace != rules.UNKNOWN_PACE]

    assert len(paces) == 10
    assert sum(known) <= max((moment for moment, _touched in ordered), default=0)
    assert {place for _moment, touched in saves for place in touched} == {
        place for place, pace in enumerate(paces, 1) if pace != rules.UNKNOWN_PACE
    }


def test_questions_that_come_first_in_one_save_share_its_time():
    assert list(timing_rules.paces_of(3, [(110, [1]), (130, [1, 2, 3])], 100)) == [10, 10, 10]


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 40)), max_size=120))
def test_runs_are_disjoint_and_without_wide_gaps(pairs):
    entries = sorted({prediction_rules.Entry(value, person) for value, person in pairs})
    runs = prediction_rules.runs_of(entries, [entry.value for entry in entries], 2)

    for run in runs:
        values = sorted({entry.value for entry in run.entries})
        assert all(b - a <= prediction_rules.WIDEST_GAP for a, b in pairwise(values))
        assert len(run.people) >= 2
    assert all(one.last < other.first for one, other in pairwise(runs))


@pytest.mark.parametrize("seed", range(8))
def test_numbers_that_meet_were_not_dealt_out(seed):
    """Sixty people around one idea are dense, and meet as often as chance says."""
    chance = Maker(seed).random
    own = sorted(prediction_rules.Entry(2400 + chance.randrange(31), n) for n in range(60))
    spread = list(range(0, 50_000, 25))

    runs = prediction_rules.runs_of(own, sorted([*spread, *(entry.value for entry in own)]), 6)

    assert any(run.is_dense for run in runs)
    assert not any(run.is_dealt_out for run in runs)


def test_numbers_side_by_side_were():
    own = [prediction_rules.Entry(5110 + n, n) for n in range(24)]
    spread = list(range(0, 50_000, 25))

    (run,) = prediction_rules.runs_of(own, sorted([*spread, *(entry.value for entry in own)]), 6)

    assert run.is_dealt_out
    assert (run.first, run.last, run.numbers) == (5110, 5133, 24)


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_near_names_are_near_both_ways(one, other):
    assert people_rules.are_near(one, one)
    assert people_rules.are_near(one, other) == people_rules.are_near(other, one)
    assert people_rules.are_near(one, other) == (edits(one, other) <= 1)


def edits(one, other):
    """Levenshtein's distance, the plain way."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, wanted in enumerate(other, 1):
            before, row[column] = (
                row[column],
                min(before + (letter != wanted), row[column] + 1, row[column - 1] + 1),
            )
    return row[-1]


pairs = st.sets(st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda pair: pair[0] < pair[1]))


@given(pairs, st.integers(1, 5))
def test_a_core_is_the_largest_group_with_so_many_links_each(links, least):
    core = answer_rules.core_of(links, least)
    inside = [pair for pair in links if core.issuperset(pair)]
    neighbours = answer_rules.neighbours_of(inside)

    assert all(len(neighbours.get(person, ())) >= least for person in core)
    assert answer_rules.core_of(inside, least) == core


@given(pairs)
def test_groups_part_the_people(links):
    groups = answer_rules.groups_of(links)

    assert sorted(person for group in groups for person in group) == sorted(answer_rules.neighbours_of(links))
    assert all(any(group.issuperset(pair) for group in groups) for pair in links)


def test_signals_go_ninety_days_after_the_last_result():
    assert rules.delete_on(date(2024, 4, 20), date(2024, 5, 1)) == date(2024, 7, 30)


def test_signals_of_a_contest_without_results_go_too():
    assert rules.delete_on(date(2024, 4, 20), None) == date(2025, 4, 20)
