"""Why a result is another than at the evaluation before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.emulation.criteria_rules import Attested, Belongs, Criterion, NoVoid, Referrals
from app.emulation.facts_rules import Barrier
from app.emulation.rules import Cause, bit_of


@dataclass(frozen=True)
class Before:
    """What was kept of one person: which rounds, which bits."""

    rounds_mask: int
    bits: int


@dataclass(frozen=True)
class After:
    """What holds now; `voided` are numbers of rounds with a voided attempt of the person."""

    rounds_mask: int
    bits: int
    barrier: Barrier
    voided: Collection[int]


def cause_of(
    criteria: Sequence[Criterion], before: Before, after: After, cancelled: Collection[int]
) -> tuple[Cause, int | None]:
    """(cause, number of the round it happened in) under unchanged criteria; losses come before gains."""
    if after.barrier is Barrier.MERGED:
        return Cause.MERGED, None
    if after.barrier:
        return Cause.BARRED, None
    lost, gained = before.bits & ~after.bits, after.bits & ~before.bits
    changed = [criterion for index, criterion in enumerate(criteria) if (lost or gained) >> index & 1]
    for criterion in changed:
        if isinstance(criterion, Attested):
            return Cause.ATTESTED, None
        if isinstance(criterion, Belongs):
            return Cause.MOVED, None
        if isinstance(criterion, NoVoid):
            return Cause.VOIDED, max(after.voided, default=None)
    return _cause_in_rounds(changed, before, after, cancelled) if lost else (Cause.PROGRESS, None)


def _cause_in_rounds(
    lost: Sequence[Criterion], before: Before, after: After, cancelled: Collection[int]
) -> tuple[Cause, int | None]:
    """Rounds that counted and do not any more; otherwise whom the person brought, or a result."""
    gone = before.rounds_mask & ~after.rounds_mask
    for cause, numbers in ((Cause.CANCELLED, cancelled), (Cause.VOIDED, after.voided)):
        for number in sorted(numbers):
            if gone & bit_of(number):
                return cause, number
    if gone:
        return Cause.RECOUNTED, gone.bit_length()
    if any(isinstance(criterion, Referrals) for criterion in lost):
        return Cause.REFERRAL, None
    return Cause.RESULT, None
