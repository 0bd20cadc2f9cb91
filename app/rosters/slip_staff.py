"""Printed slips with one-time links, for who asked for them."""

from datetime import datetime

from flask import Blueprint, Response, flash, make_response, redirect, render_template
from flask_login import current_user
from sqlalchemy.exc import NoResultFound

from app import clock
from app.errors import BadInput
from app.extensions import db
from app.files.services import get_file_body
from app.jobs.runner import ring
from app.participation.place_queries import Place
from app.rosters import import_queries, slip_rules, slip_services
from app.rosters.forms import ButtonForm
from app.rosters.models import SlipSheet
from app.rosters.place_staff import EDIT, PREFIX, Page, address, place_of
from app.web.guards import require

bp = Blueprint("slips", __name__, url_prefix=f"{PREFIX}/phieu", template_folder="templates")
RELOAD_AFTER = 3
LIST_ID = "int(max=9999999999):list_id"
SHEET_ID = "int(max=9999999999):sheet_id"


@bp.get("")
@require(EDIT, scope="unit")
def index(slug: str, series: str, unit_code: str) -> Page:
    """The sheets that this person asked for here."""
    place = place_of(slug, series, unit_code)
    sheets = import_queries.sheets_of(place.contest, place.unit, current_user.account_id)
    now = clock.now()
    return render_template(
        "rosters/slips.html",
        place=place,
        sheets=[(sheet, _state_of(sheet, now)) for sheet in sheets],
        pdf_ends_at=slip_rules.pdf_ends_at,
        reload_after=RELOAD_AFTER,
        form=ButtonForm(formdata=None),
    )


def _state_of(sheet: SlipSheet, now: datetime) -> str:
    """ "making", "ready", "gone" after a day, or "failed"."""
    if slip_rules.is_being_made(sheet.asked_at, sheet.made_at, sheet.problem, now):
        return "making"
    if sheet.made_at is None:
        return "failed"
    return "ready" if sheet.pdf_sha256 and slip_rules.is_kept(sheet.made_at, now) else "gone"


@bp.post(f"/danh-sach/<{LIST_ID}>/<int(min=1, max=99):part>")
@require(EDIT, scope="unit")
def print_list(slug: str, series: str, unit_code: str, list_id: int, part: int) -> Page:
    """Slips for one part of a list: people who have not signed in yet."""
    place = place_of(slug, series, unit_code)
    _check_button()
    row = import_queries.get_import(place.contest, place.unit, list_id)
    waiting = [account.id for account in import_queries.members_of(row)]
    start = (part - 1) * slip_rules.MAX_SLIPS
    ids = waiting[start : start + slip_rules.MAX_SLIPS]
    slip_services.request_slips(
        place.contest, place.unit, ids, actor_id=current_user.account_id, now=clock.now()
    )
    db.session.commit()
    ring()
    return _back(place, "Đang tạo tệp phiếu.")


@bp.post(f"/<{SHEET_ID}>/lai")
@require(EDIT, scope="unit")
def print_again(slug: str, series: str, unit_code: str, sheet_id: int) -> Page:
    """The same slips with new links; the links on the old paper end."""
    place = place_of(slug, series, unit_code)
    _check_button()
    slip_services.request_again(_sheet(place, sheet_id), now=clock.now())
    db.session.commit()
    ring()
    return _back(place, "Đang tạo lại tệp phiếu. Mã trên phiếu cũ hết hiệu lực khi tệp mới có.")


@bp.get(f"/<{SHEET_ID}>/phieu.pdf")
@require(EDIT, scope="unit")
def document(slug: str, series: str, unit_code: str, sheet_id: int) -> Response:
    """The PDF, for a day after it was made."""
    sheet = _sheet(place_of(slug, series, unit_code), sheet_id)
    if sheet.pdf_sha256 is None or not slip_rules.is_kept(sheet.made_at, clock.now()):
        raise NoResultFound
    response = make_response(get_file_body(sheet.pdf_sha256))
    response.headers["Content-Type"] = slip_services.PDF_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="phieu-{sheet.id}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _sheet(place: Place, sheet_id: int) -> SlipSheet:
    return import_queries.get_sheet(place.contest, place.unit, sheet_id, current_user.account_id)


def _check_button() -> None:
    if not ButtonForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")


def _back(place: Place, message: str) -> Page:
    flash(message, "success")
    return redirect(address(place, "slips.index"), 303)
