"""Question files that were read, what was brought in from them, and what was taken out again."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class QuestionImport(Base):
    """One file and the defaults that were chosen for it.

    `read_sha256` is what reading it gave, as JSON. Once confirmed, `counts` has what it did to the bank
    and `brought` the ids of its versions; once undone, `kept` the keys of questions that stayed.
    """

    __tablename__ = "question_imports"
    __table_args__ = (
        CheckConstraint("undone_at is null or confirmed_at is not null", name="undo"),
        CheckConstraint("(confirmed_at is null) = (counts is null)", name="confirmation"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_sha256: Mapped[str] = mapped_column(ForeignKey("files.sha256"))
    read_sha256: Mapped[str] = mapped_column(ForeignKey("files.sha256"))
    name: Mapped[str]
    format: Mapped[str]
    defaults: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    counts: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    brought: Mapped[list[int]] = mapped_column(JSON)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    kept: Mapped[list[str]] = mapped_column(JSON)
