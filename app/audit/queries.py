"""Read the audit trail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.audit.models import AuditEntry, AuditHead
from app.audit.services import GENESIS, entry_digest
from app.extensions import db

BATCH = 5_000


@dataclass(frozen=True)
class Chain:
    """How far the trail holds: `count` sound entries, the last one's digest, the first broken one."""

    count: int
    digest: str
    broken_at: int | None


def get_head() -> AuditHead:
    """The trail's last entry by number and digest."""
    return db.session.scalars(select(AuditHead)).one()


def check_chain() -> Chain:
    """Compute every digest again, from the first entry on; a missing last entry counts as broken."""
    previous, count, broken_at = GENESIS, 0, None
    for entry in _all_entries():
        chained = entry.id == count + 1 and entry.previous_digest == previous
        if broken_at is None and not (chained and entry.digest == entry_digest(entry)):
            broken_at = count + 1
        if broken_at is None:
            previous, count = entry.digest, count + 1
    head = get_head()
    is_whole = (head.entry_id, head.digest) == (count, previous)
    return Chain(count, previous, None if is_whole else broken_at or count + 1)


def _all_entries() -> Iterator[AuditEntry]:
    """In order, a batch at a time: pages read outside transactions, where a cursor cannot stay open."""
    last_id = -1
    while True:
        query = select(AuditEntry).where(AuditEntry.id > last_id).order_by(AuditEntry.id).limit(BATCH)
        batch = db.session.scalars(query).all()
        yield from batch
        if len(batch) < BATCH:
            return
        last_id = batch[-1].id


def entries_about(subject: str) -> Sequence[AuditEntry]:
    return db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
    ).all()


def recent_entries(limit: int = 100, before_id: int | None = None) -> Sequence[AuditEntry]:
    """The newest entries first, at most `limit`."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    return db.session.scalars(query.where(AuditEntry.id < before_id) if before_id else query).all()
