"""The second factor: setting it up, the step after the password, showing it again, turning it off."""

from typing import Any

import segno
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as browser_session
from flask_login import current_user, login_required
from markupsafe import Markup

from app import clock
from app.accounts import factor_rules, queries, rules
from app.accounts import factor_services as services
from app.accounts.factor_forms import CODE_WRONG, CodeForm, ManageForm, SetupForm
from app.accounts.login import (
    Verified,
    come_in,
    find_password_step,
    local_path,
    try_code,
    try_password,
)
from app.accounts.models import Account
from app.extensions import db
from app.web.forms import BaseForm
from app.web.limits import SIGN_IN_LIMIT, limiter
from app.web.sessions import current_token_hash

bp = Blueprint("factors", __name__, template_folder="templates")

SETUP_NONCE = "totp_nonce"
STEP_GONE = "Đã quá lâu từ khi bạn ghi mật khẩu. Bạn đăng nhập lại."


def secret_keys() -> list[str]:
    """The application's keys, the present one first."""
    config = current_app.config["KHEO"]
    return [config.secret_key, *config.secret_key_fallbacks]


@bp.get("/dang-nhap/ma")
def show_code() -> Response:
    """The second step of signing in."""
    step = find_password_step()
    if step is None:
        return _sign_in_again()
    return _code_page(CodeForm(formdata=None, next=step[1]), "factors.try_sign_in_code")


@bp.post("/dang-nhap/ma")
@limiter.limit(SIGN_IN_LIMIT)
def try_sign_in_code() -> Response:
    form = CodeForm()
    form.refuse_unknown_fields()
    step = find_password_step()
    if step is None:
        return _sign_in_again()
    account, next_page = step
    if not form.validate() or not _is_right(account, form):
        return _code_page(form, "factors.try_sign_in_code", 422)
    stored = account.password_hash or ""
    return come_in(account, Verified(stored, stored), next_page, has_second_factor=True)


def _sign_in_again() -> Response:
    flash(STEP_GONE, "info")
    return make_response(redirect(url_for("accounts.sign_in"), 303))


def _is_right(account: Account, form: CodeForm | SetupForm | ManageForm) -> bool:
    """Try the form's code; a refusal stands beside the field."""
    try:
        is_right = try_code(account, form.code.data or "", secret_keys())
    except rules.TooSoon as refusal:
        form.code.errors = [refusal.message]
        return False
    if not is_right:
        form.code.errors = [CODE_WRONG]
    return is_right


def _code_page(form: CodeForm, endpoint: str, status: int = 200) -> Response:
    return make_response(render_template("accounts/code.html", form=form, endpoint=endpoint), status)


@bp.get("/tai-khoan/xac-thuc-hai-lop/ma")
@login_required
def confirm() -> Response:
    """Show the factor again on this device."""
    next_page = local_path(request.args.get("next")) or ""
    return _code_page(CodeForm(formdata=None, next=next_page), "factors.try_confirm")


@bp.post("/tai-khoan/xac-thuc-hai-lop/ma")
@login_required
@limiter.limit(SIGN_IN_LIMIT)
def try_confirm() -> Response:
    form = CodeForm()
    account = queries.get_account(current_user.public_id)
    if not form.validate_on_submit() or not _is_right(account, form):
        return _code_page(form, "factors.try_confirm", 422)
    services.mark_session(account.id, current_token_hash() or "", now=clock.now())
    db.session.commit()
    return make_response(redirect(local_path(form.next.data) or url_for("portal.account"), 303))


@bp.get("/tai-khoan/xac-thuc-hai-lop")
@login_required
def index() -> Response:
    return _index()


def _index(form: BaseForm | None = None) -> Response:
    """Turned on: what is left and how to turn it off. Not yet: the QR code. Without a role: why not."""
    account = queries.get_account(current_user.public_id)
    factor = queries.find_factor(account.id)
    blank_form = ManageForm(formdata=None) if factor else SetupForm(formdata=None)
    context: dict[str, Any] = {"account": account, "factor": factor, "form": form or blank_form}
    if factor is not None:
        context["codes_left"] = queries.count_recovery_codes(account.id)
    elif current_user.is_staff:
        secret = _setup_secret(account)
        picture = segno.make(services.setup_address(account, secret), error="m")
        context["secret"] = factor_rules.secret_for_people(secret)
        context["picture"] = Markup(picture.svg_inline(scale=4, light="#fff", title="Mã QR"))  # noqa: S704
    page = render_template("accounts/factor.html", **context)
    return make_response(page, 422 if form is not None and form.errors else 200)


def _setup_secret(account: Account) -> str:
    """The same until it is confirmed, so that a page loaded again still fits the authenticator."""
    nonce = browser_session.setdefault(SETUP_NONCE, services.new_nonce())
    return factor_rules.secret_of(secret_keys()[0], account.public_id, nonce)


@bp.post("/tai-khoan/xac-thuc-hai-lop")
@login_required
@limiter.limit(SIGN_IN_LIMIT)
def turn_on() -> Response:
    """Confirm the authenticator by its first code; the recovery codes are on this one page only."""
    form = SetupForm()
    form.refuse_unknown_fields()
    if not current_user.is_staff:
        raise factor_rules.NoRole
    account = queries.get_account(current_user.public_id)
    if not form.validate() or not _is_own_password(account, form):
        return _index(form)
    codes = services.turn_on(
        account,
        browser_session.get(SETUP_NONCE) or services.new_nonce(),
        form.code.data or "",
        keys=secret_keys(),
        keep=current_token_hash(),
        now=clock.now(),
    )
    if codes is None:
        form.code.errors = [CODE_WRONG]
        return _index(form)
    db.session.commit()
    browser_session.pop(SETUP_NONCE, None)
    return _codes_page(codes, is_new=True)


def _is_own_password(account: Account, form: SetupForm | ManageForm) -> bool:
    try:
        verified = try_password(account, f"{account.sign_in_name} change", form.current_password.data or "")
    except rules.TooSoon as refusal:
        form.current_password.errors = [refusal.message]
        return False
    form.current_password.errors = [] if verified else ["Mật khẩu không đúng."]
    db.session.commit()
    return verified is not None


def _codes_page(codes: list[str], *, is_new: bool) -> Response:
    written = [factor_rules.recovery_for_people(code) for code in codes]
    response = make_response(render_template("accounts/recovery_codes.html", codes=written, is_new=is_new))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/tai-khoan/xac-thuc-hai-lop/ma-du-phong")
@login_required
@limiter.limit(SIGN_IN_LIMIT)
def renew_codes() -> Response:
    account, form = _managed()
    if form.errors:
        return _index(form)
    codes = services.renew_recovery_codes(account, keys=secret_keys(), now=clock.now())
    db.session.commit()
    return _codes_page(codes, is_new=False)


@bp.post("/tai-khoan/xac-thuc-hai-lop/tat")
@login_required
@limiter.limit(SIGN_IN_LIMIT)
def turn_off() -> Response:
    account, form = _managed()
    if form.errors:
        return _index(form)
    services.turn_off(account, keep=current_token_hash(), now=clock.now())
    db.session.commit()
    flash("Đã tắt xác thực hai lớp. Các thiết bị khác đã được đăng xuất.", "success")
    return make_response(redirect(url_for("factors.index"), 303))


def _managed() -> tuple[Account, ManageForm]:
    """The person and the form, which has errors unless password and code were right. Raises AlreadyOff."""
    form = ManageForm()
    form.refuse_unknown_fields()
    account = queries.get_account(current_user.public_id)
    if queries.find_factor(account.id) is None:
        raise factor_rules.AlreadyOff
    if form.validate() and _is_own_password(account, form):
        _is_right(account, form)
    return account, form
