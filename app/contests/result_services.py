"""What ranking tells a round about its result. Callers hold the round's row lock, audit and commit."""

from datetime import datetime

from app.contests.models import Round


def mark_frozen(found: Round, *, at: datetime) -> None:
    """The round's figures were fixed at this moment (again, after a decision)."""
    found.frozen_at = at


def mark_published(found: Round, revision: int) -> None:
    """This revision is the official one; earlier ones stay served."""
    found.published_revision = revision
