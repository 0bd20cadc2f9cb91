"""Write the audit trail, in the transaction of the act itself."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from app.audit.models import AuditEntry, AuditHead
from app.extensions import db

GENESIS = "0" * 64


def record(action: str, *, actor_id: int | None, subject: str, now: datetime, **details: Any) -> None:
    """Append one entry. `subject` is "kind:id"; `details` must be JSON values without personal data."""
    head = db.session.scalars(select(AuditHead).where(AuditHead.id == 1).with_for_update()).one()
    entry = AuditEntry(
        id=head.entry_id + 1,
        at=now,
        actor_id=actor_id,
        action=action,
        subject=subject,
        details=details,
        previous_digest=head.digest,
    )
    entry.digest = entry_digest(entry)
    db.session.add(entry)
    head.entry_id, head.digest = entry.id, entry.digest
    db.session.flush()


def entry_digest(entry: AuditEntry) -> str:
    """SHA-256 over the previous digest and the entry's canonical JSON, in hex."""
    content = json.dumps(
        [
            entry.id,
            entry.at.astimezone(UTC).isoformat(),
            entry.actor_id,
            entry.action,
            entry.subject,
            entry.details,
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(f"{entry.previous_digest}{content}".encode()).hexdigest()
