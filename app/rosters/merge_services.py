"""Take two accounts of one person as one, when nothing is under way. Callers commit."""

from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Account
from app.attempts.models import Attempt
from app.enrolments import transfer_services
from app.enrolments.transfer_models import AccountMerge
from app.errors import DomainError
from app.extensions import db


class AttemptOpen(DomainError):
    message = "Tài khoản sẽ khoá đang có bài làm dở nên chưa gộp được."
    safe = "Bài đang làm vẫn còn nguyên."
    todo = "Bạn chờ người đó nộp bài hoặc hết giờ rồi gộp lại."


def merge_people(
    kept: Account, absorbed: Account, *, reason: str, actor_id: int, now: datetime
) -> AccountMerge:
    """The caller holds both (transfer_services.hold_people), and has read the clock after that.

    Raises AttemptOpen and the refusals of enrolments.transfer_rules.
    """
    open_one = select(Attempt.id).where(Attempt.account_id == absorbed.id, Attempt.closed_at.is_(None))
    if db.session.scalars(open_one.limit(1)).first() is not None:
        raise AttemptOpen
    return transfer_services.merge_accounts(kept, absorbed, reason=reason, actor_id=actor_id, now=now)
