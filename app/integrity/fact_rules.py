"""The second fact: what beside a shared device, minute or referrer makes a group worth a look.

Every fact is measured against the round itself. In a round where many are quick, being quick weighs
little; in a school whose pupils make the same mistakes, so does the same mistake.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from app.integrity.answer_rules import Mistakes
from app.integrity.chance_rules import binomial_bits, combined_bits, trials_bits
from app.integrity.prediction_rules import entries_of, runs_of
from app.integrity.rules import OPTION_BITS, Sitting, Week
from app.integrity.timing_rules import fast_people

LEAST_BITS = 13.0
LEAST_FAST = 3
LEAST_RUN_PEOPLE = 4
LEAST_ALIKE = 0.75  # a school agrees in half of its mistakes, people with one key in nearly all
SEAMLESS_SECONDS = 25
SMALLEST_SHARE = 0.005
SMALLEST_HANDOVER_SHARE = 0.02
OWN_WEIGHT = 10.0
LONGEST_HANDOVER = 3600


class Fact(NamedTuple):
    """`name`: fast, same_wrong, predictions or seamless; `numbers` as wording.py reads them."""

    name: str
    bits: float
    numbers: dict[str, Any]


@dataclass(frozen=True)
class Background:
    """What is usual in this round."""

    fast: set[int]
    fast_share: float
    predictions: list[int]
    seamless_share: float
    unit_of: dict[int, int]
    unit_chosen: dict[int, Counter[int]]  # unit → wrong code → people
    unit_wrong: dict[int, Counter[int]]  # unit → version → people who err on it
    wrong_options: Counter[int]  # version → how many wrong answers were given at all


def background_of(week: Week, mistakes: Mistakes) -> Background:
    fast = fast_people(week)
    chosen: defaultdict[int, Counter[int]] = defaultdict(Counter)
    wrong: defaultdict[int, Counter[int]] = defaultdict(Counter)
    unit_of = {person: sittings[0].unit_id for person, sittings in week.by_person.items()}
    for person, sheet in mistakes.sheets.items():
        errors = [code for code in sheet.values() if code in mistakes.chosen]
        chosen[unit_of[person]].update(errors)
        wrong[unit_of[person]].update(code >> OPTION_BITS for code in errors)
    waits = [wait for group in device_groups(week).values() for wait in handovers(group)]
    seamless = sum(wait <= SEAMLESS_SECONDS for wait in waits)
    return Background(
        fast=fast,
        fast_share=max(SMALLEST_SHARE, len(fast) / max(len(week.by_person), 1)),
        predictions=[entry.value for entry in entries_of(week.sittings)],
        seamless_share=max(SMALLEST_HANDOVER_SHARE, seamless / len(waits) if waits else 0.0),
        unit_of=unit_of,
        unit_chosen=dict(chosen),
        unit_wrong=dict(wrong),
        wrong_options=Counter(code >> OPTION_BITS for code in mistakes.chosen),
    )


def device_groups(week: Week) -> dict[bytes, list[Sitting]]:
    """Attempts by the device they were started on."""
    groups: defaultdict[bytes, list[Sitting]] = defaultdict(list)
    for sitting in week.sittings:
        if sitting.device is not None:
            groups[sitting.device].append(sitting)
    return dict(groups)


def handovers(sittings: Collection[Sitting]) -> list[int]:
    """Seconds from one person's end to the next person's start on one device, below an hour."""
    order = sorted(sittings, key=lambda one: (one.started, one.attempt_id))
    waits = (
        after.started - before.finished
        for before, after in pairwise(order)
        if after.enrolment_id != before.enrolment_id
    )
    return [max(wait, 0) for wait in waits if wait < LONGEST_HANDOVER]


def facts_about(
    people: Collection[int], week: Week, mistakes: Mistakes, background: Background, *, groups: int
) -> list[Fact]:
    """The facts about a group that chance does not explain, with `groups` of its kind looked at."""
    needed = LEAST_BITS + trials_bits(groups)
    sittings = [sitting for person in people for sitting in week.by_person[person]]
    facts = (
        _fast(people, background),
        same_wrong(people, mistakes, background),
        _predictions(sittings, background),
    )
    return [fact for fact in facts if fact is not None and fact.bits >= needed]


def seamless(sittings: Collection[Sitting], background: Background, *, groups: int) -> Fact | None:
    """One device passed on again and again without the time that another person needs to sign in."""
    waits = handovers(sittings)
    quick = sum(wait <= SEAMLESS_SECONDS for wait in waits)
    bits = binomial_bits(quick, len(waits), background.seamless_share)
    if bits < LEAST_BITS + trials_bits(groups):
        return None
    return Fact("seamless", bits, {"quick": quick, "of": len(waits), "seconds": SEAMLESS_SECONDS})


def _fast(people: Collection[int], background: Background) -> Fact | None:
    fast = len(background.fast.intersection(people))
    if fast < LEAST_FAST or 2 * fast < len(people):
        return None
    bits = binomial_bits(fast, len(people), background.fast_share)
    return Fact("fast", bits, {"fast": fast, "of": len(people)})


def same_wrong(people: Collection[int], mistakes: Mistakes, background: Background) -> Fact | None:
    """Those of the group who err on a question err alike, beyond what their own units do."""
    by_version: defaultdict[int, list[int]] = defaultdict(list)
    for person in people:
        for version, code in mistakes.sheets[person].items():
            if code in mistakes.chosen:
                by_version[version].append(code)
    findings, alike, compared = [], 0, 0
    units = {background.unit_of[person] for person in people}
    for version, chosen in by_version.items():
        if len(chosen) > 1:
            code, count = Counter(chosen).most_common(1)[0]
            chance = max(_chance_in_unit(code, unit, chosen, mistakes, background) for unit in units)
            search = trials_bits(max(2, background.wrong_options[version]))
            findings.append(max(0.0, binomial_bits(count, len(chosen), chance) - search))
            alike, compared = alike + count, compared + len(chosen)
    if not findings or alike < LEAST_ALIKE * compared:
        return None
    numbers = {"questions": len(findings), "alike": alike, "of": compared}
    return Fact("same_wrong", combined_bits(findings), numbers)


def _chance_in_unit(
    code: int, unit: int, group: list[int], mistakes: Mistakes, background: Background
) -> float:
    """How likely somebody of the unit, the group left out, who errs chooses this wrong answer."""
    general = mistakes.option_chance(code)
    errs = max(0, background.unit_wrong[unit][code >> OPTION_BITS] - len(group))
    chose = max(0, background.unit_chosen[unit][code] - group.count(code))
    return max(general, (chose + OWN_WEIGHT * general) / (errs + OWN_WEIGHT))


def _predictions(sittings: Collection[Sitting], background: Background) -> Fact | None:
    runs = runs_of(entries_of(sittings), background.predictions, LEAST_RUN_PEOPLE)
    dealt = [run for run in runs if run.is_dealt_out]
    if not dealt:
        return None
    best = max(dealt, key=lambda run: run.bits)
    numbers = {"people": len(best.people), "first": best.first, "last": best.last, "numbers": best.numbers}
    return Fact("predictions", best.bits, numbers)
