"""Windows, states, days and who may write more."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.complaints import rules
from app.complaints.rules import Effect, EventKind, Outcome, State, Verdict

NOON = datetime(2024, 4, 15, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WINDOW = rules.window_of(NOON, 5)


@pytest.mark.parametrize(
    ("window", "now", "error"),
    [
        (None, NOON, rules.NotPublished),
        (WINDOW, NOON - SECOND, rules.NotPublished),
        (WINDOW, NOON + timedelta(days=5), rules.WindowClosed),
    ],
)
def test_nobody_complains_outside_the_window(window, now, error):
    with pytest.raises(error):
        rules.check_window(window, now)


@pytest.mark.parametrize("now", [NOON, NOON + timedelta(days=5) - SECOND])
def test_the_window_is_open_from_its_first_to_its_last_second(now):
    assert rules.check_window(WINDOW, now) is WINDOW


def test_the_answer_is_due_on_a_local_day():
    """23:30 in Viet Nam is still the same day there, whatever the day in UTC."""
    assert rules.due_on(datetime(2024, 4, 15, 16, 30, tzinfo=UTC)) == date(2024, 4, 20)
    assert rules.due_on(datetime(2024, 4, 15, 17, 0, tzinfo=UTC)) == date(2024, 4, 21)


def test_an_answer_is_late_the_day_after():
    due = date(2024, 4, 20)

    assert not rules.is_late(due, None, datetime(2024, 4, 20, 16, 59, tzinfo=UTC))
    assert rules.is_late(due, None, datetime(2024, 4, 20, 17, 0, tzinfo=UTC))
    assert not rules.is_late(due, NOON, datetime(2024, 5, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("taken", "asked", "closed", "outcome", "state"),
    [
        (None, None, None, None, State.NEW),
        (NOON, None, None, None, State.TAKEN),
        (NOON, NOON, None, None, State.ASKED),
        (NOON, None, NOON, "refused", State.DECIDED),
        (None, None, NOON, "withdrawn", State.WITHDRAWN),
    ],
)
def test_the_state_follows_from_what_happened(taken, asked, closed, outcome, state):
    assert rules.state_of(taken_at=taken, asked_at=asked, closed_at=closed, outcome=outcome) is state


@given(st.sampled_from(Outcome), st.sampled_from(Effect))
def test_only_a_refusal_must_leave_the_result_alone(outcome, effect):
    verdict = Verdict(outcome, effect, text="", ground="")
    if outcome is Outcome.REFUSED and effect is not Effect.NONE:
        with pytest.raises(rules.NoSuchEffect):
            rules.check_verdict(verdict)
    else:
        rules.check_verdict(verdict)


def test_a_citizen_writes_only_so_often_in_a_row():
    five = [EventKind.FILED, EventKind.TAKEN] + [EventKind.ADDED] * rules.MOST_IN_A_ROW

    assert rules.may_write_more(five[:-1])
    assert not rules.may_write_more(five)
    assert rules.may_write_more([*five, EventKind.TOLD])


def test_every_word_has_a_name():
    assert set(rules.SUBJECT_NAMES) == set(rules.Subject)
    assert set(rules.STATE_NAMES) == set(rules.OWN_STATE_NAMES) == set(State)
    assert set(rules.OUTCOME_NAMES) == set(Outcome)
    assert set(rules.EFFECT_NAMES) == set(Effect)
    assert set(rules.EVENT_NAMES) == set(EventKind)
