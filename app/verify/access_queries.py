"""Invariants of sessions and exclusion lists."""

from datetime import datetime

from sqlalchemy import and_, or_, select

from app.accounts.models import Account, RoleGrant, SecondFactor, Session
from app.attempts.models import Attempt
from app.contests.models import Round
from app.enrolments.exclusion_models import Exclusion
from app.extensions import db
from app.verify.rules import Report


def check_sessions(report: Report, *, now: datetime) -> None:
    """Nobody is signed in to a locked account, or with a role past their second factor (I28)."""
    has_role = (
        select(RoleGrant.id)
        .where(RoleGrant.account_id == Session.account_id, RoleGrant.valid_from <= Session.created_at)
        .where(or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > now))
        .exists()
    )
    live = (
        select(Session.id, Account.disabled_at, Session.second_factor_at, SecondFactor.confirmed_at, has_role)
        .join(Account, Account.id == Session.account_id)
        .outerjoin(SecondFactor, SecondFactor.account_id == Session.account_id)
        .where(Session.ended_at.is_(None), Session.expires_at > now)
    )
    for session_id, disabled_at, shown_at, confirmed_at, is_staff in db.session.execute(live):
        is_past_factor = is_staff and confirmed_at is not None and shown_at is None
        report.expect("I28", disabled_at is None and not is_past_factor, f"session {session_id}")


def check_exclusions(report: Report) -> None:
    """Nobody started an attempt while they were barred (I36)."""
    barred = select(Exclusion).where(Exclusion.mode == "barred", Exclusion.account_id.is_not(None))
    for entry in db.session.scalars(barred):
        after = (
            select(Attempt.id)
            .join(Round, and_(Round.id == Attempt.round_id, Round.contest_id == entry.contest_id))
            .where(Attempt.account_id == entry.account_id, Attempt.started_at > entry.listed_at)
        )
        if entry.removed_at is not None:
            after = after.where(Attempt.started_at < entry.removed_at)
        found = db.session.scalars(after).all()
        report.expect("I36", not found, f"exclusion {entry.id}: barred, and attempts {list(found)}")
