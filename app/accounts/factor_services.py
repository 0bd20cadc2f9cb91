"""Turn a second factor on and off, and try codes. Callers commit.

`keys` are the application's secret keys, the present one first: codes made under an older key still work.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
from sqlalchemy import delete, update

from app.accounts import factor_rules as rules
from app.accounts import queries
from app.accounts.models import Account, RecoveryCode, SecondFactor, Session
from app.accounts.rules import CODE_ALPHABET
from app.accounts.services import subject
from app.accounts.session_services import end_other_sessions
from app.audit.services import record
from app.extensions import db

ISSUER = "Khéo"


def new_nonce() -> str:
    return secrets.token_hex(rules.NONCE_BYTES)


def setup_address(account: Account, secret: str) -> str:
    """What an authenticator reads from the QR code: otpauth://totp/…"""
    return pyotp.TOTP(secret).provisioning_uri(name=account.sign_in_name, issuer_name=ISSUER)


def matching_step(secrets_: Sequence[str], text: str, *, after: int, now: datetime) -> int | None:
    """The step later than `after` whose code this is, under any of the secrets; None when it is none."""
    digits = rules.find_digits(text)
    if digits is None:
        return None
    for secret in secrets_:
        totp = pyotp.TOTP(secret)
        for step in rules.steps_around(now):
            if step > after and hmac.compare_digest(totp.generate_otp(step), digits):
                return step
    return None


def turn_on(
    account: Account, nonce: str, code: str, *, keys: Sequence[str], keep: str | None, now: datetime
) -> list[str] | None:
    """Confirm an authenticator by its first code; returns the recovery codes, None for a wrong code.

    Every session but `keep` (a token hash) ends; that one has the second factor from now on.
    Raises NoRole, AlreadyOn.
    """
    if not queries.live_grants(account.id, now):
        raise rules.NoRole
    db.session.refresh(account, with_for_update={"key_share": True})
    if queries.find_factor(account.id) is not None:
        raise rules.AlreadyOn
    secret = rules.secret_of(keys[0], account.public_id, nonce)
    step = matching_step([secret], code, after=0, now=now)
    if step is None:
        return None
    db.session.add(SecondFactor(account_id=account.id, nonce=nonce, confirmed_at=now, last_step=step))
    codes = _new_recovery_codes(account, keys[0])
    end_other_sessions(account.id, keep, now=now)
    if keep is not None:
        mark_session(account.id, keep, now=now)
    record("account.second_factor_on", actor_id=account.id, subject=subject(account), now=now)
    return codes


def renew_recovery_codes(account: Account, *, keys: Sequence[str], now: datetime) -> list[str]:
    """New codes in place of the old ones, used or not."""
    codes = _new_recovery_codes(account, keys[0])
    record("account.recovery_codes_renewed", actor_id=account.id, subject=subject(account), now=now)
    return codes


def _new_recovery_codes(account: Account, key: str) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [
        "".join(secrets.choice(CODE_ALPHABET) for _ in range(rules.RECOVERY_LENGTH))
        for _ in range(rules.RECOVERY_COUNT)
    ]
    hashes = [rules.recovery_hash(key, account.public_id, code) for code in codes]
    db.session.add_all(RecoveryCode(account_id=account.id, code_hash=code_hash) for code_hash in hashes)
    db.session.flush()
    return codes


def use_code(account: Account, text: str, *, keys: Sequence[str], now: datetime) -> bool:
    """Is it the authenticator's code of now, or an unused recovery code? Either works once."""
    factor = queries.find_factor(account.id, lock=True)
    if factor is None:
        return False
    made = [rules.secret_of(key, account.public_id, factor.nonce) for key in keys]
    step = matching_step(made, text, after=factor.last_step, now=now)
    if step is not None:
        factor.last_step = step
        db.session.flush()
        return True
    return _use_recovery_code(account, text, keys, now)


def _use_recovery_code(account: Account, text: str, keys: Sequence[str], now: datetime) -> bool:
    code = rules.find_recovery_code(text)
    if code is None:
        return False
    hashes = [rules.recovery_hash(key, account.public_id, code) for key in keys]
    unused = update(RecoveryCode).where(
        RecoveryCode.account_id == account.id,
        RecoveryCode.code_hash.in_(hashes),
        RecoveryCode.used_at.is_(None),
    )
    if not db.session.scalars(unused.values(used_at=now).returning(RecoveryCode.id)).all():
        return False
    record("account.recovery_code_used", actor_id=account.id, subject=subject(account), now=now)
    return True


def mark_session(account_id: int, hash_of_token: str, *, now: datetime) -> None:
    """The person of this session has just shown the second factor."""
    own = update(Session).where(Session.account_id == account_id, Session.token_hash == hash_of_token)
    db.session.execute(own.where(Session.ended_at.is_(None)).values(second_factor_at=now))


def turn_off(account: Account, *, keep: str | None, now: datetime) -> None:
    """The person's own act, after password and code. Every session but `keep` ends. Raises AlreadyOff."""
    _forget(account)
    end_other_sessions(account.id, keep, now=now)
    own = update(Session).where(Session.account_id == account.id).values(second_factor_at=None)
    db.session.execute(own)
    record("account.second_factor_off", actor_id=account.id, subject=subject(account), now=now)


def reset(account: Account, *, actor_id: int, reason: str, now: datetime) -> None:
    """An administrator's help for a lost authenticator; every session ends. Raises AlreadyOff, OwnReset."""
    if account.id == actor_id:
        raise rules.OwnReset
    _forget(account)
    end_other_sessions(account.id, None, now=now)
    record("account.second_factor_reset", actor_id=actor_id, subject=subject(account), now=now, reason=reason)


def _forget(account: Account) -> None:
    if queries.find_factor(account.id, lock=True) is None:
        raise rules.AlreadyOff
    for table in (RecoveryCode, SecondFactor):
        db.session.execute(delete(table).where(table.account_id == account.id))
