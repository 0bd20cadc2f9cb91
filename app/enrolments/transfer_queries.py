"""Read who was moved between units and whose accounts were taken as one."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.models import Account
from app.contests.models import Contest, Round
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge, UnitMove
from app.extensions import db


def person_of(account_id: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """The account that counts for the person: the kept one of a merge in force, else the account itself."""
    kept = select(AccountMerge.kept_id).where(
        AccountMerge.absorbed_id == account_id, AccountMerge.undone_at.is_(None)
    )
    return func.coalesce(kept.correlate(account_id.parent).scalar_subquery(), account_id)


def find_merge(absorbed_id: int) -> AccountMerge | None:
    """The merge in force that took this account away."""
    query = select(AccountMerge).where(
        AccountMerge.absorbed_id == absorbed_id, AccountMerge.undone_at.is_(None)
    )
    return db.session.scalars(query).one_or_none()


def merges_with(account_ids: Collection[int]) -> Sequence[AccountMerge]:
    """Merges in force on either side of which one of these accounts stands."""
    query = select(AccountMerge).where(
        AccountMerge.undone_at.is_(None),
        or_(AccountMerge.kept_id.in_(account_ids), AccountMerge.absorbed_id.in_(account_ids)),
    )
    return db.session.scalars(query.order_by(AccountMerge.id)).all()


def moves_of(account_id: int) -> Sequence[UnitMove]:
    """Every move of the account's enrolments, the newest first."""
    query = select(UnitMove).join(Enrolment, Enrolment.id == UnitMove.enrolment_id)
    query = query.where(Enrolment.account_id == account_id)
    return db.session.scalars(query.order_by(UnitMove.at.desc(), UnitMove.id.desc())).all()


def _is_running(now: datetime) -> ColumnElement[bool]:
    """Of Contest: some round of it has not closed yet."""
    query = select(Round.id).where(Round.contest_id == Contest.id, Round.closes_at > now)
    return query.where(Round.cancelled_at.is_(None)).correlate(Contest).exists()


def enrolments_to_move(
    account_id: int, series_code: str, now: datetime
) -> Sequence[tuple[Enrolment, Contest]]:
    """Locked: the person's enrolments in running contests of the series, with those of absorbed accounts."""
    absorbed = select(AccountMerge.absorbed_id).where(
        AccountMerge.kept_id == account_id, AccountMerge.undone_at.is_(None)
    )
    query = (
        select(Enrolment, Contest)
        .join(Contest, Contest.id == Enrolment.contest_id)
        .where(or_(Enrolment.account_id == account_id, Enrolment.account_id.in_(absorbed)))
        .where(Contest.series_code == series_code, _is_running(now))
        .order_by(Enrolment.id)
        .with_for_update(key_share=True, of=Enrolment)
        .execution_options(populate_existing=True)
    )
    return [(enrolment, contest) for enrolment, contest in db.session.execute(query)]


def contests_reached(account_id: int, now: datetime) -> Sequence[Contest]:
    """Contests in which the account is enrolled, or still may start."""
    enrolled = select(Enrolment.contest_id).where(Enrolment.account_id == account_id)
    query = select(Contest).where(or_(Contest.id.in_(enrolled), _is_running(now)))
    return db.session.scalars(query.order_by(Contest.id)).all()


def lock_accounts(account_ids: Collection[int]) -> Sequence[Account]:
    """By id, locked so that nothing new hangs on them until the caller commits."""
    query = select(Account).where(Account.id.in_(account_ids)).order_by(Account.id)
    return db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
