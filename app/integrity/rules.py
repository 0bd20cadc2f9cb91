"""What a search for signals reads and finds, and when what it found is deleted.

A signal is never a verdict: it is shown to people, with how many others look the same. Sharing a
device, an address or a minute is normal in schools and offices, so none of these is ever a signal
alone: a second, independent fact must stand beside it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from app.errors import DomainError

KEPT_AFTER_RESULT = timedelta(days=90)
KEPT_WITHOUT_RESULT = timedelta(days=365)
ERRORS_KEPT = timedelta(days=7)
OPENED_FOR = timedelta(minutes=15)
MAX_STRENGTH = 999
MOST_OF_A_KIND = 100
MOST_LISTED = 60
UNKNOWN_PACE = 255
OPTION_BITS = 8


class Kind(StrEnum):
    SPEED = "speed"
    ANSWERS = "answers"
    CLUSTER = "cluster"
    PREDICTIONS = "predictions"
    WINNERS = "winners"
    SIGN_UPS = "sign_ups"
    REFERRALS = "referrals"


class Verdict(StrEnum):
    KEEP = "keep"
    VOID = "void"
    NOT_RANKED = "not_ranked"


class TooEarly(DomainError):
    message = "Vòng thi chưa đóng hoặc còn lượt đang làm nên chưa tìm được cảnh báo."


class NobodyChosen(DomainError):
    message = "Bạn hãy chọn ít nhất một người để hủy lượt thi hoặc không xếp hạng."


class Sitting(NamedTuple):
    """One valid attempt. Moments in whole seconds since 1970.

    `codes` has one number a question in the order of the paper: `code_of` version and chosen options;
    `pace` one byte a question: seconds until it was first answered, UNKNOWN_PACE where not known.
    """

    attempt_id: int
    enrolment_id: int
    unit_id: int
    number: int
    started: int
    finished: int
    score: int
    prediction: int | None
    device: bytes | None
    address: str
    codes: tuple[int, ...]
    pace: bytes

    @property
    def seconds(self) -> int:
        return self.finished - self.started


class Person(NamedTuple):
    """Somebody who took part. `name` without marks, `phone` as a number, None for issued codes.

    `prizes` are won in earlier rounds of the contest; `is_near_prize` says the person is among those
    who may win in this one.
    """

    enrolment_id: int
    account_id: int
    unit_id: int
    name: str
    phone: int | None
    registered: int
    register_device: bytes | None
    referrer_id: int | None
    prizes: int
    is_near_prize: bool


@dataclass(frozen=True)
class Week:
    """A closed round as the search reads it.

    `right` maps a version to its right options as bits, 0 for a voided question; `characters` to the
    length of stem and options. People are keyed by enrolment.
    """

    sittings: list[Sitting]
    people: dict[int, Person]
    right: dict[int, int]
    characters: dict[int, int]

    @cached_property
    def by_person(self) -> dict[int, list[Sitting]]:
        """Each person's attempts in their order."""
        found: dict[int, list[Sitting]] = {}
        for sitting in sorted(self.sittings, key=lambda one: (one.enrolment_id, one.number)):
            found.setdefault(sitting.enrolment_id, []).append(sitting)
        return found

    def is_wrong(self, code: int) -> bool:
        """Answered, and not with the right options; a voided question is never wrong."""
        options = code & ((1 << OPTION_BITS) - 1)
        right = self.right[code >> OPTION_BITS]
        return options != 0 and right not in (0, options)


@dataclass(frozen=True)
class Found:
    """What a rule found: its people's attempts, how strong, how many look the same, and the numbers."""

    kind: Kind
    strength: int
    alike_people: int
    evidence: dict[str, Any]
    attempts: tuple[tuple[int, int], ...]  # attempt, enrolment

    @property
    def fingerprint(self) -> str:
        """The same case found again has the same one."""
        people = sorted({enrolment_id for _attempt_id, enrolment_id in self.attempts})
        return hashlib.sha256(f"{self.kind}:{people}".encode()).hexdigest()


def code_of(version_id: int, options: Iterable[int]) -> int:
    """A question with the bank indexes (0–7) of the chosen options as one number."""
    return version_id << OPTION_BITS | sum(1 << option for option in options)


def strength_of(bits: float) -> int:
    return min(MAX_STRENGTH, max(0, round(bits)))


def attempts_of(week: Week, people: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """(attempt, enrolment) of everything these people handed in."""
    return tuple(
        (sitting.attempt_id, person) for person in sorted(people) for sitting in week.by_person[person]
    )


def strongest(found: Iterable[Found]) -> list[Found]:
    """The first MOST_OF_A_KIND by strength."""
    return sorted(found, key=lambda one: (-one.strength, one.fingerprint))[:MOST_OF_A_KIND]


def delete_on(closes_on: date, final_result_on: date | None) -> date:
    """The day on which a contest's signals go.

    `closes_on` is the last round's closing, `final_result_on` the day of the newest result once every
    round has one; a contest whose results never come does not keep its signals for ever either.
    """
    if final_result_on is None:
        return closes_on + KEPT_WITHOUT_RESULT
    return final_result_on + KEPT_AFTER_RESULT
