"""Classical item analysis: how hard each question was, whether it separates, how sure the scores are.

The formulas are those of Moodle's quiz statistics: sample variance (n - 1) throughout, indices in per
cent, negative values kept, None where a figure is not defined. Marks are counted, never kept, so memory
grows with the distinct scores and not with the attempts, and the order of attempts changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, sqrt

from app.errors import DomainError

DIGITS = 9  # of sums of fractions, so that 0.1 + 0.2 and 0.3 are one score

Joint = Counter[tuple[float, float]]


class Scope(StrEnum):
    """Which valid attempts count. `FIRST`: who sits three times has not seen the questions before."""

    FIRST = "first"
    ALL = "all"


SCOPE_NAMES = {Scope.FIRST: "Lượt đầu tiên của mỗi người", Scope.ALL: "Mọi lượt thi hợp lệ"}


class TooEarly(DomainError):
    message = "Chỉ phân tích được câu hỏi sau khi vòng thi đóng."
    safe = "Các bài thi không bị ảnh hưởng."


class AnalysisRunning(DomainError):
    message = "Câu hỏi của vòng thi này đang được phân tích."
    safe = "Kết quả phân tích trước vẫn còn."
    todo = "Bạn chờ một lát rồi tải lại trang."


@dataclass(frozen=True)
class ItemFigures:
    """One question over the `n` attempts that had it.

    `facility` = mean / highest mark (0 to 1). `discrimination_index` and `discriminative_efficiency` in
    per cent. `effective_weight` in per cent, only where every attempt had every question.
    """

    n: int
    mean: float
    facility: float
    sd: float | None
    discrimination_index: float | None
    discriminative_efficiency: float | None
    effective_weight: float | None


@dataclass(frozen=True)
class PaperFigures:
    """The whole paper: marks in points; `reliability` (coefficient of internal consistency) in per cent.

    `standard_error` in points: how far a score lies from what the person would get on average.
    """

    attempts: int
    mean: float | None
    median: float | None
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    reliability: float | None
    error_ratio: float | None
    standard_error: float | None


class Tally:
    """Takes attempts one after the other, then tells the figures.

    An attempt is its (item, mark) pairs in the order of the paper's places: the variances of the places
    make the reliability, so it is told only when all attempts are equally long.
    """

    def __init__(self, highest_mark: float = 1.0) -> None:
        self.highest_mark = highest_mark
        self.totals: Counter[float] = Counter()
        self.joint: defaultdict[Hashable, Joint] = defaultdict(Counter)
        self._places: list[Counter[float]] = []
        self._is_even = True

    def add(self, marks: Sequence[tuple[Hashable, float]]) -> float:
        """Count one attempt; returns its total."""
        total = round(fsum(mark for _, mark in marks), DIGITS)
        if not self.totals:
            self._places = [Counter() for _ in marks]
        self._is_even = self._is_even and len(marks) == len(self._places)
        self.totals[total] += 1
        for place, (item, mark) in enumerate(marks):
            self.joint[item][mark, round(total - mark, DIGITS)] += 1
            if self._is_even:
                self._places[place][mark] += 1
        return total

    @property
    def attempts(self) -> int:
        return self.totals.total()

    def paper_figures(self) -> PaperFigures:
        variance = variance_of(self.totals)
        sd = None if variance is None else sqrt(variance)
        reliability = self._reliability(variance)
        error_ratio = None if reliability is None else 100 * sqrt(max(0.0, 1 - reliability / 100))
        skewness, kurtosis = shape_of(self.totals)
        return PaperFigures(
            attempts=self.attempts,
            mean=mean_of(self.totals) if self.totals else None,
            median=median_of(self.totals) if self.totals else None,
            sd=sd,
            skewness=skewness,
            kurtosis=kurtosis,
            reliability=reliability,
            error_ratio=error_ratio,
            standard_error=None if sd is None or error_ratio is None else sd * error_ratio / 100,
        )

    def _reliability(self, variance: float | None) -> float | None:
        """100 · p/(p-1) · (1 - Σ var x / var total): Cronbach's alpha over the paper's p places."""
        count = len(self._places)
        if not variance or not self._is_even or count < 2:
            return None
        parts = fsum(variance_of(place) or 0.0 for place in self._places)
        return 100 * count / (count - 1) * (1 - parts / variance)

    def item_figures(self) -> dict[Hashable, ItemFigures]:
        """Every item's figures, in the order in which the items were first seen."""
        weights = self._effective_weights()
        return {item: self._figures_of(joint, weights.get(item)) for item, joint in self.joint.items()}

    def _figures_of(self, joint: Joint, weight: float | None) -> ItemFigures:
        marks, rests = margins_of(joint)
        mean, variance = mean_of(marks), variance_of(marks)
        rest_variance = variance_of(rests)
        covariance = covariance_of(joint)
        index = efficiency = None
        if variance and rest_variance and covariance is not None:
            index = 100 * covariance / sqrt(variance * rest_variance)
            efficiency = 100 * covariance / (covariance_of(sorted_together(marks, rests)) or 1.0)
        return ItemFigures(
            n=marks.total(),
            mean=mean,
            facility=mean / self.highest_mark,
            sd=None if variance is None else sqrt(variance),
            discrimination_index=index,
            discriminative_efficiency=efficiency,
            effective_weight=weight,
        )

    def _effective_weights(self) -> dict[Hashable, float]:
        """100 · √cov(x, total) / Σ √cov; items with a negative covariance have none and are left out."""
        if any(joint.total() != self.attempts for joint in self.joint.values()):
            return {}
        roots = {}
        for item, joint in self.joint.items():
            with_total = Counter({(mark, mark + rest): n for (mark, rest), n in joint.items()})
            covariance = covariance_of(with_total)
            if covariance is not None and covariance >= 0:
                roots[item] = sqrt(covariance)
        whole = fsum(sorted(roots.values()))
        return {item: 100 * root / whole for item, root in roots.items()} if whole else {}


def margins_of(joint: Joint) -> tuple[Counter[float], Counter[float]]:
    """How often each mark and each rest occurs."""
    marks: Counter[float] = Counter()
    rests: Counter[float] = Counter()
    for (mark, rest), n in joint.items():
        marks[mark] += n
        rests[rest] += n
    return marks, rests


def mean_of(values: Counter[float]) -> float:
    return fsum(value * n for value, n in sorted(values.items())) / values.total()


def median_of(values: Counter[float]) -> float:
    ordered = sorted(values.items())
    count, seen, middle = values.total(), 0, []
    for value, n in ordered:
        middle += [value for place in ((count - 1) // 2, count // 2) if seen <= place < seen + n]
        seen += n
    return fsum(middle) / 2


def variance_of(values: Counter[float]) -> float | None:
    """Sample variance; exactly 0 for equal values, None below two values."""
    count = values.total()
    if count < 2:
        return None
    if len(values) == 1:
        return 0.0
    mean = mean_of(values)
    return fsum(n * (value - mean) ** 2 for value, n in sorted(values.items())) / (count - 1)


def covariance_of(joint: Joint) -> float | None:
    """Sample covariance of the pairs; None below two pairs."""
    count = joint.total()
    if count < 2:
        return None
    firsts, seconds = margins_of(joint)
    first_mean, second_mean = mean_of(firsts), mean_of(seconds)
    products = (
        n * (first - first_mean) * (second - second_mean) for (first, second), n in sorted(joint.items())
    )
    return fsum(products) / (count - 1)


def sorted_together(firsts: Counter[float], seconds: Counter[float]) -> Joint:
    """Both sorted and paired in that order: the highest covariance that these values could have."""
    joint: Joint = Counter()
    left = sorted(firsts.items(), reverse=True)
    right = sorted(seconds.items(), reverse=True)
    while left and right:
        (first, many), (second, some) = left.pop(), right.pop()
        shared = min(many, some)
        joint[first, second] += shared
        if many > shared:
            left.append((first, many - shared))
        if some > shared:
            right.append((second, some - shared))
    return joint


def shape_of(values: Counter[float]) -> tuple[float | None, float | None]:
    """(skewness, kurtosis) from Fisher's k-statistics, as Moodle: k3/k2^1.5 (n ≥ 3), k4/k2² (n ≥ 4)."""
    n = values.total()
    if n < 3 or len(values) == 1:
        return None, None
    mean = mean_of(values)
    m2, m3, m4 = (
        fsum(count * (value - mean) ** power for value, count in sorted(values.items())) / n
        for power in (2, 3, 4)
    )
    k2 = n * m2 / (n - 1)
    k3 = n**2 * m3 / ((n - 1) * (n - 2))
    skewness = k3 / k2**1.5
    if n < 4:
        return skewness, None
    k4 = n**2 * ((n + 1) * m4 - 3 * (n - 1) * m2**2) / ((n - 1) * (n - 2) * (n - 3))
    return skewness, k4 / k2**2


def tally_of(
    names: Sequence[str], attempts: Iterable[Mapping[str, float]], highest_mark: float = 1.0
) -> Tally:
    """A tally of a matrix with these columns: each attempt maps the questions it had to their marks."""
    tally = Tally(highest_mark)
    for marks in attempts:
        tally.add([(name, marks[name]) for name in names if name in marks])
    return tally
