"""Who was reminded of a round, how and by whom."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Reminder(Base):
    """One person reminded once of one round; append-only, several may follow each other."""

    __tablename__ = "reminders"
    __table_args__ = (
        CheckConstraint("channel in ('zalo', 'phone', 'in_person')", name="channel"),
        Index("ix_reminders_round", "round_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    reminded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    channel: Mapped[str]
