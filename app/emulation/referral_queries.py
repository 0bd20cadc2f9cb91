"""Read whom a person brought and which rounds those people took."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from app.accounts.models import Account, Referral
from app.contests.models import Round
from app.emulation.referral_models import ReferralPoster
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db
from app.ranking.models import Standing
from app.units.models import Unit

PEOPLE_SHOWN = 100


@dataclass(frozen=True)
class Referred:
    """Somebody who registered with one's code; the name is to be shown masked.

    `is_counted` is False for accounts that were locked, merged into another or listed as not ranked.
    """

    account_id: int
    full_name: str
    unit_name: str
    since: datetime
    is_counted: bool


def people_brought(account_id: int, contest_id: int | None) -> tuple[int, list[Referred]]:
    """How many the person brought, and the first PEOPLE_SHOWN by registration."""
    is_out = or_(Account.disabled_at.is_not(None), _is_absorbed(), _is_listed(contest_id))
    query = (
        select(Account.id, Account.full_name, Unit.full_name, Account.created_at, ~is_out)
        .add_columns(func.count().over())
        .join(Referral, Referral.account_id == Account.id)
        .join(Unit, Unit.id == Account.unit_id)
        .where(Referral.referrer_id.in_(_accounts_of(account_id)))
        .order_by(Account.id)
        .limit(PEOPLE_SHOWN)
    )
    rows = db.session.execute(query).all()
    return (rows[0][-1] if rows else 0), [Referred(*row[:-1]) for row in rows]


def count_brought(account_id: int) -> int:
    """How many registered with this person's code."""
    query = select(func.count()).select_from(Referral)
    return db.session.scalar(query.where(Referral.referrer_id.in_(_accounts_of(account_id)))) or 0


def _accounts_of(account_id: int) -> Select[tuple[int]]:
    """The account and those that were merged into it."""
    absorbed = select(AccountMerge.absorbed_id).where(
        AccountMerge.kept_id == account_id, AccountMerge.undone_at.is_(None)
    )
    return select(Account.id).where(or_(Account.id == account_id, Account.id.in_(absorbed)))


def _is_absorbed() -> ColumnElement[bool]:
    return exists().where(AccountMerge.absorbed_id == Account.id, AccountMerge.undone_at.is_(None))


def _is_listed(contest_id: int | None) -> ColumnElement[bool]:
    return exists().where(
        Exclusion.contest_id == contest_id,
        Exclusion.account_id == Account.id,
        Exclusion.removed_at.is_(None),
    )


def rounds_counted(account_ids: Collection[int], contest_id: int) -> dict[int, set[int]]:
    """Account → numbers of the contest's rounds in which the person has a valid attempt.

    What was done with an account that was merged into another counts for the other.
    """
    person = func.coalesce(AccountMerge.kept_id, Enrolment.account_id)
    query = (
        select(person, Round.number)
        .select_from(Enrolment)
        .join(Standing, Standing.enrolment_id == Enrolment.id)
        .join(Round, Round.id == Standing.round_id)
        .outerjoin(
            AccountMerge,
            and_(AccountMerge.absorbed_id == Enrolment.account_id, AccountMerge.undone_at.is_(None)),
        )
        .where(
            Enrolment.contest_id == contest_id,
            or_(Enrolment.account_id.in_(account_ids), AccountMerge.kept_id.in_(account_ids)),
            Round.cancelled_at.is_(None),
        )
    )
    taken: dict[int, set[int]] = defaultdict(set)
    for account_id, number in db.session.execute(query):
        taken[account_id].add(number)
    return taken


def find_poster(contest_id: int, account_id: int) -> ReferralPoster | None:
    return db.session.get(ReferralPoster, (contest_id, account_id))
