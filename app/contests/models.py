"""Contests, their rounds, and what scheduling freezes."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Contest(Base):
    """One contest. `policy` is contests.policy in JSON; `label` names a round ("tuần", "kỳ", "đợt").

    `incident_rule` is None while the text of contests.incident_wording applies.
    """

    __tablename__ = "contests"
    __table_args__ = (
        CheckConstraint("length(name) between 3 and 160", name="name"),
        CheckConstraint("length(rules_markdown) <= 40000", name="rules"),
        CheckConstraint("minimum_age between 6 and 100", name="minimum_age"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str]
    place: Mapped[str]
    organiser: Mapped[str]
    label: Mapped[str]
    series_code: Mapped[str] = mapped_column(ForeignKey("unit_series.code"))
    scope_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    minimum_age: Mapped[int]
    guardian_under_age: Mapped[int]
    shows_own_score: Mapped[bool]
    complaint_days: Mapped[int]
    rules_markdown: Mapped[str]
    incident_rule: Mapped[str | None]
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))

    rounds: Mapped[list["Round"]] = relationship(back_populates="contest", order_by="Round.number")


class Round(Base):
    """One week. `blueprint` is [{"topics": [code…], "level": 1–3, "count": n}]; `time_limit` in seconds."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        CheckConstraint("opens_at < closes_at", name="window"),
        CheckConstraint(
            "last_start_at is null or last_start_at between opens_at and closes_at", name="last_start"
        ),
        CheckConstraint("time_limit between 60 and 14400", name="time_limit"),
        CheckConstraint("attempt_limit is null or attempt_limit between 1 and 100", name="attempt_limit"),
        CheckConstraint("minimum_answered >= 1", name="minimum_answered"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    number: Mapped[int]
    title: Mapped[str]
    opens_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_start_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    time_limit: Mapped[int]
    attempt_limit: Mapped[int | None]
    minimum_answered: Mapped[int]
    shuffles_questions: Mapped[bool]
    shuffles_options: Mapped[bool]
    has_prediction: Mapped[bool]
    blueprint: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    scheduled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    scheduled_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    frozen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_revision: Mapped[int | None]
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    contest: Mapped[Contest] = relationship(back_populates="rounds")


class RoundPackage(Base):
    """What scheduling froze: seed, pool, blueprint, policy and their commitment; append-only.

    `pool` is [{"cell": index in the blueprint, "id": version id, "hash", "options": n, "pinned"}];
    `seed` is 64 hex digits and secret until the round closes.
    """

    __tablename__ = "round_packages"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    seed: Mapped[str] = mapped_column(String(64))
    pool: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    blueprint: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    commitment: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RoundKey(Base):
    """One version of a round's answer key; a correction is a new version; append-only.

    `answers` maps version id (text) to right letters in bank order; "*" gives the point to
    everybody who had the question (voided).
    """

    __tablename__ = "round_keys"
    __table_args__ = (CheckConstraint("proposed_by <> approved_by", name="second_person"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str]
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RoundExtension(Base):
    """An open round's closing time moved by a person, with the reason; append-only."""

    __tablename__ = "round_extensions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    old_closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    new_closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str]
    extended_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    extended_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CancellationProposal(Base):
    """Somebody asks to cancel a round, and perhaps to hold it again; append-only.

    `number` counts the round's proposals: the next one can only be written when the last is decided.
    """

    __tablename__ = "cancellation_proposals"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("id", "round_id", "proposed_by"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("length(reason) between 5 and 1000", name="reason"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    number: Mapped[int]
    reason: Mapped[str]
    holds_again: Mapped[bool]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RoundCancellation(Base):
    """What became of a proposal: confirmed by a second person, or dropped by anybody; append-only."""

    __tablename__ = "round_cancellations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["proposal_id", "round_id", "proposed_by"],
            [
                "cancellation_proposals.id",
                "cancellation_proposals.round_id",
                "cancellation_proposals.proposed_by",
            ],
        ),
        CheckConstraint("proposed_by <> decided_by or not is_confirmed", name="second_person"),
        Index(
            "uq_round_cancellations_confirmed",
            "round_id",
            unique=True,
            postgresql_where=text("is_confirmed"),
            sqlite_where=text("is_confirmed"),
        ),
    )

    proposal_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    is_confirmed: Mapped[bool]
    decided_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)
