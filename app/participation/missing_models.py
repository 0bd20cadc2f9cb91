"""How many people each unit could bring, counted anew every few minutes, never edited."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import UTCDateTime


class Population(Base):
    """Accounts that belong to one unit in one contest and may take part; see missing_statements.

    Large subtrees are counted and leafed through by it; small ones are counted as they are.
    """

    __tablename__ = "populations"
    __table_args__ = (CheckConstraint("people >= 1", name="people"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    people: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(UTCDateTime)
