"""The rounds that a calendar shows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.contests.models import Round
from app.contests.queries import in_scope
from app.extensions import db
from app.permissions import Grant, Permission


def rounds_between(
    grants: tuple[Grant, ...], permission: Permission, window: tuple[datetime, datetime]
) -> Sequence[Round]:
    """Rounds in the actor's scope, drafts too, whose window meets this one; with their contests."""
    query = (
        select(Round)
        .join(Round.contest)
        .where(in_scope(grants, permission), Round.opens_at < window[1], Round.closes_at >= window[0])
        .order_by(Round.opens_at, Round.id)
        .options(contains_eager(Round.contest))
    )
    return db.session.scalars(query).all()
