"""Rounds as bits, and runs of consecutive ones: bit number − 1 stands for the round of that number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.errors import DomainError

# Masks are kept in signed columns of 64 bits.
MOST_ROUNDS = 62


class TooManyRounds(DomainError):
    message = f"Đợt thi đua chỉ tính được cuộc thi có không quá {MOST_ROUNDS} vòng."


class Cause(StrEnum):
    """Why a result changed since the evaluation before."""

    PROGRESS = "progress"
    CRITERIA = "criteria"
    VOIDED = "voided"
    CANCELLED = "cancelled"
    MERGED = "merged"
    BARRED = "barred"
    REFERRAL = "referral"
    ATTESTED = "attested"
    RESULT = "result"
    MOVED = "moved"
    RECOUNTED = "recounted"


@dataclass(frozen=True)
class Counts:
    """What an evaluation did: results looked at, those written anew, flags won and lost."""

    evaluated: int = 0
    changed: int = 0
    met: int = 0
    lost: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.evaluated + other.evaluated,
            self.changed + other.changed,
            self.met + other.met,
            self.lost + other.lost,
        )


def bit_of(number: int) -> int:
    """Raises TooManyRounds."""
    if not 1 <= number <= MOST_ROUNDS:
        raise TooManyRounds
    return 1 << (number - 1)


def mask_of(numbers: Iterable[int]) -> int:
    """The rounds of these numbers together. Raises TooManyRounds."""
    return _mask(tuple(numbers))


@lru_cache(maxsize=1024)
def _mask(numbers: tuple[int, ...]) -> int:
    mask = 0
    for number in numbers:
        mask |= bit_of(number)
    return mask


def count_rounds(mask: int) -> int:
    return mask.bit_count()


@lru_cache(maxsize=1024)
def runs_of(numbers: tuple[int, ...], length: int) -> tuple[int, ...]:
    """Masks of every `length` rounds that follow one another in `numbers`, first to last.

    A cancelled round is not among `numbers`, so that the rounds before and after it are neighbours.
    """
    return tuple(_mask(numbers[start : start + length]) for start in range(len(numbers) - length + 1))


def has_streak(mask: int, numbers: tuple[int, ...], length: int) -> bool:
    """Are all of some `length` consecutive rounds in the mask? No rounds are always there."""
    return length == 0 or any(mask & run == run for run in runs_of(numbers, length))


def longest_streak(mask: int, numbers: Sequence[int]) -> int:
    """The greatest number of consecutive rounds in the mask."""
    longest = current = 0
    for number in numbers:
        current = current + 1 if mask & bit_of(number) else 0
        longest = max(longest, current)
    return longest
