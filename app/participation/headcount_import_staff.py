"""Headcounts from a spreadsheet: a template, a preview with everything wrong, a confirmation."""

import hashlib
from datetime import date
from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, send_file, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.errors import BadInput
from app.extensions import db
from app.localtime import local_day
from app.participation import declaration_queries as queries
from app.participation import headcount_queries, headcount_services
from app.participation import headcount_rules as rules
from app.participation.headcount_file_services import MAX_FILE_BYTES, read_table
from app.participation.headcount_forms import (
    ConfirmForm,
    Preview,
    UploadForm,
    read_preview,
    sign_preview,
)
from app.participation.headcount_rules import Read
from app.participation.headcount_services import Said
from app.participation.place_queries import Place, get_place
from app.permissions import Permission
from app.sheets import Sheet, write_workbook
from app.text import fold
from app.units.models import Unit
from app.web.guards import require
from app.web.limits import limiter
from app.web.requests import accepts_upload

EDIT = Permission.HEADCOUNTS_EDIT
UPLOAD_LIMIT = "20 per minute"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

bp = Blueprint(
    "headcount_import",
    __name__,
    url_prefix="/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/quan-so/nhap",
    template_folder="templates",
)


def person_key() -> str:
    return f"headcounts:{current_user.account_id}"


def _place(slug: str, series: str, unit_code: str) -> Place:
    return get_place(current_user.grants, EDIT, slug, series, unit_code)


def _today() -> date:
    return local_day(clock.now())


@bp.get("")
@require(EDIT, scope="unit")
def choose(slug: str, series: str, unit_code: str) -> str:
    """How it goes, the template, and the file to send."""
    place = _place(slug, series, unit_code)
    return _upload_page(place, UploadForm(_today(), formdata=None))


def _upload_page(place: Place, form: UploadForm) -> str:
    return render_template("participation/headcount_import.html", place=place, form=form)


@bp.get("/mau.xlsx")
@require(EDIT, scope="unit")
def template(slug: str, series: str, unit_code: str) -> Response:
    """The spreadsheet to fill in, with the codes and names of the subtree."""
    place = _place(slug, series, unit_code)
    units = queries.units_below(place.unit, rules.MAX_ROWS)
    known = headcount_queries.headcounts_on(units, _today())
    names = {unit.id: unit.full_name for unit in units}
    head = [rules.CODE_TITLE, rules.NAME_TITLE, "Thuộc", "Quân số đang dùng", rules.PEOPLE_TITLE]
    rows = [
        [unit.code, unit.full_name, names.get(unit.parent_id or 0, ""), known.get(unit.id), None]
        for unit in units
    ]
    target = BytesIO()
    write_workbook(target, [Sheet("Quân số", [14, 34, 30, 18, 14], [head, *rows])])
    target.seek(0)
    name = "-".join(fold(f"quan so {place.unit.full_name}").split())
    return send_file(target, mimetype=XLSX_TYPE, as_attachment=True, download_name=f"{name}.xlsx")


@bp.post("")
@require(EDIT, scope="unit")
@accepts_upload(MAX_FILE_BYTES)
@limiter.limit(UPLOAD_LIMIT, key_func=person_key)
def upload(slug: str, series: str, unit_code: str) -> str | tuple[str, int]:
    """Read the file and show what it would declare, or everything wrong with it; nothing is kept."""
    place, form = _place(slug, series, unit_code), UploadForm(_today())
    if not form.validate_on_submit():
        return _upload_page(place, form), 422
    content = form.file.data.read()
    try:
        rows, problems = read_table(content)
    except BadInput as refusal:
        form.file.errors = [str(refusal)]
        return _upload_page(place, form), 422
    units = {unit.code: unit for unit in queries.units_below(place.unit, rules.MAX_ROWS)}
    read = rules.read_rows(rows, {code: unit.full_name for code, unit in units.items()})
    read.problems = sorted([*problems, *read.problems])
    return _preview_page(place, form, read, units, hashlib.sha256(content).hexdigest())


def _preview_page(place: Place, form: UploadForm, read: Read, units: dict[str, Unit], digest: str) -> str:
    day = form.valid_from.data or _today()
    said = {line.code: Said(units[line.code].id, line.people) for line in read.lines}
    standing = queries.newest_standing([each.unit_id for each in said.values()])
    new = {code: each for code, each in said.items() if headcount_services.is_new(each, day, standing)}
    known = headcount_queries.headcounts_on([units[code] for code in said], day)
    preview = Preview(list(new.values()), day, form.note.data or "", digest)
    signed = sign_preview(preview, root=place.unit, actor_id=current_user.account_id)
    return render_template(
        "participation/headcount_preview.html",
        place=place,
        read=read,
        new=new.keys(),
        known={code: known.get(units[code].id) for code in said},
        shown=preview,
        form=ConfirmForm(formdata=None, preview=signed),
    )


@bp.post("/ghi")
@require(EDIT, scope="unit")
def confirm(slug: str, series: str, unit_code: str) -> BaseResponse:
    """Declare exactly what was shown."""
    place, form = _place(slug, series, unit_code), ConfirmForm()
    if not form.validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    actor_id = current_user.account_id
    preview = read_preview(form.preview.data or "", root=place.unit, actor_id=actor_id)
    headcount_services.declare_all(
        place.unit,
        preview.said,
        preview.valid_from,
        preview.note,
        file_sha256=preview.file_sha256,
        actor_id=actor_id,
        now=clock.now(),
    )
    db.session.commit()
    count = len(preview.said)
    flash(f"Đã khai quân số của {count} đơn vị. Các số này có hiệu lực khi cấp trên duyệt.", "success")
    return redirect(url_for("headcounts.index", **place.address), 303)
