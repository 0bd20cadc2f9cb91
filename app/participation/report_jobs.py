"""Make reports. Apart from jobs.py, because it loads the Word engine."""

from datetime import datetime
from typing import Any

from app.contests.models import Contest, Round
from app.extensions import db
from app.participation import report_documents, report_queries, report_services
from app.units.models import Unit


def make_report(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"contest_id", "unit_id", "round_id" or None, "asked_by" or None}."""
    contest = db.session.get_one(Contest, int(payload["contest_id"]))
    place = report_queries.place_of(contest, db.session.get_one(Unit, int(payload["unit_id"])))
    round_id = payload["round_id"]
    found = db.session.get_one(Round, int(round_id)) if round_id is not None else None
    figures = report_services.compute_figures(place, found, now)
    heading = report_queries.heading_of(place)
    report_services.keep_report(
        place,
        found,
        figures,
        docx=report_documents.docx_of(figures, heading),
        xlsx=report_documents.xlsx_of(figures, heading),
        asked_by=payload["asked_by"],
        now=now,
    )
