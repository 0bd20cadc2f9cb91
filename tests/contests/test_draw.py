"""Drawing by seed: vectors worked out with sha256sum and bc alone, evenness, pins."""

from collections import Counter
from itertools import islice, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contests.draw import below, draw, number_stream, shuffle_with_pins

# printf 'hạt giống|pool|0|<counter>' | sha256sum, cut in four, hexadecimal to decimal
NUMBERS = [
    2220399235246448447,
    13557461107566258930,
    14606271507908374904,
    2834940609700124079,
    17064329643389172156,
    2486983121940163168,
    1529804877827673122,
    15603117966718802282,
]
SPAN_OF_TEN = 18446744073709551610


def test_number_stream_gives_the_published_numbers():
    assert list(islice(number_stream("hạt giống", "pool", 0), 8)) == NUMBERS


def test_number_stream_parts_are_separated():
    assert next(number_stream("a", "bc")) != next(number_stream("ab", "c"))


def test_draw_follows_the_numbers_by_hand():
    # remainders of the numbers by 6, 5, 4: 5, 0, 0. Swap 0 with 5: FBCDEA; 1 with 1; 2 with 2.
    assert [NUMBERS[0] % 6, NUMBERS[1] % 5, NUMBERS[2] % 4] == [5, 0, 0]

    assert draw("ABCDEF", 3, iter(NUMBERS)) == ["F", "B", "C"]


def test_draw_of_everything_is_a_shuffle():
    # remainders by 4, 3, 2, 1: 3, 0, 0, 0. Swap 0 with 3: DBCA; the rest stays.
    assert draw("ABCD", 4, iter(NUMBERS)) == ["D", "B", "C", "A"]


def test_below_passes_over_numbers_beyond_the_last_full_span():
    assert below(10, iter([SPAN_OF_TEN, SPAN_OF_TEN + 5, SPAN_OF_TEN - 1])) == 9


def test_draw_refuses_more_than_there_is():
    with pytest.raises(ValueError, match="too few"):
        draw([1, 2], 3, iter(NUMBERS))


def test_draw_of_nothing_takes_no_number():
    stream = iter(NUMBERS)

    assert draw([1, 2], 0, stream) == []
    assert next(stream) == NUMBERS[0]


def test_every_order_of_four_is_about_equally_frequent():
    counts = Counter(tuple(draw("ABCD", 4, number_stream("evenness", turn))) for turn in range(24_000))

    assert set(counts) == set(permutations("ABCD"))
    chi_square = sum((count - 1000) ** 2 / 1000 for count in counts.values())
    assert chi_square < 49.7  # 23 degrees of freedom, p = 0.001


@pytest.mark.parametrize("limit", [2, 3, 7, 10, 60])
def test_below_is_about_even(limit):
    stream = number_stream("below", limit)
    counts = Counter(below(limit, stream) for _ in range(1000 * limit))

    assert set(counts) == set(range(limit))
    assert all(850 < count < 1150 for count in counts.values())


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.frozensets(st.integers(0, n - 1)))))
def test_pinned_options_keep_their_place(case):
    count, pinned = case

    order = shuffle_with_pins(count, pinned, number_stream("pins", count, sorted(pinned)))

    assert sorted(order) == list(range(count))
    assert all(order[index] == index for index in pinned)


def test_shuffle_moves_what_is_not_pinned():
    # free places 0, 1, 3; remainders by 3, 2, 1: 2, 0, 0. Swap 0 with 2: 3, 1, 0.
    assert [NUMBERS[0] % 3, NUMBERS[1] % 2] == [2, 0]

    assert shuffle_with_pins(4, frozenset({2}), iter(NUMBERS)) == [3, 1, 2, 0]


@given(st.lists(st.integers(), unique=True, max_size=30), st.data())
def test_draw_gives_different_items_of_the_list_and_is_repeatable(items, data):
    count = data.draw(st.integers(0, len(items)))

    first = draw(items, count, number_stream("again"))

    assert first == draw(items, count, number_stream("again"))
    assert len(set(first)) == count
    assert set(first) <= set(items)
