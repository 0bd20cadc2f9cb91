"""Set how a contest weighs the measures of its collective board. Callers commit."""

from dataclasses import asdict
from datetime import datetime

from app.audit.rules import changes_between
from app.audit.services import record
from app.contests.models import Contest
from app.extensions import db
from app.participation.board_models import BoardWeights
from app.participation.board_queries import weights_at
from app.participation.board_rules import Weights, check_weights


def set_weights(contest: Contest, weights: Weights, *, actor_id: int, now: datetime) -> BoardWeights:
    """Holds for the rounds that close from now on. Raises WrongWeights."""
    check_weights(weights)
    before = weights_at(contest.id, now)
    row = BoardWeights(contest_id=contest.id, set_by=actor_id, set_at=now, **asdict(weights))
    db.session.add(row)
    db.session.flush()
    record(
        "contests.weights_set",
        actor_id=actor_id,
        subject=f"contest:{contest.id}",
        now=now,
        changes=changes_between(asdict(before) if before else {}, asdict(weights)),
    )
    return row
