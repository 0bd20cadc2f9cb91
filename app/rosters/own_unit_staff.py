"""Own units below a place: add, rename, close."""

from flask import Blueprint, flash, redirect, render_template
from flask_login import current_user

from app import clock
from app.errors import BadInput
from app.extensions import db
from app.localtime import local_day
from app.participation.place_queries import Place
from app.rosters import unit_queries
from app.rosters.forms import ButtonForm
from app.rosters.own_unit_forms import AddForm, NameForm
from app.rosters.place_staff import EDIT, PREFIX, Page, address, place_of
from app.units import own_services
from app.units.own_queries import own_units_below
from app.units.own_rules import is_own
from app.units.queries import find_parent
from app.web.guards import require

bp = Blueprint("own_units", __name__, url_prefix=f"{PREFIX}/don-vi", template_folder="templates")


@bp.get("")
@require(EDIT, scope="unit")
def index(slug: str, series: str, unit_code: str) -> Page:
    """The own units of this place and a form for another; of an own unit, its name and its closing."""
    place = place_of(slug, series, unit_code)
    if is_own(place.unit.kind):
        return _own_page(place, NameForm(formdata=None, name=place.unit.name), 200)
    return _page(place, _add_form(place, is_blank=True), 200)


def _add_form(place: Place, *, is_blank: bool = False) -> AddForm:
    form = AddForm(formdata=None, parent=place.unit.code) if is_blank else AddForm()
    form.offer(unit_queries.parents_in(place.unit))
    return form


def _page(place: Place, form: AddForm, status: int) -> Page:
    units = own_units_below(place.unit)
    above = unit_queries.names_by_id({unit.parent_id for unit in units})
    return render_template("rosters/own_units.html", place=place, form=form, units=units, above=above), status


def _own_page(place: Place, form: NameForm, status: int) -> Page:
    page = render_template(
        "rosters/own_unit.html",
        place=place,
        form=form,
        parent=find_parent(place.unit),
        people=unit_queries.count_people(place.contest, place.unit),
    )
    return page, status


@bp.post("")
@require(EDIT, scope="unit")
def add(slug: str, series: str, unit_code: str) -> Page:
    """Add an own unit below a territorial one of this place."""
    place = place_of(slug, series, unit_code)
    form = _add_form(place)
    if not form.validate_on_submit() or form.chosen is None:
        return _page(place, form, 422)
    now = clock.now()
    unit = own_services.add_unit(
        form.chosen,
        form.kind.data,
        form.name.data,
        actor_id=current_user.account_id,
        now=now,
        today=local_day(now),
    )
    db.session.commit()
    flash(f"Đã thêm {unit.full_name}. Người dự thi tìm thấy đơn vị này khi chọn đơn vị.", "success")
    return redirect(address(place, "own_units.index"), 303)


@bp.post("/ten")
@require(EDIT, scope="unit")
def rename(slug: str, series: str, unit_code: str) -> Page:
    """Give the own unit of this address another name."""
    place = place_of(slug, series, unit_code)
    form = NameForm()
    if not form.validate_on_submit():
        return _own_page(place, form, 422) if is_own(place.unit.kind) else _page(place, _add_form(place), 422)
    own_services.rename_unit(place.unit, form.name.data, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash("Đã đổi tên đơn vị.", "success")
    return redirect(address(place, "own_units.index"), 303)


@bp.post("/dong")
@require(EDIT, scope="unit")
def close(slug: str, series: str, unit_code: str) -> Page:
    """Nobody chooses it any more."""
    place = place_of(slug, series, unit_code)
    _check_button()
    now = clock.now()
    own_services.close_unit(place.unit, actor_id=current_user.account_id, now=now, today=local_day(now))
    db.session.commit()
    flash("Đã đóng đơn vị. Người đang thuộc đơn vị này vẫn dự thi bình thường.", "success")
    return redirect(address(place, "own_units.index"), 303)


@bp.post("/mo-lai")
@require(EDIT, scope="unit")
def reopen(slug: str, series: str, unit_code: str) -> Page:
    """Let people choose it again."""
    place = place_of(slug, series, unit_code)
    _check_button()
    own_services.reopen_unit(place.unit, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash("Đã mở lại đơn vị.", "success")
    return redirect(address(place, "own_units.index"), 303)


def _check_button() -> None:
    if not ButtonForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
