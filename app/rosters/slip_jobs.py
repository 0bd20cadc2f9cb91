"""Print slips with one-time links. Apart from jobs.py, because it loads the PDF engine."""

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template

from app import printing
from app.contests.models import Contest
from app.extensions import db
from app.rosters import import_queries, slip_rules, slip_services
from app.rosters.models import SlipSheet

STYLE = Path(__file__).with_name("templates") / "rosters" / "slips.css"
LINK = "/dat-lai-mat-khau/"


def make_slips(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"sheet_id"}. Without libpango the sheet says what is missing, and no link is made."""
    sheet = db.session.get_one(SlipSheet, int(payload["sheet_id"]), with_for_update=True)
    if sheet.made_at is not None:
        return
    people = import_queries.people_of_sheet(sheet.account_ids)
    if not printing.can_make_pdf():
        sheet.problem = printing.MISSING_PANGO
        return
    if not people:
        sheet.problem = slip_rules.NobodyWaits.message
        return
    tokens = slip_services.make_links(sheet, [account for account, _unit in people], now=now)
    public_url = current_app.config["KHEO"].public_url
    links = {account_id: f"{public_url}{LINK}{token}" for account_id, token in tokens.items()}
    site = urlsplit(public_url).netloc
    html = render_template(
        "rosters/base_slips.html",
        contest=db.session.get_one(Contest, sheet.contest_id),
        pages=[people[at : at + slip_rules.PER_PAGE] for at in range(0, len(people), slip_rules.PER_PAGE)],
        pictures={account_id: printing.qr_of(link) for account_id, link in links.items()},
        ends_at=sheet.links_end_at,
        sentences=[sentence.format(site=site) for sentence in slip_rules.TO_DO],
    )
    slip_services.keep_pdf(sheet, printing.pdf_of(html, STYLE), len(people), now=now)
