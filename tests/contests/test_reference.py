"""The order by the policy agrees with the order by the published sentences."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.contests import policy, wording
from app.contests.policy import Line, Recognised
from tests.contests.reference import count_target, rank_round

OPENS = datetime(2026, 3, 2, 0, tzinfo=UTC)
ROUNDS = 1000
LABEL = "tuần"


def make_round(dice):
    """The valid attempts of up to 12 people, close enough together for many ties."""
    attempts = []
    for number in dice.sample(range(10_000_000, 10_000_040), dice.randint(0, 12)):
        for turn in range(1, dice.randint(1, 3) + 1):
            duration = dice.choice([60, 61, 300])
            finished = OPENS + timedelta(seconds=duration + dice.randint(0, 4))
            prediction = dice.choice([None, 0, 3, 5, 7, 9, 11, 12, policy.MAX_PREDICTION])
            score = dice.choice([8, 9, 10, 10, 10])
            attempts.append(Line(number, score, 10, prediction, duration, finished, turn))
    dice.shuffle(attempts)
    return attempts


def rank_by_policy(attempts, chosen, target, leagues):
    people = {}
    for attempt in attempts:
        people.setdefault(attempt.contestant_no, []).append(attempt)
    recognised = [policy.recognise(own, chosen) for own in people.values()]
    ranked = [line for line in recognised if policy.is_rankable(line, chosen)]
    groups = {}
    for line in ranked:
        league = leagues[line.contestant_no] if chosen.leagues is policy.Leagues.BY_SCOPE else ""
        groups.setdefault(league, []).append(line)
    places = []
    for group in groups.values():
        keys = sorted(policy.sort_key(line, chosen, target) for line in group)
        places += [(1 + keys.index(policy.sort_key(line, chosen, target)), line) for line in group]
    return sorted(places, key=lambda place: (place[0], place[1].contestant_no))


@pytest.mark.parametrize("recognised", Recognised)
@pytest.mark.parametrize("name", policy.PRESETS)
def test_the_sentences_give_the_same_order(name, recognised):
    chosen = replace(policy.PRESETS[name][1], recognised=recognised)
    sentences = wording.rules_sentences(chosen, LABEL)
    dice = random.Random(f"{name} {recognised}")  # noqa: S311 -- the same rounds every time
    for _turn in range(ROUNDS):
        attempts = make_round(dice)
        leagues = {line.contestant_no: dice.choice(["inside", "outside"]) for line in attempts}
        target = count_target(attempts, sentences)

        by_sentences = [
            (place.rank, place.line) for place in rank_round(attempts, sentences, target, leagues)
        ]

        assert by_sentences == rank_by_policy(attempts, chosen, target, leagues)


def test_the_reference_refuses_a_sentence_it_does_not_know():
    sentences = [*wording.rules_sentences(policy.PRESETS["vcnet"][1], LABEL), "Ai đẹp hơn xếp trên."]

    with pytest.raises(AssertionError, match="not understood"):
        rank_round([], sentences, 0)
