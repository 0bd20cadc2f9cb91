"""Keep the populations up with registrations: an entry of the timetable, which commits."""

from datetime import timedelta

from app import clock
from app.contests.queries import all_contests, held_rounds, public_rounds_of
from app.extensions import db
from app.participation.missing_services import count_populations

# A contest is counted from the first opening until this long after its last round has closed.
COUNTED_AFTER = timedelta(days=7)


def refresh_populations() -> int:
    """Count the people of every contest that runs; returns how many contests."""
    count = 0
    for contest in all_contests():
        rounds = held_rounds(public_rounds_of(contest))
        now = clock.now()
        opens_at = min((found.opens_at for found in rounds), default=now)
        closes_at = max((found.closes_at for found in rounds), default=now)
        if opens_at < now < closes_at + COUNTED_AFTER:
            count_populations(contest, now=now)
            db.session.commit()
            count += 1
    return count
