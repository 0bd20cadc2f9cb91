"""Cancel a round with two people, and prepare to hold it again. Callers lock both, and commit."""

from datetime import datetime

from app.audit.services import record
from app.contests import incident_queries, queries, rules
from app.contests.incident_rules import (
    ProposalDecided,
    ProposalWaiting,
    check_can_cancel,
    check_second_person,
)
from app.contests.models import CancellationProposal, Round, RoundCancellation
from app.contests.services import create_round
from app.extensions import db

COPIED = (
    *("title", "time_limit", "attempt_limit", "minimum_answered"),
    *("shuffles_questions", "shuffles_options", "has_prediction", "blueprint"),
)


def propose_cancellation(
    found: Round, *, reason: str, holds_again: bool, actor_id: int, now: datetime
) -> CancellationProposal:
    """Ask for the round to be cancelled. `reason` has 5 to 1000 characters.

    Raises CancellationRefused, ProposalWaiting.
    """
    check_can_cancel(queries.state_of(found, now))
    if incident_queries.find_open_proposal(found) is not None:
        raise ProposalWaiting
    proposal = CancellationProposal(
        round_id=found.id,
        number=incident_queries.count_proposals(found) + 1,
        reason=reason,
        holds_again=holds_again,
        proposed_by=actor_id,
        proposed_at=now,
    )
    db.session.add(proposal)
    db.session.flush()
    _record("rounds.cancellation_proposed", found, actor_id, now, proposal=proposal.number, reason=reason)
    return proposal


def drop_proposal(found: Round, number: int, *, actor_id: int, now: datetime) -> None:
    """The round stands; anybody may say so, the proposer too. Raises ProposalDecided."""
    proposal = _waiting(found, number)
    _decide(proposal, is_confirmed=False, actor_id=actor_id, now=now)
    _record("rounds.cancellation_dropped", found, actor_id, now, proposal=proposal.number)


def confirm_cancellation(found: Round, number: int, *, actor_id: int, now: datetime) -> Round | None:
    """Cancel the round as the second person; the draft in which it is held again, if it is.

    The caller ends the attempts that are open. Raises CancellationRefused, ProposalDecided,
    SecondPersonNeeded.
    """
    check_can_cancel(queries.state_of(found, now))
    proposal = _waiting(found, number)
    check_second_person(proposal.proposed_by, actor_id)
    _decide(proposal, is_confirmed=True, actor_id=actor_id, now=now)
    found.cancelled_at = now
    _record("rounds.cancelled", found, actor_id, now, proposal=proposal.number, reason=proposal.reason)
    return _hold_again(found, actor_id, now) if proposal.holds_again else None


def _waiting(found: Round, number: int) -> CancellationProposal:
    proposal = incident_queries.find_open_proposal(found)
    if proposal is None or proposal.number != number:
        raise ProposalDecided
    return proposal


def _decide(proposal: CancellationProposal, *, is_confirmed: bool, actor_id: int, now: datetime) -> None:
    db.session.add(
        RoundCancellation(
            proposal_id=proposal.id,
            round_id=proposal.round_id,
            proposed_by=proposal.proposed_by,
            is_confirmed=is_confirmed,
            decided_by=actor_id,
            decided_at=now,
        )
    )
    db.session.flush()


def _hold_again(found: Round, actor_id: int, now: datetime) -> Round:
    """A draft like the round, after the contest's last one; scheduling draws unused questions for it."""
    last = max(queries.rounds_of(found.contest), key=lambda each: each.closes_at)
    opens_at, closes_at = found.opens_at, found.closes_at
    while opens_at <= max(now, last.closes_at):
        opens_at, closes_at = opens_at + rules.WEEK, closes_at + rules.WEEK
    values = {name: getattr(found, name) for name in COPIED}
    window = {"opens_at": opens_at, "closes_at": closes_at, "last_start_at": None}
    return create_round(found.contest, values | window, actor_id=actor_id, now=now)


def _record(action: str, found: Round, actor_id: int, now: datetime, **details: object) -> None:
    record(action, actor_id=actor_id, subject=f"round:{found.id}", now=now, **details)
