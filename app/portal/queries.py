"""Gather what the pages of a person and of the public show, in few queries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from app.accounts.consent_wording import Purpose
from app.accounts.models import Account, Referral
from app.accounts.queries import people_consenting
from app.accounts.rules import age_on
from app.attempts.models import Attempt
from app.attempts.queries import own_attempts
from app.contests import policy as policies
from app.contests.models import Contest, Round
from app.contests.policy import Leagues, Policy
from app.contests.queries import get_scope_unit
from app.enrolments import rules as enrolment_rules
from app.enrolments.models import Enrolment
from app.enrolments.queries import consents_given
from app.errors import DomainError
from app.extensions import db
from app.localtime import local_day
from app.portal import rules
from app.ranking.models import Freeze, FrozenLine, Revision
from app.ranking.rules import may_be_named
from app.text import public_name
from app.units.models import Unit
from app.units.queries import is_selectable, is_within

UNITS_SHOWN = 5
PEOPLE_SHOWN = 100
SECOND_LEVEL = 2


class UnitFigures(NamedTuple):
    name: str
    people: int
    attempts: int


@dataclass(frozen=True)
class OfficialResult:
    """The published result of a round, as far as the home page tells it; `winners` by league."""

    number: int
    target: int | None
    people: int
    attempts: int
    winners: list[tuple[str, list[rules.Winner]]]
    units: list[UnitFigures]


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
    """The last published round of the contest, in force; three queries."""
    published = [found for found in rounds if found.published_revision is not None]
    if not published:
        return None
    last = max(published, key=lambda found: found.number)
    query = select(Freeze).join(Revision, Revision.freeze_id == Freeze.id)
    query = query.where(Revision.round_id == last.id, Revision.number == last.published_revision)
    freeze = db.session.scalars(query).one()
    figures = freeze.figures or {}
    return OfficialResult(
        number=last.number,
        target=freeze.target,
        people=figures["people"],
        attempts=figures["attempts"],
        winners=_winners_of(freeze, policies.from_json(contest.policy)),
        units=_units_of(freeze),
    )


def _winners_of(freeze: Freeze, policy: Policy) -> list[tuple[str, list[rules.Winner]]]:
    prizes = {prize.code: prize.name for prize in rules.prizes_shown(policy.prizes)}
    district = aliased(Unit)
    query = (
        select(
            *(FrozenLine.league, FrozenLine.prize, FrozenLine.prediction, FrozenLine.score),
            *(FrozenLine.duration, func.length(Attempt.offered).label("max_score")),
            *(Enrolment.contestant_no, Enrolment.age, Account.id, Account.full_name),
            district.full_name.label("place"),
        )
        .join(Attempt, Attempt.id == FrozenLine.attempt_id)
        .join(Enrolment, Enrolment.id == FrozenLine.enrolment_id)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .outerjoin(district, _is_second_level_above(district))
        .where(FrozenLine.freeze_id == freeze.id, FrozenLine.prize.in_(prizes))
        .order_by(FrozenLine.position)
    )
    rows = db.session.execute(query).all()
    named = people_consenting(Purpose.PUBLICATION, [row.id for row in rows])
    winners = [
        (
            row.league,
            rules.Winner(
                prize=prizes[row.prize],
                name=public_name(row.full_name)
                if may_be_named(has_consent=row.id in named, age=row.age)
                else f"Thí sinh {row.contestant_no}",
                place=row.place or "",
                prediction=row.prediction,
                distance=rules.distance_of(row.prediction, freeze.target),
                score=row.score,
                max_score=row.max_score,
                duration=row.duration,
            ),
        )
        for row in rows
    ]
    leagues = groupby(winners, key=lambda pair: pair[0])
    return [(policies.LEAGUE_NAMES[league], [winner for _, winner in pairs]) for league, pairs in leagues]


def _is_second_level_above(district: type[Unit]) -> ColumnElement[bool]:
    return and_(
        district.series_code == Unit.series_code,
        district.depth == SECOND_LEVEL,
        Unit.path.like(district.path + "%"),
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


def people_brought(account_id: int) -> list[tuple[Account, str]]:
    """(account, its unit) of those whom this account brought, by registration; PEOPLE_SHOWN at most."""
    query = (
        select(Account, Unit.full_name)
        .join(Referral, Referral.account_id == Account.id)
        .join(Unit, Unit.id == Account.unit_id)
        .where(Referral.referrer_id == account_id)
        .order_by(Account.id)
        .limit(PEOPLE_SHOWN)
    )
    return [(account, unit_name) for account, unit_name in db.session.execute(query)]


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
