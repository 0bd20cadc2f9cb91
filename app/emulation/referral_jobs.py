"""Make the poster with somebody's referral code. Loads the PDF engine: only the job runner imports it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app, render_template

from app import printing
from app.accounts.models import Account
from app.accounts.rules import name_for_people
from app.contests.models import Contest
from app.contests.queries import get_scope_unit, held_rounds, public_rounds_of
from app.emulation.referral_models import ReferralPoster
from app.emulation.referral_rules import link_of
from app.emulation.referral_services import keep_poster, keep_problem
from app.extensions import db

STYLE = Path(__file__).with_name("templates") / "emulation" / "poster.css"


def make_poster(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"contest_id", "account_id"}. Without libpango the poster's place says what is missing."""
    contest = db.session.get_one(Contest, int(payload["contest_id"]))
    account = db.session.get_one(Account, int(payload["account_id"]))
    poster = db.session.get_one(ReferralPoster, (contest.id, account.id))
    if printing.can_make_pdf():
        keep_poster(poster, printing.pdf_of(html_of(contest, account), STYLE), now=now)
    else:
        keep_problem(poster, printing.MISSING_PANGO)


def html_of(contest: Contest, account: Account) -> str:
    """The poster as printed: what it is about, the code, and how to take part."""
    code = name_for_people(account.referral_code)
    root = get_scope_unit(contest).code
    link = link_of(current_app.config["KHEO"].public_url, code, series=contest.series_code, root=root)
    rounds = held_rounds(public_rounds_of(contest))
    return render_template(
        "emulation/base_poster.html",
        contest=contest,
        code=code,
        qr=printing.qr_of(link),
        site=current_app.config["KHEO"].public_url.partition("://")[2],
        first=min((found.opens_at for found in rounds), default=None),
        last=max((found.closes_at for found in rounds), default=None),
    )
