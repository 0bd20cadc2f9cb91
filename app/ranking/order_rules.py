"""The order of a round: who counts, which attempt, ranks, lots at a prize boundary, prizes, changes.

Everything here is a function of plain values in a fixed order, so that both engines and anybody
with the public file come to the same result.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from app.contests import policy as policies
from app.contests.policy import Leagues, Line, Policy, Target
from app.ranking.rules import PassedOver

LISTED_RANK_CHANGES = 50


class AttemptRow(NamedTuple):
    """One closed attempt as ranking reads it. `is_ranked` is false for people who only take part.

    `unit_id` is the person's unit of the second level; moments are aware and whole seconds.
    """

    attempt_id: int
    enrolment_id: int
    contestant_no: int
    league: str
    unit_id: int
    number: int
    score: int
    max_score: int
    prediction: int | None
    started_at: datetime
    finished_at: datetime
    is_valid: bool
    is_ranked: bool


class Entry(NamedTuple):
    """A recognised attempt that enters the ranking."""

    enrolment_id: int
    attempt_id: int
    league: str
    line: Line


class Place(NamedTuple):
    """An entry with its place; `position` counts through all leagues, `rank` is within the league."""

    entry: Entry
    position: int
    rank: int
    lot: str | None
    prize: str | None
    passed_over: PassedOver | None


@dataclass(frozen=True)
class Figures:
    """Người and lượt are two numbers, always both."""

    people: int
    attempts: int
    people_all_correct: int


@dataclass(frozen=True)
class Result:
    """A round settled: `places` in order; `units` maps a unit to (people, attempts)."""

    figures: Figures
    target: int | None
    places: list[Place]
    units: dict[int, tuple[int, int]]


@dataclass(frozen=True)
class PlaceChange:
    """What became of one contestant between two freezes; None where they have no place."""

    contestant_no: int
    old_rank: int | None
    new_rank: int | None
    old_prize: str | None
    new_prize: str | None


def target_of(figures: Figures, policy: Policy) -> int | None:
    """The figure that predictions are compared with."""
    values = {
        Target.PEOPLE_ALL_CORRECT: figures.people_all_correct,
        Target.PEOPLE: figures.people,
        Target.ATTEMPTS: figures.attempts,
    }
    return None if policy.target is None else values[policy.target]


def line_of(row: AttemptRow) -> Line:
    duration = int(row.finished_at.timestamp()) - int(row.started_at.timestamp())
    return Line(
        row.contestant_no, row.score, row.max_score, row.prediction, duration, row.finished_at, row.number
    )


def settle(
    rows: Iterable[AttemptRow], policy: Policy, *, seed: str, barred: Mapping[int, PassedOver]
) -> Result:
    """Count, recognise, rank and award. `rows` are all closed attempts, one person's together.

    `barred` maps contestant numbers to why they take no prize.
    """
    people = attempts = people_all_correct = 0
    units: dict[int, tuple[int, int]] = {}
    entries: list[Entry] = []
    for _number, own in groupby(rows, key=lambda row: row.contestant_no):
        valid = [row for row in own if row.is_valid]
        if not valid:
            continue
        people += 1
        attempts += len(valid)
        people_all_correct += any(row.score == row.max_score for row in valid)
        unit_people, unit_attempts = units.get(valid[0].unit_id, (0, 0))
        units[valid[0].unit_id] = (unit_people + 1, unit_attempts + len(valid))
        entry = find_entry(valid, policy)
        if entry is not None:
            entries.append(entry)
    figures = Figures(people, attempts, people_all_correct)
    target = target_of(figures, policy)
    return Result(figures, target, rank_entries(entries, policy, target, seed=seed, barred=barred), units)


def find_entry(valid: Sequence[AttemptRow], policy: Policy) -> Entry | None:
    """One person's recognised attempt if it enters the ranking; `valid` must not be empty."""
    if not valid[0].is_ranked:
        return None
    lines = {row.number: line_of(row) for row in valid}
    chosen = policies.recognise(list(lines.values()), policy)
    if not policies.is_rankable(chosen, policy):
        return None
    row = next(row for row in valid if row.number == chosen.number)
    league = row.league if policy.leagues is Leagues.BY_SCOPE else ""
    return Entry(row.enrolment_id, row.attempt_id, league, chosen)


def rank_entries(
    entries: Iterable[Entry],
    policy: Policy,
    target: int | None,
    *,
    seed: str,
    barred: Mapping[int, PassedOver],
) -> list[Place]:
    """Places league by league: equal keys share a rank (1, 1, 3), prizes go down in their order."""
    keyed = sorted(
        (entry.league, policies.sort_key(entry.line, policy, target), entry.line.contestant_no, entry)
        for entry in entries
    )
    places: list[Place] = []
    for _league, league_group in groupby(keyed, key=lambda item: item[0]):
        slots = [prize.code for prize in policy.prizes for _slot in range(prize.count)]
        start = len(places)
        for _key, equals in groupby(league_group, key=lambda item: item[1]):
            rank = len(places) - start + 1
            group = [item[3] for item in equals]
            places += _place_equals(group, rank, len(places), slots, seed=seed, barred=barred)
    return places


def _place_equals(
    group: Sequence[Entry],
    rank: int,
    before: int,
    slots: list[str],
    *,
    seed: str,
    barred: Mapping[int, PassedOver],
) -> Iterator[Place]:
    """Entries with equal keys, in the order of numbers, or of lots where their prizes would differ.

    Takes the prizes it gives from the front of `slots`.
    """
    eligible = sum(entry.line.contestant_no not in barred for entry in group)
    reached = slots[:eligible]
    has_lots = bool(reached) and (len(reached) < eligible or len(set(reached)) > 1)
    lots = {entry: policies.lot_of(seed, entry.line.contestant_no) for entry in group} if has_lots else {}
    in_prizes = bool(slots)
    for offset, entry in enumerate(sorted(group, key=lots.__getitem__) if has_lots else group):
        reason = barred.get(entry.line.contestant_no)
        prize = slots.pop(0) if slots and reason is None else None
        passed_over = reason if in_prizes else None
        yield Place(entry, before + offset + 1, rank, lots.get(entry), prize, passed_over)


def changes_between(
    old: Mapping[int, tuple[int, str | None]],
    new: Mapping[int, tuple[int, str | None]],
    old_numbers: Mapping[str, int | None],
    new_numbers: Mapping[str, int | None],
) -> dict[str, Any]:
    """What a new freeze changed, as JSON values.

    `old` and `new` map contestant numbers to (rank, prize); the numbers are figures and target by name.
    "lines" lists everybody whose prize changed or who came or left, and the best-placed of those
    whose rank changed; "ranks_changed" counts them all.
    """
    none: tuple[None, None] = (None, None)
    moved = [
        PlaceChange(number, before[0], after[0], before[1], after[1])
        for number in sorted(old.keys() | new.keys())
        if (before := old.get(number, none)) != (after := new.get(number, none))
    ]
    moved.sort(key=_best_rank)
    prizes = [change for change in moved if change.old_prize != change.new_prize]
    others = [change for change in moved if change.old_prize == change.new_prize][:LISTED_RANK_CHANGES]
    return {
        "numbers": {
            name: [old_numbers[name], new_numbers[name]]
            for name in old_numbers
            if old_numbers[name] != new_numbers[name]
        },
        "ranks_changed": sum(change.old_rank != change.new_rank for change in moved),
        "lines": [vars(change) for change in sorted(prizes + others, key=_best_rank)],
    }


def _best_rank(change: PlaceChange) -> tuple[int, int]:
    ranks = [rank for rank in (change.old_rank, change.new_rank) if rank is not None]
    return min(ranks), change.contestant_no
