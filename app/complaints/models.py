"""Complaints about published results: who, about what, everything that was written, and the decision."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Complaint(Base):
    """One complaint about one's own attempt, against a published revision; numbered within the round.

    The text of the complaint is its first event. `asked_at` stands while the citizen is asked something.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("id", "account_id"),
        Index(
            "uq_complaints_one_open",
            "account_id",
            "round_id",
            "subject",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint(
            "subject in ('score', 'question', 'ranking', 'prize', 'technical', 'other')", name="subject"
        ),
        CheckConstraint("question_position between 1 and 200", name="question_position"),
        CheckConstraint("(taken_at is null) = (taken_by is null)", name="taken"),
        CheckConstraint("taken_by <> account_id", name="taken_by_another"),
        CheckConstraint("(closed_at is null) = (outcome is null)", name="closed"),
        CheckConstraint("closed_at is null or asked_at is null", name="nothing_asked_when_closed"),
        CheckConstraint("outcome in ('accepted', 'partly', 'refused', 'withdrawn')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    number: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    revision: Mapped[int]
    subject: Mapped[str]
    question_position: Mapped[int | None]
    filed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_on: Mapped[date]
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None]


class ComplaintEvent(Base):
    """Something that happened to a complaint, oldest first by id; append-only.

    `filed`, `added` and `withdrawn` are the citizen's, the others the committee's.
    """

    __tablename__ = "complaint_events"
    __table_args__ = (
        Index("ix_complaint_events_complaint", "complaint_id", "id"),
        CheckConstraint(
            "kind in ('filed', 'added', 'withdrawn', 'taken', 'asked', 'told', 'decided')", name="kind"
        ),
        CheckConstraint("length(text) <= 3000", name="text"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    kind: Mapped[str]
    text: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ComplaintDecision(Base):
    """How a complaint ended; append-only. `revision` is the published one when it was decided.

    `account_id` repeats the complainant, so that the database itself refuses who decides their own.
    `decision_id` is the decision about the attempt or person that was made or undone with it.
    """

    __tablename__ = "complaint_decisions"
    __table_args__ = (
        ForeignKeyConstraint(["complaint_id", "account_id"], ["complaints.id", "complaints.account_id"]),
        CheckConstraint("decided_by <> account_id", name="decided_by_another"),
        CheckConstraint("outcome in ('accepted', 'partly', 'refused')", name="outcome"),
        CheckConstraint("effect in ('none', 'void', 'undo', 'key', 'revision')", name="effect"),
        CheckConstraint("outcome <> 'refused' or effect = 'none'", name="refused_changes_nothing"),
        CheckConstraint("(effect in ('void', 'undo')) = (decision_id is not null)", name="decision"),
        CheckConstraint("length(text) between 10 and 3000", name="text"),
        CheckConstraint("length(ground) between 5 and 1000", name="ground"),
    )

    complaint_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigId)
    outcome: Mapped[str]
    text: Mapped[str]
    ground: Mapped[str]
    effect: Mapped[str]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    revision: Mapped[int]
    decided_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)
