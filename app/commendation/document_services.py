"""Ask for the papers of commendation and keep what the job makes. Callers commit."""

from datetime import datetime
from typing import Any

from app.audit.services import record
from app.commendation import document_queries as queries
from app.commendation import document_rules as rules
from app.commendation.document_models import CommendationDocument
from app.commendation.document_rules import Paper
from app.commendation.dossier_queries import Case, find_submitted_report
from app.commendation.models import AwardDecision, AwardingBody, CouncilMeeting
from app.extensions import db
from app.files.services import store_file
from app.jobs.services import request_job

MAKE_DOCUMENT = "make_commendation_document"
PDF_TYPE = "application/pdf"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def request_report(case: Case, *, actor_id: int, now: datetime) -> CommendationDocument:
    """The achievement report in Word, from the version submitted last. Raises NoReport."""
    if find_submitted_report(case) is None:
        raise rules.NoReport
    return _request(Paper.REPORT, case.body, actor_id, now, dossier_id=case.dossier.id)


def request_letter(case: Case, *, actor_id: int, now: datetime) -> CommendationDocument:
    """The letter with its code. Raises NotAwarded."""
    rules.check_letter(case.state)
    return _request(Paper.LETTER, case.body, actor_id, now, dossier_id=case.dossier.id)


def request_list(body: AwardingBody, paper: Paper, *, actor_id: int, now: datetime) -> CommendationDocument:
    """A proposal or a list of everybody who is proposed now. Raises NobodyProposed."""
    if not queries.proposed_of(body):
        raise rules.NobodyProposed
    return _request(paper, body, actor_id, now)


def request_minutes(
    body: AwardingBody, meeting: CouncilMeeting, *, actor_id: int, now: datetime
) -> CommendationDocument:
    return _request(Paper.MINUTES, body, actor_id, now, meeting_id=meeting.id)


def request_decision(
    body: AwardingBody, decision: AwardDecision, *, actor_id: int, now: datetime
) -> CommendationDocument:
    return _request(Paper.DECISION, body, actor_id, now, decision_id=decision.id)


def _request(
    paper: Paper, body: AwardingBody, actor_id: int, now: datetime, **subject: int
) -> CommendationDocument:
    document = CommendationDocument(
        kind=paper, body_id=body.id, requested_by=actor_id, requested_at=now, **subject
    )
    db.session.add(document)
    db.session.flush()
    record(
        "commendation.document_requested",
        actor_id=actor_id,
        subject=f"awarding_body:{body.id}",
        now=now,
        kind=paper.value,
        number=document.id,
    )
    payload: dict[str, Any] = {"document_id": document.id}
    request_job(MAKE_DOCUMENT, str(document.id), payload, now=now)
    return document


def keep_word(document: CommendationDocument, content: bytes, template_number: int, *, now: datetime) -> None:
    document.sha256, document.problem = store_file(content, DOCX_TYPE, now=now), None
    document.template_number = template_number


def keep_letter(document: CommendationDocument, content: bytes, *, now: datetime) -> None:
    document.sha256, document.problem = store_file(content, PDF_TYPE, now=now), None


def keep_problem(document: CommendationDocument, problem: str) -> None:
    """Say in Vietnamese why the paper could not be made."""
    document.sha256, document.problem = None, problem
