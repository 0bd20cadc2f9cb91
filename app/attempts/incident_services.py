"""Cancel a round with the attempts that are open in it. Callers lock round and contest, and commit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from app.attempts.models import Attempt, Save
from app.contests.incident_services import confirm_cancellation
from app.contests.models import Round
from app.extensions import db


@dataclass(frozen=True)
class Cancelled:
    """`ended` attempts were open; `again` is the draft in which the round is held again."""

    ended: int
    again: Round | None


def cancel_round(found: Round, number: int, *, actor_id: int, now: datetime) -> Cancelled:
    """Confirm the round's proposal `number` and end its open attempts; every stored answer stays.

    A save that was acknowledged while this waited for its attempt's lock counts as before the end.
    Raises what confirm_cancellation raises.
    """
    still_open = (
        select(Attempt.id, Attempt.started_at, Attempt.deadline_at)
        .where(Attempt.round_id == found.id, Attempt.closed_at.is_(None), Attempt.accept_until >= now)
        .order_by(Attempt.id)
        .with_for_update(of=Attempt, key_share=True)
    )
    attempts = db.session.execute(still_open).all()
    query = select(func.max(Save.received_at)).where(Save.attempt_id.in_([row.id for row in attempts]))
    last_save = db.session.scalar(query) if attempts else None
    end = max(now, last_save) if last_save else now
    again = confirm_cancellation(found, number, actor_id=actor_id, now=end)
    if attempts:
        db.session.execute(
            update(Attempt),
            [
                {"id": row.id, "deadline_at": min(row.deadline_at, end), "accept_until": end}
                for row in attempts
            ],
        )
    return Cancelled(len(attempts), again)
