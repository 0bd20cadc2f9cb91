"""Lists of a unit: upload, look, confirm, undo."""

import io

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import BadInput
from app.extensions import db
from app.formats import vn_number
from app.participation.place_queries import Place
from app.rosters import import_queries, import_services, rules, slip_rules
from app.rosters.forms import ButtonForm, ConfirmForm, UploadForm
from app.rosters.models import RosterImport
from app.rosters.place_staff import EDIT, PREFIX, Page, address, place_of
from app.rosters.plan_rules import OUTCOME_NAMES, Outcome, Plan
from app.rosters.reading_services import read_rows
from app.rosters.unit_queries import open_units
from app.sheets import Sheet, write_workbook
from app.text import parse_integer
from app.web.guards import require
from app.web.requests import accepts_upload

bp = Blueprint(
    "rosters",
    __name__,
    url_prefix=f"{PREFIX}/danh-sach",
    template_folder="templates",
)
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES_PER_PAGE = 100
MAX_PAGE = 10_000
SAMPLE = ("Thí sinh mẫu Một", "05/09/1987", "Nữ", "0912 345 678", "", "Chi hội trưởng")


@bp.get("")
@require(EDIT, scope="unit")
def index(slug: str, series: str, unit_code: str) -> Page:
    """Choose a file; the lists that were confirmed before."""
    return _upload_page(place_of(slug, series, unit_code), UploadForm(), 200)


def _upload_page(place: Place, form: UploadForm, status: int) -> Page:
    page = render_template(
        "rosters/upload.html",
        place=place,
        form=form,
        imports=import_queries.confirmed_imports(place.contest, place.unit),
    )
    return page, status


@bp.post("")
@accepts_upload(rules.MAX_FILE_BYTES)
@require(EDIT, scope="unit")
def upload(slug: str, series: str, unit_code: str) -> Page:
    """Read the file and show what it would do; nothing is written but the list itself."""
    place = place_of(slug, series, unit_code)
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload_page(place, form, 422)
    content = form.file.data.read()
    try:
        rows = read_rows(content)
    except BadInput as refusal:
        form.file.errors = [str(refusal)]
        return _upload_page(place, form, 422)
    row = import_services.keep_list(
        place.contest,
        place.unit,
        content,
        rows,
        name=form.file_name,
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    return redirect(address(place, "rosters.show", list_id=row.id), 303)


@bp.get("/<int(max=9999999999):list_id>")
@require(EDIT, scope="unit")
def show(slug: str, series: str, unit_code: str, list_id: int) -> Page:
    """What a list would do; or, once it was confirmed, what it did."""
    place = place_of(slug, series, unit_code)
    row = import_queries.get_import(place.contest, place.unit, list_id)
    if row.confirmed_at is not None:
        return _done_page(place, row)
    return _plan_page(place, row, import_services.plan_of(row, place.unit))


def _plan_page(place: Place, row: RosterImport, plan: Plan, *, has_changed: bool = False) -> str:
    page = parse_integer(request.args.get("trang", "1"), 1, MAX_PAGE)
    pieces = plan.problems or plan.lines
    start = (page - 1) * LINES_PER_PAGE
    return render_template(
        "rosters/plan.html",
        place=place,
        row=row,
        plan=plan,
        problems=plan.problems[start : start + LINES_PER_PAGE],
        lines=[] if plan.problems else plan.lines[start : start + LINES_PER_PAGE],
        has_changed=has_changed,
        form=ConfirmForm(formdata=None, digest=plan.digest),
        page=page,
        page_count=max(1, -(-len(pieces) // LINES_PER_PAGE)),
        page_url=lambda number: f"{address(place, 'rosters.show', list_id=row.id)}?trang={number}",
        outcomes=Outcome,
        outcome_names=OUTCOME_NAMES,
        unit_names=import_queries.unit_names(place.unit, {line.person.unit_code for line in plan.lines}),
    )


def _done_page(place: Place, row: RosterImport) -> str:
    made, used = import_queries.count_members(row)
    waiting = import_queries.members_of(row)
    return render_template(
        "rosters/done.html",
        place=place,
        row=row,
        made=made,
        used=used,
        waiting=waiting[:LINES_PER_PAGE],
        waiting_count=len(waiting),
        parts=slip_rules.parts_of(len(waiting)),
        outcomes=Outcome,
        form=ButtonForm(formdata=None),
    )


@bp.post("/<int(max=9999999999):list_id>")
@require(EDIT, scope="unit")
def confirm(slug: str, series: str, unit_code: str, list_id: int) -> Page:
    """Make exactly what was shown, or show what has become of it."""
    place = place_of(slug, series, unit_code)
    form = ConfirmForm()
    if not form.validate_on_submit():
        raise BadInput("Bản xem trước không hợp lệ.")
    row = import_queries.get_import(place.contest, place.unit, list_id, lock=True)
    act = {"actor_id": current_user.account_id, "now": clock.now()}
    try:
        import_services.confirm_list(row, place.unit, form.digest.data, **act)
        db.session.commit()
    except (import_services.PeopleChanged, IntegrityError):
        db.session.rollback()
        place = place_of(slug, series, unit_code)
        row = import_queries.get_import(place.contest, place.unit, list_id)
        return _plan_page(place, row, import_services.plan_of(row, place.unit), has_changed=True), 409
    made = (row.counts or {}).get(Outcome.NEW, 0)
    flash(f"Đã ghi nhận danh sách: {vn_number(made)} tài khoản mới. Tiếp theo, bạn in phiếu.", "success")
    return redirect(address(place, "rosters.show", list_id=row.id), 303)


@bp.post("/<int(max=9999999999):list_id>/rut-lai")
@require(EDIT, scope="unit")
def undo(slug: str, series: str, unit_code: str, list_id: int) -> Page:
    """Take the accounts out again while nobody has used one."""
    place = place_of(slug, series, unit_code)
    if not ButtonForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    row = import_queries.get_import(place.contest, place.unit, list_id, lock=True)
    import_services.undo_list(row, place.unit, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash("Đã rút lại danh sách. Các tài khoản của danh sách này không còn nữa.", "success")
    return redirect(address(place, "rosters.index"), 303)


@bp.get("/mau.xlsx")
@require(EDIT, scope="unit")
def sample(slug: str, series: str, unit_code: str) -> Response:
    """The spreadsheet to fill in, with the units of this place."""
    place = place_of(slug, series, unit_code)
    target = io.BytesIO()
    units = [(unit.code, unit.full_name, above) for unit, above in open_units(place.unit)]
    heads = [rules.COLUMN_NAMES[name] for name in rules.FIELDS]
    sheets = [
        Sheet("Danh sách", (30, 14, 10, 18, 30, 40), [heads, SAMPLE]),
        Sheet("Đơn vị", (14, 40, 40), [("Mã", "Đơn vị", "Thuộc"), *units]),
    ]
    write_workbook(target, sheets)
    response = make_response(target.getvalue())
    response.headers["Content-Type"] = XLSX_TYPE
    response.headers["Content-Disposition"] = 'attachment; filename="mau-danh-sach.xlsx"'
    return response
