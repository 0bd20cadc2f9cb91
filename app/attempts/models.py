"""Attempts and the append-only log of their saves."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Attempt(Base):
    """One sitting of one paper.

    `paper` is "version:order version:order …", `order` the bank indexes (0–3) of the displayed
    options; `offered` holds the number of options at each position. `answers` is the folded
    saves in canonical form ("1B 3AC"), written when the attempt closes. `closed_at` is when the
    row was closed, `finished_at` when the contestant's time ended.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("account_id", "round_id", "number"),
        Index(
            "uq_attempts_one_open",
            "account_id",
            "round_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_attempts_open",
            "accept_until",
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_attempts_not_tallied",
            "id",
            postgresql_where=text("closed_at IS NOT NULL AND tallied_at IS NULL"),
            sqlite_where=text("closed_at IS NOT NULL AND tallied_at IS NULL"),
        ),
        Index("ix_attempts_round", "round_id"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("started_at <= deadline_at and deadline_at <= accept_until", name="times"),
        CheckConstraint("(closed_at is null) = (score is null)", name="score_when_closed"),
        CheckConstraint("(closed_at is null) = (digest is null)", name="digest_when_closed"),
        CheckConstraint("score between 0 and length(offered)", name="score"),
        CheckConstraint("finished_at <= deadline_at", name="finished"),
        CheckConstraint("prediction between 0 and 99999999", name="prediction"),
        CheckConstraint("close_reason in ('submitted', 'timer', 'sweep')", name="close_reason"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    number: Mapped[int]
    receipt_code: Mapped[str] = mapped_column(String(20), unique=True)
    paper: Mapped[str]
    offered: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    deadline_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accept_until: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    close_reason: Mapped[str | None]
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answers: Mapped[str | None]
    answered_count: Mapped[int | None]
    prediction: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    key_version: Mapped[int | None]
    score: Mapped[int | None]
    tallied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Save(Base):
    """One acknowledged save; append-only. `answers` is canonical ("3B 5AC"); `seq` orders all saves."""

    __tablename__ = "saves"
    __table_args__ = (
        UniqueConstraint("attempt_id", "save_id"),
        CheckConstraint("length(answers) <= 1000", name="answers"),
        CheckConstraint("prediction between 0 and 99999999", name="prediction"),
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    save_id: Mapped[str] = mapped_column(String(32))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answers: Mapped[str]
    prediction: Mapped[int | None]
