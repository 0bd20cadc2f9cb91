"""Headcounts and targets of a unit and what stands below it: declared, decided by a superior, set."""

from datetime import date

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.extensions import db
from app.localtime import local_day
from app.participation import declaration_queries as queries
from app.participation import headcount_queries, headcount_services, todo_queries
from app.participation import headcount_rules as rules
from app.participation.headcount_forms import DecideForm, DeclareForm, targets_form, targets_of
from app.participation.place_queries import Place, get_place
from app.permissions import Permission
from app.units.models import Unit
from app.units.queries import children_of
from app.web.forms import BaseForm
from app.web.guards import require

EDIT = Permission.HEADCOUNTS_EDIT

bp = Blueprint(
    "headcounts",
    __name__,
    url_prefix="/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/quan-so",
    template_folder="templates",
)


def _place(slug: str, series: str, unit_code: str) -> Place:
    return get_place(current_user.grants, EDIT, slug, series, unit_code)


def _today() -> date:
    return local_day(clock.now())


def _units(place: Place) -> list[Unit]:
    """The unit of the place and those directly below it that have not ended."""
    return [place.unit, *(unit for unit in children_of(place.unit) if unit.valid_to is None)]


def _back(place: Place, message: str, endpoint: str = "index") -> BaseResponse:
    flash(message, "success")
    return redirect(url_for(f"headcounts.{endpoint}", **place.address), 303)


@bp.get("")
@require(EDIT, scope="unit")
def index(slug: str, series: str, unit_code: str) -> Response:
    """What holds today, what waits, what was said before."""
    return _page(_place(slug, series, unit_code))


def _page(
    place: Place,
    *,
    declare_form: DeclareForm | None = None,
    decide_form: DecideForm | None = None,
) -> Response:
    """With 422 when it shows a form that was filled in wrongly."""
    units, today = _units(place), _today()
    wrong = [form for form in (declare_form, decide_form) if form is not None]
    waiting = queries.waiting_below(place.unit)
    page = render_template(
        "participation/headcounts.html",
        place=place,
        units=units,
        today=today,
        headcounts=headcount_queries.headcounts_on(units, today),
        targets=queries.own_targets(place.contest.id, units),
        history=queries.history_of(units),
        waiting=waiting,
        decidable={line.headcount.id for line in waiting if _is_own(line) or _is_superior(line)},
        approvable={line.headcount.id for line in waiting if not _is_own(line) and _is_superior(line)},
        over=todo_queries.units_over(place, clock.now()),
        declare_form=declare_form or DeclareForm(today, formdata=None).offer(units),
        decide_form=decide_form or DecideForm(formdata=None),
        most_shown=queries.SHOWN_WAITING,
    )
    return make_response(page, 422 if wrong else 200)


def _is_own(line: queries.Declaration) -> bool:
    return bool(line.headcount.declared_by == current_user.account_id)


def _is_superior(line: queries.Declaration) -> bool:
    return headcount_services.may_decide(current_user.grants, line.unit)


@bp.post("")
@require(EDIT, scope="unit")
def declare(slug: str, series: str, unit_code: str) -> BaseResponse:
    """Declare one unit by hand."""
    place = _place(slug, series, unit_code)
    units = _units(place)
    form = DeclareForm(_today()).offer(units)
    if not form.validate_on_submit():
        return _page(place, declare_form=form)
    unit = next(unit for unit in units if unit.code == form.unit.data)
    people, day = form.people.data or 0, form.valid_from.data or _today()
    try:
        headcount_services.declare(
            unit, people, day, form.note.data or "", actor_id=current_user.account_id, now=clock.now()
        )
    except rules.NothingNew as refusal:
        form.people.errors = [refusal.message]
        return _page(place, declare_form=form)
    db.session.commit()
    return _back(place, f"Đã khai quân số của {unit.full_name}. Số này có hiệu lực khi cấp trên duyệt.")


@bp.post("/quyet-dinh")
@require(EDIT, scope="unit")
def decide(slug: str, series: str, unit_code: str) -> BaseResponse:
    """Approve or refuse the marked declarations, all or none."""
    place, form = _place(slug, series, unit_code), DecideForm()
    if not form.validate_on_submit():
        return _page(place, decide_form=form)
    approves, chosen = form.verdict.data == "approve", sorted(set(form.chosen.data))
    for headcount_id in chosen:
        headcount_services.decide(
            place.unit,
            headcount_id,
            approves=approves,
            reason=form.reason.data or "",
            grants=current_user.grants,
            actor_id=current_user.account_id,
            now=clock.now(),
        )
    db.session.commit()
    return _back(place, f"{'Đã duyệt' if approves else 'Đã trả lại'} quân số của {len(chosen)} đơn vị.")


@bp.get("/chi-tieu")
@require(EDIT, scope="unit")
def targets(slug: str, series: str, unit_code: str) -> str:
    """A box for each unit below: how many people it is asked to bring each round."""
    place = _place(slug, series, unit_code)
    units = _below(place)
    return _targets_page(place, units, targets_form(units, queries.own_targets(place.contest.id, units)))


def _below(place: Place) -> list[Unit]:
    """Units whose targets the reader may set: those below; the own one only as its superior."""
    own, *below = _units(place)
    return [own, *below] if headcount_services.may_decide(current_user.grants, own) else below


def _targets_page(place: Place, units: list[Unit], form: BaseForm) -> str:
    return render_template(
        "participation/headcount_targets.html",
        place=place,
        units=units,
        form=form,
        headcounts=headcount_queries.headcounts_on(units, _today()),
    )


@bp.post("/chi-tieu")
@require(EDIT, scope="unit")
def set_targets(slug: str, series: str, unit_code: str) -> BaseResponse | tuple[str, int]:
    """Keep the targets that were changed."""
    place = _place(slug, series, unit_code)
    units = _below(place)
    form = targets_form(units, {})
    if not form.validate_on_submit():
        return _targets_page(place, units, form), 422
    count = headcount_services.set_targets(
        place.contest, units, targets_of(form, units), actor_id=current_user.account_id, now=clock.now()
    )
    db.session.commit()
    message = f"Đã giao chỉ tiêu cho {count} đơn vị." if count else "Chỉ tiêu không đổi."
    return _back(place, message, "targets")
