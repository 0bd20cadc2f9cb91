"""Read accounts, live sessions and grants, consents, referrals; staff read inside their scope only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, true
from sqlalchemy.orm import aliased

from app.accounts import rules
from app.accounts.models import (
    Account,
    Consent,
    RecoveryCode,
    Referral,
    ResetLink,
    RoleGrant,
    SecondFactor,
    Session,
)
from app.extensions import db
from app.permissions import Grant, Permission, Role, unit_paths_in_scope
from app.text import fold
from app.types import UTCDateTime
from app.units.models import Unit
from app.units.rules import parse_search, range_end

PEOPLE_SHOWN = 50
UNITS_SHOWN = 20


@dataclass(frozen=True)
class LiveSession:
    """A session that counts, its person and the grants they hold now."""

    session_id: int
    created_at: datetime
    last_seen_at: datetime
    account_id: int
    public_id: str
    full_name: str
    second_factor_at: datetime | None
    grants: tuple[Grant, ...]


def find_account(sign_in_name: str) -> Account | None:
    return db.session.scalars(select(Account).where(Account.sign_in_name == sign_in_name)).one_or_none()


def find_enabled_account(public_id: str) -> Account | None:
    query = select(Account).where(Account.public_id == public_id, Account.disabled_at.is_(None))
    return db.session.scalars(query).one_or_none()


def get_account(public_id: str) -> Account:
    """Raises NoResultFound."""
    return db.session.scalars(select(Account).where(Account.public_id == public_id)).one()


def find_referrer(referral_code: str) -> Account | None:
    """Whose code this is; an account that was ended brings nobody."""
    query = select(Account).where(Account.referral_code == referral_code, Account.disabled_at.is_(None))
    return db.session.scalars(query).one_or_none()


def _is_live(now: datetime) -> ColumnElement[bool]:
    return and_(RoleGrant.valid_from <= now, or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > now))


def _grant(row: RoleGrant, unit: Unit | None) -> Grant:
    return Grant(
        role=Role(row.role),
        contest_id=row.contest_id,
        unit_series=unit.series_code if unit else None,
        unit_path=unit.path if unit else None,
    )


def live_grants(account_id: int, now: datetime) -> tuple[Grant, ...]:
    query = select(RoleGrant, Unit).outerjoin(Unit, Unit.id == RoleGrant.unit_id)
    query = query.where(RoleGrant.account_id == account_id, _is_live(now)).order_by(RoleGrant.id)
    return tuple(_grant(row, unit) for row, unit in db.session.execute(query))


def holds_role(
    account_id: int, role: Role, unit_id: int | None, contest_id: int | None, now: datetime
) -> bool:
    """Is this very role live, with the same unit and contest?"""
    query = select(RoleGrant.id).where(
        RoleGrant.account_id == account_id,
        RoleGrant.role == role,
        RoleGrant.unit_id.is_(None) if unit_id is None else RoleGrant.unit_id == unit_id,
        RoleGrant.contest_id.is_(None) if contest_id is None else RoleGrant.contest_id == contest_id,
        _is_live(now),
    )
    return db.session.scalars(query.limit(1)).first() is not None


def find_live_session(token_hash: str, now: datetime) -> LiveSession | None:
    """One query: the session, its account and every live grant. None when any of them has ended.

    Every page asks it, so it reads columns, not entities.
    """
    rows = db.session.connection().execute(_live_session(), {"token_hash": token_hash, "now": now}).all()
    if not rows:
        return None
    grants = tuple(
        Grant(Role(row.role), contest_id=row.contest_id, unit_series=row.series_code, unit_path=row.path)
        for row in rows
        if row.role is not None
    )
    first = rows[0]
    return LiveSession(first[0], first[1], first[2], first[3], first[4], first[5], first[6], grants)


@lru_cache(maxsize=1)
def _live_session() -> Select[Any]:
    now = bindparam("now", type_=UTCDateTime)
    is_live = and_(RoleGrant.valid_from <= now, or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > now))
    person = (
        Session.id,
        Session.created_at,
        Session.last_seen_at,
        Account.id,
        Account.public_id,
        Account.full_name,
        Session.second_factor_at,
    )
    return (
        select(*person, RoleGrant.role, RoleGrant.contest_id, Unit.series_code, Unit.path)
        .join(Account, Account.id == Session.account_id)
        .outerjoin(RoleGrant, and_(RoleGrant.account_id == Account.id, is_live))
        .outerjoin(Unit, Unit.id == RoleGrant.unit_id)
        .where(
            Session.token_hash == bindparam("token_hash"),
            Session.ended_at.is_(None),
            Session.expires_at > now,
            Account.disabled_at.is_(None),
        )
        .order_by(RoleGrant.id)
    )


def live_sessions(account_id: int, now: datetime) -> Sequence[Session]:
    """The devices signed in, the one used last first."""
    query = select(Session).where(
        Session.account_id == account_id, Session.ended_at.is_(None), Session.expires_at > now
    )
    return db.session.scalars(query.order_by(Session.last_seen_at.desc(), Session.id.desc())).all()


def find_factor(account_id: int, *, lock: bool = False) -> SecondFactor | None:
    """The person's authenticator, if they have one. `lock`: one code at a time."""
    return db.session.get(SecondFactor, account_id, with_for_update=lock or None, populate_existing=lock)


def count_recovery_codes(account_id: int) -> int:
    """How many are left."""
    query = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(query) or 0


def has_consent(account_id: int, purpose: str) -> bool:
    return account_id in people_consenting(purpose, [account_id])


def people_consenting(purpose: str, account_ids: Collection[int]) -> set[int]:
    """Those of `account_ids` whose last word on `purpose` is yes."""
    last = (
        select(func.max(Consent.id))
        .where(Consent.purpose == purpose, Consent.account_id.in_(account_ids))
        .group_by(Consent.account_id)
    )
    query = select(Consent.account_id).where(Consent.id.in_(last), Consent.is_given)
    return set(db.session.scalars(query))


def people_referred_by(account_id: int) -> Sequence[Account]:
    """Whom this account brought, in the order of their registration."""
    query = select(Account).join(Referral, Referral.account_id == Account.id)
    return db.session.scalars(query.where(Referral.referrer_id == account_id).order_by(Account.id)).all()


def find_usable_link(token_hash: str, now: datetime) -> Account | None:
    """Whose password the link may set, if it was not used and has not run out."""
    query = select(Account).join(ResetLink, ResetLink.account_id == Account.id)
    query = query.where(ResetLink.token_hash == token_hash, ResetLink.used_at.is_(None))
    query = query.where(ResetLink.expires_at > now, Account.disabled_at.is_(None))
    return db.session.scalars(query).one_or_none()


def in_scope(grants: tuple[Grant, ...], permission: Permission) -> ColumnElement[bool]:
    """The accounts whose unit lies in a subtree that `permission` covers."""
    subtrees = unit_paths_in_scope(grants, permission)
    if subtrees is None:
        return true()
    ranges = [
        and_(Unit.series_code == series, Unit.path >= path, Unit.path < range_end(path))
        for series, path in subtrees
    ]
    return Account.unit_id.in_(select(Unit.id).where(or_(false(), *ranges)))


def find_people(
    grants: tuple[Grant, ...], permission: Permission, text: str
) -> Sequence[tuple[Account, str]]:
    """(account, its unit's name) by phone, code or part of the name, marks ignored; PEOPLE_SHOWN at most."""
    name = rules.find_sign_in_name(text)
    matches = Account.sign_in_name == name if name else Account.search.contains(fold(text), autoescape=True)
    query = select(Account, Unit.full_name).join(Unit, Unit.id == Account.unit_id)
    query = query.where(in_scope(grants, permission), matches)
    rows = db.session.execute(query.order_by(Account.sort_key, Account.id).limit(PEOPLE_SHOWN))
    return [(account, unit_name) for account, unit_name in rows]


def get_person(grants: tuple[Grant, ...], permission: Permission, public_id: str) -> Account:
    """Raises NoResultFound: a person outside one's scope does not exist."""
    query = select(Account).where(Account.public_id == public_id, in_scope(grants, permission))
    return db.session.scalars(query).one()


def is_unit_in_scope(grants: tuple[Grant, ...], permission: Permission, unit: Unit) -> bool:
    subtrees = unit_paths_in_scope(grants, permission)
    if subtrees is None:
        return True
    return any(unit.series_code == series and unit.path.startswith(path) for series, path in subtrees)


def get_unit_of(account: Account) -> Unit:
    return db.session.get_one(Unit, account.unit_id)


def get_role_held(grant_id: int, now: datetime) -> RoleGrant:
    """Raises NoResultFound when it was withdrawn already."""
    query = select(RoleGrant).where(RoleGrant.id == grant_id)
    return db.session.scalars(query.where(or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > now))).one()


def find_units(series_code: str, text: str) -> Sequence[tuple[Unit, str]]:
    """(unit of any level, its parent's name) by the words of its name, the highest first."""
    words = parse_search(text).words
    if not words:
        return []
    parent = aliased(Unit)
    query = select(Unit, parent.full_name).outerjoin(parent, parent.id == Unit.parent_id)
    query = query.where(Unit.series_code == series_code, *(Unit.search.like(f"% {word}%") for word in words))
    rows = db.session.execute(query.order_by(Unit.depth, Unit.sort_key, Unit.id).limit(UNITS_SHOWN))
    return [(unit, parent_name or "") for unit, parent_name in rows]
