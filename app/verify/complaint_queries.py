"""Complaints: filed by who sat, ended as decided."""

from sqlalchemy import func, select

from app.attempts.models import Attempt
from app.complaints.models import Complaint, ComplaintDecision, ComplaintEvent
from app.complaints.rules import EventKind, Outcome
from app.extensions import db
from app.verify.rules import Report

BATCH = 1_000


def check_complaints(report: Report) -> None:
    """The attempt is the complainant's, the text is there, and the end is the decision's (I38)."""
    texts = (
        select(func.count())
        .where(ComplaintEvent.complaint_id == Complaint.id, ComplaintEvent.kind == EventKind.FILED)
        .scalar_subquery()
    )
    query = (
        select(Complaint, Attempt.account_id, Attempt.round_id, ComplaintDecision, texts)
        .join(Attempt, Attempt.id == Complaint.attempt_id)
        .outerjoin(ComplaintDecision, ComplaintDecision.complaint_id == Complaint.id)
        .execution_options(yield_per=BATCH)
    )
    for complaint, account_id, round_id, decision, text_count in db.session.execute(query):
        name = f"complaint {complaint.id}"
        is_own = (account_id, round_id) == (complaint.account_id, complaint.round_id)
        report.expect("I38", is_own and text_count == 1, f"{name} is not about an own attempt")
        is_decided = complaint.outcome not in (None, Outcome.WITHDRAWN)
        ended_as = decision.outcome if decision else None
        report.expect(
            "I38", ended_as == (complaint.outcome if is_decided else None), f"{name} ended otherwise"
        )
