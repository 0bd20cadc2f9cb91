"""Who would win and who would lose the flag under other criteria, by the facts of now; writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.emulation import facts_queries, queries, unit_queries
from app.emulation.criteria_rules import Criteria
from app.emulation.facts_queries import Ground
from app.emulation.facts_rules import judge_account, needs_of
from app.emulation.models import Campaign
from app.emulation.unit_rules import judge_unit

MOST_EXAMPLES = 50


@dataclass(frozen=True)
class Effect:
    """How many would win the flag, lose it and keep it, with the ids of the first of them."""

    gain: int
    lose: int
    same: int
    gained_ids: tuple[int, ...]
    lost_ids: tuple[int, ...]


@dataclass(frozen=True)
class Simulation:
    """`people` by account ids, `units` by unit ids."""

    people: Effect
    units: Effect


def simulate(campaign: Campaign, criteria: Criteria, *, now: datetime) -> Simulation:
    """Compare the criteria in force with others. Must run in a transaction, as a job does: it streams."""
    _version, old = queries.latest_criteria(campaign)
    ground = facts_queries.ground_of(campaign, now)
    return Simulation(
        _effect(_judged_people(ground, old, criteria)), _effect(_judged_units(ground, old, criteria))
    )


def _judged_people(ground: Ground, old: Criteria, new: Criteria) -> Iterator[tuple[int, bool, bool]]:
    """(account id, has the flag, would have it)."""
    needs = needs_of(old.individual, new.individual)
    attested = queries.attested_accounts(ground.campaign)
    for facts, _kept in facts_queries.stream_people(ground, needs, attested):
        was_met = judge_account(old.individual, facts, ground.calendar).is_met
        yield facts.account_id, was_met, judge_account(new.individual, facts, ground.calendar).is_met


def _judged_units(ground: Ground, old: Criteria, new: Criteria) -> Iterator[tuple[int, bool, bool]]:
    units = unit_queries.collectives_of(ground)
    for facts in unit_queries.facts_of_units(ground, units, queries.attested_units(ground.campaign)):
        was_met = judge_unit(old.collective, facts, ground.calendar).is_met
        yield facts.unit_id, was_met, judge_unit(new.collective, facts, ground.calendar).is_met


def _effect(judged: Iterator[tuple[int, bool, bool]]) -> Effect:
    gain = lose = same = 0
    gained: list[int] = []
    lost: list[int] = []
    for subject_id, was_met, is_met in judged:
        same += was_met and is_met
        if is_met and not was_met:
            gain += 1
            gained += [subject_id] if len(gained) < MOST_EXAMPLES else []
        elif was_met and not is_met:
            lose += 1
            lost += [subject_id] if len(lost) < MOST_EXAMPLES else []
    return Effect(gain, lose, same, tuple(gained), tuple(lost))
