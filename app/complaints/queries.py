"""Read complaints. Citizens' reads start from their account: another's complaint does not exist for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.attempts.models import Attempt
from app.complaints import rules
from app.complaints.models import Complaint, ComplaintDecision, ComplaintEvent
from app.contests.models import Contest, Round
from app.extensions import db
from app.ranking.models import Revision


@dataclass(frozen=True)
class OwnComplaint:
    """A complaint with its round for the page of who filed it."""

    complaint: Complaint
    round: Round
    contest: Contest

    @property
    def state(self) -> rules.State:
        return state_of(self.complaint)


def state_of(complaint: Complaint) -> rules.State:
    return rules.state_of(
        taken_at=complaint.taken_at,
        asked_at=complaint.asked_at,
        closed_at=complaint.closed_at,
        outcome=complaint.outcome,
    )


def find_window(found: Round) -> rules.Window | None:
    """The window of the newest published revision; None before the first."""
    if found.published_revision is None:
        return None
    query = select(Revision.published_at).filter_by(round_id=found.id, number=found.published_revision)
    return rules.window_of(db.session.scalars(query).one(), found.contest.complaint_days)


def get_own_closed_attempt(account_id: int, public_id: str) -> Attempt:
    """Raises NoResultFound: another's attempt, or one that is still running."""
    query = select(Attempt).where(
        Attempt.public_id == public_id, Attempt.account_id == account_id, Attempt.closed_at.is_not(None)
    )
    return db.session.scalars(query).one()


def get_attempt_of(complaint: Complaint) -> Attempt:
    """The attempt it is about."""
    return db.session.get_one(Attempt, complaint.attempt_id)


def get_round_of(attempt: Attempt, *, lock: bool = False) -> Round:
    """The attempt's round with its contest. `lock` numbers the round's complaints one after the other."""
    query = select(Round).where(Round.id == attempt.round_id).options(joinedload(Round.contest))
    if lock:
        query = query.with_for_update(of=Round, key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def own_complaints(account_id: int, round_id: int | None = None) -> list[OwnComplaint]:
    """The account's complaints (about one round), the newest first."""
    query = (
        select(Complaint, Round, Contest)
        .join(Round, Round.id == Complaint.round_id)
        .join(Contest, Contest.id == Round.contest_id)
        .where(Complaint.account_id == account_id)
        .order_by(Complaint.id.desc())
    )
    if round_id is not None:
        query = query.where(Complaint.round_id == round_id)
    return [OwnComplaint(*row) for row in db.session.execute(query)]


def get_own_complaint(account_id: int, public_id: str, *, lock: bool = False) -> Complaint:
    """Raises NoResultFound."""
    query = select(Complaint).where(Complaint.public_id == public_id, Complaint.account_id == account_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def events_of(complaint: Complaint) -> Sequence[ComplaintEvent]:
    """Everything that happened to it, oldest first."""
    query = select(ComplaintEvent).where(ComplaintEvent.complaint_id == complaint.id)
    return db.session.scalars(query.order_by(ComplaintEvent.id)).all()


def find_decision(complaint: Complaint) -> ComplaintDecision | None:
    return db.session.get(ComplaintDecision, complaint.id)


def find_open(account_id: int, round_id: int, subject: str) -> Complaint | None:
    """The account's complaint about the same thing that is not closed yet."""
    query = select(Complaint).where(
        Complaint.account_id == account_id,
        Complaint.round_id == round_id,
        Complaint.subject == subject,
        Complaint.closed_at.is_(None),
    )
    return db.session.scalars(query).one_or_none()


def count_own(account_id: int, round_id: int) -> int:
    query = select(func.count()).select_from(Complaint)
    return db.session.scalar(query.filter_by(account_id=account_id, round_id=round_id)) or 0


def last_number(round_id: int) -> int:
    return db.session.scalar(select(func.max(Complaint.number)).filter_by(round_id=round_id)) or 0


def rounds_to_complain_about(account_id: int, now: datetime) -> list[tuple[Attempt, Round]]:
    """One's latest closed attempt of each round whose window is open, with the round."""
    latest = (
        select(func.max(Attempt.id))
        .where(Attempt.account_id == account_id, Attempt.closed_at.is_not(None))
        .group_by(Attempt.round_id)
    )
    query = (
        select(Attempt, Round)
        .join(Round, Round.id == Attempt.round_id)
        .where(Attempt.id.in_(latest), Round.published_revision.is_not(None))
        .options(joinedload(Round.contest))
        .order_by(Round.closes_at.desc())
    )
    found = [(attempt, its_round) for attempt, its_round in db.session.execute(query)]
    windows = {its_round.id: find_window(its_round) for _, its_round in found}
    return [
        (attempt, its_round)
        for attempt, its_round in found
        if (window := windows[its_round.id]) is not None and window.is_open(now)
    ]
