"""What organisers add around a result: proposed key corrections, substitutes kept, signed decisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class KeyProposal(Base):
    """Other right letters for one question of a closed round, proposed by one person, decided by another.

    `number` counts within the round; `letters` are in bank order, "*" voids the question;
    `base_version` is the key version that the preview was computed against. `preview` is what
    key_preview_services.preview_of returns, None until the job has run. `key_version` is the version that
    an approval appended. A withdrawn proposal was taken back by who made it.
    """

    __tablename__ = "key_proposals"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("proposed_by <> decided_by", name="second_person"),
        CheckConstraint("outcome in ('approved', 'refused', 'withdrawn')", name="outcome"),
        CheckConstraint("(outcome is null) = (decided_at is null)", name="decided"),
        CheckConstraint(
            "(decided_by is not null) = (coalesce(outcome, 'withdrawn') <> 'withdrawn')", name="decider"
        ),
        CheckConstraint("(coalesce(outcome, '') = 'approved') = (key_version is not null)", name="approval"),
        CheckConstraint("length(reason) between 5 and 500", name="reason"),
        CheckConstraint("length(ground) between 5 and 400", name="ground"),
        Index(
            "uq_key_proposals_open",
            "round_id",
            "version_id",
            unique=True,
            postgresql_where=text("outcome IS NULL"),
            sqlite_where=text("outcome IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    number: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("question_versions.id"))
    letters: Mapped[str]
    reason: Mapped[str]
    ground: Mapped[str]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    base_version: Mapped[int]
    preview: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    previewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decision_reason: Mapped[str | None]
    key_version: Mapped[int | None]


class SubstituteCount(Base):
    """How many people a league keeps in reserve behind its prizes; chosen before publication."""

    __tablename__ = "substitute_counts"
    __table_args__ = (CheckConstraint("people between 0 and 50", name="people"),)

    freeze_id: Mapped[int] = mapped_column(ForeignKey("freezes.id"), primary_key=True, autoincrement=False)
    people: Mapped[int]
    chosen_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    chosen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SignedDecision(Base):
    """The decision on paper that a revision was attached to; a correction is a later row; append-only."""

    __tablename__ = "signed_decisions"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "revision_number"], ["revisions.round_id", "revisions.number"]),
        CheckConstraint("length(decision_no) between 1 and 60", name="decision_no"),
        CheckConstraint("length(signer_title) between 3 and 120", name="signer_title"),
        CheckConstraint("length(reason) between 5 and 1000", name="reason"),
        Index("ix_signed_decisions_revision", "round_id", "revision_number"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    round_id: Mapped[int] = mapped_column(BigId)
    revision_number: Mapped[int]
    decision_no: Mapped[str]
    signed_on: Mapped[date]
    signer_title: Mapped[str]
    reason: Mapped[str | None]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
