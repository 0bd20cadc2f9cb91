"""Make the annex of a published revision. Apart from jobs.py, because it loads the PDF engine."""

from datetime import datetime
from typing import Any

from flask import current_app, render_template

from app import printing
from app.contests.policy import Key
from app.ranking import annex_queries, documents, services
from app.ranking.annex_queries import Annex
from app.ranking.services import ANNEX_PDF, ANNEX_XLSX

PDF_TYPE = "application/pdf"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def make_annex(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"round_id", "number"}. Without libpango the PDF's place says what is missing."""
    annex = annex_queries.annex_of(int(payload["round_id"]), int(payload["number"]))
    services.keep_document(annex.revision, ANNEX_XLSX, documents.xlsx_of(annex), XLSX_TYPE, now=now)
    if printing.can_make_pdf():
        content = documents.pdf_of(html_of(annex))
        services.keep_document(annex.revision, ANNEX_PDF, content, PDF_TYPE, now=now)
    else:
        services.keep_problem(annex.revision, ANNEX_PDF, printing.MISSING_PANGO, now=now)


def html_of(annex: Annex) -> str:
    """The annex as printed, with a code that leads to the official page."""
    public_url = current_app.config["KHEO"].public_url
    path = f"/cuoc-thi/{annex.contest.slug}/tuan/{annex.round.number}/ket-qua"
    address = f"{public_url}{path}?ban={annex.revision.number}"
    return render_template(
        "ranking/base_annex.html",
        annex=annex,
        address=address,
        qr=printing.qr_of(address),
        has_prediction=Key.PREDICTION_DISTANCE in annex.policy.keys,
        has_duration=Key.DURATION in annex.policy.keys,
    )
