"""Emulation criteria as data: what kinds there are, and how they combine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import ClassVar


class Took(StrEnum):
    """Which of the rounds a person has to take."""

    ALL = "all"
    COUNT = "count"
    STREAK = "streak"
    LAST = "last"


class Good(StrEnum):
    """What a good result is."""

    ANY = "any"
    SCORE = "score"
    RANK = "rank"
    PRIZE = "prize"


class Which(StrEnum):
    """Which of the referred accounts have to have the streak: the first `count`, or any `count`."""

    ANY = "any"
    FIRST = "first"


class Lives(StrEnum):
    """Where a referred account may live."""

    ANYWHERE = "anywhere"
    CONTEST = "contest"
    UNIT = "unit"


class Basis(StrEnum):
    """By what a person belongs to the campaign's unit."""

    EITHER = "either"
    ACCOUNT = "account"
    ENROLMENT = "enrolment"


class Span(StrEnum):
    """Over what people of a collective are counted: once in the whole contest, or in every round."""

    CONTEST = "contest"
    EVERY_ROUND = "every_round"


@dataclass(frozen=True)
class Criterion:
    """`code` names it within its campaign for good: attestations point at it."""

    kind: ClassVar[str] = ""
    is_collective: ClassVar[bool] = False
    code: str
    title: str


@dataclass(frozen=True)
class TookPart(Criterion):
    """Valid attempts in all of the rounds, in `count` of them, in `count` consecutive ones or the last ones.

    `rounds` are numbers; none means every round that was held.
    """

    kind = "rounds"
    mode: Took = Took.ALL
    count: int = 1
    rounds: tuple[int, ...] = ()


@dataclass(frozen=True)
class GoodResult(Criterion):
    """A recognised result: any, `percent` of the points in `count` rounds, a published rank up to `rank`,
    or a prize."""

    kind = "result"
    mode: Good = Good.ANY
    percent: int = 80
    count: int = 1
    rank: int = 100
    rounds: tuple[int, ...] = ()


@dataclass(frozen=True)
class Referrals(Criterion):
    """`count` accounts that registered with the person's code in the window of local days, each with
    `streak` consecutive rounds among `rounds` (1: one round, 0: none needed).

    `own_streak`: the referrer must have the streak too.
    """

    kind = "referrals"
    count: int = 2
    streak: int = 5
    which: Which = Which.ANY
    lives: Lives = Lives.ANYWHERE
    own_streak: bool = False
    registered_from: date | None = None
    registered_to: date | None = None
    rounds: tuple[int, ...] = ()


@dataclass(frozen=True)
class Belongs(Criterion):
    """Lives or is enrolled in the campaign's unit. An account of another series counts as it is enrolled."""

    kind = "belongs"
    basis: Basis = Basis.EITHER


@dataclass(frozen=True)
class RegisteredBy(Criterion):
    """The account was there on this local day."""

    kind = "registered"
    day: date = date(2024, 1, 1)


@dataclass(frozen=True)
class NoVoid(Criterion):
    """No attempt of the person was voided."""

    kind = "no_void"


@dataclass(frozen=True)
class Attested(Criterion):
    """What no machine can count: `attester` says whose word it is."""

    kind = "attested"
    attester: str = ""


@dataclass(frozen=True)
class UnitAttested(Attested):
    kind = "unit_attested"
    is_collective = True


@dataclass(frozen=True)
class UnitRate(Criterion):
    """People / headcount of at least `percent`; units with fewer than `least_headcount` never meet it."""

    kind = "unit_rate"
    is_collective = True
    percent: int = 50
    span: Span = Span.CONTEST
    least_headcount: int = 20


@dataclass(frozen=True)
class UnitPeople(Criterion):
    kind = "unit_people"
    is_collective = True
    count: int = 50
    span: Span = Span.CONTEST


@dataclass(frozen=True)
class AllUnits(Criterion):
    """Somebody of every unit directly below took part."""

    kind = "all_units"
    is_collective = True


@dataclass(frozen=True)
class UnitWinners(Criterion):
    """People of the unit with a prize in published results."""

    kind = "unit_winners"
    is_collective = True
    count: int = 1


KINDS: dict[str, type[Criterion]] = {
    found.kind: found
    for found in (
        *(TookPart, GoodResult, Referrals, Belongs, RegisteredBy, NoVoid, Attested),
        *(UnitRate, UnitPeople, AllUnits, UnitWinners, UnitAttested),
    )
}


@dataclass(frozen=True)
class Group:
    """Criteria that belong together, as (c) of a plan; `needed` of them, or all (None)."""

    code: str
    title: str
    criteria: tuple[Criterion, ...]
    needed: int | None = None

    @cached_property
    def is_attested(self) -> bool:
        """Is everything in it somebody's word?"""
        return all(isinstance(criterion, Attested) for criterion in self.criteria)


@dataclass(frozen=True)
class Part:
    """Groups, of which `needed` must be met, or all (None)."""

    groups: tuple[Group, ...] = ()
    needed: int | None = None

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """In order: the i-th one is bit i of the met bits."""
        return tuple(criterion for group in self.groups for criterion in group.criteria)


@dataclass(frozen=True)
class Criteria:
    individual: Part = field(default_factory=Part)
    collective: Part = field(default_factory=Part)


@dataclass(frozen=True)
class Verdict:
    """`bits` of the criteria met; `missing` is the least number of criteria that are still to be met."""

    bits: int
    is_met: bool
    missing: int


def judge(part: Part, is_met: Sequence[bool]) -> Verdict:
    """`is_met` in the order of part.criteria. A part without criteria is never met.

    Where several ways lead to the flag, one that only somebody's word opens is not counted as the next
    step: otherwise everybody would be one step away.
    """
    bits = sum(1 << index for index, met in enumerate(is_met) if met)
    gaps, start = [], 0
    for group in part.groups:
        met = is_met[start : start + len(group.criteria)]
        start += len(group.criteria)
        gap = max(_needed(group.needed, len(met)) - sum(met), 0)
        gaps.append((gap > 0 and group.is_attested, gap))
    missing = sum(gap for _is_attested, gap in sorted(gaps)[: _needed(part.needed, len(gaps))])
    return Verdict(bits, bool(is_met) and missing == 0, missing)


def _needed(needed: int | None, count: int) -> int:
    return count if needed is None else min(needed, count)
