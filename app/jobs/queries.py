"""Read the jobs that were asked for."""

from datetime import datetime

from sqlalchemy import select

from app.extensions import db
from app.jobs.models import Job
from app.jobs.services import MAX_TRIES


def find_job(kind: str, key: str) -> Job | None:
    return db.session.scalars(select(Job).filter_by(kind=kind, key=key)).one_or_none()


def has_given_up(job: Job, now: datetime) -> bool:
    """Did it fail as often as it may, so that nothing comes of it by itself?"""
    is_running = job.lease_until is not None and job.lease_until >= now
    return job.done_at is None and job.tries >= MAX_TRIES and not is_running
