"""Note who was reminded of a round. Callers commit."""

from collections.abc import Sequence
from datetime import datetime

from app.audit.services import record
from app.contests.models import Round
from app.participation.missing_rules import Channel
from app.participation.reminder_models import Reminder
from app.sql import insert_many
from app.units.models import Unit

COLUMNS = ("round_id", "account_id", "reminded_by", "at", "channel")


def note_reminders(
    found: Round, unit: Unit, account_ids: Sequence[int], channel: Channel, *, actor_id: int, now: datetime
) -> None:
    """One reminder for each person, by the same channel."""
    insert_many(
        Reminder, COLUMNS, [(found.id, account_id, actor_id, now, channel) for account_id in account_ids]
    )
    record(
        "participation.reminded",
        actor_id=actor_id,
        subject=f"round:{found.id}",
        now=now,
        unit=unit.id,
        channel=str(channel),
        people=len(account_ids),
    )
