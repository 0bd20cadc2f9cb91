"""Collective boards: what units are compared by, the order, and the formula that is printed with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.errors import DomainError
from app.formats import vn_number, vn_percent

DEFAULT_MINIMUM_HEADCOUNT = 20


class Measure(StrEnum):
    """What a board orders by; the values stand in addresses."""

    PEOPLE = "nguoi"
    ATTEMPTS = "luot"
    RATE = "ty-le"
    WINNERS = "giai"
    MIXED = "tong-hop"


MEASURE_NAMES = {
    Measure.PEOPLE: "Số người",
    Measure.ATTEMPTS: "Số lượt",
    Measure.RATE: "Tỷ lệ",
    Measure.WINNERS: "Số giải",
    Measure.MIXED: "Tổng hợp",
}


class WrongWeights(DomainError):
    message = "Các trọng số phải cộng lại bằng 100."


@dataclass(frozen=True)
class Weights:
    """Percents of the four measures, and the headcount below which a unit has no rate."""

    people: int
    attempts: int
    rate: int
    winners: int
    minimum_headcount: int = DEFAULT_MINIMUM_HEADCOUNT

    def parts(self) -> list[tuple[Measure, int]]:
        """The measures that count, in order."""
        parts = (
            (Measure.PEOPLE, self.people),
            (Measure.ATTEMPTS, self.attempts),
            (Measure.RATE, self.rate),
            (Measure.WINNERS, self.winners),
        )
        return [(measure, percent) for measure, percent in parts if percent]


@dataclass(frozen=True)
class Measured:
    """One unit. `headcount` is None where none was approved, `winners` None before results are published."""

    name: str
    people: int
    attempts: int
    headcount: int | None
    winners: int | None


@dataclass(frozen=True)
class Ranked:
    """A unit's line: `rank` and `value` are None for one that cannot be ranked by the measure."""

    unit: Measured
    rank: int | None
    value: Fraction | None


def check_weights(weights: Weights) -> None:
    """Raises WrongWeights."""
    parts = (weights.people, weights.attempts, weights.rate, weights.winners)
    if sum(parts) != 100 or min(parts) < 0:
        raise WrongWeights


def rate_of(unit: Measured, minimum_headcount: int) -> Fraction | None:
    """people / headcount, at most 1: more people than there are come of wrong units."""
    if unit.headcount is None or unit.headcount < minimum_headcount:
        return None
    return min(Fraction(unit.people, unit.headcount), Fraction(1))


def order(units: Sequence[Measured], measure: Measure, weights: Weights | None) -> list[Ranked]:
    """The board: highest first, equal values share a rank (1, 1, 3), who cannot be ranked at the end.

    Without weights nobody can be ranked by the mix.
    """
    values = _values(units, measure, weights)
    known = sorted((value for value in values if value is not None), reverse=True)
    ranks = {value: place for place, value in reversed(list(enumerate(known, 1)))}
    pairs = list(zip(units, values, strict=True))
    ranked = [Ranked(unit, ranks[value], value) for unit, value in pairs if value is not None]
    without = [Ranked(unit, None, None) for unit, value in pairs if value is None]
    return [*sorted(ranked, key=lambda line: line.rank or 0), *without]


def _values(units: Sequence[Measured], measure: Measure, weights: Weights | None) -> list[Fraction | None]:
    """Of each unit; None for one that the measure cannot tell."""
    minimum = weights.minimum_headcount if weights else DEFAULT_MINIMUM_HEADCOUNT
    match measure:
        case Measure.PEOPLE:
            return [Fraction(unit.people) for unit in units]
        case Measure.ATTEMPTS:
            return [Fraction(unit.attempts) for unit in units]
        case Measure.WINNERS:
            return [None if unit.winners is None else Fraction(unit.winners) for unit in units]
        case Measure.RATE:
            return [rate_of(unit, minimum) for unit in units]
        case Measure.MIXED:
            return _mixes(units, weights) if weights else [None] * len(units)


def _mixes(units: Sequence[Measured], weights: Weights) -> list[Fraction | None]:
    """Points out of 100: of each measure its percent, in proportion to the best unit of the board."""
    points: list[Fraction | None] = [Fraction(0)] * len(units)
    for measure, percent in weights.parts():
        values = _values(units, measure, weights)
        best = max((value for value in values if value is not None), default=Fraction(0)) or Fraction(1)
        points = [
            None if so_far is None or value is None else so_far + percent * value / best
            for so_far, value in zip(points, values, strict=True)
        ]
    return points


def formula_of(measure: Measure, weights: Weights | None) -> list[str]:
    """How the board is made, in sentences; printed with it."""
    minimum = weights.minimum_headcount if weights else DEFAULT_MINIMUM_HEADCOUNT
    rate = [
        "Tỷ lệ = số người dự thi chia cho quân số đã duyệt, tính nhiều nhất 100%.",
        f"Đơn vị chưa có quân số được duyệt hoặc có dưới {vn_number(minimum)} người thì không xếp hạng.",
    ]
    sentences = {
        Measure.PEOPLE: ["Xếp theo số người có ít nhất một lượt thi hợp lệ, mỗi người tính một lần."],
        Measure.ATTEMPTS: ["Xếp theo số lượt thi hợp lệ."],
        Measure.RATE: rate,
        Measure.WINNERS: ["Xếp theo số giải cá nhân của đơn vị trong các kết quả đã công bố."],
        Measure.MIXED: _mixed_formula(weights, rate) if weights else [],
    }[measure]
    return [*sentences, "Đơn vị bằng nhau thì cùng hạng."]


def _mixed_formula(weights: Weights, rate: list[str]) -> list[str]:
    parts = weights.parts()
    sums = " + ".join(f"{percent} × {_part_name(measure)}" for measure, percent in parts)
    has_rate = any(measure is Measure.RATE for measure, _percent in parts)
    return [
        f"Điểm (tối đa 100) = {sums}.",
        "Mỗi phần là số của đơn vị chia cho số cao nhất trong bảng.",
        *(rate if has_rate else []),
    ]


def _part_name(measure: Measure) -> str:
    return MEASURE_NAMES[measure].lower()


def value_words(measure: Measure, value: Fraction | None) -> str:
    """A value as the board shows it."""
    if value is None:
        return "–"
    if measure is Measure.RATE:
        return vn_percent(float(value))
    if measure is Measure.MIXED:
        return f"{float(value):.2f}".replace(".", ",")
    return vn_number(int(value))
