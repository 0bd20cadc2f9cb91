"""Make the papers of commendation. Apart from other jobs, because it loads the PDF engine."""

from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app, render_template

from app import printing
from app.commendation import document_queries as queries
from app.commendation import document_rules as rules
from app.commendation import document_services as services
from app.commendation import template_services
from app.commendation.document_models import CommendationDocument
from app.commendation.document_rules import Paper
from app.commendation.dossier_queries import (
    Case,
    evidence_of,
    find_decision_of,
    find_submitted_report,
    get_case,
)
from app.commendation.models import AwardDecision, AwardingBody, CouncilMeeting
from app.commendation.report_rules import from_json
from app.commendation.template_rules import Kind, TemplateRefused, Value
from app.emulation.models import Campaign
from app.extensions import db
from app.localtime import local_day
from app.units.queries import find_parent

STYLE = Path(__file__).with_name("templates") / "commendation" / "print" / "certificate.css"


def make_document(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"document_id"}. What stands in the way is kept with the paper, for people to read."""
    document = queries.get_document(int(payload["document_id"]))
    if document.kind == Paper.LETTER:
        _make_letter(document, now)
        return
    kind, values = values_of(document, now)
    body = db.session.get_one(AwardingBody, document.body_id)
    contest_id = db.session.get_one(Campaign, body.campaign_id).contest_id
    template, number = template_services.template_of(contest_id, kind)
    try:
        content = template_services.run(kind, template, values)
    except TemplateRefused as refusal:
        services.keep_problem(document, refusal.message)
    else:
        services.keep_word(document, content, number, now=now)


def values_of(document: CommendationDocument, now: datetime) -> tuple[Kind, dict[str, Value]]:
    """The kind of template of a paper in Word, and what fills it."""
    body = db.session.get_one(AwardingBody, document.body_id)
    if document.dossier_id is not None:
        return _report_values(get_case(document.dossier_id))
    if document.meeting_id is not None:
        meeting = db.session.get_one(CouncilMeeting, document.meeting_id)
        heading = queries.heading_of_body(body, meeting.held_on)
        return Kind.MINUTES, rules.minutes_values(heading, queries.minutes_of(body, meeting))
    if document.decision_id is not None:
        decision = db.session.get_one(AwardDecision, document.decision_id)
        heading = queries.heading_of_body(body, decision.signed_on)
        signed = {
            "decision_no": decision.decision_no,
            "signer": decision.signer,
            "signer_title": decision.signer_title,
        }
        return Kind.DECISION, rules.decision_values(heading, queries.awarded_of(decision), **signed)
    heading = queries.heading_of_body(body, local_day(now))
    kind = Kind.PROPOSAL if document.kind == Paper.PROPOSAL else Kind.LIST
    return kind, rules.list_values(heading, queries.proposed_of(body))


def _report_values(case: Case) -> tuple[Kind, dict[str, Value]]:
    report = find_submitted_report(case)
    if report is None:
        raise rules.NoReport
    heading = queries.heading_of_case(case, local_day(report.saved_at))
    values = rules.report_values(
        heading, from_json(report.content), evidence_of(report), is_collective=case.is_collective
    )
    return rules.report_kind(is_collective=case.is_collective), values


def _make_letter(document: CommendationDocument, now: datetime) -> None:
    if not printing.can_make_pdf():
        services.keep_problem(document, printing.MISSING_PANGO)
        return
    html = letter_html(get_case(document.dossier_id or 0))
    services.keep_letter(document, printing.pdf_of(html, STYLE), now=now)


def letter_html(case: Case) -> str:
    """The letter as printed, with a code that leads to its public page."""
    address = f"{current_app.config['KHEO'].public_url}/chung-nhan/{case.dossier.code}"
    upper_unit = find_parent(case.unit)
    return render_template(
        "commendation/print/base_letter.html",
        case=case,
        upper_unit=upper_unit.full_name if upper_unit else "",
        decision=find_decision_of(case),
        heading=queries.heading_of_body(case.body, local_day(case.dossier.chosen_at)),
        code=case.dossier.code,
        address=address,
        qr=printing.qr_of(address),
    )
