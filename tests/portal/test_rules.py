"""Weeks, streaks and the next step: tables, and what holds for every history."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.accounts.rules import masked_sign_in_name
from app.contests.policy import DEFAULT_PRIZES, Prize
from app.contests.rules import RoundState
from app.portal import rules
from app.portal.rules import Offer, OpenAttempt, Streak, WeekState, Window

FIRST = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WINDOWS = [
    Window(number, FIRST + (number - 1) * WEEK, FIRST + (number - 1) * WEEK + timedelta(days=6))
    for number in range(1, 6)
]
IN_WEEK_3 = WINDOWS[2].opens_at + HOUR
BETWEEN_3_AND_4 = WINDOWS[2].closes_at + HOUR
AT_THE_END = WINDOWS[4].closes_at + HOUR
BEFORE = FIRST - HOUR


@pytest.mark.parametrize(
    ("taken", "now", "streak"),
    [
        (set(), BEFORE, Streak(taken=0, longest=0, current=0)),
        (set(), IN_WEEK_3, Streak(taken=0, longest=0, current=0)),
        ({1, 2}, IN_WEEK_3, Streak(taken=2, longest=2, current=2)),
        ({1, 2, 3}, IN_WEEK_3, Streak(taken=3, longest=3, current=3)),
        ({1}, IN_WEEK_3, Streak(taken=1, longest=1, current=0)),
        ({1, 3}, IN_WEEK_3, Streak(taken=2, longest=1, current=1)),
        ({1, 2}, BETWEEN_3_AND_4, Streak(taken=2, longest=2, current=0)),
        ({1, 2, 4}, AT_THE_END, Streak(taken=3, longest=2, current=0)),
        ({1, 2, 3, 4, 5}, AT_THE_END, Streak(taken=5, longest=5, current=5)),
        ({2, 3, 5}, AT_THE_END, Streak(taken=3, longest=2, current=1)),
    ],
)
def test_streaks(taken, now, streak):
    assert rules.streak_of(WINDOWS, taken, now) == streak


HISTORIES = some.sets(some.integers(1, 5))
MOMENTS = some.integers(-1, 36).map(lambda day: FIRST + timedelta(days=day, hours=1))


@given(HISTORIES, MOMENTS)
def test_a_streak_is_what_a_reader_would_count(taken, now):
    line = "".join(
        "x" if window.number in taken else "."
        for window in WINDOWS
        if window.opens_at <= now and (window.number in taken or window.closes_at <= now)
    )

    streak = rules.streak_of(WINDOWS, taken, now)

    assert streak.longest == max(map(len, line.split(".")))
    assert streak.current == len(line.split(".")[-1])
    assert streak.taken == line.count("x")


@given(HISTORIES, MOMENTS)
def test_a_missed_week_never_makes_a_streak_longer(taken, now):
    whole = rules.streak_of(WINDOWS, taken, now)

    for number in taken:
        less = rules.streak_of(WINDOWS, taken - {number}, now)
        assert (less.longest, less.taken) <= (whole.longest, whole.taken)
        assert less.current <= whole.current


@given(some.lists(some.booleans()))
def test_runs_grow_by_one_or_begin_again(hits):
    lengths = list(rules.run_lengths(hits))

    assert len(lengths) == len(hits)
    for before, hit, after in zip([0, *lengths], hits, lengths, strict=False):
        assert after == (before + 1 if hit else 0)


@pytest.mark.parametrize(
    ("taken", "since", "states", "notes"),
    [
        ({1, 2}, BEFORE, "done done open todo todo", ["Đã thi", "Đã thi", "Đang mở", "29/04", "06/05"]),
        ({2, 3}, BEFORE, "missed done done todo todo", ["Bỏ lỡ", "Đã thi", "Đã thi", "29/04", "06/05"]),
        (
            set(),
            WINDOWS[0].closes_at,
            "missed missed open todo todo",
            ["Đã xong", "Bỏ lỡ", "Đang mở", "29/04", "06/05"],
        ),
        (set(), None, "missed missed open todo todo", ["Đã xong", "Đã xong", "Đang mở", "29/04", "06/05"]),
    ],
    ids=["two in a row", "open week taken", "account since week 2", "visitor"],
)
def test_the_weave(taken, since, states, notes):
    weeks = rules.weeks_of(WINDOWS, taken, since=since, label="tuần", now=IN_WEEK_3)

    assert " ".join(week.state for week in weeks) == states
    assert [week.note for week in weeks] == notes
    assert [week.label for week in weeks] == [f"Tuần {number}" for number in range(1, 6)]


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (WINDOWS[0].opens_at - MINUTE, WeekState.TODO),
        (WINDOWS[0].opens_at, WeekState.OPEN),
        (WINDOWS[0].closes_at - MINUTE, WeekState.OPEN),
        (WINDOWS[0].closes_at, WeekState.MISSED),
    ],
)
def test_a_week_opens_and_closes_to_the_minute(now, state):
    assert rules.week_state(WINDOWS[0], is_taken=False, now=now) is state
    assert rules.week_state(WINDOWS[0], is_taken=True, now=now) is WeekState.DONE


OPEN_ATTEMPT = OpenAttempt("a" * 32, 1, IN_WEEK_3 + MINUTE, IN_WEEK_3 + MINUTE + timedelta(seconds=30))
FACTS = {
    "open_attempt": None,
    "starts_until": WINDOWS[2].closes_at,
    "is_signed_in": True,
    "has_turns_left": True,
    "is_refused": False,
    "now": IN_WEEK_3,
}


@pytest.mark.parametrize(
    ("state", "facts", "offer"),
    [
        (RoundState.SCHEDULED, {}, Offer.WAIT),
        (RoundState.SCHEDULED, {"is_signed_in": False}, Offer.WAIT),
        (RoundState.OPEN, {}, Offer.START),
        (RoundState.OPEN, {"is_signed_in": False}, Offer.SIGN_IN),
        (RoundState.OPEN, {"is_refused": True}, Offer.REFUSED),
        (RoundState.OPEN, {"has_turns_left": False}, Offer.LIMIT_USED),
        (RoundState.OPEN, {"has_turns_left": False, "is_refused": True}, Offer.LIMIT_USED),
        (RoundState.OPEN, {"starts_until": IN_WEEK_3}, Offer.STARTS_OVER),
        (RoundState.OPEN, {"starts_until": IN_WEEK_3, "is_signed_in": False}, Offer.STARTS_OVER),
        (RoundState.OPEN, {"open_attempt": OPEN_ATTEMPT, "has_turns_left": False}, Offer.CONTINUE),
        (RoundState.OPEN, {"open_attempt": OPEN_ATTEMPT, "now": IN_WEEK_3 + MINUTE}, Offer.RECEIVING),
        (RoundState.CLOSED, {"open_attempt": OPEN_ATTEMPT, "now": IN_WEEK_3 + MINUTE}, Offer.RECEIVING),
        (RoundState.OPEN, {"open_attempt": OPEN_ATTEMPT, "now": IN_WEEK_3 + 2 * MINUTE}, Offer.START),
        (RoundState.CLOSED, {}, Offer.CLOSED),
        (RoundState.FROZEN, {}, Offer.CLOSED),
        (RoundState.FROZEN, {"is_signed_in": False}, Offer.CLOSED),
        (RoundState.PUBLISHED, {}, Offer.PUBLISHED),
    ],
)
def test_the_one_next_step(state, facts, offer):
    assert rules.offer_of(state, **(FACTS | facts)) is offer


@pytest.mark.parametrize(
    ("now", "number"), [(BEFORE, 1), (IN_WEEK_3, 3), (BETWEEN_3_AND_4, 4), (AT_THE_END, 5)]
)
def test_the_home_page_is_about_the_open_week_or_the_next_or_the_last(now, number):
    assert rules.focus_of(WINDOWS, now).number == number


@pytest.mark.parametrize(
    ("counts", "shown"),
    [([1, 2, 3, 5], [1, 2, 3]), ([100], [100]), ([5, 5], [5]), ([1, 1], [1, 1]), ([], [])],
)
def test_as_many_prizes_as_fit_and_at_least_the_first(counts, shown):
    prizes = [Prize(str(place), f"Giải {place}", count, 1) for place, count in enumerate(counts)]

    assert [prize.count for prize in rules.prizes_shown(prizes)] == shown


def test_the_default_prizes_show_the_first_six_people():
    assert sum(prize.count for prize in rules.prizes_shown(DEFAULT_PRIZES)) == rules.WINNERS_SHOWN


@pytest.mark.parametrize(
    ("prediction", "target", "distance"),
    [(7185, 7171, 14), (7171, 7171, 0), (None, 7171, None), (5, None, None)],
)
def test_how_far_a_guess_was(prediction, target, distance):
    assert rules.distance_of(prediction, target) == distance


@pytest.mark.parametrize(("name", "masked"), [("+84912345678", "0912 *** 678"), ("KABCDEFGH", "KAB-***-FGH")])
def test_a_sign_in_name_is_masked_in_the_middle(name, masked):
    assert masked_sign_in_name(name) == masked


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(900, "15 phút"), (5400, "1 giờ 30 phút"), (90, "1 phút 30 giây"), (3600, "1 giờ"), (45, "45 giây")],
)
def test_a_time_limit_in_words(seconds, words):
    assert rules.limit_words(seconds) == words
