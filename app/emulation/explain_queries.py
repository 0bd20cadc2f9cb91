"""Why one person or one collective meets the criteria or not: every reason from facts read now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.emulation import facts_queries, facts_rules, queries, unit_queries, unit_rules
from app.emulation.criteria_rules import Attested, Criterion, GoodResult, Part, Referrals, TookPart
from app.emulation.draft_queries import words_of
from app.emulation.facts_queries import Ground, Person
from app.emulation.facts_rules import (
    Calendar,
    Needs,
    WhyNot,
    judge_account,
    needs_of,
    rounds_taken,
    sort_referrals,
)
from app.emulation.models import Attestation, Campaign
from app.emulation.reason_wording import BARRIER_REASONS, WHY_NOT, marks, sentence, unit_sentence
from app.emulation.rules import bit_of
from app.emulation.wording import Check, rule_text, state_of
from app.text import public_name
from app.units.models import Unit


@dataclass(frozen=True)
class Evidence:
    """What a criterion rests on, to link to.

    `kind` is "round" (value: its number, taken), "result" (the number of a published round), "referral"
    (value: the account's public id) or "attestation" (its public id).
    """

    label: str
    kind: str
    value: str


@dataclass(frozen=True)
class Item:
    """One criterion with its evidence."""

    check: Check
    evidence: list[Evidence]


@dataclass(frozen=True)
class BroughtLine:
    """One referred account of a referral criterion: masked name, weeks, why it does not count (or "").

    `rounds` are (number, taken; None while it may still be taken), `marks` the same in words.
    """

    public_id: str
    name: str
    full_name: str
    at: datetime
    rounds: list[tuple[int, bool | None]]
    marks: str
    counts: bool
    reason: str


@dataclass(frozen=True)
class Explanation:
    """A subject's standing in a campaign. `barrier` says in words why it has no flag whatever it did."""

    version: int
    is_met: bool
    missing: int
    barrier: str
    items: list[Item]
    referrals: dict[str, list[BroughtLine]]


def explain_account(campaign: Campaign, account_id: int, *, now: datetime) -> Explanation:
    """Raises NoResultFound for an account that is not there."""
    version, criteria = queries.latest_criteria(campaign)
    part, ground = criteria.individual, facts_queries.ground_of(campaign, now)
    attestations = _newest(queries.attestations_of(campaign, account_id=account_id))
    words = {code: one.is_met for code, one in attestations.items()}
    needs = needs_of(part)
    person = facts_queries.read_person(ground, needs, account_id, words)
    verdict = judge_account(part, person.facts, ground.calendar)
    return Explanation(
        version=version,
        is_met=verdict.is_met,
        missing=verdict.missing,
        barrier=BARRIER_REASONS.get(person.facts.barrier, ""),
        items=_items(ground, part, needs, person, attestations),
        referrals={one.code: _brought_lines(ground, one, person) for one in needs.referrals},
    )


def _newest(attestations: Sequence[Attestation]) -> dict[str, Attestation]:
    """By code; they come the newest first."""
    return {one.code: one for one in reversed(attestations)}


def _items(
    ground: Ground, part: Part, needs: Needs, person: Person, attestations: Mapping[str, Attestation]
) -> list[Item]:
    calendar, words = ground.calendar, words_of(ground.campaign)
    attested = [one.code for one in part.criteria if isinstance(one, Attested)]
    best = facts_rules.at_best(person.facts, person.brought, needs, calendar, attested)
    items = []
    for one in part.criteria:
        is_met = facts_rules.meets(one, person.facts, calendar)
        state = state_of(is_met, facts_rules.meets(one, best, calendar))
        said = sentence(one, person.facts, calendar, words)
        check = Check(one.code, one.title, state, rule_text(one, words), said)
        items.append(Item(check, _evidence(ground, one, person, attestations.get(one.code))))
    return items


def _evidence(
    ground: Ground, criterion: Criterion, person: Person, attestation: Attestation | None
) -> list[Evidence]:
    label = ground.contest.label.capitalize()
    if isinstance(criterion, TookPart | GoodResult):
        numbers = ground.calendar.pick(criterion.rounds)
        taken = [number for number in numbers if person.facts.rounds_mask & bit_of(number)]
        official = {found.number for found in ground.rounds if found.published_revision is not None}
        kind = {number: "result" if number in official else "round" for number in taken}
        return [Evidence(f"{label} {number}", kind[number], str(number)) for number in taken]
    if isinstance(criterion, Referrals):
        return [
            Evidence(line.name, "referral", line.public_id)
            for line in _brought_lines(ground, criterion, person)
            if line.counts
        ]
    return _attested_evidence(attestation)


def _attested_evidence(attestation: Attestation | None) -> list[Evidence]:
    if attestation is None:
        return []
    return [Evidence(attestation.text, "attestation", attestation.public_id)]


def _brought_lines(ground: Ground, criterion: Referrals, person: Person) -> list[BroughtLine]:
    calendar, words = ground.calendar, words_of(ground.campaign)
    lines = []
    for one, reason in sort_referrals(criterion, person.brought, calendar):
        account = person.accounts[one.account_id]
        lines.append(
            BroughtLine(
                public_id=account.public_id,
                name=public_name(account.full_name),
                full_name=account.full_name,
                at=one.at,
                rounds=_rounds_taken(one.rounds_mask, calendar),
                marks=marks(one.rounds_mask, calendar, words),
                counts=reason is None,
                reason=_why_not(reason),
            )
        )
    return lines


def _rounds_taken(mask: int, calendar: Calendar) -> list[tuple[int, bool | None]]:
    return [
        (number, is_taken or (None if calendar.open & bit_of(number) else False))
        for number, is_taken in rounds_taken(mask, calendar)
    ]


def _why_not(reason: WhyNot | None) -> str:
    return WHY_NOT[reason] if reason else ""


def explain_unit(campaign: Campaign, unit: Unit, *, now: datetime) -> Explanation:
    """As explain_account, of a collective; figures are those of the tallies."""
    version, criteria = queries.latest_criteria(campaign)
    part, ground = criteria.collective, facts_queries.ground_of(campaign, now)
    attestations = _newest(queries.attestations_of(campaign, unit_id=unit.id))
    words = {code: one.is_met for code, one in attestations.items()}
    [facts] = unit_queries.facts_of_units(ground, [unit], {unit.id: words})
    verdict = unit_rules.judge_unit(part, facts, ground.calendar)
    names = words_of(ground.campaign)
    attested = [one.code for one in part.criteria if isinstance(one, Attested)]
    best = unit_rules.at_best(facts, ground.calendar, attested)
    items = []
    for one in part.criteria:
        is_met = unit_rules.meets(one, facts, ground.calendar)
        state = state_of(is_met, unit_rules.meets(one, best, ground.calendar))
        said = unit_sentence(one, facts, ground.calendar, names)
        check = Check(one.code, one.title, state, rule_text(one, names), said)
        items.append(Item(check, _attested_evidence(attestations.get(one.code))))
    return Explanation(version, verdict.is_met, verdict.missing, "", items, {})
