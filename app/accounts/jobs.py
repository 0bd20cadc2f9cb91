"""Periodic tidying: what has run out is forgotten."""

from app import clock
from app.accounts import services
from app.extensions import db


def forget_old_sessions() -> int:
    """Delete old sessions, links and delays, and traces on their day; how many rows went. Commits."""
    count = services.forget_old_rows(now=clock.now())
    db.session.commit()
    return count
