"""Make the paper of a certificate. Apart from other jobs, because it loads the PDF engine."""

from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app, render_template

from app import printing
from app.commendation import certificate_queries as queries
from app.commendation import certificate_rules as rules
from app.commendation import certificate_services as services
from app.commendation.certificate_models import Certificate
from app.contests.models import Contest
from app.contests.queries import get_scope_unit
from app.extensions import db
from app.localtime import local_day

STYLE = Path(__file__).with_name("templates") / "commendation" / "print" / "certificate.css"


def make_certificate(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"certificate_id"}. Without libpango the certificate says what is missing."""
    certificate = queries.get_certificate(int(payload["certificate_id"]))
    if printing.can_make_pdf():
        services.keep_paper(certificate, printing.pdf_of(html_of(certificate), STYLE), now=now)
    else:
        services.keep_problem(certificate, printing.MISSING_PANGO)


def html_of(certificate: Certificate) -> str:
    """The certificate as printed, with a code that leads to its public page."""
    facts = rules.from_json(certificate.facts)
    address = f"{current_app.config['KHEO'].public_url}/chung-nhan/{certificate.code}"
    contest = db.session.get_one(Contest, certificate.contest_id)
    did, what = rules.achievement(facts, local_day(certificate.issued_at))
    return render_template(
        "commendation/print/base_certificate.html",
        certificate=certificate,
        code=certificate.code,
        contest=contest,
        place_name=get_scope_unit(contest).name,
        rounds_text=rules.rounds_text(facts),
        facts=facts,
        did=did,
        what=what,
        address=address,
        qr=printing.qr_of(address),
    )
