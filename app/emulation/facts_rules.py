"""What is known of a person, and whether it meets a criterion: now, and at best once all rounds are over."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from app.emulation.criteria_rules import (
    Attested,
    Basis,
    Belongs,
    Criterion,
    Good,
    GoodResult,
    Lives,
    NoVoid,
    Part,
    Referrals,
    RegisteredBy,
    Took,
    TookPart,
    Verdict,
    Which,
    judge,
)
from app.emulation.rules import bit_of, count_rounds, has_streak, longest_streak, mask_of
from app.localtime import local_day


class Barrier(StrEnum):
    """Why a person cannot be flagged whatever they did; as a referral they never count."""

    NONE = ""
    DISABLED = "disabled"
    MERGED = "merged"
    BARRED = "barred"


class WhyNot(StrEnum):
    """Why a referred account does not count for a referral criterion."""

    BARRIER = "barrier"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    OUTSIDE = "outside"
    NOT_AMONG_FIRST = "not_among_first"
    NO_STREAK = "no_streak"


@dataclass(frozen=True)
class Calendar:
    """The contest's rounds as the criteria see them: `numbers` in order, without cancelled ones.

    `open` has those that may still be taken, `unpublished` those without an official result.
    """

    numbers: tuple[int, ...]
    open: int
    unpublished: int
    today: date

    def pick(self, rounds: Sequence[int]) -> tuple[int, ...]:
        """Those of `rounds`, or all where it names none."""
        return tuple(number for number in self.numbers if number in rounds) if rounds else self.numbers


@dataclass(frozen=True)
class Brought:
    """An account that registered with the person's code."""

    account_id: int
    at: datetime
    rounds_mask: int
    lives_in_unit: bool
    lives_in_contest: bool
    barrier: Barrier = Barrier.NONE


@dataclass(frozen=True)
class Counted:
    """Referred accounts that count for a criterion, and those of them with the streak."""

    referred: int = 0
    good: int = 0


NOBODY = Counted()


@dataclass(frozen=True)
class Needs:
    """What criteria ask of the facts beside what every person has."""

    percents: tuple[int, ...] = ()
    referrals: tuple[Referrals, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One person. `score_masks` has the rounds with that many percent of the points, by Needs.percents;
    `referrals` is by Needs.referrals; `attested` by code, the newest word."""

    account_id: int
    unit_id: int
    registered_at: datetime
    rounds_mask: int = 0
    best_score: int = 0
    best_rank: int | None = None
    prize_mask: int = 0
    void_count: int = 0
    lives_inside: bool = False
    enrolled_inside: bool = False
    barrier: Barrier = Barrier.NONE
    score_masks: Mapping[int, int] = field(default_factory=dict)
    referrals: Mapping[Referrals, Counted] = field(default_factory=dict)
    attested: Mapping[str, bool] = field(default_factory=dict)


def needs_of(*parts: Part) -> Needs:
    criteria = [criterion for part in parts for criterion in part.criteria]
    percents = {
        found.percent for found in criteria if isinstance(found, GoodResult) and found.mode is Good.SCORE
    }
    referrals = dict.fromkeys(found for found in criteria if isinstance(found, Referrals))
    return Needs(tuple(sorted(percents)), tuple(referrals))


def took_part(criterion: TookPart, facts: AccountFacts, calendar: Calendar) -> bool:
    numbers = calendar.pick(criterion.rounds)
    mask = facts.rounds_mask
    if criterion.mode is Took.COUNT:
        return count_rounds(mask & mask_of(numbers)) >= criterion.count
    if criterion.mode is Took.STREAK:
        return has_streak(mask, numbers, criterion.count)
    asked = numbers[-criterion.count :] if criterion.mode is Took.LAST else numbers
    wanted = mask_of(asked)
    is_enough = len(asked) >= criterion.count if criterion.mode is Took.LAST else bool(asked)
    return is_enough and mask & wanted == wanted


def has_good_result(criterion: GoodResult, facts: AccountFacts, calendar: Calendar) -> bool:
    within = mask_of(calendar.pick(criterion.rounds))
    if criterion.mode is Good.ANY:
        return facts.rounds_mask & within != 0
    if criterion.mode is Good.SCORE:
        return count_rounds(facts.score_masks[criterion.percent] & within) >= criterion.count
    if criterion.mode is Good.RANK:
        return facts.best_rank is not None and facts.best_rank <= criterion.rank
    return facts.prize_mask & within != 0


def has_referrals(criterion: Referrals, facts: AccountFacts, calendar: Calendar) -> bool:
    if facts.referrals[criterion].good < criterion.count:
        return False
    numbers = calendar.pick(criterion.rounds)
    return not criterion.own_streak or has_streak(facts.rounds_mask, numbers, criterion.streak)


def belongs(criterion: Belongs, facts: AccountFacts, calendar: Calendar) -> bool:
    if criterion.basis is Basis.ACCOUNT:
        return facts.lives_inside
    if criterion.basis is Basis.ENROLMENT:
        return facts.enrolled_inside
    return facts.lives_inside or facts.enrolled_inside


def was_registered(criterion: RegisteredBy, facts: AccountFacts, calendar: Calendar) -> bool:
    return local_day(facts.registered_at) <= criterion.day


def has_no_void(criterion: NoVoid, facts: AccountFacts, calendar: Calendar) -> bool:
    return facts.void_count == 0


def is_attested(criterion: Attested, facts: AccountFacts, calendar: Calendar) -> bool:
    return facts.attested.get(criterion.code, False)


CHECKS: dict[str, Callable[..., bool]] = {
    TookPart.kind: took_part,
    GoodResult.kind: has_good_result,
    Referrals.kind: has_referrals,
    Belongs.kind: belongs,
    RegisteredBy.kind: was_registered,
    NoVoid.kind: has_no_void,
    Attested.kind: is_attested,
}


def meets(criterion: Criterion, facts: AccountFacts, calendar: Calendar) -> bool:
    """Does the person meet an individual criterion now?"""
    return CHECKS[criterion.kind](criterion, facts, calendar)


def judge_account(part: Part, facts: AccountFacts, calendar: Calendar) -> Verdict:
    """Whoever has a barrier is never met, whatever the criteria say."""
    verdict = judge(part, [CHECKS[one.kind](one, facts, calendar) for one in part.criteria])
    return replace(verdict, is_met=False) if facts.barrier else verdict


def why_not(criterion: Referrals, one: Brought, calendar: Calendar) -> WhyNot | None:
    """Why a referred account has no place among those that count; its rounds do not matter here."""
    if one.barrier:
        return WhyNot.BARRIER
    day = local_day(one.at)
    if criterion.registered_from is not None and day < criterion.registered_from:
        return WhyNot.TOO_EARLY
    if criterion.registered_to is not None and day > criterion.registered_to:
        return WhyNot.TOO_LATE
    is_inside = {Lives.ANYWHERE: True, Lives.CONTEST: one.lives_in_contest, Lives.UNIT: one.lives_in_unit}
    return None if is_inside[criterion.lives] else WhyNot.OUTSIDE


def sort_referrals(
    criterion: Referrals, brought: Iterable[Brought], calendar: Calendar
) -> list[tuple[Brought, WhyNot | None]]:
    """Everybody the person brought, in order of registration; None: counts, and has the streak."""
    numbers, place, found = calendar.pick(criterion.rounds), 0, []
    for one in sorted(brought, key=lambda one: (one.at, one.account_id)):
        reason = why_not(criterion, one, calendar)
        if reason is None:
            place += 1
            if criterion.which is Which.FIRST and place > criterion.count:
                reason = WhyNot.NOT_AMONG_FIRST
            elif not has_streak(one.rounds_mask, numbers, criterion.streak):
                reason = WhyNot.NO_STREAK
        found.append((one, reason))
    return found


def count_referrals(criterion: Referrals, brought: Iterable[Brought], calendar: Calendar) -> Counted:
    """As the statement of facts_statements counts them for everybody at once."""
    reasons = [reason for _one, reason in sort_referrals(criterion, brought, calendar)]
    with_place = (None, WhyNot.NO_STREAK, WhyNot.NOT_AMONG_FIRST)
    return Counted(sum(reason in with_place for reason in reasons), reasons.count(None))


def at_best(
    facts: AccountFacts, brought: Sequence[Brought], needs: Needs, calendar: Calendar, attested: Iterable[str]
) -> AccountFacts:
    """The facts if everything still possible came true; `attested` are the codes that people may confirm.

    What somebody has denied, what is over and what a person is do not change by waiting.
    """
    later = calendar.open
    hoped = [replace(one, rounds_mask=one.rounds_mask | later) for one in brought]
    return replace(
        facts,
        rounds_mask=facts.rounds_mask | later,
        score_masks={percent: mask | later for percent, mask in facts.score_masks.items()},
        best_rank=1 if calendar.unpublished else facts.best_rank,
        prize_mask=facts.prize_mask | calendar.unpublished,
        referrals={one: _referrals_at_best(one, hoped, calendar) for one in needs.referrals},
        attested=dict.fromkeys(attested, True) | dict(facts.attested),
    )


def _referrals_at_best(criterion: Referrals, hoped: Sequence[Brought], calendar: Calendar) -> Counted:
    counted = count_referrals(criterion, hoped, calendar)
    may_register = criterion.registered_to is None or calendar.today <= criterion.registered_to
    has_slot = criterion.which is Which.ANY or counted.referred < criterion.count
    numbers = calendar.pick(criterion.rounds)
    if may_register and has_slot and has_streak(calendar.open, numbers, criterion.streak):
        newcomers = criterion.count if criterion.which is Which.ANY else criterion.count - counted.referred
        return Counted(counted.referred + newcomers, counted.good + newcomers)
    return counted


def own_streak(facts: AccountFacts, calendar: Calendar) -> int:
    """The longest run of consecutive rounds of the contest."""
    return longest_streak(facts.rounds_mask, calendar.numbers)


def rounds_taken(mask: int, calendar: Calendar) -> list[tuple[int, bool]]:
    """(number, taken) of every round, for marks one after another."""
    return [(number, bool(mask & bit_of(number))) for number in calendar.numbers]
