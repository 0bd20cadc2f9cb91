"""Lists of a unit that were read, accounts they made, slips with one-time links, who was helped by whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class RosterImport(Base):
    """One uploaded list of a unit's people. `rows` is what reading it gave (import_rules.rows_to_json).

    Rows are personal data: they are kept until the list is confirmed, a day at most, then only `counts`
    and the file's digest are left. Undone: the accounts that it made are gone.
    """

    __tablename__ = "roster_imports"
    __table_args__ = (
        CheckConstraint("undone_at is null or confirmed_at is not null", name="undo"),
        CheckConstraint("(confirmed_at is null) = (counts is null)", name="confirmation"),
        CheckConstraint("(confirmed_at is null) = (rows is not null)", name="rows"),
        Index("ix_roster_imports_place", "contest_id", "unit_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str]
    file_sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    counts: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RosterMember(Base):
    """An account that a list names: `is_new` when the list made it, else it was registered before."""

    __tablename__ = "roster_members"

    import_id: Mapped[int] = mapped_column(ForeignKey("roster_imports.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)
    row_number: Mapped[int]
    is_new: Mapped[bool]


class SlipSheet(Base):
    """Printed slips, each with a one-time link, asked for by one person; the PDF is kept for a day.

    `account_ids` in the order of printing. `problem` says why there is no PDF.
    """

    __tablename__ = "slip_sheets"
    __table_args__ = (
        CheckConstraint("pdf_sha256 is null or made_at is not null", name="made"),
        Index("ix_slip_sheets_place", "contest_id", "unit_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    account_ids: Mapped[list[int]] = mapped_column(JSON)
    asked_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    links_end_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pdf_sha256: Mapped[str | None] = mapped_column(ForeignKey("files.sha256"))
    problem: Mapped[str | None]


class AssistedSignUp(Base):
    """Somebody without a phone of their own was signed up: by whom, at whose request, consent given how.

    Append-only.
    """

    __tablename__ = "assisted_sign_ups"
    __table_args__ = (
        CheckConstraint("consent_way in ('read_aloud', 'on_paper')", name="consent_way"),
        CheckConstraint("length(asked_by) between 2 and 160", name="asked_by"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    helper_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_by: Mapped[str]
    consent_way: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
