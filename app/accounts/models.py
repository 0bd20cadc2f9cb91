"""Accounts, their sessions, grants, consents, referrals and traces."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, OrderedText, UTCDateTime


class Account(Base):
    """One person. `sign_in_name` is a phone in E.164 or an issued code; names never identify."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("sign_in_kind in ('phone', 'code')", name="sign_in_kind"),
        CheckConstraint("(sign_in_kind = 'phone') = (substr(sign_in_name, 1, 1) = '+')", name="sign_in_name"),
        CheckConstraint("length(full_name) between 1 and 80", name="full_name"),
        CheckConstraint("gender in ('female', 'male', 'other')", name="gender"),
        CheckConstraint("length(workplace) <= 160", name="workplace"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    sign_in_name: Mapped[str] = mapped_column(String(20), unique=True)
    sign_in_kind: Mapped[str]
    phone_verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    password_hash: Mapped[str | None]
    full_name: Mapped[str]
    search: Mapped[str] = mapped_column(index=True)
    sort_key: Mapped[str] = mapped_column(OrderedText)
    date_of_birth: Mapped[date]
    gender: Mapped[str | None]
    workplace: Mapped[str | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    referral_code: Mapped[str] = mapped_column(String(12), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Session(Base):
    """One signed-in device. Only the SHA-256 of its token is stored; ending it ends it at once."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    second_factor_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RoleGrant(Base):
    """A dated role: administrator global, organiser per contest (or all), staff per unit subtree."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("role in ('staff', 'organiser', 'administrator')", name="role"),
        CheckConstraint("(role = 'staff') = (unit_id is not null)", name="unit"),
        CheckConstraint("role = 'organiser' or contest_id is null", name="contest"),
        CheckConstraint("granted_by <> account_id", name="second_person"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    role: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contests.id"))
    valid_from: Mapped[datetime] = mapped_column(UTCDateTime)
    valid_to: Mapped[datetime | None] = mapped_column(UTCDateTime)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class Consent(Base):
    """One act of consent or withdrawal, with the version of the text that was shown; append-only."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("purpose in ('participation', 'publication', 'guardian')", name="purpose"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    purpose: Mapped[str]
    text_version: Mapped[str]
    is_given: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Referral(Base):
    """Who brought this account, bound at registration and never changed; the referrer is older."""

    __tablename__ = "referrals"
    __table_args__ = (CheckConstraint("referrer_id < account_id", name="referrer_is_older"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    referrer_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class SignInDelay(Base):
    """Failed tries under one key: the next is possible at `next_try_at`; never a lock-out.

    `key` is a sign-in name, or one with a device that has signed in under it before, so that
    strangers who guess do not slow the owner down.
    """

    __tablename__ = "sign_in_delays"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    failure_count: Mapped[int]
    next_try_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ResetLink(Base):
    """A one-time link issued by staff; only its SHA-256 is stored."""

    __tablename__ = "reset_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SecondFactor(Base):
    """The authenticator of an account that has a role.

    Its secret is stored nowhere: it is derived from `nonce` and the application's secret key.
    `last_step` is the last half minute whose code was used; no code works twice.
    """

    __tablename__ = "second_factors"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    nonce: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A one-time code that stands for a lost authenticator; only a keyed hash is stored."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Trace(Base):
    """Where a registration or a start came from; for integrity checks only, deleted on time."""

    __tablename__ = "traces"
    __table_args__ = (
        CheckConstraint("kind in ('register', 'start')", name="kind"),
        Index("ix_traces_account", "account_id"),
        UniqueConstraint("attempt_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    attempt_id: Mapped[int | None] = mapped_column(BigId)
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    address_prefix: Mapped[str] = mapped_column(String(45))
    device_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    delete_on: Mapped[date]
