"""Signals of integrity for people to look at, the attempts they are about, and what people decided."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Signal(Base):
    """Something in a round that a person should look at; never a verdict.

    `strength` sorts the queue (bits of evidence); `alike_people` of the round's `people` look the same
    by this measure alone. `evidence` has the numbers that wording.py writes about. `fingerprint` names
    the kind and the people, so that a second search finds the same case again.
    """

    __tablename__ = "signals"
    __table_args__ = (
        UniqueConstraint("round_id", "fingerprint"),
        CheckConstraint(
            "kind in ('speed', 'answers', 'cluster', 'predictions', 'winners', 'sign_ups', 'referrals')",
            name="kind",
        ),
        CheckConstraint("strength between 0 and 999", name="strength"),
        CheckConstraint("alike_people between 0 and people", name="alike_people"),
        Index("ix_signals_delete_on", "delete_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    kind: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(String(64))
    strength: Mapped[int]
    alike_people: Mapped[int]
    people: Mapped[int]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)
    delete_on: Mapped[date]


class SignalPerson(Base):
    """An attempt, with its person, that a signal is about."""

    __tablename__ = "signal_people"
    __table_args__ = (Index("ix_signal_people_enrolment", "enrolment_id"),)

    signal_id: Mapped[int] = mapped_column(ForeignKey("signals.id", ondelete="CASCADE"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))


class SignalReview(Base):
    """What a person decided about a signal, and why; append-only as long as its signal is kept."""

    __tablename__ = "signal_reviews"
    __table_args__ = (
        CheckConstraint("verdict in ('keep', 'void', 'not_ranked')", name="verdict"),
        CheckConstraint("length(reason) between 5 and 1000", name="reason"),
        Index("ix_signal_reviews_signal", "signal_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    signal_id: Mapped[int] = mapped_column(BigId)
    verdict: Mapped[str]
    people: Mapped[int]
    reason: Mapped[str]
    reviewed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    reviewed_at: Mapped[datetime] = mapped_column(UTCDateTime)
