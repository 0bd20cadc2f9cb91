"""Read what was proposed and decided about cancelling rounds."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from app.contests.models import CancellationProposal, Round, RoundCancellation
from app.extensions import db


class Cancellation(NamedTuple):
    """Why a round was cancelled, when, and whether it is held again."""

    reason: str
    at: datetime
    holds_again: bool


def find_open_proposal(found: Round) -> CancellationProposal | None:
    """The proposal that waits for a second person."""
    decided = select(RoundCancellation.proposal_id).where(RoundCancellation.round_id == found.id)
    query = select(CancellationProposal).where(
        CancellationProposal.round_id == found.id, CancellationProposal.id.not_in(decided)
    )
    return db.session.scalars(query).one_or_none()


def count_proposals(found: Round) -> int:
    query = select(func.count()).where(CancellationProposal.round_id == found.id)
    return db.session.scalar(query) or 0


def find_cancellation(found: Round) -> Cancellation | None:
    """None for a round that stands."""
    return cancellations_of([found]).get(found.id)


def cancellations_of(rounds: Collection[Round]) -> Mapping[int, Cancellation]:
    """Round id → its cancellation, of those that were cancelled."""
    cancelled = {found.id: found.cancelled_at for found in rounds if found.cancelled_at is not None}
    if not cancelled:
        return {}
    query = (
        select(CancellationProposal)
        .join(RoundCancellation, RoundCancellation.proposal_id == CancellationProposal.id)
        .where(RoundCancellation.is_confirmed, RoundCancellation.round_id.in_(cancelled))
    )
    return {
        proposal.round_id: Cancellation(proposal.reason, cancelled[proposal.round_id], proposal.holds_again)
        for proposal in db.session.scalars(query)
    }
