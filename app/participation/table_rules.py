"""The rows of the table of units: their rates, what changed, how they are ordered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.participation.rules import LOW_RATE, rate_of

# The order that is asked for in the address → its name; the first is the usual one.
ORDERS = {
    "ty-le": "Tỷ lệ",
    "chua-thi": "Chưa thi",
    "nguoi": "Người",
    "ten": "Tên",
}


@dataclass(frozen=True)
class Line:
    """One row. `base` is what rates are of (quân số or chỉ tiêu), `before` people at the same day of the
    round before; None where it is not known. `unit_id` is None for what is no single unit.
    """

    unit_id: int | None
    name: str
    people: int
    attempts: int
    people_all_correct: int
    base: int | None = None
    before: int | None = None
    target: int | None = None

    @property
    def rate(self) -> float | None:
        return rate_of(self.people, self.base)

    @property
    def is_low(self) -> bool:
        return self.rate is not None and self.rate < LOW_RATE

    @property
    def is_above_all(self) -> bool:
        """More people than there are: somebody chose the wrong unit, or the headcount is old."""
        return self.base is not None and self.people > self.base

    @property
    def missing(self) -> int | None:
        return None if self.base is None else max(self.base - self.people, 0)

    @property
    def change(self) -> int | None:
        """Whole điểm % against the round before."""
        before = None if self.before is None else rate_of(self.before, self.base)
        if before is None or self.rate is None:
            return None
        return round(100 * self.rate) - round(100 * before)

    @property
    def all_correct_share(self) -> float | None:
        return self.people_all_correct / self.people if self.people else None


def ordered(lines: Iterable[Line], order: str) -> list[Line]:
    """By one of ORDERS; the lines come in the order of names, which stays among equals."""
    if order == "ten":
        return list(lines)
    if order == "ty-le":
        return sorted(lines, key=lambda line: (line.rate is None, line.rate or 0.0, line.people))
    numbers = {
        "chua-thi": lambda line: line.missing or 0,
        "nguoi": lambda line: line.people,
    }
    return sorted(lines, key=numbers[order], reverse=True)


def sum_known(numbers: Sequence[int | None]) -> int | None:
    """The sum, if every part is known."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None
