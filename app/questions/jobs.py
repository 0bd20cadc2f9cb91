"""Periodic tidying of what was read and never brought in."""

from app import clock
from app.extensions import db
from app.questions import import_services


def forget_unconfirmed_imports() -> int:
    """Delete files that were looked at and left; how many. Commits."""
    count = import_services.forget_unconfirmed(now=clock.now())
    db.session.commit()
    return count
