"""The audit trail of staff, organiser and security acts: append-only and hash-chained."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class AuditEntry(Base):
    """One act. `digest` covers the entry and the previous entry's digest."""

    __tablename__ = "audit_entries"
    __table_args__ = (CheckConstraint("length(action) between 3 and 60", name="action"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_digest: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """The single row whose lock orders the chain."""

    __tablename__ = "audit_heads"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigId)
    digest: Mapped[str] = mapped_column(String(64))
