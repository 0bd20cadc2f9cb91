"""What staff see beside a name: earlier rounds taken, and the last reminder."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.accounts.models import Account
from app.contests.models import Round
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db
from app.participation.reminder_models import Reminder
from app.ranking.models import Standing


@dataclass(frozen=True)
class LastReminder:
    """The newest reminder of a person in a round; `count` says how many there were."""

    at: datetime
    channel: str
    by: str
    count: int


def rounds_taken(account_ids: Collection[int], rounds: Sequence[Round]) -> dict[int, set[int]]:
    """Account id → ids of those rounds in which the person has a valid attempt, merged accounts included."""
    merges = select(AccountMerge.absorbed_id, AccountMerge.kept_id).where(
        AccountMerge.kept_id.in_(account_ids), AccountMerge.undone_at.is_(None)
    )
    kept = {absorbed: account_id for absorbed, account_id in db.session.execute(merges)}
    query = (
        select(Enrolment.account_id, Standing.round_id)
        .join(Standing, Standing.enrolment_id == Enrolment.id)
        .where(
            Enrolment.contest_id.in_({found.contest_id for found in rounds}),
            Enrolment.account_id.in_([*account_ids, *kept]),
            Standing.round_id.in_([found.id for found in rounds]),
        )
    )
    taken: dict[int, set[int]] = {}
    for account_id, round_id in db.session.execute(query):
        taken.setdefault(kept.get(account_id, account_id), set()).add(round_id)
    return taken


def last_reminders(found: Round, account_ids: Collection[int]) -> dict[int, LastReminder]:
    """Account id → the newest reminder of this round."""
    newest = (
        select(func.max(Reminder.id).label("id"), func.count().label("count"))
        .where(Reminder.round_id == found.id, Reminder.account_id.in_(account_ids))
        .group_by(Reminder.account_id)
        .subquery()
    )
    query = (
        select(Reminder.account_id, Reminder.at, Reminder.channel, Account.full_name, newest.c.count)
        .join(newest, newest.c.id == Reminder.id)
        .join(Account, Account.id == Reminder.reminded_by)
    )
    return {account_id: LastReminder(*values) for account_id, *values in db.session.execute(query)}
