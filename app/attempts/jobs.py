"""The sweeper: stores what time has already decided."""

import structlog

from app import clock
from app.attempts import queries, services
from app.extensions import db

log = structlog.get_logger()
BATCH = 500


def close_overdue_attempts() -> int:
    """Close attempts whose grace has passed, one transaction each; returns how many."""
    count = 0
    while attempt_ids := queries.overdue_attempt_ids(clock.now(), BATCH):
        db.session.commit()
        for attempt_id in attempt_ids:
            services.close_overdue(attempt_id, now=clock.now())
            db.session.commit()
            count += 1
    if count:
        log.info("attempts_closed", count=count)
    return count
