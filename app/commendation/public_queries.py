"""Read the public list of the commended: names by the rule of public names."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import Account
from app.commendation.models import AwardDecision, AwardingBody, Dossier
from app.commendation.workflow_rules import State
from app.contests.models import Contest
from app.emulation.models import Campaign
from app.enrolments.models import Enrolment
from app.extensions import db
from app.ranking.board_queries import people_of
from app.units.models import Unit


@dataclass(frozen=True)
class Line:
    """Somebody commended, with the place they belong to."""

    name: str
    place: str


@dataclass(frozen=True)
class CommendedList:
    """One published decision with the collectives and the people that it commends."""

    decision: AwardDecision
    body: AwardingBody
    campaign: Campaign
    collectives: list[Line]
    people: list[Line]


def has_published(contest_id: int) -> bool:
    query = (
        select(Dossier.id)
        .join(Campaign, Campaign.id == Dossier.campaign_id)
        .where(Campaign.contest_id == contest_id, Dossier.state == State.PUBLISHED)
        .limit(1)
    )
    return db.session.scalars(query).first() is not None


def lists_of(contest: Contest) -> list[CommendedList]:
    """The published decisions with whom they commend, the newest first; revoked awards left out."""
    query = (
        select(AwardDecision, AwardingBody, Campaign)
        .join(AwardingBody, AwardingBody.id == AwardDecision.body_id)
        .join(Campaign, Campaign.id == AwardingBody.campaign_id)
        .where(Campaign.contest_id == contest.id, AwardDecision.published_at.is_not(None))
        .order_by(AwardDecision.signed_on.desc(), AwardDecision.id.desc())
    )
    return [
        CommendedList(decision, body, campaign, _collectives(decision), _people(contest, decision))
        for decision, body, campaign in db.session.execute(query)
    ]


def _collectives(decision: AwardDecision) -> list[Line]:
    query = (
        select(Unit)
        .join(Dossier, Dossier.unit_id == Unit.id)
        .where(
            Dossier.decision_id == decision.id,
            Dossier.state == State.PUBLISHED,
            Dossier.account_id.is_(None),
        )
        .order_by(Unit.sort_key, Unit.id)
    )
    units = db.session.scalars(query).all()
    parents = _names([unit.parent_id for unit in units if unit.parent_id])
    return [Line(unit.full_name, parents.get(unit.parent_id or 0, "")) for unit in units]


def _names(unit_ids: Sequence[int]) -> dict[int, str]:
    query = select(Unit.id, Unit.full_name).where(Unit.id.in_(unit_ids))
    return {unit_id: name for unit_id, name in db.session.execute(query)}


def _people(contest: Contest, decision: AwardDecision) -> list[Line]:
    """Whoever agreed and is old enough with name and district, others by their contestant number."""
    query = (
        select(Enrolment.id)
        .join(Dossier, Dossier.account_id == Enrolment.account_id)
        .join(Account, Account.id == Enrolment.account_id)
        .where(
            Enrolment.contest_id == contest.id,
            Dossier.decision_id == decision.id,
            Dossier.state == State.PUBLISHED,
        )
        .order_by(Account.sort_key, Account.id)
    )
    enrolment_ids = db.session.scalars(query).all()
    named = people_of(enrolment_ids, decision.published_at or decision.recorded_at)
    return [Line(named[one].name, named[one].place) for one in enrolment_ids]
