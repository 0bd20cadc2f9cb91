"""Who takes which prize of a freeze, who is next in line behind them, and who was passed over and why."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import NamedTuple

from sqlalchemy import Select, select

from app.accounts.models import Account
from app.contests import policy as policies
from app.contests.models import Round
from app.contests.policy import LEAGUE_NAMES, Leagues, Line, Policy, Prize
from app.contests.queries import get_package
from app.contests.rules import cells_of, paper_size
from app.enrolments.models import Enrolment
from app.extensions import db
from app.ranking import freeze_queries, order_rules
from app.ranking.desk_models import SubstituteCount
from app.ranking.models import Freeze, FrozenLine
from app.units.models import Unit

DEFAULT_SUBSTITUTES = 3
SHOWN_UNRANKED = 20


class Person(NamedTuple):
    """Somebody in the round, for organisers."""

    contestant_no: int
    full_name: str
    unit: str


class Unranked(NamedTuple):
    """Somebody kept out of the ranking who would otherwise stand among prizes and substitutes."""

    enrolment_id: int
    reason: str


@dataclass(frozen=True)
class LeagueAwards:
    """One league: every prize slot with its line (None: too few people), substitutes, people passed over."""

    league: str
    ranked: int
    slots: list[tuple[Prize, FrozenLine | None]]
    substitutes: Sequence[FrozenLine]
    passed_over: list[tuple[FrozenLine, str]]
    unranked: list[Unranked]

    @property
    def name(self) -> str:
        return LEAGUE_NAMES[self.league]

    @property
    def empty_slots(self) -> int:
        """Prizes that nobody takes: they are not given."""
        return sum(line is None for _prize, line in self.slots)

    @property
    def enrolment_ids(self) -> set[int]:
        lines = [line for _prize, line in self.slots if line is not None]
        lines += [*self.substitutes, *(line for line, _reason in self.passed_over)]
        return {line.enrolment_id for line in lines} | {one.enrolment_id for one in self.unranked}


def substitute_count(freeze: Freeze) -> int:
    """How many substitutes a league keeps: the last choice made for this freeze or one before it."""
    query = (
        select(SubstituteCount.people)
        .join(Freeze, Freeze.id == SubstituteCount.freeze_id)
        .where(Freeze.round_id == freeze.round_id, Freeze.number <= freeze.number)
        .order_by(Freeze.number.desc())
        .limit(1)
    )
    chosen = db.session.scalar(query)
    return DEFAULT_SUBSTITUTES if chosen is None else chosen


def awards_of(freeze: Freeze, policy: Policy) -> list[LeagueAwards]:
    """The prizes of a computed freeze league by league, leagues without anybody too."""
    counts = freeze.line_counts or {}
    leagues = ["inside", "outside"] if policy.leagues is Leagues.BY_SCOPE else [""]
    return [_league_awards(freeze, policy, league, counts.get(league, 0)) for league in leagues]


def count_empty_slots(freeze: Freeze, policy: Policy, league: str) -> int:
    """Prizes of the league that nobody takes; a league with people enough is not looked at."""
    slots = sum(prize.count for prize in policy.prizes)
    ranked = (freeze.line_counts or {}).get(league, 0)
    if ranked >= slots + len(freeze.barred or {}):
        return 0
    lines = _lines(freeze, league).where(FrozenLine.prize.is_not(None))
    return slots - len(db.session.scalars(lines).all())


def _league_awards(freeze: Freeze, policy: Policy, league: str, ranked: int) -> LeagueAwards:
    prizes = [prize for prize in policy.prizes for _slot in range(prize.count)]
    lines = _lines(freeze, league)
    winners = db.session.scalars(lines.where(FrozenLine.prize.is_not(None))).all()
    barred = {int(number): reason for number, reason in (freeze.barred or {}).items()}
    waiting = lines.where(FrozenLine.prize.is_(None), Enrolment.contestant_no.not_in(barred))
    substitutes = db.session.scalars(waiting.limit(substitute_count(freeze))).all()
    last = [*winners, *substitutes][-1] if winners or substitutes else None
    return LeagueAwards(
        league=league,
        ranked=ranked,
        slots=list(zip_longest(prizes, winners)),
        substitutes=substitutes,
        passed_over=_passed_over(lines, barred, last),
        unranked=_unranked(freeze, policy, league, last if len(winners) == len(prizes) else None),
    )


def _lines(freeze: Freeze, league: str) -> Select[tuple[FrozenLine]]:
    return (
        select(FrozenLine)
        .join(Enrolment, Enrolment.id == FrozenLine.enrolment_id)
        .where(FrozenLine.freeze_id == freeze.id, FrozenLine.league == league)
        .order_by(FrozenLine.position)
    )


def _passed_over(
    lines: Select[tuple[FrozenLine]], barred: dict[int, str], last: FrozenLine | None
) -> list[tuple[FrozenLine, str]]:
    """Those without a right to a prize who stand before the last one listed."""
    query = lines.where(Enrolment.contestant_no.in_(barred)).add_columns(Enrolment.contestant_no)
    if last is not None:
        query = query.where(FrozenLine.position <= last.position)
    return [(line, barred[number]) for line, number in db.session.execute(query)]


def _unranked(freeze: Freeze, policy: Policy, league: str, last: FrozenLine | None) -> list[Unranked]:
    """People kept out of the ranking whose recognised attempt is at least as good as the last one listed."""
    decisions = freeze_queries.decisions_by_id(freeze.decision_ids or [])
    reasons = dict(freeze_queries.unranked_people(freeze.round_id, decisions))
    rows = freeze_queries.closed_attempts(
        freeze.round_id,
        minimum_answered=int(get_package(freeze.round_id).settings["minimum_answered"]),
        decisions=decisions,
        units=defaultdict(int),
        enrolment_ids=list(reasons),
    )
    bound = policies.sort_key(_line_of(freeze, last), policy, freeze.target) if last else None
    found = []
    for enrolment_id, own in groupby(rows, key=lambda row: row.enrolment_id):
        valid = [row._replace(is_ranked=True) for row in own if row.is_valid]
        entry = order_rules.find_entry(valid, policy) if valid else None
        if entry is None or entry.league != league:
            continue
        if bound is None or policies.sort_key(entry.line, policy, freeze.target) <= bound:
            found.append(Unranked(enrolment_id, reasons[enrolment_id]))
    return found[:SHOWN_UNRANKED]


def _line_of(freeze: Freeze, line: FrozenLine) -> Line:
    blueprint = db.session.get_one(Round, freeze.round_id).blueprint
    maximum = paper_size(cells_of(blueprint))
    return Line(0, line.score, maximum, line.prediction, line.duration, line.finished_at)


def people_of(enrolment_ids: Collection[int]) -> dict[int, Person]:
    """Full names for organisers, by enrolment."""
    query = (
        select(Enrolment.id, Enrolment.contestant_no, Account.full_name, Unit.full_name)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .where(Enrolment.id.in_(enrolment_ids))
    )
    return {enrolment_id: Person(*rest) for enrolment_id, *rest in db.session.execute(query)}
