"""Gather what the pages of a person and of the public show, in few queries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import func, select

from app.accounts.models import Account, Referral
from app.accounts.rules import age_on
from app.attempts.models import Attempt
from app.attempts.queries import own_attempts
from app.cache import remembered
from app.contests import policy as policies
from app.contests.models import Contest, Round
from app.contests.policy import Leagues
from app.contests.queries import get_scope_unit
from app.contests.rules import cells_of, paper_size
from app.enrolments import rules as enrolment_rules
from app.enrolments.queries import consents_given
from app.errors import DomainError
from app.extensions import db
from app.localtime import local_day
from app.portal import rules
from app.ranking.board_queries import PublicPerson, people_of
from app.ranking.models import Freeze, FrozenLine, Revision
from app.units.models import Unit
from app.units.queries import is_selectable, is_within

UNITS_SHOWN = 5


class UnitFigures(NamedTuple):
    name: str
    people: int
    attempts: int


class WinnerLine(NamedTuple):
    """A line with a prize (by name) in a published result, without its person."""

    enrolment_id: int
    league: str
    prize: str
    prediction: int | None
    distance: int | None
    score: int
    duration: int


@dataclass(frozen=True)
class OfficialFacts:
    """What one published revision says, as far as the home page tells it."""

    target: int | None
    people: int
    attempts: int
    max_score: int
    lines: list[WinnerLine]
    units: list[UnitFigures]


@dataclass(frozen=True)
class OfficialResult:
    """The published result of a round with the people in it, by the name of their league."""

    number: int
    facts: OfficialFacts
    winners: list[tuple[str, list[tuple[WinnerLine, PublicPerson]]]]


@dataclass(frozen=True)
class Turns:
    """A person's attempts in one round; `left` is None where they are not limited."""

    attempts: Sequence[Attempt]
    open_attempt: rules.OpenAttempt | None
    left: int | None

    @property
    def has_left(self) -> bool:
        return self.left is None or self.left > 0


class RoundSummary(NamedTuple):
    """What a person did in one round; `best` is the best score so far, None before one is graded."""

    number: int
    attempts: int
    best: int | None
    max_score: int
    last_finished_at: datetime | None


def turns_of(account_id: int | None, found: Round) -> Turns:
    """Of a visitor (None) too: no attempts yet."""
    attempts = own_attempts(account_id, found.id) if account_id is not None else []
    running = [attempt for attempt in attempts if attempt.closed_at is None]
    left = None if found.attempt_limit is None else max(found.attempt_limit - len(attempts), 0)
    in_hand = (
        rules.OpenAttempt(
            running[0].public_id, running[0].number, running[0].deadline_at, running[0].accept_until
        )
        if running
        else None
    )
    return Turns(attempts, in_hand, left)


def rounds_sat(account_id: int, contest: Contest) -> list[RoundSummary]:
    """The rounds of the contest in which the person has attempts, the latest first."""
    query = (
        select(
            *(Round.number, func.count(), func.max(Attempt.score)),
            *(func.max(func.length(Attempt.offered)), func.max(Attempt.finished_at)),
        )
        .join(Attempt, Attempt.round_id == Round.id)
        .where(Round.contest_id == contest.id, Attempt.account_id == account_id)
        .group_by(Round.number)
        .order_by(Round.number.desc())
    )
    return [RoundSummary(*row) for row in db.session.execute(query)]


def find_official_result(contest: Contest, rounds: Sequence[Round]) -> OfficialResult | None:
    """The last published round of the contest. What a revision says never changes and is remembered;
    the names are read anew, because people may withdraw them."""
    published = [found for found in rounds if found.published_revision is not None]
    if not published:
        return None
    last = max(published, key=lambda found: found.number)
    facts = remembered(
        "official", (last.id, last.published_revision), lambda: _read_official(last, contest.policy)
    )
    people = people_of([line.enrolment_id for line in facts.lines], last.opens_at)
    leagues = groupby(facts.lines, key=lambda line: line.league)
    return OfficialResult(
        number=last.number,
        facts=facts,
        winners=[
            (policies.LEAGUE_NAMES[league], [(line, people[line.enrolment_id]) for line in lines])
            for league, lines in leagues
        ],
    )


def _read_official(found: Round, policy: dict[str, Any]) -> OfficialFacts:
    query = select(Freeze).join(Revision, Revision.freeze_id == Freeze.id)
    query = query.where(Revision.round_id == found.id, Revision.number == found.published_revision)
    freeze = db.session.scalars(query).one()
    figures = freeze.figures or {}
    prizes = {prize.code: prize.name for prize in rules.prizes_shown(policies.from_json(policy).prizes)}
    winners = select(FrozenLine).where(FrozenLine.freeze_id == freeze.id, FrozenLine.prize.in_(prizes))
    return OfficialFacts(
        target=freeze.target,
        people=figures["people"],
        attempts=figures["attempts"],
        max_score=paper_size(cells_of(found.blueprint)),
        lines=[
            WinnerLine(
                enrolment_id=line.enrolment_id,
                league=line.league,
                prize=prizes[line.prize or ""],
                prediction=line.prediction,
                distance=rules.distance_of(line.prediction, freeze.target),
                score=line.score,
                duration=line.duration,
            )
            for line in db.session.scalars(winners.order_by(FrozenLine.position))
        ],
        units=_units_of(freeze),
    )


def _units_of(freeze: Freeze) -> list[UnitFigures]:
    top = (freeze.units or [])[:UNITS_SHOWN]
    query = select(Unit.id, Unit.full_name).where(Unit.id.in_([unit["unit_id"] for unit in top]))
    names = {unit_id: name for unit_id, name in db.session.execute(query)}
    return [UnitFigures(names[unit["unit_id"]], unit["people"], unit["attempts"]) for unit in top]


def rounds_taken_by(account_ids: Collection[int], contest_id: int) -> dict[int, set[int]]:
    """Account → numbers of the contest's rounds in which it has a closed attempt with enough answers."""
    query = (
        select(Attempt.account_id, Round.number)
        .join(Round, Round.id == Attempt.round_id)
        .where(
            Attempt.account_id.in_(account_ids),
            Round.contest_id == contest_id,
            Attempt.closed_at.is_not(None),
            Attempt.answered_count >= Round.minimum_answered,
        )
        .distinct()
    )
    taken: dict[int, set[int]] = defaultdict(set)
    for account_id, number in db.session.execute(query):
        taken[account_id].add(number)
    return taken


def count_referred(account_id: int, round_id: int) -> tuple[int, int]:
    """(how many people this account brought, how many of them have an attempt in the round)."""
    came = select(Attempt.id).where(
        Attempt.account_id == Referral.account_id,
        Attempt.round_id == round_id,
        Attempt.closed_at.is_not(None),
    )
    query = select(func.count(), func.count().filter(came.exists())).where(Referral.referrer_id == account_id)
    brought, took_part = db.session.execute(query.select_from(Referral)).one()
    return brought, took_part


def needs_unit(unit: Unit, contest: Contest) -> bool:
    """Must the person choose a unit of the contest's series before the first start?"""
    return unit.series_code != contest.series_code


def find_refusal(account: Account, unit: Unit, found: Round) -> DomainError | None:
    """Why this account, not yet enrolled, may not start; what a choice of unit can mend is not told."""
    contest = found.contest
    age = age_on(account.date_of_birth, local_day(found.opens_at))
    try:
        enrolment_rules.check_age(age, contest.minimum_age)
        enrolment_rules.check_consents(age, contest.guardian_under_age, consents_given(account.id))
        if not needs_unit(unit, contest):
            _check_unit(unit, contest)
    except DomainError as refusal:
        return refusal
    return None


def _check_unit(unit: Unit, contest: Contest) -> None:
    if not is_selectable(unit):
        raise enrolment_rules.UnitUnknown
    has_leagues = policies.from_json(contest.policy).leagues is Leagues.BY_SCOPE
    enrolment_rules.league_of(is_within(unit, get_scope_unit(contest)), has_leagues=has_leagues)
