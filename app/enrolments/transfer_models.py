"""Staff put people right: another unit from now on, or two accounts of one person taken as one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class UnitMove(Base):
    """An enrolment that went from one unit to another; rounds that had closed by `at` stay with the old one.

    Append-only: a move back is another move.
    """

    __tablename__ = "unit_moves"
    __table_args__ = (
        CheckConstraint("from_unit_id <> to_unit_id", name="units"),
        Index("ix_unit_moves_enrolment", "enrolment_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    to_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    reason: Mapped[str]
    moved_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class AccountMerge(Base):
    """Two accounts of one person: `absorbed_id` is locked and not ranked, and counts as `kept_id`.

    What each account did stays where it is. One merge at a time holds for an absorbed account;
    undoing it sets `undone_at` and gives the account back.
    """

    __tablename__ = "account_merges"
    __table_args__ = (
        CheckConstraint("kept_id <> absorbed_id", name="two_accounts"),
        Index(
            "uq_account_merges_absorbed",
            "absorbed_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
            sqlite_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    absorbed_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[str]
    merged_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    merged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undo_reason: Mapped[str | None]
