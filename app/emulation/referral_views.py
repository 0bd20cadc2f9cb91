"""One's own referral page: the code as text, link, picture and poster, and the weeks of those who came."""

from datetime import datetime
from itertools import groupby
from typing import Any

import segno
from flask import Blueprint, current_app, make_response, redirect, render_template, url_for
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from app import clock
from app.accounts.models import Account
from app.accounts.rules import name_for_people
from app.contests.models import Contest
from app.contests.queries import find_current_contest, get_scope_unit, held_rounds, public_rounds_of
from app.emulation import referral_queries, referral_rules, referral_services
from app.emulation.referral_forms import PosterForm
from app.emulation.referral_queries import Referred
from app.extensions import db
from app.files.services import get_file_body
from app.jobs.queries import find_job, has_given_up
from app.jobs.runner import ring
from app.web.limits import SEARCH_LIMIT, limiter

RELOAD_AFTER = 3

bp = Blueprint("referrals", __name__, url_prefix="/tai-khoan/gioi-thieu", template_folder="templates")


@bp.get("")
@login_required
def show() -> str:
    """The code, what counts, and whom it brought so far, under masked names."""
    now = clock.now()
    person = db.session.get_one(Account, current_user.account_id)
    contest = find_current_contest(now)
    count, people = referral_queries.people_brought(person.id, contest.id if contest else None)
    return render_template(
        "emulation/referrals.html",
        contest=contest,
        brought=people,
        brought_count=count,
        marks=_marks(people, contest, now) if contest else {},
        rules=referral_rules,
        poster=referral_queries.find_poster(contest.id, person.id) if contest else None,
        has_failed=_has_failed(contest, person.id, now),
        reload_after=RELOAD_AFTER,
        **_invitation(person, contest),
    )


def _marks(people: list[Referred], contest: Contest, now: datetime) -> dict[int, list[referral_rules.Mark]]:
    rounds = held_rounds(public_rounds_of(contest))
    weeks = [referral_rules.Week(found.number, found.closes_at) for found in rounds]
    taken = referral_queries.rounds_counted([one.account_id for one in people], contest.id)
    return {
        one.account_id: referral_rules.marks_of(
            weeks, taken[one.account_id], one.since, label=contest.label, now=now
        )
        for one in people
    }


def _has_failed(contest: Contest | None, account_id: int, now: datetime) -> bool:
    job = find_job(referral_rules.POSTER_JOB, f"{contest.id}:{account_id}") if contest else None
    return job is not None and has_given_up(job, now)


def _invitation(person: Account, contest: Contest | None) -> dict[str, Any]:
    """The code as text, link and QR code; the link leads to the units of the contest."""
    code = name_for_people(person.referral_code)
    units = {"series": contest.series_code, "root": get_scope_unit(contest).code} if contest else {}
    link = referral_rules.link_of(current_app.config["KHEO"].public_url, code, **units)
    qr_size, qr_path = _qr_code(link)
    return {"code": code, "link": link, "qr_size": qr_size, "qr_path": qr_path}


def _qr_code(text: str) -> tuple[int, str]:
    """(modules on a side, the dark modules as an SVG path), without the quiet zone."""
    matrix = segno.make_qr(text, error="m").matrix
    path = ""
    for y, row in enumerate(matrix):
        x = 0
        for is_dark, run in groupby(row):
            length = len(list(run))
            path += f"M{x} {y}h{length}v1h-{length}z" if is_dark else ""
            x += length
    return len(matrix), path


@bp.post("/to-roi")
@login_required
@limiter.limit(SEARCH_LIMIT)
def request_poster() -> Response:
    """Have the poster of the current contest made."""
    now = clock.now()
    contest = find_current_contest(now)
    if contest is not None and PosterForm().validate_on_submit():
        referral_services.request_poster(contest.id, current_user.account_id, now=now)
        db.session.commit()
        ring()
    return _back()


def _back() -> Response:
    return redirect(url_for("referrals.show", _anchor="to-roi"), 303)


@bp.get("/to-roi.pdf")
@login_required
def poster() -> Response:
    """One's own poster, once the job has made it; until then the page tells."""
    contest = find_current_contest(clock.now())
    made = referral_queries.find_poster(contest.id, current_user.account_id) if contest else None
    if contest is None or made is None or made.sha256 is None:
        return _back()
    response = make_response(get_file_body(made.sha256))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="moi-du-thi-{contest.slug}.pdf"'
    return response
