"""Commendation for citizens: one's own dossiers and report, and the public list of the commended."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from app import clock
from app.commendation import (
    dossier_queries,
    evidence_queries,
    public_queries,
    report_rules,
    services,
    wording,
    workflow_rules,
)
from app.commendation.dossier_queries import Case
from app.commendation.forms import PressForm
from app.commendation.report_forms import HONOUR_LABELS, report_form
from app.commendation.report_staff import write_report
from app.commendation.staff import word_lists
from app.commendation.workflow_rules import Act, Step
from app.contests.queries import get_public_contest
from app.errors import BadInput
from app.extensions import db

bp = Blueprint("nominations", __name__, template_folder="templates")
Page = Response | tuple[str, int]
OWN = frozenset({Step.REPORT})


@bp.app_template_global("own_nominations")
def own_nominations(account_id: int) -> list[Case]:
    """The dossiers about oneself of which one was told, for the page of one's account."""
    return dossier_queries.own_cases(account_id)


@bp.app_template_global("has_commended")
def has_commended(contest_id: int) -> bool:
    """Is there a public list of the commended?"""
    return public_queries.has_published(contest_id)


@bp.get("/tai-khoan/khen-thuong")
@login_required
def index() -> str:
    """One's own dossiers, and what happened to them."""
    account_id = current_user.account_id
    return render_template(
        "commendation/own.html",
        cases=dossier_queries.own_cases(account_id),
        notices=dossier_queries.own_notices(account_id),
        writing=workflow_rules.WRITING,
        **word_lists(),
    )


@bp.route("/tai-khoan/khen-thuong/<dossier_public_id>", methods=["GET", "POST"])
@login_required
def show(dossier_public_id: str) -> Page:
    """One's own report: write it while it is asked for, read it afterwards."""
    case = _own(dossier_public_id)
    items = evidence_queries.items_now(case, clock.now())
    form = report_form(evidence_queries.report_so_far(case, items), is_collective=False)
    outcome = write_report(case, form, items, OWN)
    if outcome is not None:
        flash(outcome, "success")
        return _to(case)
    submitted = dossier_queries.find_submitted_report(case)
    page = render_template(
        "commendation/own_report.html",
        case=case,
        form=form,
        items=items,
        may_write=case.state in workflow_rules.WRITING,
        may_decline=Act.WITHDRAW in workflow_rules.next_acts(case.state, OWN),
        submitted=submitted,
        report=report_rules.from_json(submitted.content) if submitted else None,
        report_lines=wording.report_lines,
        honour_labels=HONOUR_LABELS,
        frozen=dossier_queries.evidence_of(submitted) if submitted else [],
        events=dossier_queries.events_of(case),
        decision=dossier_queries.find_decision_of(case),
        **word_lists(),
    )
    return page, 422 if form.errors else 200


@bp.post("/tai-khoan/khen-thuong/<dossier_public_id>/rut")
@login_required
def decline(dossier_public_id: str) -> Response:
    """Take oneself off the list of nominees."""
    case = _own(dossier_public_id)
    if not PressForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    services.act(case, Act.WITHDRAW, OWN, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash("Bạn đã rút khỏi danh sách đề nghị khen thưởng.", "success")
    return _to(case)


def _own(public_id: str) -> Case:
    is_write = request.method == "POST"
    return dossier_queries.get_own_case(current_user.account_id, public_id, lock=is_write)


def _to(case: Case) -> Response:
    return redirect(url_for("nominations.show", dossier_public_id=case.dossier.public_id), 303)


@bp.get("/cuoc-thi/<slug>/khen-thuong")
def commended(slug: str) -> str:
    """Everybody commended in a contest by published decisions."""
    contest = get_public_contest(slug)
    return render_template(
        "commendation/commended.html", contest=contest, lists=public_queries.lists_of(contest)
    )
