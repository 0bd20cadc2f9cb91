"""Certificates of participation: who may have one, what it says, and whether it still holds."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.contests.rules import canonical_json
from app.errors import DomainError
from app.formats import vn_date


class NothingToCertify(DomainError):
    message = "Bạn chưa có tuần thi hợp lệ nào đã kết thúc nên chưa có gì để chứng nhận."
    safe = "Các lượt thi của bạn vẫn còn nguyên."
    todo = "Giấy chứng nhận lấy được từ khi tuần đầu tiên bạn dự thi đóng lại."


class Standing(StrEnum):
    """What the public page says of a certificate."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Facts:
    """What a certificate says: the person, and the numbers of the rounds with a valid attempt.

    `closed` are the held rounds that had closed, `planned` counts all rounds of the contest that are
    held; the certificate is final when they are the same.
    """

    name: str
    unit: str
    label: str
    rounds: tuple[int, ...]
    closed: tuple[int, ...]
    planned: int

    @property
    def is_final(self) -> bool:
        return len(self.closed) == self.planned

    @property
    def is_complete(self) -> bool:
        """Took part in every round of a contest that is over."""
        return self.is_final and set(self.rounds) == set(self.closed)


def as_json(facts: Facts) -> dict[str, Any]:
    return asdict(facts) | {"rounds": list(facts.rounds), "closed": list(facts.closed)}


def from_json(stored: Mapping[str, Any]) -> Facts:
    return Facts(**{**stored, "rounds": tuple(stored["rounds"]), "closed": tuple(stored["closed"])})


def digest_of(facts: Facts) -> str:
    """SHA-256 (hex) over everything that the certificate says: the same facts are the same certificate."""
    return hashlib.sha256(canonical_json(as_json(facts)).encode()).hexdigest()


def check_may_have(facts: Facts | None) -> Facts:
    """Raises NothingToCertify."""
    if facts is None or not facts.rounds:
        raise NothingToCertify
    return facts


def achievement(facts: Facts, day: date) -> tuple[str, str]:
    """("đã thi đủ", "05 tuần liên tục"): what the certificate says before the contest's name.

    The second part stands out. `day` is the local day of issue, named while the contest goes on.
    """
    count = f"{len(facts.rounds):02} {facts.label}"
    if facts.is_complete:
        return "đã thi đủ", f"{count} liên tục" if len(facts.rounds) > 1 else count
    if facts.is_final:
        return "đã tham gia", f"{count} trên tổng số {facts.planned:02} {facts.label}"
    return f"tính đến ngày {vn_date(day)} đã tham gia", f"{count} thi"


def rounds_text(facts: Facts) -> str:
    """ "tuần 1, 2 và 4"."""
    return f"{facts.label} {listed(facts.rounds)}"


def listed(numbers: Sequence[int]) -> str:
    """(1, 2, 4) → "1, 2 và 4"."""
    *first, last = map(str, numbers)
    return f"{', '.join(first)} và {last}" if first else last


def standing_of(facts: Facts, taken_now: Collection[int], *, is_barred: bool) -> Standing:
    """A certificate holds while every round that it names still counts for its person."""
    holds = set(facts.rounds) <= set(taken_now) and not is_barred
    return Standing.VALID if holds else Standing.WITHDRAWN
