"""Write, claim and finish jobs. Redis only rings the doorbell."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from app.extensions import db
from app.jobs.models import Job, TimetableEntry

LEASE = timedelta(minutes=10)
MAX_TRIES = 3


def request_job(kind: str, key: str, payload: dict[str, Any], *, now: datetime) -> Job:
    """Write the job in the caller's transaction; a finished or failed one of the same key runs again."""
    job = db.session.scalars(select(Job).filter_by(kind=kind, key=key).with_for_update()).one_or_none()
    if job is None:
        job = Job(kind=kind, key=key, payload=payload, created_at=now, tries=0)
        db.session.add(job)
    elif job.done_at is not None or job.tries >= MAX_TRIES:
        job.payload, job.created_at, job.tries, job.error = payload, now, 0, None
        job.lease_until, job.done_at = None, None
    db.session.flush()
    return job


def claim_job(now: datetime) -> Job | None:
    """Take the oldest waiting job under a lease, or None. The caller commits before working."""
    waiting = (
        select(Job)
        .where(
            Job.done_at.is_(None),
            Job.tries < MAX_TRIES,
            or_(Job.lease_until.is_(None), Job.lease_until < now),
        )
        .order_by(Job.created_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = db.session.scalars(waiting).one_or_none()
    if job is not None:
        job.lease_until, job.tries = now + LEASE, job.tries + 1
    return job


def finish_job(job_id: int, *, now: datetime) -> None:
    db.session.execute(update(Job).where(Job.id == job_id).values(done_at=now, lease_until=None, error=None))


def fail_job(job_id: int, error: str) -> None:
    """Free the job for another try; after MAX_TRIES it stays, with its error, for a person."""
    db.session.execute(update(Job).where(Job.id == job_id).values(lease_until=None, error=error[:500]))


def claim_entry(name: str, every: timedelta, *, now: datetime) -> bool:
    """Take a due timetable entry; False when it is not due or somebody else has it."""
    entry = db.session.get(TimetableEntry, name, with_for_update=True)
    if entry is None:
        db.session.add(TimetableEntry(name=name, next_at=now + every, lease_until=now + LEASE))
        db.session.flush()
        return True
    if entry.next_at > now or (entry.lease_until is not None and entry.lease_until > now):
        return False
    entry.next_at, entry.lease_until = now + every, now + LEASE
    return True


def release_entry(name: str) -> None:
    db.session.execute(update(TimetableEntry).where(TimetableEntry.name == name).values(lease_until=None))
