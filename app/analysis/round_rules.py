"""Analyse the attempts of one round: questions, their options, and whether random papers were alike."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from app.analysis.rules import ItemFigures, PaperFigures, Tally
from app.attempts.rules import LETTERS, decode_answers, decode_paper, is_right
from app.contests.rules import KEY_VOIDED

TENTHS = 10


@dataclass(frozen=True)
class OptionFigures:
    """One option, by its letter in the bank: who chose it, and how they did on their other questions."""

    letter: str
    is_right: bool
    count: int
    share: float
    mean_rest: float | None
    variance_rest: float | None


@dataclass(frozen=True)
class QuestionFigures:
    """One question of the pool. `blank_count` people had it and did not answer."""

    version_id: int
    right: str
    figures: ItemFigures
    options: tuple[OptionFigures, ...]
    blank_count: int

    @property
    def is_voided(self) -> bool:
        return self.right == KEY_VOIDED


@dataclass(frozen=True)
class Tenth:
    """A tenth of the papers, the hardest first: `expected` and real mean number of right answers."""

    attempts: int
    expected: float
    mean: float


@dataclass(frozen=True)
class Results:
    """Everything an analysis tells. `histogram[k]`: attempts with k right answers."""

    test: PaperFigures
    histogram: tuple[int, ...]
    questions: tuple[QuestionFigures, ...]
    tenths: tuple[Tenth, ...]


class Marked(NamedTuple):
    """One question of one paper, marked; `options` are the bank indexes of what was chosen."""

    place: tuple[int, int]
    version_id: int
    mark: int
    options: tuple[int, ...]


class Marker:
    """Marks stored papers and answers by `key`; what many papers share is worked out once.

    The questions come by blueprint cell, then by the order of the bank: a place of the paper is the k-th
    question of a cell, and with one paper for everybody a place is a question.
    """

    def __init__(self, key: Mapping[str, str], pool: list[dict[str, Any]]) -> None:
        self.key = key
        self.cells = {int(entry["id"]): int(entry["cell"]) for entry in pool}
        self._known: dict[tuple[str, str], Marked] = {}

    def mark(self, paper: str, answers: str) -> list[Marked]:
        """`paper` and `answers` as attempts store them."""
        chosen = decode_answers(answers)
        found = []
        for position, question in enumerate(paper.split(" "), 1):
            asked = (question, chosen.get(position, ""))
            marked = self._known.get(asked)
            if marked is None:
                marked = self._known[asked] = self._mark(*asked)
            found.append(marked)
        found.sort()
        return found

    def _mark(self, text: str, letters: str) -> Marked:
        (question,) = decode_paper(text)
        return Marked(
            place=(self.cells[question.version_id], question.version_id),
            version_id=question.version_id,
            mark=int(is_right(question, letters, self.key)),
            options=tuple(question.order[LETTERS.index(letter)] for letter in letters),
        )


class RoundTally:
    """Counts marked papers. `pool` is RoundPackage.pool."""

    def __init__(self, key: Mapping[str, str], pool: list[dict[str, Any]]) -> None:
        self.key = key
        self.option_counts = {int(entry["id"]): int(entry["options"]) for entry in pool}
        self.tally = Tally()
        self._blank: Counter[int] = Counter()
        self._chosen: defaultdict[tuple[int, int], Counter[int]] = defaultdict(Counter)

    def add(self, paper: list[Marked]) -> None:
        total = int(self.tally.add([(question.version_id, question.mark) for question in paper]))
        for _place, version_id, mark, options in paper:
            if not options:
                self._blank[version_id] += 1
            for option in options:
                self._chosen[version_id, option][total - mark] += 1

    def questions(self) -> tuple[QuestionFigures, ...]:
        """Every question that somebody had, by version id."""
        figures = self.tally.item_figures()
        return tuple(
            QuestionFigures(
                version_id=version_id,
                right=self.key[str(version_id)],
                figures=figures[version_id],
                options=self._options(version_id, figures[version_id].n),
                blank_count=self._blank[version_id],
            )
            for version_id in sorted(self.option_counts.keys() & figures.keys())
        )

    def _options(self, version_id: int, n: int) -> tuple[OptionFigures, ...]:
        right = self.key[str(version_id)]
        return tuple(
            _option(LETTERS[place], right, self._chosen[version_id, place], n)
            for place in range(self.option_counts[version_id])
        )

    def histogram(self) -> tuple[int, ...]:
        """How many attempts have 0, 1, … right answers, up to the longest paper."""
        totals = self.tally.totals
        highest = max((int(total) for total in totals), default=0)
        return tuple(totals[float(score)] for score in range(highest + 1))


def _option(letter: str, right: str, rests: Counter[int], n: int) -> OptionFigures:
    count = rests.total()
    mean = sum(rest * times for rest, times in rests.items()) / count if count else None
    squares = sum(rest * rest * times for rest, times in rests.items())
    variance = None if mean is None or count < 2 else (squares - count * mean * mean) / (count - 1)
    return OptionFigures(letter, letter in right, count, count / n, mean, variance)


class TenthTally:
    """A second pass: papers by how many right answers their questions' facilities lead to expect."""

    def __init__(self, questions: tuple[QuestionFigures, ...]) -> None:
        self.facilities = {question.version_id: question.figures.facility for question in questions}
        self._papers: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, paper: list[Marked]) -> None:
        expected = sum(self.facilities[question.version_id] for question in paper)
        counted = self._papers[round(expected * 1000)]
        counted[0] += 1
        counted[1] += sum(question.mark for question in paper)

    def tenths(self) -> tuple[Tenth, ...]:
        """Ten groups of (almost) as many papers; fewer when the papers do not differ enough."""
        whole = sum(count for count, _ in self._papers.values())
        groups: defaultdict[int, list[float]] = defaultdict(lambda: [0, 0.0, 0])
        seen = 0
        for expected, (count, score) in sorted(self._papers.items()):
            group = groups[(2 * seen + count) * TENTHS // (2 * whole)]
            group[0] += count
            group[1] += expected * count / 1000
            group[2] += score
            seen += count
        return tuple(
            Tenth(int(count), expected / count, score / count)
            for _, (count, expected, score) in sorted(groups.items())
        )


def to_json(results: Results) -> dict[str, Any]:
    return asdict(results)


def from_json(stored: Mapping[str, Any]) -> Results:
    return Results(
        test=PaperFigures(**stored["test"]),
        histogram=tuple(stored["histogram"]),
        questions=tuple(
            QuestionFigures(
                version_id=question["version_id"],
                right=question["right"],
                figures=ItemFigures(**question["figures"]),
                options=tuple(OptionFigures(**option) for option in question["options"]),
                blank_count=question["blank_count"],
            )
            for question in stored["questions"]
        ),
        tenths=tuple(Tenth(**tenth) for tenth in stored["tenths"]),
    )
