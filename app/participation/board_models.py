"""How a contest weighs the measures of its collective board."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class BoardWeights(Base):
    """Percents of the four measures; append-only: the newest set before a round closes holds for it."""

    __tablename__ = "board_weights"
    __table_args__ = (
        CheckConstraint("people + attempts + rate + winners = 100", name="sum"),
        CheckConstraint("people >= 0 and attempts >= 0 and rate >= 0 and winners >= 0", name="parts"),
        CheckConstraint("minimum_headcount between 1 and 100000", name="minimum_headcount"),
        Index("ix_board_weights_contest", "contest_id", "set_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    people: Mapped[int]
    attempts: Mapped[int]
    rate: Mapped[int]
    winners: Mapped[int]
    minimum_headcount: Mapped[int]
    set_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
