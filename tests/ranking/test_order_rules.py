"""Ranks, lots, prizes and changes: tables and properties on plain values."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contests import policy as policies
from app.contests.policy import Key, Line, Prize, lot_of
from app.ranking import order_rules
from app.ranking.order_rules import AttemptRow, Entry
from app.ranking.rules import PassedOver

OPENS = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
VCNET = policies.PRESETS["vcnet"][1]
CAO_BANG = policies.PRESETS["cao-bang"][1]
SEED = "5eed" * 16
PRIZES = (Prize("nhat", "Giải Nhất", 1, 5), Prize("nhi", "Giải Nhì", 2, 3))


def entry(number, prediction=None, seconds=0, league="", score=10):
    line = Line(number, score, 10, prediction, seconds, OPENS + timedelta(seconds=seconds))
    return Entry(number, number, league, line)


def ranked(entries, policy=VCNET, target=100, barred=None, prizes=PRIZES):
    policy = replace(policy, prizes=prizes)
    return order_rules.rank_entries(entries, policy, target, seed=SEED, barred=barred or {})


def table(places):
    return [(place.entry.line.contestant_no, place.rank, place.prize) for place in places]


def by_lot(*numbers):
    return sorted(numbers, key=lambda number: lot_of(SEED, number))


def test_the_nearest_prediction_is_first_and_prizes_go_down():
    places = ranked([entry(1, 90), entry(2, 101), entry(3, 100), entry(4, 104)])

    assert table(places) == [(3, 1, "nhat"), (2, 2, "nhi"), (4, 3, "nhi"), (1, 4, None)]
    assert [place.position for place in places] == [1, 2, 3, 4]
    assert {place.lot for place in places} == {None}


def test_over_and_under_count_alike_and_a_blank_is_last():
    places = ranked([entry(1, None), entry(2, 95), entry(3, 105), entry(4, 10**8 - 1)])

    assert table(places)[0][1:] == (1, "nhat")
    assert {number for number, rank, _ in table(places) if rank == 1} == {2, 3}
    assert [number for number, _, _ in table(places)][2:] == [4, 1]


def test_equal_keys_share_a_rank_and_the_next_rank_is_passed_over():
    places = ranked([entry(7, 100), entry(3, 100), entry(5, 100), entry(1, 102)], prizes=())

    assert table(places) == [(3, 1, None), (5, 1, None), (7, 1, None), (1, 4, None)]


def test_a_lot_decides_where_equal_ranks_would_get_different_prizes():
    places = ranked([entry(number, 100) for number in (11, 12, 13)])

    first, *others = by_lot(11, 12, 13)
    assert [(number, rank) for number, rank, _ in table(places)] == [(first, 1), *((n, 1) for n in others)]
    assert [place.prize for place in places] == ["nhat", "nhi", "nhi"]
    assert [place.lot for place in places] == [lot_of(SEED, n) for n in (first, *others)]


def test_no_lot_is_drawn_where_equal_ranks_get_the_same_prize():
    places = ranked([entry(9, 100), entry(2, 101), entry(1, 101), entry(5, 300)])

    assert table(places) == [(9, 1, "nhat"), (1, 2, "nhi"), (2, 2, "nhi"), (5, 4, None)]
    assert {place.lot for place in places} == {None}


def test_a_lot_decides_who_gets_the_last_prize():
    places = ranked([entry(9, 100), entry(8, 100), entry(1, 101), entry(2, 101)])

    lots = [place.lot for place in places]
    assert all(lots)
    assert [place.prize for place in places] == ["nhat", "nhi", "nhi", None]
    assert [place.entry.line.contestant_no for place in places] == [*by_lot(8, 9), *by_lot(1, 2)]


def test_no_lot_is_drawn_beyond_the_prizes():
    places = ranked([entry(n, 100 + n) for n in range(3)] + [entry(9, 200), entry(8, 200)])

    assert table(places)[3:] == [(8, 4, None), (9, 4, None)]
    assert places[3].lot is None


@pytest.mark.parametrize("reason", PassedOver)
def test_a_barred_person_keeps_the_rank_and_the_prize_goes_to_the_next(reason):
    places = ranked([entry(n, 100 + n) for n in range(5)], barred={0: reason, 4: reason})

    assert table(places) == [(0, 1, None), (1, 2, "nhat"), (2, 3, "nhi"), (3, 4, "nhi"), (4, 5, None)]
    assert [place.passed_over for place in places] == [reason, None, None, None, None]


def test_barred_people_are_no_reason_for_a_lot():
    places = ranked([entry(1, 100), entry(2, 100)], barred={1: PassedOver.NO_PRIZE})

    assert table(places) == [(1, 1, None), (2, 1, "nhat")]
    assert {place.lot for place in places} == {None}


def test_leagues_have_their_own_ranks_and_prizes():
    entries = [entry(n, n, seconds=n, league=league) for n, league in enumerate(["outside", "inside"] * 3)]
    places = ranked(entries, CAO_BANG)

    assert [(place.entry.league, place.rank, place.prize) for place in places] == [
        ("inside", 1, "nhat"),
        ("inside", 2, "nhi"),
        ("inside", 3, "nhi"),
        ("outside", 1, "nhat"),
        ("outside", 2, "nhi"),
        ("outside", 3, "nhi"),
    ]
    assert [place.position for place in places] == [1, 2, 3, 4, 5, 6]


small = st.integers(min_value=0, max_value=3)
people = st.lists(st.tuples(small, small, st.sampled_from(["", "inside"])), max_size=9)


@given(people, st.permutations(range(9)), st.sets(st.integers(min_value=0, max_value=8)))
def test_any_order_of_the_input_gives_the_same_places(made, order, barred):
    entries = [entry(n, prediction, seconds, league) for n, (prediction, seconds, league) in enumerate(made)]
    bars = dict.fromkeys(sorted(barred), PassedOver.WON_BEFORE)
    shuffled = [entries[index] for index in order if index < len(entries)]

    places = ranked(entries, barred=bars)

    assert ranked(shuffled, barred=bars) == places
    assert [place.position for place in places] == list(range(1, len(entries) + 1))
    for league in ("", "inside"):
        own = [place for place in places if place.entry.league == league]
        keys = [policies.sort_key(place.entry.line, VCNET, 100) for place in own]
        assert keys == sorted(keys)
        assert [place.rank for place in own] == [1 + keys.index(key) for key in keys]
        free = [place for place in own if place.entry.line.contestant_no not in barred]
        wanted = ["nhat", "nhi", "nhi"] + [None] * len(free)
        assert [place.prize for place in free] == wanted[: len(free)]
        assert all(place.prize is None for place in own if place not in free)


@given(people)
def test_different_prizes_of_one_rank_were_drawn(made):
    entries = [entry(n, prediction, seconds) for n, (prediction, seconds, _) in enumerate(made)]

    for _rank, equals in itertools.groupby(ranked(entries), key=lambda place: place.rank):
        group = list(equals)
        differs = len({place.prize for place in group}) > 1
        assert [place.lot is not None for place in group] == [differs] * len(group)
        lots = [place.lot or "" for place in group]
        assert lots == sorted(lots)


def row(number, turn=1, *, score=10, prediction=None, is_valid=True, is_ranked=True, league="", seconds=60):
    started = OPENS + timedelta(hours=turn)
    finished = started + timedelta(seconds=seconds)
    facts = (number * 10 + turn, number, number, league, 1, turn, score, 10)
    return AttemptRow(*facts, prediction, started, finished, is_valid, is_ranked)


def settle(rows, policy=VCNET):
    return order_rules.settle(rows, policy, seed=SEED, barred={})


def test_people_and_attempts_are_two_figures_and_invalid_attempts_count_for_neither():
    result = settle(
        [
            *(row(1, 1, score=9), row(1, 2), row(1, 3)),
            *(row(2, 1, is_valid=False), row(3, 1, score=4), row(4, 1, is_valid=False), row(4, 2, score=8)),
        ]
    )

    assert vars(result.figures) == {"people": 3, "attempts": 5, "people_all_correct": 1}
    assert result.units == {1: (3, 5)}
    assert [place.entry.attempt_id for place in result.places] == [12]


@pytest.mark.parametrize(("target", "value"), [("people_all_correct", 2), ("people", 3), ("attempts", 5)])
def test_the_target_is_the_figure_that_is_predicted(target, value):
    policy = replace(VCNET, target=policies.Target(target))
    rows = [row(1, 1), row(1, 2), row(2, 1), row(3, 1, score=2), row(3, 2, score=2)]

    assert settle(rows, policy).target == value


def test_people_who_are_not_ranked_count_and_have_no_place():
    result = settle([row(1, is_ranked=False), row(2)])

    assert vars(result.figures) == {"people": 2, "attempts": 2, "people_all_correct": 2}
    assert [place.entry.line.contestant_no for place in result.places] == [2]


@pytest.mark.parametrize(
    ("recognised", "attempt_id"), [("best_then_earliest", 12), ("first", 11), ("last", 13)]
)
def test_the_recognised_attempt_is_the_one_that_is_ranked(recognised, attempt_id):
    policy = replace(VCNET, recognised=policies.Recognised(recognised), only_perfect=False)

    (place,) = settle([row(1, 1, score=5), row(1, 2, score=8), row(1, 3, score=8)], policy).places

    assert place.entry.attempt_id == attempt_id


def test_a_perfect_attempt_that_is_not_recognised_makes_the_target_but_no_place():
    policy = replace(VCNET, recognised=policies.Recognised.FIRST)

    result = settle([row(1, 1, score=5), row(1, 2)], policy)

    assert (result.target, result.places) == (1, [])


def test_duration_is_whole_seconds_between_the_stored_moments():
    assert order_rules.line_of(row(1, seconds=61)).duration == 61


def test_a_round_without_prediction_has_no_target():
    policy = replace(VCNET, target=None, keys=(Key.SCORE, Key.DURATION))

    assert settle([row(1), row(2)], policy).target is None


def test_changes_name_who_gained_and_lost_a_prize_and_count_the_moved_ranks():
    changes = order_rules.changes_between(
        {1: (1, "nhat"), 2: (2, "nhi"), 3: (3, None), 4: (4, None)},
        {2: (1, "nhat"), 3: (2, "nhi"), 4: (3, None), 5: (4, None)},
        {"people": 4, "target": 10},
        {"people": 4, "target": 9},
    )

    assert changes["numbers"] == {"target": [10, 9]}
    assert changes["ranks_changed"] == 5
    assert changes["lines"][0] == {
        "contestant_no": 1,
        "old_rank": 1,
        "new_rank": None,
        "old_prize": "nhat",
        "new_prize": None,
    }
    assert [(line["contestant_no"], line["new_rank"]) for line in changes["lines"][1:]] == [
        (2, 1),
        (3, 2),
        (4, 3),
        (5, 4),
    ]


def test_changes_list_every_prize_and_only_the_best_placed_ranks():
    old = {number: (number, None) for number in range(1, 200)}
    new = {number: (number + 1, "nhi" if number == 199 else None) for number in range(1, 200)}

    changes = order_rules.changes_between(old, new, {}, {})

    assert changes["ranks_changed"] == 199
    assert [line["contestant_no"] for line in changes["lines"]] == [*range(1, 51), 199]
