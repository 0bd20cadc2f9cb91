"""Adjacent predictions inside a unit: numbers dealt out so that together they cover a stretch.

Honest predictions gather too, around round numbers and around what people expect, but then several
choose the same number. Numbers that were dealt out lie side by side and never meet: a run is only
worth a look when it is both denser than the whole contest gives and more even than chance gives.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.integrity.chance_rules import poisson_bits, scarcity_bits, trials_bits
from app.integrity.rules import (
    MOST_LISTED,
    Found,
    Kind,
    Sitting,
    Week,
    strength_of,
    strongest,
)

WIDEST_GAP = 3
LEAST_PEOPLE = 6
LEAST_EVEN_BITS = 8.0
LEAST_DENSE_BITS = 10.0
NEIGHBOURHOOD = 5  # the contest's density is read in a window so many times as wide


class Entry(NamedTuple):
    """One person's use of one number."""

    value: int
    enrolment_id: int


@dataclass(frozen=True)
class Run:
    """Numbers side by side. `bits` is what density and evenness together are worth after the search."""

    entries: list[Entry]
    expected: float
    even_bits: float
    dense_bits: float

    @property
    def people(self) -> set[int]:
        return {entry.enrolment_id for entry in self.entries}

    @property
    def first(self) -> int:
        return self.entries[0].value

    @property
    def last(self) -> int:
        return self.entries[-1].value

    @property
    def numbers(self) -> int:
        return len({entry.value for entry in self.entries})

    @property
    def is_dense(self) -> bool:
        return self.dense_bits >= LEAST_DENSE_BITS

    @property
    def is_dealt_out(self) -> bool:
        return self.is_dense and self.even_bits >= LEAST_EVEN_BITS

    @property
    def bits(self) -> float:
        return self.even_bits + self.dense_bits


def entries_of(sittings: Iterable[Sitting]) -> list[Entry]:
    """Every number that a person predicted, once a person, by number."""
    found = {Entry(one.prediction, one.enrolment_id): None for one in sittings if one.prediction is not None}
    return sorted(found)


def find_predictions(week: Week) -> list[Found]:
    """Runs inside one unit."""
    everybody = [entry.value for entry in entries_of(week.sittings)]
    units: defaultdict[int, list[Sitting]] = defaultdict(list)
    for sitting in week.sittings:
        units[sitting.unit_id].append(sitting)
    runs = [
        run for sittings in units.values() for run in runs_of(entries_of(sittings), everybody, LEAST_PEOPLE)
    ]
    alike = {person for run in runs if run.is_dense and not run.is_dealt_out for person in run.people}
    return strongest(_predictions(week, run, len(alike)) for run in runs if run.is_dealt_out)


def runs_of(own: Sequence[Entry], everybody: Sequence[int], least_people: int) -> list[Run]:
    """Stretches of `own` without a gap above WIDEST_GAP by at least so many people; both sorted."""
    runs: list[Run] = []
    start = 0
    for place in range(1, len(own) + 1):
        if place == len(own) or own[place].value - own[place - 1].value > WIDEST_GAP:
            entries = list(own[start:place])
            if len({entry.enrolment_id for entry in entries}) >= least_people:
                runs.append(_run(entries, len(own), everybody))
            start = place
    return runs


def _run(entries: list[Entry], own: int, everybody: Sequence[int]) -> Run:
    first, last = entries[0].value, entries[-1].value
    width = last - first + 1
    expected = own * share_of_window(first, last, len(entries), everybody)
    dense = poisson_bits(len(entries), expected) - trials_bits(len(everybody))
    per_person = Counter(entry.enrolment_id for entry in entries)
    pairs = len(entries) ** 2 - sum(count**2 for count in per_person.values())
    meetings = sum(count * (count - 1) // 2 for count in Counter(entry.value for entry in entries).values())
    return Run(entries, expected, scarcity_bits(meetings, pairs / 2 / width), max(0.0, dense))


def share_of_window(first: int, last: int, own: int, everybody: Sequence[int]) -> float:
    """The part of a window in all others' predictions, read in a wider one; never quite zero."""
    width = last - first + 1
    margin = width * (NEIGHBOURHOOD - 1) // 2
    around = bisect_right(everybody, last + margin) - bisect_left(everybody, first - margin) - own
    others = max(len(everybody) - own, 0)
    return min(1.0, (max(around, 0) + 1) / (others + NEIGHBOURHOOD) / NEIGHBOURHOOD)


def _predictions(week: Week, run: Run, alike: int) -> Found:
    wanted = set(run.entries)
    attempts = [
        one
        for person in sorted(run.people)
        for one in week.by_person[person]
        if one.prediction is not None and Entry(one.prediction, person) in wanted
    ]
    return Found(
        kind=Kind.PREDICTIONS,
        strength=strength_of(run.bits),
        alike_people=alike,
        evidence={
            "people": len(run.people),
            "numbers": run.numbers,
            "first": run.first,
            "last": run.last,
            "expected": round(run.expected, 2),
            "unit_id": attempts[0].unit_id,
            "values": sorted({entry.value for entry in run.entries})[:MOST_LISTED],
        },
        attempts=tuple((one.attempt_id, one.enrolment_id) for one in attempts),
    )
