"""Reports as they were made, and how a unit wants its reports."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Report(Base):
    """A report of one unit about one round, or about the whole contest (`round_id` None); append-only.

    `figures` is report_rules.Figures in JSON, as it stood at `made_at`; the files hold the same. `asked_by`
    is None for one that the timetable or a command made.
    """

    __tablename__ = "reports"
    __table_args__ = (Index("ix_reports_place", "contest_id", "unit_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    docx_sha256: Mapped[str] = mapped_column(ForeignKey("files.sha256"))
    xlsx_sha256: Mapped[str] = mapped_column(ForeignKey("files.sha256"))


class ReportSetting(Base):
    """What stands at the head and foot of a unit's reports, and whether one is made on Monday mornings.

    `done_for` is the Monday for which that was last done, or from which it waits for the next.
    """

    __tablename__ = "report_settings"
    __table_args__ = (
        CheckConstraint("length(agency) between 2 and 160", name="agency"),
        CheckConstraint("length(superior) <= 160", name="superior"),
        CheckConstraint("length(place) between 2 and 80", name="place"),
        CheckConstraint("length(signer_title) <= 120", name="signer_title"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    agency: Mapped[str]
    superior: Mapped[str]
    place: Mapped[str]
    signer_title: Mapped[str]
    is_weekly: Mapped[bool]
    done_for: Mapped[date]
    saved_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
