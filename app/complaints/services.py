"""What citizens do: file, add, withdraw. Callers commit."""

import secrets
from datetime import datetime

from app.attempts.models import Attempt
from app.complaints import queries, rules
from app.complaints.models import Complaint, ComplaintEvent
from app.contests.models import Round
from app.extensions import db
from app.sql import insert_new


def file_complaint(
    found: Round, attempt: Attempt, *, subject: rules.Subject, position: int | None, text: str, now: datetime
) -> Complaint:
    """File a complaint about one's own attempt; the caller has locked the round.

    `position` is the question's number on the person's own paper. Raises NotPublished, WindowClosed,
    AlreadyOpen, TooMany.
    """
    rules.check_window(queries.find_window(found), now)
    if queries.find_open(attempt.account_id, found.id, subject) is not None:
        raise rules.AlreadyOpen
    if queries.count_own(attempt.account_id, found.id) >= rules.MOST_OF_A_ROUND:
        raise rules.TooMany
    filed = now.replace(microsecond=0)
    values = {
        "public_id": secrets.token_hex(16),
        "round_id": found.id,
        "number": queries.last_number(found.id) + 1,
        "account_id": attempt.account_id,
        "attempt_id": attempt.id,
        "revision": found.published_revision,
        "subject": str(subject),
        "question_position": position,
        "filed_at": filed,
        "due_on": rules.due_on(filed),
    }
    if not db.session.scalars(insert_new(Complaint, values).returning(Complaint.id)).all():
        raise rules.AlreadyOpen
    complaint = queries.get_own_complaint(attempt.account_id, str(values["public_id"]))
    add_event(complaint, rules.EventKind.FILED, text, author_id=attempt.account_id, now=filed)
    return complaint


def add_message(complaint: Complaint, text: str, *, now: datetime) -> None:
    """Add to one's own open complaint, or answer what the committee asked; the caller has locked it.

    Raises AlreadyClosed, TooManyMessages.
    """
    _check_open(complaint)
    kinds = [rules.EventKind(event.kind) for event in queries.events_of(complaint)]
    if not rules.may_write_more(kinds):
        raise rules.TooManyMessages
    complaint.asked_at = None
    add_event(complaint, rules.EventKind.ADDED, text, author_id=complaint.account_id, now=now)


def withdraw(complaint: Complaint, *, now: datetime) -> None:
    """Take one's own complaint back; the caller has locked it. Raises AlreadyClosed."""
    _check_open(complaint)
    complaint.asked_at, complaint.closed_at = None, now
    complaint.outcome = str(rules.Outcome.WITHDRAWN)
    add_event(complaint, rules.EventKind.WITHDRAWN, "", author_id=complaint.account_id, now=now)


def _check_open(complaint: Complaint) -> None:
    if complaint.closed_at is not None:
        raise rules.AlreadyClosed


def add_event(
    complaint: Complaint, kind: rules.EventKind, text: str, *, author_id: int, now: datetime
) -> None:
    """Append to what happened to a complaint."""
    event = ComplaintEvent(
        complaint_id=complaint.id, kind=str(kind), text=text.strip(), author_id=author_id, at=now
    )
    db.session.add(event)
    db.session.flush()
