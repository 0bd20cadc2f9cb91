"""The table of states and acts, who may not do two steps, and what never happens whatever is tried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commendation import wording
from app.commendation import workflow_rules as rules
from app.commendation.workflow_rules import Act, People, State, Step

ENDS = {State.REJECTED, State.WITHDRAWN, State.REVOKED}
HANDS = [frozenset({step}) for step in Step]
acts = st.lists(
    st.tuples(st.sampled_from(Act), st.frozensets(st.sampled_from(Step)), st.text(max_size=14)), max_size=40
)


@given(acts)
def test_random_acts_never_leave_the_table(tried):
    state, way_back = State.CHOSEN, [State.CHOSEN]
    for act, steps, reason in tried:
        try:
            way = rules.check_transition(state, act, steps, reason=reason)
        except (rules.NotNow, rules.NotYours, rules.ReasonMissing):
            continue
        assert rules.TABLE[(state, act)] is way
        assert way.by & steps
        assert act not in rules.WITH_REASON or len(reason.strip()) >= rules.MINIMUM_REASON
        state = way.to
        way_back.append(state)
    if state in (State.DECIDED, State.PUBLISHED, State.REVOKED):
        needed = [State.SUBMITTED, State.APPRAISED, State.COUNCIL, State.APPROVED, State.DECIDED]
        positions = [len(way_back) - 1 - way_back[::-1].index(one) for one in needed]
        assert positions == sorted(positions)


def test_every_state_can_be_reached_and_only_ends_end():
    reached, waiting = {State.CHOSEN}, [State.CHOSEN]
    while waiting:
        state = waiting.pop()
        for (old, _act), way in rules.TABLE.items():
            if old is state and way.to not in reached:
                reached.add(way.to)
                waiting.append(way.to)
    assert reached == set(State)
    assert {state for state in State if not any(old is state for old, _act in rules.TABLE)} == ENDS
    assert rules.OVER == ENDS


@pytest.mark.parametrize("state", State)
def test_somebody_is_waited_for_until_the_end(state):
    over = state in ENDS or state is State.PUBLISHED
    assert bool(rules.waiting_steps(state)) is not over
    assert (state in wording.WAITS_FOR) is not over


def test_what_is_not_in_the_table_is_refused():
    with pytest.raises(rules.NotNow):
        rules.check_transition(State.REPORTING, Act.DECIDE, frozenset(Step))
    with pytest.raises(rules.NotYours):
        rules.check_transition(State.SUBMITTED, Act.APPRAISE, frozenset({Step.DECIDE, Step.CHOOSE}))
    with pytest.raises(rules.ReasonMissing):
        rules.check_transition(State.SUBMITTED, Act.REJECT, frozenset({Step.APPRAISE}), reason="  ngắn    ")


@given(
    st.integers(1, 4),
    st.none() | st.integers(1, 4),
    st.integers(1, 4),
    st.none() | st.integers(1, 4),
    st.none() | st.integers(1, 4),
)
def test_nobody_judges_their_own_work(actor, subject, chosen_by, written_by, appraised_by):
    people = People(subject, chosen_by, written_by, appraised_by)
    for step in (Step.APPRAISE, Step.COUNCIL, Step.DECIDE):
        own = actor in (subject, chosen_by, written_by)
        both = step is Step.DECIDE and actor == appraised_by
        assert rules.can_step(actor, step, people) is not (own or both)
    assert rules.can_step(actor, Step.CHOOSE, people) is (actor != subject)
    assert rules.can_step(actor, Step.REPORT, people)


def test_the_acts_of_a_hand_are_those_of_the_table():
    assert rules.next_acts(State.SUBMITTED, frozenset({Step.APPRAISE})) == [
        Act.APPRAISE,
        Act.RETURN,
        Act.REJECT,
    ]
    assert rules.next_acts(State.SUBMITTED, frozenset({Step.DECIDE})) == []


def test_everything_has_a_name():
    assert set(wording.STATE_NAMES) == set(wording.STATE_BADGES) == set(State)
    assert set(wording.STEP_NAMES) == set(Step)
    assert set(wording.ACT_NAMES) == set(Act)
