"""The second factor of people with a role: six digits from an authenticator, or a recovery code.

The authenticator's secret is derived from a nonce and the application's secret key, so that a copy of
the database alone opens nothing (RFC 6238 for the digits; RFC 5869 in its simplest form for the key).
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta

from app.accounts.rules import CODE_ALPHABET
from app.errors import DomainError

STEP = timedelta(seconds=30)
DRIFT = 1  # steps that a telephone's clock may be wrong by
SECRET_BYTES = 20
NONCE_BYTES = 16
RECOVERY_COUNT = 10
RECOVERY_LENGTH = 10
STILL_FRESH = timedelta(hours=12)
PASSWORD_STEP = timedelta(minutes=5)
NOTHING_CHANGED = "Tài khoản của bạn chưa thay đổi."

_DIGITS = re.compile(r"[0-9]{6}\Z")
_SEPARATORS = str.maketrans("", "", " -.")


class CodeNeeded(DomainError):
    """The password was right; the second factor is still to be shown."""

    message = "Bạn cần nhập mã xác thực hai lớp."


class NoRole(DomainError):
    message = "Xác thực hai lớp dành cho người có vai trò trong hệ thống."
    safe = NOTHING_CHANGED


class AlreadyOn(DomainError):
    message = "Xác thực hai lớp đã bật."
    safe = NOTHING_CHANGED


class AlreadyOff(DomainError):
    message = "Xác thực hai lớp chưa bật."
    safe = NOTHING_CHANGED


class OwnReset(DomainError):
    message = "Bạn không tự đặt lại xác thực hai lớp của mình ở đây được."
    safe = NOTHING_CHANGED
    todo = "Bạn dùng mã dự phòng, hoặc nhờ một người quản trị khác."


def secret_of(key: str, account: str, nonce: str) -> str:
    """The authenticator's secret in base32, for this application key, account (public id) and nonce."""
    digest = hmac.new(key.encode(), f"totp:{account}:{nonce}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:SECRET_BYTES]).decode()


def secret_for_people(secret: str) -> str:
    """In groups of four, to be typed."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def step_at(moment: datetime) -> int:
    """The number of the half minute."""
    return int(moment.timestamp()) // int(STEP.total_seconds())


def steps_around(moment: datetime) -> list[int]:
    """The steps whose codes are taken at this moment, the present one first."""
    now = step_at(moment)
    return sorted(range(now - DRIFT, now + DRIFT + 1), key=lambda step: abs(step - now))


def find_digits(text: str) -> str | None:
    """The six digits however they are written ("123 456"), or None."""
    bare = text.translate(_SEPARATORS)
    return bare if _DIGITS.match(bare) else None


def find_recovery_code(text: str) -> str | None:
    """The bare form of a recovery code however it is written ("ab2cd-ef3gh"), or None."""
    bare = text.upper().translate(_SEPARATORS) if text.isascii() else ""
    return bare if len(bare) == RECOVERY_LENGTH and set(bare) <= set(CODE_ALPHABET) else None


def recovery_for_people(code: str) -> str:
    half = RECOVERY_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def recovery_hash(key: str, account: str, code: str) -> str:
    """What is stored of a recovery code: keyed, so that a copy of the database does not give it away."""
    return hmac.new(key.encode(), f"recovery:{account}:{code}".encode(), hashlib.sha256).hexdigest()


def password_proof(password_hash: str) -> str:
    """What a browser carries between password and code: dead as soon as the password is changed."""
    return hashlib.sha256(f"password step:{password_hash}".encode()).hexdigest()


def is_fresh(second_factor_at: datetime | None, now: datetime) -> bool:
    return second_factor_at is not None and now - second_factor_at <= STILL_FRESH
