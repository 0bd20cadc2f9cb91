"""How many people a unit has and is asked to bring: declared, decided by a second person, never edited."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Headcount(Base):
    """A declaration: the unit has `people` người from the day `valid_from` on; append-only.

    It counts once approved. `source` is "form", or the SHA-256 of the spreadsheet it came with.
    """

    __tablename__ = "headcounts"
    __table_args__ = (
        CheckConstraint("people between 1 and 10000000", name="people"),
        CheckConstraint("length(note) <= 200", name="note"),
        CheckConstraint("source = 'form' or length(source) = 64", name="source"),
        UniqueConstraint("id", "declared_by"),
        Index("ix_headcounts_unit", "unit_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    people: Mapped[int]
    valid_from: Mapped[date]
    note: Mapped[str]
    source: Mapped[str]
    declared_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    declared_at: Mapped[datetime] = mapped_column(UTCDateTime)


class HeadcountDecision(Base):
    """What became of a declaration: approved by a second person, or refused with a reason; append-only."""

    __tablename__ = "headcount_decisions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["headcount_id", "declared_by"],
            ["headcounts.id", "headcounts.declared_by"],
        ),
        CheckConstraint("declared_by <> decided_by or not is_approved", name="second_person"),
        CheckConstraint("is_approved or length(reason) between 5 and 500", name="reason"),
    )

    headcount_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    declared_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    is_approved: Mapped[bool]
    reason: Mapped[str]
    decided_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Target(Base):
    """The chỉ tiêu of a unit in one contest: người each week; append-only, the newest holds.

    `people` None lifts the target.
    """

    __tablename__ = "targets"
    __table_args__ = (
        CheckConstraint("people between 1 and 10000000", name="people"),
        Index("ix_targets_contest", "contest_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    people: Mapped[int | None]
    set_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
