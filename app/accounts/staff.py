"""Staff help people of their own units in."""

import segno
from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.accounts import queries, rules, services
from app.accounts.forms import EmptyForm
from app.accounts.models import Account
from app.accounts.staff_forms import IssueForm
from app.extensions import db
from app.localtime import local_day
from app.permissions import ROLE_NAMES, Permission, unit_paths_in_scope
from app.units.queries import search_units
from app.web.forms import PersonSearchForm, ReasonForm
from app.web.guards import require
from app.web.limits import limiter

bp = Blueprint("accounts_staff", __name__, template_folder="templates")

HELP = Permission.ACCOUNTS_RESET
PEOPLE_LIMIT = "60 per minute"


def person_key() -> str:
    return f"staff:{current_user.account_id}"


@bp.get("/can-bo/tai-khoan")
@require(HELP, scope="unit")
def people() -> str:
    return render_template("accounts/people.html", form=PersonSearchForm(), found=None)


@bp.post("/can-bo/tai-khoan")
@require(HELP, scope="unit")
@limiter.limit(PEOPLE_LIMIT, key_func=person_key)
def find_people() -> Response:
    """A search by POST: names and telephone numbers stay out of addresses and logs."""
    form = PersonSearchForm()
    if not form.validate_on_submit():
        return make_response(render_template("accounts/people.html", form=form, found=None), 422)
    found = queries.find_people(current_user.grants, HELP, form.q.data)
    most = queries.PEOPLE_SHOWN
    return make_response(render_template("accounts/people.html", form=form, found=found, most=most))


@bp.get("/can-bo/tai-khoan/<public_id>")
@require(HELP, scope="unit")
def person(public_id: str) -> Response:
    return _person_page(_get_person(public_id), ReasonForm())


def _get_person(public_id: str) -> Account:
    return queries.get_person(current_user.grants, HELP, public_id)


def _person_page(account: Account, form: ReasonForm, status: int = 200) -> Response:
    now = clock.now()
    page = render_template(
        "accounts/person.html",
        account=account,
        unit=queries.get_unit_of(account),
        roles=[ROLE_NAMES[grant.role] for grant in queries.live_grants(account.id, now)],
        device_count=len(queries.live_sessions(account.id, now)),
        refusal=_refusal(account),
        form=form,
    )
    return make_response(page, status)


def _refusal(account: Account) -> str:
    """Why this person may not help that account; empty when they may."""
    try:
        _check_may_help(account)
    except rules.HelpRefused as refusal:
        return refusal.message
    return ""


def _check_may_help(account: Account) -> None:
    """Raises HelpRefused."""
    target = queries.live_grants(account.id, clock.now())
    rules.check_may_help(current_user.grants, target, is_self=account.id == current_user.account_id)
    if account.disabled_at is not None:
        raise rules.HelpRefused("Tài khoản này đã bị khoá.")


@bp.post("/can-bo/tai-khoan/<public_id>/lien-ket")
@require(HELP, scope="unit")
@limiter.limit(PEOPLE_LIMIT, key_func=person_key)
def issue_link(public_id: str) -> Response:
    """The link is on this one page only; whoever opens it chooses the password."""
    account = _get_person(public_id)
    EmptyForm().refuse_unknown_fields()
    _check_may_help(account)
    return _link_page(account)


def _link_page(account: Account) -> Response:
    now = clock.now()
    token = services.issue_reset_link(account, actor_id=current_user.account_id, now=now)
    db.session.commit()
    link = current_app.config["KHEO"].public_url + url_for("accounts.open_link", token=token)
    page = render_template(
        "accounts/link.html",
        account=account,
        link=link,
        ends_at=now + rules.RESET_LIFETIME,
        picture=Markup(segno.make(link, error="m").svg_inline(scale=5, light="#fff", title="Mã QR")),  # noqa: S704
    )
    return make_response(page)


@bp.post("/can-bo/tai-khoan/<public_id>/giai-phong-so")
@require(HELP, scope="unit")
def free_phone(public_id: str) -> BaseResponse:
    form = ReasonForm()
    account = _get_person(public_id)
    if not form.validate_on_submit():
        return _person_page(account, form, 422)
    _check_may_help(account)
    code = services.free_squatted_phone(
        account, actor_id=current_user.account_id, reason=form.reason.data, now=clock.now()
    )
    db.session.commit()
    flash(f"Đã giải phóng số. Tài khoản này nay đăng nhập bằng mã {rules.name_for_people(code)}.", "success")
    return redirect(url_for("accounts_staff.person", public_id=public_id), 303)


@bp.get("/can-bo/tai-khoan/cap-ma")
@require(HELP, scope="unit")
def new_code() -> str:
    return render_template("accounts/issue.html", form=_issue_form(), results=None)


def _issue_form() -> IssueForm:
    """Staff of one subtree choose from its units."""
    form = IssueForm(today=local_day(clock.now()), grants=current_user.grants)
    subtrees = unit_paths_in_scope(current_user.grants, HELP)
    if subtrees and not form.is_submitted():
        form.series.data, path = subtrees[0]
        form.root.data = path.strip("/").split("/")[-1] if len(subtrees) == 1 else ""
    return form


@bp.post("/can-bo/tai-khoan/cap-ma")
@require(HELP, scope="unit")
def issue_code() -> Response:
    form = _issue_form()
    form.refuse_unknown_fields()
    form.read_unit()
    if form.asks_for_units:
        results = search_units(form.series.data, form.unit_search.data, form.root_unit)
        return make_response(render_template("accounts/issue.html", form=form, results=results))
    if not form.validate():
        return make_response(render_template("accounts/issue.html", form=form, results=None), 422)
    account = services.issue_account(
        form.registration(None), actor_id=current_user.account_id, now=clock.now()
    )
    return _link_page(account)
