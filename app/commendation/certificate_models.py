"""Certificates of participation: what each one says, and the paper that was made of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Certificate(Base):
    """What a person's certificate for one contest says: asked for again, the same facts give the same code.

    `facts` is certificate_rules.Facts in JSON and `digest` its SHA-256. `sha256` names the PDF once a job
    has made it; `problem` says in Vietnamese why this machine could not.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("contest_id", "account_id", "digest"),
        CheckConstraint("length(code) = 12", name="code"),
        CheckConstraint("sha256 is null or problem is null", name="made_or_not"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("files.sha256"))
    problem: Mapped[str | None]
