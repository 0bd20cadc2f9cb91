"""Register people, set passwords through one-time links, hand out roles. Callers commit."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, update
from sqlalchemy.exc import IntegrityError

from app.accounts import queries, rules
from app.accounts.access_rules import (
    AlreadyGranted,
    AlreadyLocked,
    LastAdministrator,
    NotLocked,
    OwnGrant,
    OwnLock,
)
from app.accounts.consent_wording import TEXTS, Purpose, recorded
from app.accounts.models import (
    Account,
    Consent,
    Referral,
    ResetLink,
    RoleGrant,
    Session,
    SignInDelay,
    Trace,
)
from app.accounts.session_services import TOKEN_BYTES, end_other_sessions, token_hash
from app.audit.services import record
from app.errors import DomainError
from app.extensions import db
from app.localtime import local_day
from app.permissions import Role
from app.text import collapse, fold, name_sort_key


class PhoneIsVerified(DomainError):
    message = "Số điện thoại này đã được xác minh là của người đang dùng."


def subject(account: Account) -> str:
    """How the audit trail names an account."""
    return f"account:{account.public_id}"


def register_account(
    registration: rules.Registration,
    *,
    consents: Iterable[Purpose],
    now: datetime,
    password_hash: str | None = None,
    referrer: Account | None = None,
    origin: rules.Origin | None = None,
) -> Account:
    """The account with its consents, who brought it and where it came from.

    Raises PhoneTaken, ConsentMissing, Unfit. Without a password nobody can sign in to it.
    """
    is_minor = rules.needs_guardian(registration.date_of_birth, local_day(now))
    kept = recorded(consents, is_minor=is_minor)
    account = _add_account(registration, password_hash, now)
    give_consents(account, kept, now=now)
    if referrer is not None:
        rules.check_referrer(referrer.created_at, now)
        db.session.add(Referral(account_id=account.id, referrer_id=referrer.id, at=now))
    if origin is not None:
        db.session.add(_trace(account, origin, now))
    db.session.flush()
    return account


def issue_account(registration: rules.Registration, *, actor_id: int | None, now: datetime) -> Account:
    """An account made for somebody; without a phone its sign-in name is a code.

    The person sets the password and gives the consents at a one-time link. Raises PhoneTaken, Unfit.
    """
    account = _add_account(registration, None, now)
    record("account.issued", actor_id=actor_id, subject=subject(account), now=now)
    return account


def _add_account(registration: rules.Registration, password_hash: str | None, now: datetime) -> Account:
    account = new_account(registration, password_hash, now)
    try:
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError as error:
        if "sign_in_name" in str(error.orig):
            raise rules.PhoneTaken from None
        raise
    return account


def new_account(registration: rules.Registration, password_hash: str | None, now: datetime) -> Account:
    """A row that is not in the session yet, for who writes many at once. Raises Unfit."""
    full_name = rules.person_name(registration.full_name)
    rules.check_birth_date(registration.date_of_birth, local_day(now))
    return Account(
        public_id=secrets.token_hex(16),
        sign_in_name=registration.phone or rules.sign_in_code_of(secrets.randbelow(rules.CODE_RANGE)),
        sign_in_kind="phone" if registration.phone else "code",
        password_hash=password_hash,
        full_name=full_name,
        search=fold(full_name),
        sort_key=name_sort_key(full_name),
        date_of_birth=registration.date_of_birth,
        gender=registration.gender,
        workplace=collapse(registration.workplace or "") or None,
        unit_id=registration.unit_id,
        referral_code=rules.code_of(secrets.randbelow(rules.CODE_RANGE)),
        created_at=now,
    )


def _trace(account: Account, origin: rules.Origin, now: datetime) -> Trace:
    return Trace(
        account_id=account.id,
        kind="register",
        at=now,
        address_prefix=origin.address_prefix,
        device_hash=origin.device_hash,
        delete_on=rules.trace_delete_on(local_day(now)),
    )


def give_consents(account: Account, purposes: Iterable[Purpose], *, now: datetime) -> None:
    """Append what was agreed to, with the version of the text that was shown."""
    db.session.add_all(
        Consent(
            account_id=account.id, purpose=purpose, text_version=TEXTS[purpose].version, is_given=True, at=now
        )
        for purpose in sorted(purposes)
    )
    db.session.flush()


def change_password(account: Account, password_hash: str, *, keep: str | None, now: datetime) -> None:
    """Set the password the person chose; every session but `keep` (a token hash) ends at once."""
    account.password_hash = password_hash
    end_other_sessions(account.id, keep, now=now)
    _use_up_links(account.id, now)
    record("account.password_changed", actor_id=account.id, subject=subject(account), now=now)


def issue_reset_link(account: Account, *, actor_id: int | None, now: datetime) -> str:
    """The token of a link that sets the password once within RESET_LIFETIME; older links stop working."""
    _use_up_links(account.id, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    db.session.add(
        ResetLink(
            account_id=account.id,
            token_hash=token_hash(token),
            issued_by=actor_id,
            issued_at=now,
            expires_at=now + rules.RESET_LIFETIME,
        )
    )
    record("account.reset_link_issued", actor_id=actor_id, subject=subject(account), now=now)
    return token


def use_reset_link(
    token: str, password_hash: str, *, now: datetime, consents: Iterable[Purpose] = ()
) -> Account:
    """Set the password, end every session, and never work again.

    Somebody who has not agreed to take part yet does so now. Raises LinkNotUsable, ConsentMissing.
    """
    account = queries.find_usable_link(token_hash(token), now)
    if account is None:
        raise rules.LinkNotUsable
    unused = update(ResetLink).where(ResetLink.token_hash == token_hash(token), ResetLink.used_at.is_(None))
    if not db.session.scalars(unused.values(used_at=now).returning(ResetLink.id)).all():
        raise rules.LinkNotUsable
    if not queries.has_consent(account.id, Purpose.PARTICIPATION):
        is_minor = rules.needs_guardian(account.date_of_birth, local_day(now))
        give_consents(account, recorded(consents, is_minor=is_minor), now=now)
    account.password_hash = password_hash
    end_other_sessions(account.id, None, now=now)
    record("account.password_reset", actor_id=account.id, subject=subject(account), now=now)
    return account


def _use_up_links(account_id: int, now: datetime) -> None:
    waiting = update(ResetLink).where(ResetLink.account_id == account_id, ResetLink.used_at.is_(None))
    db.session.execute(waiting.values(used_at=now))


def disable_account(account: Account, *, actor_id: int, reason: str, now: datetime) -> None:
    """Nobody signs in to it any more; its sessions and links end at once. Raises OwnLock, AlreadyLocked."""
    if account.id == actor_id:
        raise OwnLock
    db.session.refresh(account, with_for_update={"key_share": True})
    if account.disabled_at is not None:
        raise AlreadyLocked
    account.disabled_at = now
    end_other_sessions(account.id, None, now=now)
    _use_up_links(account.id, now)
    record("account.disabled", actor_id=actor_id, subject=subject(account), now=now, reason=reason)


def enable_account(account: Account, *, actor_id: int, reason: str, now: datetime) -> None:
    """The person may sign in again, with the password and the roles they had. Raises NotLocked."""
    db.session.refresh(account, with_for_update={"key_share": True})
    if account.disabled_at is None:
        raise NotLocked
    account.disabled_at = None
    record("account.enabled", actor_id=actor_id, subject=subject(account), now=now, reason=reason)


def free_squatted_phone(account: Account, *, actor_id: int, reason: str, now: datetime) -> str:
    """Take an unverified phone from an account that is not its owner's; the account gets a code instead.

    Returns the code. The phone can be registered again. Raises PhoneIsVerified.
    """
    if account.sign_in_kind != "phone" or account.phone_verified_at is not None:
        raise PhoneIsVerified
    account.sign_in_name = rules.sign_in_code_of(secrets.randbelow(rules.CODE_RANGE))
    account.sign_in_kind = "code"
    end_other_sessions(account.id, None, now=now)
    _use_up_links(account.id, now)
    record("account.phone_freed", actor_id=actor_id, subject=subject(account), now=now, reason=reason)
    return account.sign_in_name


def grant_role(
    account: Account,
    role: Role,
    *,
    granted_by: int | None,
    now: datetime,
    unit_id: int | None = None,
    contest_id: int | None = None,
    valid_to: datetime | None = None,
) -> RoleGrant:
    """Give a role from now on; sessions and links of before end. Raises Unfit, AlreadyGranted, OwnGrant."""
    if account.id == granted_by:
        raise OwnGrant
    rules.check_grant(role, has_unit=unit_id is not None, has_contest=contest_id is not None)
    if queries.holds_role(account.id, role, unit_id, contest_id, now):
        raise AlreadyGranted
    grant = RoleGrant(
        account_id=account.id,
        role=role,
        unit_id=unit_id,
        contest_id=contest_id,
        valid_from=now,
        valid_to=valid_to,
        granted_by=granted_by,
    )
    db.session.add(grant)
    end_other_sessions(account.id, None, now=now)
    _use_up_links(account.id, now)
    record(
        "role.granted",
        actor_id=granted_by,
        subject=subject(account),
        now=now,
        role=role,
        unit=unit_id,
        contest=contest_id,
        until=valid_to.isoformat() if valid_to else None,
    )
    return grant


def withdraw_role(grant: RoleGrant, *, actor_id: int, now: datetime) -> None:
    """End a role now; the person's sessions end with it. Raises LastAdministrator for one's own."""
    if grant.role == Role.ADMINISTRATOR and grant.account_id == actor_id:
        raise LastAdministrator
    account = db.session.get_one(Account, grant.account_id)
    grant.valid_to = max(now, grant.valid_from)
    end_other_sessions(account.id, None, now=now)
    record("role.withdrawn", actor_id=actor_id, subject=subject(account), now=now, role=grant.role)


def forget_old_rows(*, now: datetime) -> int:
    """Delete what the notice says is not kept; how many rows went."""
    ended = func.coalesce(Session.ended_at, Session.expires_at)
    old = (
        delete(Session).where(ended < now - rules.SESSIONS_KEPT),
        delete(ResetLink).where(ResetLink.expires_at < now - rules.SESSIONS_KEPT),
        delete(SignInDelay).where(SignInDelay.next_try_at < now - rules.DELAYS_KEPT),
        delete(Trace).where(Trace.delete_on <= local_day(now)),
    )
    return sum(cast(CursorResult[Any], db.session.execute(query)).rowcount for query in old)
