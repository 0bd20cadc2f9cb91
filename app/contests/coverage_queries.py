"""What the rounds to come need from the bank, and what the bank has for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.contests import queries, rules, series_rules
from app.contests.models import Contest, Round
from app.contests.rules import Cell
from app.contests.series_rules import Supply
from app.extensions import db


@dataclass(frozen=True)
class Need:
    """One line of a coming round's blueprint, and what the bank has for it."""

    cell: Cell
    supply: Supply


@dataclass(frozen=True)
class RoundNeed:
    """A round that nobody has scheduled yet, with its lines in order."""

    round: Round
    lines: list[Need]

    @property
    def missing(self) -> int:
        """Questions that are short over all lines."""
        return sum(max(0, -line.supply.spare) for line in self.lines)


def coming_needs(now: datetime) -> list[RoundNeed]:
    """Draft rounds that still may be held, contest by contest in the order they are opened.

    What an earlier draft will take is not there for a later one of the same contest.
    """
    found = []
    for _contest_id, rounds in groupby(_drafts(now), key=lambda each: each.contest_id):
        found += _needs_of(list(rounds))
    return found


def _drafts(now: datetime) -> Sequence[Round]:
    query = (
        select(Round)
        .join(Round.contest)
        .where(Round.scheduled_at.is_(None), Round.cancelled_at.is_(None), Round.closes_at > now)
        .options(contains_eager(Round.contest))
        .order_by(Contest.id, Round.number)
    )
    return db.session.scalars(query).all()


def _needs_of(rounds: list[Round]) -> list[RoundNeed]:
    read = []
    for found in rounds:
        cells = rules.cells_of(found.blueprint)
        window = (found.opens_at, found.closes_at)
        read.append((cells, queries.count_candidates(found.contest_id, found.id, cells, window)))
    supplies = series_rules.supplies_of(read)
    return [
        RoundNeed(found, [Need(cell, supply) for cell, supply in zip(cells, own, strict=True)])
        for found, (cells, _counts), own in zip(rounds, read, supplies, strict=True)
    ]
