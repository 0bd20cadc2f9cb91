"""What an evaluation depends on, as a short mark: the same mark needs no new evaluation."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.contests.models import Round
from app.emulation.models import Attestation, Campaign, CriteriaVersion
from app.enrolments.exclusion_models import Exclusion
from app.extensions import db
from app.localtime import local_day
from app.participation.models import TallyState

# A night's evaluation takes in what the marks leave out: rounds that are still open, who registered.
NIGHT = timedelta(hours=2)


def mark_of(campaign: Campaign, now: datetime) -> str:
    """Digest of the night (from 02:00 local time), the criteria, what was attested, who is excluded, and
    of the rounds that are over: their tallies (which move with voids, regrades, merges and moves),
    cancellation and published revision.
    """
    versions = select(func.max(CriteriaVersion.version)).where(CriteriaVersion.campaign_id == campaign.id)
    attested = select(func.max(Attestation.id)).where(Attestation.campaign_id == campaign.id)
    excluded = select(func.count(), func.count(Exclusion.removed_at))
    excluded = excluded.where(Exclusion.contest_id == campaign.contest_id)
    rounds = (
        select(Round.id, Round.cancelled_at, Round.published_revision, TallyState.mark)
        .outerjoin(TallyState, TallyState.round_id == Round.id)
        .where(Round.contest_id == campaign.contest_id)
        .where((Round.closes_at <= now) | Round.cancelled_at.is_not(None))
        .order_by(Round.id)
    )
    parts = (
        local_day(now - NIGHT),
        db.session.scalar(versions),
        db.session.scalar(attested),
        tuple(db.session.execute(excluded).one()),
        [tuple(row) for row in db.session.execute(rounds)],
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def campaigns_to_evaluate(now: datetime) -> Sequence[Campaign]:
    """Open campaigns with criteria for which something moved since their last evaluation."""
    has_criteria = select(CriteriaVersion.campaign_id).distinct()
    query = select(Campaign).where(Campaign.closed_at.is_(None), Campaign.id.in_(has_criteria))
    found = db.session.scalars(query.order_by(Campaign.id)).all()
    return [campaign for campaign in found if campaign.evaluated_mark != mark_of(campaign, now)]
