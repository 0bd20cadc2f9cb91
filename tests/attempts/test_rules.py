"""Papers, sheets, grading and receipts, without app or database."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attempts import rules
from app.contests.rules import KEY_VOIDED
from app.errors import BadInput

NOON = datetime(2024, 4, 8, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SHUFFLED = {"shuffles_questions": True, "shuffles_options": True}
PLAIN = {"shuffles_questions": False, "shuffles_options": False}
BLUEPRINT = [{"count": 2}, {"count": 1}]
POOL = [
    {
        "cell": 0 if number < 8 else 1,
        "id": 100 + number,
        "options": 4,
        "pinned": "D" if number % 3 == 0 else "",
    }
    for number in range(12)
]

answer_sheets = st.dictionaries(
    st.integers(1, 60),
    st.sets(st.sampled_from("ABCD"), min_size=1).map(lambda letters: "".join(sorted(letters))),
    max_size=20,
)


def draw(settings=SHUFFLED, seed="00", contestant_no=12345678, number=1):
    return rules.draw_paper(POOL, BLUEPRINT, settings, seed=seed, contestant_no=contestant_no, number=number)


def test_a_paper_is_drawn_the_same_again():
    assert draw() == draw()


@pytest.mark.parametrize("other", [{"seed": "01"}, {"contestant_no": 12345679}, {"number": 2}])
def test_another_seed_person_or_number_gives_another_paper(other):
    assert draw() != draw(**other)


@given(st.text("0123456789abcdef", min_size=1), st.integers(10**7, 10**8 - 1), st.integers(1, 100))
def test_every_paper_follows_the_blueprint(seed, contestant_no, number):
    paper = draw(seed=seed, contestant_no=contestant_no, number=number)

    cells = [
        next(entry["cell"] for entry in POOL if entry["id"] == question.version_id) for question in paper
    ]
    assert sorted(cells) == [0, 0, 1]
    assert len({question.version_id for question in paper}) == 3
    for question in paper:
        assert sorted(question.order) == [0, 1, 2, 3]
        pinned = next(entry["pinned"] for entry in POOL if entry["id"] == question.version_id)
        assert not pinned or question.order[3] == 3


def test_without_shuffling_options_stand_in_bank_order():
    assert all(question.order == (0, 1, 2, 3) for question in draw(PLAIN))


def test_the_first_paper_of_a_known_seed():
    """The stream written out by hand: SHA-256 of "00|paper|1|1|0", cut in four 64-bit numbers."""
    block = hashlib.sha256(b"00|paper|1|1|0").digest()
    first, second, third = (int.from_bytes(block[start : start + 8]) for start in (0, 8, 16))
    cell = [entry["id"] for entry in POOL if entry["cell"] == 0]
    cell[0], cell[first % 8] = cell[first % 8], cell[0]
    place = 1 + second % 7
    cell[1], cell[place] = cell[place], cell[1]
    last = [entry["id"] for entry in POOL if entry["cell"] == 1][third % 4]

    paper = draw(PLAIN, contestant_no=1)

    assert [question.version_id for question in paper] == [*cell[:2], last]


@given(st.text("0123456789abcdef", min_size=1))
def test_a_paper_survives_its_text(seed):
    paper = draw(seed=seed)
    assert rules.decode_paper(rules.encode_paper(paper)) == paper
    assert rules.offered_digits(paper) == "444"


@given(answer_sheets)
def test_answers_survive_their_canonical_form(answers):
    assert rules.decode_answers(rules.encode_answers(answers)) == answers


@given(answer_sheets, st.lists(st.integers(2, 5), min_size=1, max_size=60))
def test_the_pattern_matches_exactly_what_was_offered(answers, offered):
    is_offered = all(
        position <= len(offered) and rules.LETTERS.index(letters[-1]) < offered[position - 1]
        for position, letters in answers.items()
    )
    digits = "".join(map(str, offered))

    as_regex = re.match(rules.offered_pattern(answers, is_regex=True), digits)
    as_glob = fnmatchcase(digits, rules.offered_pattern(answers, is_regex=False))

    assert bool(as_regex) is is_offered
    assert as_glob is is_offered


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "A",
        {1: "A"},
        {"0": "A"},
        {"01": "A"},
        {"-1": "A"},
        {"１": "A"},
        {"1_0": "A"},
        {"": "A"},
        {"9999": "A"},
        {"1": "AA"},
        {"1": "Z"},
        {"1": "a"},
        {"1": ["A"]},
        {"1": None},
        {"1": 1},
        {"1": "ABCDEFGHA"},
    ],
)
def test_impossible_answers_are_bad_input(raw):
    with pytest.raises(BadInput):
        rules.parse_answers(raw)


def test_answers_are_read_in_any_order_and_blanks_left_out():
    assert rules.parse_answers({"2": "CA", "1": "", "10": "B"}) == {2: "AC", 10: "B"}


@pytest.mark.parametrize("raw", [-1, 100_000_000, True, 1.0, "7", [7]])
def test_impossible_predictions_are_bad_input(raw):
    with pytest.raises(BadInput):
        rules.parse_prediction(raw)


@pytest.mark.parametrize("raw", [None, 0, 7171, 99_999_999])
def test_possible_predictions(raw):
    assert rules.parse_prediction(raw) == raw


def test_later_saves_win_and_blanks_never_erase():
    sheet = rules.fold([("1A 2B", 5), ("2C", None), ("", 9), ("3ABD", None)])
    assert sheet == rules.Sheet({1: "A", 2: "C", 3: "ABD"}, 9)


@given(st.lists(st.tuples(answer_sheets, st.none() | st.integers(0, 99_999_999)), max_size=8))
def test_folding_equals_applying_one_by_one(saves):
    expected: dict[int, str] = {}
    prediction = None
    for answers, predicted in saves:
        expected = expected | answers
        prediction = prediction if predicted is None else predicted

    sheet = rules.fold((rules.encode_answers(answers), predicted) for answers, predicted in saves)

    assert sheet == rules.Sheet(expected, prediction)


PAPER = (
    rules.PaperQuestion(7, (2, 0, 3, 1)),  # shown: A=C  B=A  C=D  D=B
    rules.PaperQuestion(9, (0, 1, 2, 3)),
)


@pytest.mark.parametrize(
    ("answers", "key", "score"),
    [
        ({1: "D", 2: "A"}, {"7": "B", "9": "A"}, 2),
        ({1: "B", 2: "A"}, {"7": "B", "9": "A"}, 1),
        ({1: "AB"}, {"7": "AC", "9": "A"}, 1),  # shown A and B are bank C and A
        ({1: "A"}, {"7": "AC", "9": "A"}, 0),  # all or nothing
        ({1: "ABC"}, {"7": "AC", "9": "A"}, 0),
        ({}, {"7": "B", "9": "A"}, 0),
        ({}, {"7": KEY_VOIDED, "9": "A"}, 1),  # a voided question gives its point to everybody
        ({1: "C", 2: "D"}, {"7": KEY_VOIDED, "9": KEY_VOIDED}, 2),
    ],
)
def test_scores(answers, key, score):
    assert rules.score_of(PAPER, answers, key) == score


@given(answer_sheets)
def test_displayed_letters_of_the_key_are_right(answers):
    for bank in ("A", "BD", "ABC"):
        shown = rules.displayed_letters(PAPER[0], bank)
        assert rules.is_right(PAPER[0], shown, {"7": bank})


@pytest.mark.parametrize(
    ("limit", "closes_after", "expected"),
    [(600, 3600, 600), (600, 300, 300), (600, 600, 600)],
)
def test_the_deadline_is_the_earlier_of_limit_and_closing(limit, closes_after, expected):
    closes_at = NOON + timedelta(seconds=closes_after)
    assert rules.deadline(NOON, limit, closes_at) == NOON + timedelta(seconds=expected)


@pytest.mark.parametrize(
    ("now", "last_start", "error"),
    [
        (NOON - SECOND, None, rules.RoundNotOpen),
        (NOON + timedelta(hours=1), None, rules.RoundEnded),
        (NOON + timedelta(minutes=30), NOON + timedelta(minutes=30), rules.RoundEnded),
    ],
)
def test_starting_outside_the_window_is_refused(now, last_start, error):
    with pytest.raises(error):
        rules.check_can_start(NOON, last_start, NOON + timedelta(hours=1), now)


@pytest.mark.parametrize("now", [NOON, NOON + timedelta(minutes=59, seconds=59)])
def test_starting_inside_the_window(now):
    rules.check_can_start(NOON, None, NOON + timedelta(hours=1), now)


def test_the_last_attempt_is_the_limit():
    rules.check_attempts_left(2, 3)
    rules.check_attempts_left(1000, None)
    with pytest.raises(rules.NoAttemptsLeft, match="hết 3 lượt"):
        rules.check_attempts_left(3, 3)


def close_at(received_at):
    return rules.close(
        paper=PAPER,
        sheet=rules.Sheet({1: "D"}, 42),
        key={"7": "B", "9": "A"},
        receipt_code="CODE",
        started_at=NOON,
        deadline_at=NOON + timedelta(minutes=10),
        accept_until=NOON + timedelta(minutes=10) + rules.GRACE,
        received_at=received_at,
    )


@pytest.mark.parametrize(
    ("after", "finished_after", "reason"),
    [
        (timedelta(0), timedelta(0), "submitted"),
        (timedelta(minutes=3, milliseconds=900), timedelta(minutes=3), "submitted"),
        (timedelta(minutes=10), timedelta(minutes=10), "timer"),
        (timedelta(minutes=10, seconds=30), timedelta(minutes=10), "timer"),
        (timedelta(minutes=10, seconds=31), timedelta(minutes=10), "sweep"),
        (timedelta(days=3), timedelta(minutes=10), "sweep"),
    ],
)
def test_time_ends_at_the_deadline_to_the_second(after, finished_after, reason):
    closing = close_at(NOON + after)

    assert closing.finished_at == NOON + finished_after
    assert closing.close_reason == reason
    assert (closing.answers, closing.answered_count, closing.prediction, closing.score) == ("1D", 1, 42, 1)


def test_the_receipt_covers_code_answers_and_prediction():
    expected = hashlib.sha256(b"CODE|1D|42").hexdigest()
    assert close_at(NOON).digest == expected
    assert rules.receipt_digest("CODE", "1D", None) == hashlib.sha256(b"CODE|1D|").hexdigest()
