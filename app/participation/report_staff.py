"""Reports of a unit, for its staff: one click makes one, and what was made stays as it was."""

from datetime import datetime

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.extensions import db
from app.files.services import get_file_body
from app.jobs.runner import ring
from app.jobs.services import MAX_TRIES
from app.participation import report_queries, report_services, report_wording
from app.participation.place_queries import Place, get_place
from app.participation.report_forms import WHOLE, ReportForm, SettingForm
from app.permissions import Permission
from app.text import fold
from app.web.guards import require

RELOAD_AFTER = 3
MEDIA_TYPES = {"docx": report_services.DOCX_TYPE, "xlsx": report_services.XLSX_TYPE}

bp = Blueprint(
    "reports",
    __name__,
    url_prefix="/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/bao-cao",
    template_folder="templates",
)
Page = BaseResponse | tuple[str, int]


@bp.get("")
@require(Permission.PARTICIPATION_READ, scope="unit")
def index(slug: str, series: str, unit_code: str) -> Page:
    """What was made, what is being made, and the button for another."""
    place, now = _place(slug, series, unit_code), clock.now()
    return _page(place, _report_form(place, now), _setting_form(place), 200)


@bp.post("")
@require(Permission.PARTICIPATION_READ, scope="unit")
def make(slug: str, series: str, unit_code: str) -> Page:
    """Ask for a report."""
    place, now = _place(slug, series, unit_code), clock.now()
    form = _report_form(place, now)
    if not form.validate_on_submit():
        return _page(place, form, _setting_form(place), 422)
    found = None if form.period.data == WHOLE else place.get_round(int(form.period.data))
    report_services.request_report(place, found, actor_id=current_user.account_id, now=now)
    db.session.commit()
    ring()
    return _back(place, "Đang lập báo cáo. Trang tự tải lại khi xong.")


@bp.post("/mau")
@require(Permission.PARTICIPATION_READ, scope="unit")
def save_setting(slug: str, series: str, unit_code: str) -> Page:
    """Keep what stands at the head of the unit's reports, and the switch of the Monday report."""
    place, now = _place(slug, series, unit_code), clock.now()
    form = _setting_form(place)
    if not form.validate_on_submit():
        return _page(place, _report_form(place, now), form, 422)
    report_services.save_setting(
        place,
        form.heading(),
        is_weekly=bool(form.is_weekly.data),
        actor_id=current_user.account_id,
        now=now,
    )
    db.session.commit()
    return _back(place, "Đã lưu mẫu báo cáo.")


@bp.get("/<string(length=32):report_id>/bao-cao.<any(docx, xlsx):ending>")
@require(Permission.PARTICIPATION_READ, scope="unit")
def document(slug: str, series: str, unit_code: str, report_id: str, ending: str) -> Response:
    """The report as it was made."""
    place = _place(slug, series, unit_code)
    report = report_queries.get_report(place, report_id)
    sha256 = report.docx_sha256 if ending == "docx" else report.xlsx_sha256
    response = make_response(get_file_body(sha256))
    response.headers["Content-Type"] = MEDIA_TYPES[ending]
    number = report.figures["round_number"]
    period = report_wording.period_name(place.contest.label, number)
    name = "-".join(fold(f"bao cao {place.unit.full_name} {period}").split())
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


def _place(slug: str, series: str, unit_code: str) -> Place:
    return get_place(current_user.grants, Permission.PARTICIPATION_READ, slug, series, unit_code)


def _report_form(place: Place, now: datetime) -> ReportForm:
    opened = sum(found.opens_at <= now for found in place.rounds)
    latest = place.find_latest_round(now)
    return ReportForm(place, opened, chosen=latest.number if latest else None)


def _setting_form(place: Place) -> SettingForm:
    saved = report_queries.find_setting(place)
    heading = report_queries.heading_of(place)
    return SettingForm(**vars(heading), is_weekly=saved is not None and saved.is_weekly)


def _page(place: Place, form: ReportForm, setting_form: SettingForm, status: int) -> Page:
    jobs = report_queries.unfinished_jobs(place)
    page = render_template(
        "participation/reports.html",
        place=place,
        reports=report_queries.reports_of(place),
        waiting=[found for job, found in jobs if job.tries < MAX_TRIES or job.lease_until is not None],
        failed=[found for job, found in jobs if job.tries >= MAX_TRIES and job.lease_until is None],
        form=form,
        setting_form=setting_form,
        has_opened=place.find_latest_round(clock.now()) is not None,
        notes=report_wording.DEFINITIONS,
        period_name=report_wording.period_name,
        reload_after=RELOAD_AFTER,
    )
    return page, status


def _back(place: Place, message: str) -> BaseResponse:
    flash(message, "success")
    slug, series, unit_code = place.contest.slug, place.unit.series_code, place.unit.code
    return redirect(url_for("reports.index", slug=slug, series=series, unit_code=unit_code), 303)
