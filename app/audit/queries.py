"""Read the audit trail."""

from collections.abc import Sequence

from sqlalchemy import select

from app.audit.models import AuditEntry
from app.extensions import db


def entries_about(subject: str) -> Sequence[AuditEntry]:
    return db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
    ).all()


def recent_entries(limit: int = 100, before_id: int | None = None) -> Sequence[AuditEntry]:
    """The newest entries first, at most `limit`."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    return db.session.scalars(query.where(AuditEntry.id < before_id) if before_id else query).all()
