"""Tries to sign in, and sessions: opened, used, ended. Callers commit."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, update

from app.accounts import queries, rules
from app.accounts.factor_rules import CodeNeeded
from app.accounts.models import Account, Session, SignInDelay
from app.extensions import db
from app.sql import insert_new

TOKEN_BYTES = 32


def token_hash(token: str) -> str:
    """What is stored of a session's or a link's token: SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def reserve_try(key: str, *, now: datetime) -> None:
    """Count a try as failed before the password is looked at, so that parallel guesses wait too.

    Raises TooSoon. Commit at once; `forget_failures` after a success.
    """
    db.session.execute(insert_new(SignInDelay, {"key": key, "failure_count": 0, "next_try_at": now}))
    delay = db.session.get_one(SignInDelay, key, with_for_update=True, populate_existing=True)
    if delay.next_try_at > now:
        raise rules.TooSoon(delay.next_try_at - now)
    delay.failure_count += 1
    delay.next_try_at = now + rules.delay_after(delay.failure_count)
    db.session.flush()


def forget_failures(key: str, *, now: datetime) -> None:
    """A success: the next tries under this key are free again. Other keys keep their count."""
    values = {"failure_count": 0, "next_try_at": now}
    db.session.execute(update(SignInDelay).where(SignInDelay.key == key).values(values))


def sign_in(
    account: Account,
    *,
    checked_hash: str | None,
    device: str,
    now: datetime,
    has_second_factor: bool = False,
) -> str:
    """Open a session on a device and return its token, which is stored nowhere.

    `checked_hash` is what the password was compared with. Raises PasswordChanged when the account got
    another password, or was disabled, since then: what ends sessions ends this one before it begins.
    Raises CodeNeeded for somebody with a role and a second factor who has not shown it.
    """
    db.session.refresh(account, with_for_update={"key_share": True})
    if account.password_hash != checked_hash or account.disabled_at is not None:
        raise rules.PasswordChanged
    is_staff = bool(queries.live_grants(account.id, now))
    if is_staff and not has_second_factor and queries.find_factor(account.id) is not None:
        raise CodeNeeded
    token = secrets.token_urlsafe(TOKEN_BYTES)
    db.session.add(
        Session(
            account_id=account.id,
            token_hash=token_hash(token),
            device=device,
            created_at=now,
            last_seen_at=now,
            expires_at=rules.session_expiry(now, now, is_staff=is_staff),
            second_factor_at=now if has_second_factor else None,
        )
    )
    db.session.flush()
    return token


def slide_session(session_id: int, *, seen_at: datetime, expires_at: datetime) -> None:
    """Note that the session is in use; one that has ended stays ended."""
    db.session.execute(
        update(Session)
        .where(Session.id == session_id, Session.ended_at.is_(None), Session.last_seen_at < seen_at)
        .values(last_seen_at=seen_at, expires_at=expires_at)
    )


def end_session(account_id: int, hash_of_token: str, *, now: datetime) -> bool:
    """End one session of this person at once; False when there is no such live one."""
    return _end_sessions(account_id, now, Session.token_hash == hash_of_token) > 0


def end_other_sessions(account_id: int, keep: str | None, *, now: datetime) -> int:
    """End every session of this person but the one whose token hash is `keep`; how many ended."""
    return _end_sessions(account_id, now, *([] if keep is None else [Session.token_hash != keep]))


def _end_sessions(account_id: int, now: datetime, *which: ColumnElement[bool]) -> int:
    query = update(Session).where(Session.account_id == account_id, Session.ended_at.is_(None), *which)
    return len(db.session.scalars(query.values(ended_at=now).returning(Session.id)).all())
