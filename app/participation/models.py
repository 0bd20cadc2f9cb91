"""How many took part, per unit and day: counted anew from the standings, never edited."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import UTCDateTime


class UnitTally(Base):
    """What one local day added to one unit (where the people are enrolled) in one round.

    `people` had their first valid attempt of the round on that day, `newcomers` their first of the
    contest, `people_all_correct` their first one without a mistake in the round. Sums over units and
    days of one round count nobody twice; over rounds only `newcomers` and `attempts` may be added.
    """

    __tablename__ = "unit_tallies"
    __table_args__ = (
        CheckConstraint(
            "attempts >= people and people >= newcomers and people_all_correct >= 0", name="counts"
        ),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    attempts: Mapped[int]
    people: Mapped[int]
    newcomers: Mapped[int]
    people_all_correct: Mapped[int]


class GroupTally(Base):
    """People of one unit in one round by age band and gender ("" when not said)."""

    __tablename__ = "group_tallies"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    age_band: Mapped[str] = mapped_column(primary_key=True)
    gender: Mapped[str] = mapped_column(primary_key=True)
    people: Mapped[int]


class TallyState(Base):
    """When a round was last counted, and the mark of what was counted: the same mark needs no new count."""

    __tablename__ = "tally_states"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    mark: Mapped[str]
    tallied_at: Mapped[datetime] = mapped_column(UTCDateTime)
