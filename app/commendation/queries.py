"""Read awarding bodies and who stands at their steps, each in the reader's scope."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import aliased

from app.accounts.models import Account, RoleGrant
from app.accounts.queries import live_grants
from app.commendation.models import AwardDecision, AwardingBody, CouncilMeeting, Dossier, Hand
from app.commendation.rules import Quota
from app.commendation.workflow_rules import OVER, Step
from app.contests.models import Contest
from app.emulation.models import Campaign
from app.extensions import db
from app.participation.place_queries import Place
from app.permissions import Grant, Permission, Role, covers_unit
from app.units.models import Unit
from app.units.queries import is_within


class HandLine(NamedTuple):
    """Somebody who stands at a step."""

    hand: Hand
    account: Account
    unit_name: str


@dataclass(frozen=True)
class Office:
    """A body with its campaign and place, the quota of people and of collectives."""

    body: AwardingBody
    campaign: Campaign
    unit: Unit
    people: Quota
    collectives: Quota

    def quota(self, *, is_collective: bool) -> Quota:
        return self.collectives if is_collective else self.people


def offices_of(contest_id: int) -> list[Office]:
    """Every awarding body of the contest, by campaign and name."""
    query = (
        select(AwardingBody, Campaign, Unit)
        .join(Campaign, Campaign.id == AwardingBody.campaign_id)
        .join(Unit, Unit.id == AwardingBody.unit_id)
        .where(Campaign.contest_id == contest_id)
        .order_by(Campaign.id, AwardingBody.name)
    )
    rows = db.session.execute(query).all()
    taken = _taken([body.id for body, _campaign, _unit in rows])
    return [_office(body, campaign, unit, taken) for body, campaign, unit in rows]


def offices_at(place: Place) -> list[Office]:
    """The bodies whose whole place lies in the unit, and those of units above it."""
    return [
        office
        for office in offices_of(place.contest.id)
        if is_within(office.unit, place.unit) or is_within(place.unit, office.unit)
    ]


def _office(body: AwardingBody, campaign: Campaign, unit: Unit, taken: dict[tuple[int, bool], int]) -> Office:
    return Office(
        body,
        campaign,
        unit,
        Quota(body.quota_individual, taken.get((body.id, False), 0)),
        Quota(body.quota_collective, taken.get((body.id, True), 0)),
    )


def _taken(body_ids: Collection[int]) -> dict[tuple[int, bool], int]:
    """(body, is it collectives?) → dossiers that take a place."""
    is_collective = Dossier.account_id.is_(None)
    query = (
        select(Dossier.body_id, is_collective, func.count())
        .where(Dossier.body_id.in_(body_ids), Dossier.state.not_in(OVER))
        .group_by(Dossier.body_id, is_collective)
    )
    return {(body_id, bool(kind)): count for body_id, kind, count in db.session.execute(query)}


def _get_office(contest_id: int, public_id: str, *, lock: bool) -> Office:
    query = (
        select(AwardingBody, Campaign, Unit)
        .join(Campaign, Campaign.id == AwardingBody.campaign_id)
        .join(Unit, Unit.id == AwardingBody.unit_id)
        .where(Campaign.contest_id == contest_id, AwardingBody.public_id == public_id)
    )
    if lock:
        query = query.with_for_update(of=AwardingBody, key_share=True)
        query = query.execution_options(populate_existing=True)
    body, campaign, unit = db.session.execute(query).one()
    return _office(body, campaign, unit, _taken([body.id]))


def get_office(contest: Contest, public_id: str, *, lock: bool = False) -> Office:
    """A body of the contest that the caller manages. Raises NoResultFound.

    `lock`: quota, hands and numbers of the body change one after the other.
    """
    return _get_office(contest.id, public_id, lock=lock)


def get_office_at(place: Place, public_id: str, *, lock: bool = False) -> Office:
    """A body whose whole place lies in the unit. Raises NoResultFound for another's."""
    office = _get_office(place.contest.id, public_id, lock=lock)
    if not is_within(office.unit, place.unit):
        raise NoResultFound
    return office


def hands_of(body: AwardingBody) -> list[HandLine]:
    """Who stands at the body's steps now, in the order of the steps."""
    query = (
        select(Hand, Account, Unit.full_name)
        .join(Account, Account.id == Hand.account_id)
        .join(Unit, Unit.id == Account.unit_id)
        .where(Hand.body_id == body.id, Hand.ended_at.is_(None))
        .order_by(Account.sort_key, Hand.id)
    )
    lines = [HandLine(*row) for row in db.session.execute(query)]
    order = list(Step)
    return sorted(lines, key=lambda line: order.index(Step(line.hand.step)))


def get_hand(body: AwardingBody, hand_id: int) -> Hand:
    """Raises NoResultFound: another body's, or one that has ended."""
    query = select(Hand).where(Hand.id == hand_id, Hand.body_id == body.id, Hand.ended_at.is_(None))
    return db.session.scalars(query).one()


def steps_of(body_id: int, account_id: int) -> frozenset[Step]:
    """The steps of the body at which the account stands now."""
    query = select(Hand.step).filter_by(body_id=body_id, account_id=account_id, ended_at=None)
    return frozenset(Step(step) for step in db.session.scalars(query))


def all_steps_of(account_id: int) -> dict[int, frozenset[Step]]:
    """Body → the steps at which the account stands now."""
    query = select(Hand.body_id, Hand.step).filter_by(account_id=account_id, ended_at=None)
    found: dict[int, frozenset[Step]] = {}
    for body_id, step in db.session.execute(query):
        found[body_id] = found.get(body_id, frozenset()) | {Step(step)}
    return found


def may_handle(account_id: int, contest_id: int, unit: Unit, now: datetime) -> bool:
    """Does one of the account's live roles let it handle dossiers of the whole unit in this contest?"""
    return _covers(live_grants(account_id, now), contest_id, unit)


def _covers(grants: tuple[Grant, ...], contest_id: int, unit: Unit) -> bool:
    return covers_unit(
        grants, Permission.COMMENDATION_HANDLE, contest_id, series=unit.series_code, path=unit.path
    )


def people_who_may_handle(office: Office, now: datetime) -> list[tuple[Account, str]]:
    """(account, unit's name) of everybody with a live role that covers the body's whole place, by name."""
    place = aliased(Unit)
    query = (
        select(Account, Unit.full_name, RoleGrant, place)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .join(Unit, Unit.id == Account.unit_id)
        .outerjoin(place, place.id == RoleGrant.unit_id)
        .where(
            Account.disabled_at.is_(None),
            RoleGrant.valid_from <= now,
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > now),
        )
        .order_by(Account.sort_key, Account.id)
    )
    found: dict[int, tuple[Account, str]] = {}
    for account, unit_name, row, at in db.session.execute(query):
        grant = Grant(Role(row.role), row.contest_id, at.series_code if at else None, at.path if at else None)
        if _covers((grant,), office.campaign.contest_id, office.unit):
            found[account.id] = (account, unit_name)
    return list(found.values())


def get_person_to_handle(office: Office, public_id: str, now: datetime) -> Account:
    """Raises NoResultFound: nobody who may handle dossiers of the body."""
    account = db.session.scalars(select(Account).filter_by(public_id=public_id, disabled_at=None)).one()
    if not may_handle(account.id, office.campaign.contest_id, office.unit, now):
        raise NoResultFound
    return account


def meetings_of(body: AwardingBody) -> Sequence[CouncilMeeting]:
    """The newest first."""
    query = select(CouncilMeeting).where(CouncilMeeting.body_id == body.id)
    return db.session.scalars(query.order_by(CouncilMeeting.number.desc())).all()


def decisions_of(body: AwardingBody) -> Sequence[AwardDecision]:
    """The newest first."""
    query = select(AwardDecision).where(AwardDecision.body_id == body.id)
    return db.session.scalars(query.order_by(AwardDecision.id.desc())).all()


def get_decision(body: AwardingBody, public_id: str) -> AwardDecision:
    """Raises NoResultFound."""
    return db.session.scalars(select(AwardDecision).filter_by(body_id=body.id, public_id=public_id)).one()
