"""Certificates of participation: a citizen's own, and anybody's check of a code."""

import re
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.accounts.models import Account
from app.commendation import certificate_queries as queries
from app.commendation import certificate_rules as rules
from app.commendation import certificate_services as services
from app.commendation import letter_queries
from app.contests.models import Contest
from app.contests.queries import get_public_contest, held_rounds, public_rounds_of
from app.errors import BadInput
from app.extensions import db
from app.files.services import get_file_body
from app.jobs.runner import ring
from app.localtime import local_day
from app.web.errors import error_response
from app.web.forms import BaseForm
from app.web.limits import SEARCH_LIMIT, limiter

CODE = re.compile(r"[2-9A-HJ-NP-Z]{12}\Z")

bp = Blueprint("certificates", __name__, template_folder="templates")


class IssueForm(BaseForm):
    """Ask for the certificate of what is true now."""


@bp.get("/tai-khoan/giay-chung-nhan/<slug>")
@login_required
def show(slug: str) -> str:
    """What one's certificate says or would say, and the paper once it is made."""
    contest = get_public_contest(slug)
    return render_template("commendation/certificate.html", contest=contest, **_own(contest))


def _own(contest: Contest) -> dict[str, Any]:
    now = clock.now()
    account = db.session.get_one(Account, current_user.account_id)
    facts = queries.find_facts(contest, account, now)
    has_rounds = facts is not None and bool(facts.rounds)
    certificate = (
        queries.find_issued(contest.id, account.id, rules.digest_of(facts)) if facts and has_rounds else None
    )
    return {
        "facts": facts if has_rounds else None,
        "achievement": rules.achievement(facts, local_day(now)) if facts and has_rounds else None,
        "certificate": certificate,
        "next_closing": min(
            (found.closes_at for found in held_rounds(public_rounds_of(contest)) if found.closes_at > now),
            default=None,
        ),
        "others": [each for each in queries.contests_entered(account.id) if each.id != contest.id],
    }


@bp.post("/tai-khoan/giay-chung-nhan/<slug>")
@login_required
def issue(slug: str) -> AnyResponse:
    """Ask for the certificate; asking again for the same facts gives the same one."""
    contest = get_public_contest(slug)
    if not IssueForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    account = db.session.get_one(Account, current_user.account_id)
    services.issue(contest, account, now=clock.now())
    db.session.commit()
    ring()
    flash("Giấy chứng nhận đang được tạo, thường mất dưới một phút.", "success")
    return redirect(url_for("certificates.show", slug=slug), 303)


@bp.get("/tai-khoan/giay-chung-nhan/<slug>/tep.pdf")
@login_required
def paper(slug: str) -> AnyResponse:
    """The paper of what is true now; the page says why when there is none."""
    certificate = _own(get_public_contest(slug))["certificate"]
    if certificate is None or certificate.sha256 is None:
        return redirect(url_for("certificates.show", slug=slug))
    response: Response = make_response(get_file_body(certificate.sha256))
    response.headers["Content-Type"] = services.PDF_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="giay-chung-nhan-{slug}.pdf"'
    return response


@bp.get("/chung-nhan")
@bp.get("/chung-nhan/<code>")
@limiter.limit(SEARCH_LIMIT)
def verify(code: str = "") -> str | AnyResponse:
    """Anybody who holds a paper can check what stands behind its code."""
    written = (code or request.args.get("ma", "")).replace("-", "").replace(" ", "").upper()
    if not written:
        return render_template("commendation/verify_form.html")
    if CODE.match(written):
        certificate, letter = queries.find_verified(written), letter_queries.find_letter(written)
        if certificate is not None:
            page = "commendation/verified.html"
            return render_template(page, verified=certificate, standings=rules.Standing)
        if letter is not None:
            page = "commendation/verified_letter.html"
            return render_template(page, letter=letter, standings=letter_queries.Standing)
    return error_response(
        404,
        message="Không có giấy nào mang mã này.",
        todo="Bạn xem lại từng ký tự; mã có 12 ký tự, không có số 0, số 1 và chữ I, L, O.",
    )
