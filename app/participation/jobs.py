"""Entries of the timetable, which commit: tallies kept up with the live standings, Monday reports."""

from app import clock
from app.extensions import db
from app.participation import mark_queries, report_services, tally_services


def refresh_tallies() -> int:
    """Count every round anew whose standings changed since it was counted; returns how many."""
    count = 0
    for contest in mark_queries.contests_with_standings():
        for found in mark_queries.rounds_to_count(contest):
            tally_services.tally_round(found, clock.now())
            db.session.commit()
            count += 1
    return count


def request_due_reports() -> int:
    """Ask for the reports that units want on Monday mornings; returns how many."""
    count = report_services.request_due_reports(clock.now())
    db.session.commit()
    return count
