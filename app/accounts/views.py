"""Registering, signing in and out, passwords and devices."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from app import clock
from app.accounts import consent_wording, forms, passwords, queries, rules, services, session_services
from app.accounts.login import Verified, come_in, leave, local_path, try_key, try_password
from app.accounts.models import Account
from app.errors import Busy
from app.extensions import db
from app.localtime import local_day
from app.units.queries import find_series, search_units
from app.web import devices
from app.web.limits import REGISTER_LIMIT, SIGN_IN_LIMIT, limiter
from app.web.sessions import current_token_hash

bp = Blueprint("accounts", __name__, template_folder="templates")

DEVICE_LIMIT = "60 per 10 minutes"
TRY_AGAIN = "Nhiều người đang đăng ký cùng lúc nên chưa ghi được. Bạn chờ vài giây rồi bấm Đăng ký lại."
ACCOUNT_DISABLED = "Tài khoản này đã bị khoá. Bạn hãy liên hệ Ban Tổ chức."


def device_key() -> str:
    device = devices.find_device()
    return f"device:{device.id}" if device else ""


def has_no_device() -> bool:
    return devices.find_device() is None


per_device = limiter.limit(DEVICE_LIMIT, key_func=device_key, exempt_when=has_no_device)


@bp.get("/dang-ky")
def register() -> Response:
    form = forms.RegisterForm(today=local_day(clock.now()))
    series, code = request.args.get("series", ""), rules.find_code(request.args.get("gt", ""))
    if len(series) <= forms.MAX_CODE and find_series(series):
        form.series.data = series
        form.root.data = request.args.get("root", "")[: forms.MAX_CODE]
        form.root.data = form.root.data if form.root_unit else ""
    form.referral_code.data = rules.name_for_people(code) if code else ""
    form.next.data = local_path(request.args.get("next")) or ""
    return _register_page(form)


@bp.post("/dang-ky")
@limiter.limit(REGISTER_LIMIT)
@per_device
def submit_registration() -> Response:
    form = forms.RegisterForm(today=local_day(clock.now()))
    form.refuse_unknown_fields()
    form.read_unit()
    if form.asks_for_units:
        return _register_page(form, finds_units=True)
    if not form.validate():
        return _register_page(form, 422)
    db.session.commit()  # no transaction is open while hashing
    try:
        with passwords.slot():
            password_hash = passwords.hash_password(form.password.data)
    except Busy as busy:
        form.form_errors.append(TRY_AGAIN)
        return _register_page(form, 503, retry_after=busy.retry_after)
    try:
        account = _register(form, password_hash)
    except rules.PhoneTaken as taken:
        db.session.rollback()
        form.phone.errors = [taken.message]
        return _register_page(form, 422)
    response = come_in(account, Verified(password_hash, password_hash), form.next.data)
    flash("Bạn đã đăng ký xong.", "success")
    return response


def _register(form: forms.RegisterForm, password_hash: str) -> Account:
    return services.register_account(
        form.registration(form.canonical_phone),
        consents=form.consents,
        password_hash=password_hash,
        referrer=form.referrer,
        origin=rules.Origin(rules.address_prefix(request.remote_addr), devices.device_hash()),
        now=clock.now(),
    )


def _register_page(
    form: forms.RegisterForm, status: int = 200, *, finds_units: bool = False, retry_after: int | None = None
) -> Response:
    """The form as it was filled in; only the password is asked again."""
    form.read_referrer()
    searched = form.unit_search.data or ""
    page = render_template(
        "accounts/register.html",
        form=form,
        results=search_units(form.series.data, searched, form.root_unit) if finds_units else None,
        finds_units=finds_units,
        is_phone_taken=rules.PhoneTaken.message in form.phone.errors,
        wording=consent_wording,
    )
    response = make_response(page, status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


@bp.get("/dang-nhap")
def sign_in() -> Response:
    if current_user.is_authenticated:
        return make_response(redirect(local_path(request.args.get("next")) or url_for("portal.home")))
    form = forms.SignInForm()
    form.next.data = local_path(request.args.get("next")) or ""
    return make_response(render_template("accounts/sign_in.html", form=form))


@bp.post("/dang-nhap")
@limiter.limit(SIGN_IN_LIMIT)
@per_device
def submit_sign_in() -> Response:
    form = forms.SignInForm()
    if not form.validate_on_submit():
        return make_response(render_template("accounts/sign_in.html", form=form), 422)
    account = queries.find_account(form.sign_in_name)
    try:
        verified = try_password(account, try_key(account, form.sign_in_name), form.password.data)
    except rules.TooSoon as refusal:
        return _sign_in_refused(form, refusal.message, 429, refusal.seconds)
    if account is None or verified is None:
        return _sign_in_refused(form, forms.SIGN_IN_WRONG)
    if account.disabled_at is not None:
        db.session.commit()
        return _sign_in_refused(form, ACCOUNT_DISABLED)
    return come_in(account, verified, form.next.data)


def _sign_in_refused(
    form: forms.SignInForm, message: str, status: int = 422, wait: int | None = None
) -> Response:
    form.form_errors.append(message)
    response = make_response(render_template("accounts/sign_in.html", form=form), status)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


@bp.post("/dang-xuat")
def sign_out() -> Response:
    forms.EmptyForm().refuse_unknown_fields()
    if current_user.is_authenticated:
        session_services.end_session(current_user.account_id, current_token_hash() or "", now=clock.now())
        db.session.commit()
    leave()
    return make_response(redirect(url_for("portal.home"), 303))


@bp.route("/tai-khoan/mat-khau", methods=["GET", "POST"])
@login_required
@limiter.limit(SIGN_IN_LIMIT, methods=["POST"])
def change_password() -> Response:
    form = forms.ChangePasswordForm()
    account = form.account = queries.get_account(current_user.public_id)
    if not form.validate_on_submit():
        return make_response(
            render_template("accounts/password.html", form=form), 422 if form.errors else 200
        )
    try:
        verified = try_password(account, f"{account.sign_in_name} change", form.current_password.data)
    except rules.TooSoon as refusal:
        verified = None
        form.current_password.errors = [refusal.message]
    else:
        form.current_password.errors = [] if verified else ["Mật khẩu hiện tại không đúng."]
    if verified is None:
        return make_response(render_template("accounts/password.html", form=form), 422)
    with passwords.slot():
        password_hash = passwords.hash_password(form.password.data)
    services.change_password(account, password_hash, keep=current_token_hash(), now=clock.now())
    db.session.commit()
    flash("Đã đổi mật khẩu. Các thiết bị khác đã được đăng xuất.", "success")
    return make_response(redirect(url_for("portal.account"), 303))


@bp.get("/tai-khoan/thiet-bi")
@login_required
def list_devices() -> str:
    sessions = queries.live_sessions(current_user.account_id, clock.now())
    return render_template("accounts/devices.html", sessions=sessions, form=forms.EmptyForm())


@bp.post("/tai-khoan/thiet-bi")
@login_required
def end_device() -> Response:
    """End one device by its mark, or all the others without one."""
    form = forms.DeviceForm()
    form.refuse_unknown_fields()
    now, mine = clock.now(), current_token_hash()
    if form.device.data:
        session_services.end_session(current_user.account_id, form.device.data, now=now)
        message = "Đã đăng xuất thiết bị đó."
    else:
        count = session_services.end_other_sessions(current_user.account_id, mine, now=now)
        message = f"Đã đăng xuất {count} thiết bị khác."
    db.session.commit()
    flash(message, "success")
    return make_response(redirect(url_for("accounts.list_devices"), 303))


@bp.get("/dat-lai-mat-khau/<token>")
def open_link(token: str) -> str:
    """Looking at the link does not use it up: messengers open links on their own."""
    form = forms.LinkForm(account=_account_of(token), today=local_day(clock.now()))
    return render_template("accounts/reset.html", form=form, wording=consent_wording)


@bp.post("/dat-lai-mat-khau/<token>")
@limiter.limit(SIGN_IN_LIMIT)
def use_link(token: str) -> Response:
    form = forms.LinkForm(account=_account_of(token), today=local_day(clock.now()))
    if not form.validate_on_submit():
        return make_response(render_template("accounts/reset.html", form=form, wording=consent_wording), 422)
    db.session.commit()
    with passwords.slot():
        password_hash = passwords.hash_password(form.password.data)
    now = clock.now()
    account = services.use_reset_link(token, password_hash, consents=form.consents, now=now)
    db.session.commit()
    flash(f"Đã đặt mật khẩu. Bạn đăng nhập bằng {rules.name_for_people(account.sign_in_name)}.", "success")
    return make_response(redirect(url_for("accounts.sign_in"), 303))


def _account_of(token: str) -> Account:
    account = queries.find_usable_link(session_services.token_hash(token), clock.now())
    if account is None:
        raise rules.LinkNotUsable
    return account
