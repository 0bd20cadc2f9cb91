"""What is known of a collective, and whether it meets a criterion: now, and at best."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from app.emulation.criteria_rules import (
    AllUnits,
    Criterion,
    Part,
    Span,
    UnitAttested,
    UnitPeople,
    UnitRate,
    UnitWinners,
    Verdict,
    judge,
)
from app.emulation.facts_rules import Calendar
from app.emulation.rules import bit_of

EVERYBODY = 10**9


@dataclass(frozen=True)
class UnitFacts:
    """One collective: distinct people over the contest and by round number, headcount on the last day that
    counts, people with a prize, and direct sub-units without anybody."""

    unit_id: int
    people: int = 0
    round_people: Mapping[int, int] = field(default_factory=dict)
    headcount: int | None = None
    winners: int = 0
    silent_units: int = 0
    attested: Mapping[str, bool] = field(default_factory=dict)


def rate_permille(people: int, headcount: int | None) -> int | None:
    """People in a thousand of the headcount; None without one."""
    return people * 1000 // headcount if headcount else None


def paths_above(path: str) -> list[str]:
    """ "/20/182/" → "/20/", "/20/182/": the unit's own path last."""
    codes = path.strip("/").split("/")
    return [f"/{'/'.join(codes[:depth])}/" for depth in range(1, len(codes) + 1)]


def _counts(criterion: UnitRate | UnitPeople, facts: UnitFacts, calendar: Calendar) -> list[int]:
    """The figures that all have to be large enough."""
    if criterion.span is Span.CONTEST:
        return [facts.people]
    return [facts.round_people.get(number, 0) for number in calendar.numbers]


def has_rate(criterion: UnitRate, facts: UnitFacts, calendar: Calendar) -> bool:
    headcount = facts.headcount
    if headcount is None or headcount < criterion.least_headcount:
        return False
    return all(
        people * 100 >= criterion.percent * headcount for people in _counts(criterion, facts, calendar)
    )


def has_people(criterion: UnitPeople, facts: UnitFacts, calendar: Calendar) -> bool:
    return all(people >= criterion.count for people in _counts(criterion, facts, calendar))


def has_all_units(criterion: AllUnits, facts: UnitFacts, calendar: Calendar) -> bool:
    return facts.silent_units == 0 and facts.people > 0


def has_winners(criterion: UnitWinners, facts: UnitFacts, calendar: Calendar) -> bool:
    return facts.winners >= criterion.count


def is_attested(criterion: UnitAttested, facts: UnitFacts, calendar: Calendar) -> bool:
    return facts.attested.get(criterion.code, False)


CHECKS: dict[str, Callable[..., bool]] = {
    UnitRate.kind: has_rate,
    UnitPeople.kind: has_people,
    AllUnits.kind: has_all_units,
    UnitWinners.kind: has_winners,
    UnitAttested.kind: is_attested,
}


def meets(criterion: Criterion, facts: UnitFacts, calendar: Calendar) -> bool:
    """Does the collective meet a collective criterion now?"""
    return CHECKS[criterion.kind](criterion, facts, calendar)


def judge_unit(part: Part, facts: UnitFacts, calendar: Calendar) -> Verdict:
    return judge(part, [meets(criterion, facts, calendar) for criterion in part.criteria])


def at_best(facts: UnitFacts, calendar: Calendar, attested: Iterable[str]) -> UnitFacts:
    """The facts if everybody took every round that is still open; `attested` as in facts_rules.at_best."""
    is_open = calendar.open != 0
    still = {number: EVERYBODY for number in calendar.numbers if calendar.open & bit_of(number)}
    return replace(
        facts,
        people=EVERYBODY if is_open else facts.people,
        round_people={**facts.round_people, **still},
        winners=EVERYBODY if calendar.unpublished else facts.winners,
        silent_units=0 if is_open else facts.silent_units,
        attested=dict.fromkeys(attested, True) | dict(facts.attested),
    )
