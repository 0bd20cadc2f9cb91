"""Papers with shuffled options and random questions become figures of questions and options."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis import flag_rules, round_rules
from app.analysis.flag_rules import Flag
from app.analysis.round_rules import OptionFigures, QuestionFigures, Results, TenthTally
from app.analysis.rules import ItemFigures
from app.attempts.rules import PaperQuestion, encode_answers, encode_paper

POOL = [{"id": number, "cell": number // 3, "options": 4} for number in (1, 2, 3)]
KEY = {"1": "A", "2": "BD", "3": "C"}
PLAIN, TURNED = (0, 1, 2, 3), (3, 2, 1, 0)


def marked(questions, answers, key=KEY):
    """[(version, order)] with {position: letters}, as stored and marked again."""
    paper = encode_paper(tuple(PaperQuestion(*question) for question in questions))
    return round_rules.Marker(key, POOL).mark(paper, encode_answers(answers))


@pytest.fixture
def tally():
    return round_rules.RoundTally(KEY, POOL)


def test_letters_are_counted_by_the_bank(tally):
    """D as displayed on a turned paper is A in the bank."""
    tally.add(marked([(1, TURNED), (2, PLAIN)], {1: "D", 2: "BD"}))
    tally.add(marked([(1, PLAIN), (2, TURNED)], {1: "B", 2: "AC"}))
    tally.add(marked([(1, PLAIN), (2, PLAIN)], {2: "B"}))
    first, second = tally.questions()

    assert [(option.letter, option.count, option.is_right) for option in first.options] == [
        ("A", 1, True),
        ("B", 1, False),
        ("C", 0, False),
        ("D", 0, False),
    ]
    assert (first.figures.n, first.blank_count, first.figures.facility) == (3, 1, pytest.approx(1 / 3))
    assert [option.count for option in second.options] == [0, 3, 0, 2]
    assert second.figures.facility == pytest.approx(2 / 3)
    assert first.options[0].mean_rest == 1
    assert first.options[2].mean_rest is None
    assert tally.histogram() == (1, 1, 1)


def test_a_voided_question_counts_for_everybody_and_says_nothing():
    key = KEY | {"1": "*"}
    tally = round_rules.RoundTally(key, POOL)
    for letters in ("A", "B", ""):
        tally.add(marked([(1, PLAIN), (3, PLAIN)], {1: letters, 2: "C"} if letters else {}, key))
    voided, plain = tally.questions()

    assert voided.is_voided
    assert (voided.figures.facility, voided.figures.discrimination_index) == (1, None)
    assert not any(option.is_right for option in voided.options)
    assert flag_rules.flags_of(voided) == []
    assert plain.figures.facility == pytest.approx(2 / 3)


def test_places_are_cells_whatever_the_order_on_the_paper(tally):
    """Everybody has questions 1 and 3, in another order: the two places are the two questions."""
    tally.add(marked([(1, PLAIN), (3, PLAIN)], {1: "A", 2: "C"}))
    tally.add(marked([(3, PLAIN), (1, PLAIN)], {1: "C", 2: "A"}))
    tally.add(marked([(3, PLAIN), (1, PLAIN)], {1: "A", 2: "B"}))

    # marks 1 1, 1 1, 0 0: both places have variance 1/3, the totals 4/3
    assert tally.tally.paper_figures().reliability == pytest.approx(200 * (1 - (2 / 3) / (4 / 3)))


def test_results_survive_being_stored(tally):
    tally.add(marked([(1, PLAIN), (2, PLAIN)], {1: "A", 2: "BD"}))
    tally.add(marked([(1, PLAIN), (3, PLAIN)], {1: "C"}))
    tenths = TenthTally(tally.questions())
    tenths.add(marked([(1, PLAIN), (2, PLAIN)], {1: "A", 2: "BD"}))
    results = Results(tally.tally.paper_figures(), tally.histogram(), tally.questions(), tenths.tenths())

    assert round_rules.from_json(round_rules.to_json(results)) == results


def question(facility=0.6, *, n=100, index=40.0, right="A", options=(), blank=0):
    """`options`: (letter, count, mean on the rest); the variance of each is 4."""
    figures = ItemFigures(n, facility, facility, 0.5, index, index, None)
    found = tuple(
        OptionFigures(letter, letter in right, count, count / n, mean, 4.0) for letter, count, mean in options
    )
    return QuestionFigures(1, right, figures, found, blank)


USUAL = (("A", 60, 6.0), ("B", 20, 4.0), ("C", 15, 3.5), ("D", 5, 3.0))


@pytest.mark.parametrize(
    ("found", "flags"),
    [
        (question(options=USUAL), []),
        (question(0.97, options=(("A", 97, 6.0), ("B", 3, 4.0), ("C", 0, None))), [Flag.TOO_EASY]),
        (question(0.15, options=USUAL), [Flag.TOO_HARD]),
        (question(index=-1.0, options=USUAL), [Flag.NEGATIVE]),
        (question(index=5.0, options=USUAL), [Flag.WEAK]),
        (question(index=None, options=USUAL), []),
        (question(options=(*USUAL[:3], ("D", 1, 3.0))), [Flag.UNUSED]),
        (
            question(0.3, index=-20.0, options=(("A", 30, 4.0), ("B", 50, 7.0), ("C", 20, 4.0))),
            [Flag.KEY, Flag.NEGATIVE, Flag.BETTER_CHOOSE_WRONG],
        ),
        (question(options=(("A", 60, 4.0), ("B", 40, 6.0))), [Flag.BETTER_CHOOSE_WRONG]),
        (question(options=(("A", 60, 5.9), ("B", 40, 6.0))), []),
        (question(options=(("A", 60, 4.0), ("B", 4, 9.0), ("C", 36, 3.0))), []),
        (question(0.15, n=29, index=-50.0, options=USUAL), []),
        (question(right="*", options=USUAL), []),
    ],
)
def test_flags_tell_what_to_look_at(found, flags):
    assert flag_rules.flags_of(found) == flags


def test_with_several_right_options_the_better_must_beat_them_all():
    several = question(right="AC", options=(("A", 50, 4.0), ("B", 30, 6.0), ("C", 50, 7.0)))

    assert flag_rules.options_of_better_people(several) == []


def test_the_gravest_come_first():
    lines = [[Flag.UNUSED], [], [Flag.NEGATIVE], [Flag.KEY, Flag.NEGATIVE], [Flag.NEGATIVE, Flag.WEAK]]

    assert sorted(lines, key=flag_rules.gravity_of) == [
        [Flag.KEY, Flag.NEGATIVE],
        [Flag.NEGATIVE, Flag.WEAK],
        [Flag.NEGATIVE],
        [Flag.UNUSED],
        [],
    ]


def test_every_flag_is_explained():
    assert set(flag_rules.FLAG_NAMES) == set(flag_rules.FLAG_MEANINGS) == set(Flag)


def paper(version_id, mark):
    return [round_rules.Marked((0, version_id), version_id, mark, ())]


def test_tenths_compare_hard_papers_with_easy_ones():
    facilities = {1: 0.2, 2: 0.9}
    tenths = TenthTally(())
    tenths.facilities = facilities
    for number in range(20):
        tenths.add(paper(1 if number < 10 else 2, number % 2))

    assert [(tenth.attempts, tenth.expected, tenth.mean) for tenth in tenths.tenths()] == [
        (10, pytest.approx(0.2), 0.5),
        (10, pytest.approx(0.9), 0.5),
    ]


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 9)), min_size=1, max_size=80))
def test_tenths_hold_every_paper_once(papers):
    tenths = TenthTally(())
    tenths.facilities = {number: number / 40 for number in range(1, 41)}
    for number, score in papers:
        tenths.add(paper(number, score))
    found = tenths.tenths()

    assert sum(tenth.attempts for tenth in found) == len(papers)
    assert sum(tenth.attempts * tenth.mean for tenth in found) == pytest.approx(sum(s for _, s in papers))
    assert [tenth.expected for tenth in found] == sorted(tenth.expected for tenth in found)
    assert 1 <= len(found) <= round_rules.TENTHS
