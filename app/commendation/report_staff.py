"""Achievement reports: the page where staff write their collective's, and what every report page does."""

from flask import Blueprint, flash, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.commendation import (
    dossier_queries,
    evidence_queries,
    report_rules,
    report_services,
    workflow_rules,
)
from app.commendation.dossier_queries import Case
from app.commendation.evidence_rules import Item
from app.commendation.report_forms import ADD_ROW, HONOUR_LABELS, SUBMIT, ReportForm, report_form
from app.commendation.staff import find_place, to_dossier, word_lists
from app.commendation.workflow_rules import Step
from app.extensions import db
from app.permissions import Permission
from app.web.guards import require

bp = Blueprint(
    "commendation_report",
    __name__,
    url_prefix="/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/khen-thuong",
    template_folder="templates",
)
Page = Response | tuple[str, int]


@bp.route("/ho-so/<dossier_public_id>/bao-cao", methods=["GET", "POST"])
@require(Permission.COMMENDATION_HANDLE, scope="unit")
def report(slug: str, series: str, unit_code: str, dossier_public_id: str) -> Page:
    """A collective's report, written by staff of its unit; a person's is written by that person alone."""
    place, now = find_place(slug, series, unit_code), clock.now()
    case = dossier_queries.get_case_at(place, dossier_public_id, lock=request.method == "POST")
    steps = dossier_queries.steps_at(case, current_user.account_id)
    items = evidence_queries.items_now(case, now)
    form = report_form(evidence_queries.report_so_far(case, items), is_collective=case.is_collective)
    outcome = write_report(case, form, items, steps)
    if outcome is not None:
        flash(outcome, "success")
        return to_dossier(place, case)
    page = render_template(
        "commendation/collective_report.html",
        place=place,
        case=case,
        form=form,
        items=items,
        honour_labels=HONOUR_LABELS,
        may_write=Step.REPORT in steps and case.state in workflow_rules.WRITING,
        **word_lists(),
    )
    return page, 422 if form.errors else 200


def write_report(case: Case, form: ReportForm, items: list[Item], steps: frozenset[Step]) -> str | None:
    """Save or submit what was posted, and say so; None when the form is to be shown."""
    if not form.is_submitted():
        return None
    if form.action.data == ADD_ROW:
        form.honours.add_row()
        return None
    if not form.validate_on_submit():
        return None
    is_submission = form.action.data == SUBMIT
    written, actor_id, now = form.report(), current_user.account_id, clock.now()
    if is_submission:
        missing = report_rules.missing_items(written, is_collective=case.is_collective)
        if missing:
            form.refuse_missing(missing)
            return None
        report_services.submit(case, written, items, steps, actor_id=actor_id, now=now)
    else:
        report_services.save_draft(case, written, steps, actor_id=actor_id, now=now)
    db.session.commit()
    return "Đã nộp báo cáo thành tích." if is_submission else "Đã lưu bản nháp. Bạn nộp khi viết xong."
