"""Administrators look somebody up: what they may do now, locking, a lost second factor."""

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.accounts import factor_services, services
from app.accounts.models import Account
from app.accounts.queries import (
    PEOPLE_SHOWN,
    find_factor,
    find_people,
    get_account,
    get_unit_of,
    live_sessions,
)
from app.admin import permission_wording, queries
from app.extensions import db
from app.permissions import ROLE_NAMES, Permission
from app.web.forms import PersonSearchForm, ReasonForm
from app.web.guards import require
from app.web.limits import limiter

bp = Blueprint("admin_people", __name__, url_prefix="/quan-tri/nguoi-dung", template_folder="templates")

GRANT = Permission.ROLES_GRANT
SEARCH_LIMIT = "60 per minute"


def person_key() -> str:
    return f"admin:{current_user.account_id}"


@bp.get("")
@require(GRANT, scope="global")
def people() -> str:
    return render_template(
        "admin/people.html", form=PersonSearchForm(formdata=None), found=None, most=PEOPLE_SHOWN
    )


@bp.post("")
@require(GRANT, scope="global")
@limiter.limit(SEARCH_LIMIT, key_func=person_key)
def find() -> Response:
    """A search by POST: names and telephone numbers stay out of addresses and logs."""
    form = PersonSearchForm()
    is_valid = form.validate_on_submit()
    found = find_people(current_user.grants, GRANT, form.q.data) if is_valid else None
    page = render_template("admin/people.html", form=form, found=found, most=PEOPLE_SHOWN)
    return make_response(page, 200 if is_valid else 422)


@bp.get("/<public_id>")
@require(GRANT, scope="global")
def person(public_id: str) -> Response:
    return _page(get_account(public_id))


def _page(account: Account, wrong_form: ReasonForm | None = None) -> Response:
    """With 422 when a reason was missing; the form of that act is shown as it was filled in."""
    now = clock.now()
    held = queries.grants_of(account.id)
    live = queries.live_of(held, now)
    page = render_template(
        "admin/person.html",
        account=account,
        unit=get_unit_of(account),
        held=held,
        now=now,
        possible=permission_wording.now_possible(live),
        role_names=ROLE_NAMES,
        factor=find_factor(account.id),
        device_count=len(live_sessions(account.id, now)),
        is_self=account.id == current_user.account_id,
        form=ReasonForm(formdata=None),
        wrong_form=wrong_form,
    )
    return make_response(page, 422 if wrong_form is not None else 200)


def _with_reason(public_id: str, act: Callable[..., None], said: str) -> Response:
    """Do what needs a reason, or show the page again."""
    account = get_account(public_id)
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(account, form)
    act(account, actor_id=current_user.account_id, reason=form.reason.data, now=clock.now())
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("admin_people.person", public_id=public_id), 303)


@bp.post("/<public_id>/khoa")
@require(GRANT, scope="global", sensitive=True)
def lock(public_id: str) -> Response:
    said = "Đã khoá tài khoản và đăng xuất khỏi mọi thiết bị."
    return _with_reason(public_id, services.disable_account, said)


@bp.post("/<public_id>/mo-khoa")
@require(GRANT, scope="global", sensitive=True)
def unlock(public_id: str) -> Response:
    return _with_reason(public_id, services.enable_account, "Đã mở khoá tài khoản.")


@bp.post("/<public_id>/dat-lai-hai-lop")
@require(GRANT, scope="global", sensitive=True)
def reset_factor(public_id: str) -> Response:
    said = "Đã đặt lại xác thực hai lớp. Lần đăng nhập tới người này chỉ cần mật khẩu, rồi bật lại."
    return _with_reason(public_id, factor_services.reset, said)
