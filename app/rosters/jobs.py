"""Periodic tidying: lists that nobody confirmed, PDFs with links."""

from app import clock
from app.extensions import db
from app.rosters import import_services, slip_services


def forget_old_lists() -> int:
    """Delete what was to be kept for a day; how many lists and PDFs went. Commits."""
    now = clock.now()
    count = import_services.forget_unconfirmed(now=now) + slip_services.forget_old_pdfs(now=now)
    db.session.commit()
    return count
