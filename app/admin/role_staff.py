"""Administrators give and withdraw roles, and see who may do what."""

from datetime import timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.accounts import services
from app.accounts.queries import find_units, get_role_held
from app.admin import permission_wording, queries
from app.admin.role_forms import FindForm, RoleForm
from app.extensions import db
from app.localtime import from_local, local_day
from app.permissions import ROLE_NAMES, Permission, Role
from app.web.forms import BaseForm
from app.web.guards import require

bp = Blueprint("admin_roles", __name__, url_prefix="/quan-tri/quyen", template_folder="templates")

GRANT = Permission.ROLES_GRANT


@bp.get("")
@require(GRANT, scope="global")
def roles() -> Response:
    """Who holds what now; ?het-han=1 shows what is over."""
    return _roles_page(RoleForm(today=local_day(clock.now())), is_over=request.args.get("het-han") == "1")


@bp.post("/tim")
@require(GRANT, scope="global")
def find() -> Response:
    """Narrow the list by a name, a number or a role, by POST: names stay out of addresses and logs."""
    form = FindForm()
    is_valid = form.validate_on_submit()
    blank = RoleForm(today=local_day(clock.now()), is_blank=True)
    return _roles_page(blank, 200 if is_valid else 422, find_form=form)


def _roles_page(
    form: RoleForm, status: int = 200, *, find_form: FindForm | None = None, is_over: bool = False
) -> Response:
    finds = form.asks_for_units
    finding = find_form or FindForm(formdata=None)
    is_found = find_form is not None and not find_form.errors
    page = render_template(
        "admin/roles.html",
        form=form,
        find_form=finding,
        is_over=is_over,
        held=queries.roles_held(
            clock.now(),
            is_over=is_over,
            role=finding.held_role.data or "" if is_found else "",
            text=finding.q.data or "" if is_found else "",
        ),
        is_narrowed=is_found,
        most=queries.HELD_SHOWN,
        role_names=ROLE_NAMES,
        results=find_units(form.series.data, form.unit_search.data) if finds else None,
    )
    return make_response(page, status)


@bp.post("")
@require(GRANT, scope="global", sensitive=True)
def give_role() -> Response:
    form = RoleForm(today=local_day(clock.now()))
    form.refuse_unknown_fields()
    if form.asks_for_units:
        return _roles_page(form)
    if not form.validate() or form.holder is None:
        return _roles_page(form, 422)
    role, last_day = Role(form.role.data), form.last_day.data
    ends = from_local(last_day.year, last_day.month, last_day.day) + timedelta(days=1) if last_day else None
    unit = form.chosen_unit if role is Role.STAFF else None
    contest = form.chosen_contest if role is Role.ORGANISER else None
    services.grant_role(
        form.holder,
        role,
        unit_id=unit.id if unit else None,
        contest_id=contest.id if contest else None,
        valid_to=ends,
        granted_by=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    flash(f"Đã giao vai trò {ROLE_NAMES[role]} cho {form.holder.full_name}.", "success")
    return redirect(url_for("admin_roles.roles"), 303)


@bp.post("/<int:grant_id>/thu-hoi")
@require(GRANT, scope="global", sensitive=True)
def take_role(grant_id: int) -> Response:
    BaseForm().refuse_unknown_fields()
    now = clock.now()
    grant = get_role_held(grant_id, now)
    services.withdraw_role(grant, actor_id=current_user.account_id, now=now)
    db.session.commit()
    flash("Đã thu hồi vai trò.", "success")
    return redirect(url_for("admin_roles.roles"), 303)


@bp.get("/bang")
@require(GRANT, scope="global")
def table() -> str:
    """Who may do what, as the code decides it."""
    return render_template(
        "admin/permissions.html",
        lines=permission_wording.table(),
        role_names=ROLE_NAMES,
        scope_words=permission_wording.SCOPE_WORDS,
    )
