"""Keep the tallies up with the live standings: an entry of the timetable, which commits."""

from app import clock
from app.extensions import db
from app.participation import mark_queries, tally_services


def refresh_tallies() -> int:
    """Count every round anew whose standings changed since it was counted; returns how many."""
    count = 0
    for contest in mark_queries.contests_with_standings():
        for found in mark_queries.rounds_to_count(contest):
            tally_services.tally_round(found, clock.now())
            db.session.commit()
            count += 1
    return count
