"""Who is signed in: Flask-Login over our sessions in SQL, loaded only when a page asks for it."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask, Response, flash, g, make_response, redirect, request, session, url_for
from flask_login import AnonymousUserMixin, UserMixin, current_user, login_user
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.urls import iri_to_uri

from app import clock
from app.accounts import factor_rules, passwords, queries, rules
from app.accounts.factor_services import use_code
from app.accounts.models import Account
from app.accounts.session_services import (
    forget_failures,
    reserve_try,
    sign_in,
    slide_session,
    token_hash,
)
from app.errors import SecondFactorMissing
from app.extensions import SAFE_METHODS, db, login_manager
from app.permissions import Grant
from app.text import initials
from app.web import devices
from app.web.errors import error_response, wants_json

MAX_NEXT = 500
_LOCAL_PATH = re.compile(r"/(?!/)[!-\[\]-~]*\Z")  # visible ASCII without a backslash
SIGNED_OUT = "Bạn hãy đăng nhập để tiếp tục."
FACTOR_WANTED = "Trang này cần xác thực hai lớp. Bạn bật một lần, mất khoảng hai phút."
CODE_WANTED = "Việc này cần mã xác thực hai lớp trên thiết bị này."
PASSWORD_STEP = "password_step"  # noqa: S105 -- where the browser keeps that the password was right


@dataclass(frozen=True)
class Verified:
    """A right password: the hash it was compared with, and the one to keep from now on."""

    checked_hash: str
    kept_hash: str


@dataclass(frozen=True, eq=False)
class SignedIn(UserMixin):
    """The person of a live session. `token` is Flask-Login's user id; only its hash is stored."""

    token: str = field(repr=False)
    account_id: int
    public_id: str
    full_name: str
    session_id: int
    grants: tuple[Grant, ...]
    second_factor_at: datetime | None = None

    @property
    def initials(self) -> str:
        return initials(self.full_name)

    @property
    def is_staff(self) -> bool:
        """Holds any role beside taking part."""
        return bool(self.grants)

    def must_confirm(self, now: datetime) -> bool:
        """Has a second factor, and has not shown it lately on this device?"""
        if factor_rules.is_fresh(self.second_factor_at, now):
            return False
        return queries.find_factor(self.account_id) is not None

    def get_id(self) -> str:
        return self.token


class SignedOut(AnonymousUserMixin):
    """Nobody."""

    account_id = None
    public_id = None
    full_name = ""
    initials = ""
    session_id = None
    second_factor_at = None
    grants: tuple[Grant, ...] = ()
    is_staff = False


def init_app(app: Flask, *, hash_slots: int) -> None:
    login_manager.session_protection = None  # phones change their address all day
    login_manager.anonymous_user = SignedOut
    login_manager.user_loader(load_signed_in)
    login_manager.unauthorized_handler(ask_to_sign_in)
    passwords.init_app(app, slots=hash_slots)
    devices.init_app(app)
    app.after_request(slide_session_in_use)
    app.register_error_handler(SecondFactorMissing, lead_to_second_factor)
    app.add_template_filter(rules.name_for_people, "sign_in_name")
    app.add_template_filter(rules.masked_sign_in_name, "masked")


def load_signed_in(token: str) -> SignedIn | None:
    """The person behind a session's token, by one query; None when it has ended in any way."""
    now = clock.now()
    live = queries.find_live_session(token_hash(token), now)
    if live is None:
        return None
    is_staff = bool(live.grants)
    if now >= rules.session_expiry(live.created_at, live.last_seen_at, is_staff=is_staff):
        return None
    if request.method in SAFE_METHODS and rules.slides_now(live.last_seen_at, now, is_staff=is_staff):
        g.session_in_use = (
            live.session_id,
            now,
            rules.session_expiry(live.created_at, now, is_staff=is_staff),
        )
    return SignedIn(
        token=token,
        account_id=live.account_id,
        public_id=live.public_id,
        full_name=live.full_name,
        session_id=live.session_id,
        grants=live.grants,
        second_factor_at=live.second_factor_at,
    )


def slide_session_in_use(response: Response) -> Response:
    """After a page was loaded, now and then, move the session's end; a busy database may refuse."""
    in_use = g.pop("session_in_use", None)
    if in_use is not None:
        session_id, seen_at, expires_at = in_use
        db.session.rollback()
        try:
            slide_session(session_id, seen_at=seen_at, expires_at=expires_at)
            db.session.commit()
        except (DBAPIError, PoolTimeout):
            db.session.rollback()
    return response


def try_password(account: Account | None, key: str, password: str) -> Verified | None:
    """Count a try under `key` and compare; None when it is wrong or there is no account.

    A place to hash is taken before the try is counted, and no transaction is open while hashing:
    commits. Raises TooSoon, Busy.
    """
    stored = account.password_hash if account else None
    db.session.commit()
    with passwords.slot():
        reserve_try(key, now=clock.now())
        db.session.commit()
        if not passwords.is_right(stored, password) or stored is None:
            return None
        kept = passwords.hash_password(password) if passwords.is_outdated(stored) else stored
    forget_failures(key, now=clock.now())
    return Verified(checked_hash=stored, kept_hash=kept)


def try_key(account: Account | None, sign_in_name: str) -> str:
    """Tries count per name; a browser that the account has used before counts its own."""
    if account is not None and devices.knows(account.public_id):
        return f"{sign_in_name} {devices.device_hash().hex()}"
    return sign_in_name


def come_in(
    account: Account, verified: Verified, next_page: str | None, *, has_second_factor: bool = False
) -> Response:
    """Open a session on this browser, commit, and lead to `next_page` or home; or ask for the code first.

    Raises PasswordChanged.
    """
    try:
        token = sign_in(
            account,
            checked_hash=verified.checked_hash,
            device=rules.device_name(request.headers.get("User-Agent", "")),
            now=clock.now(),
            has_second_factor=has_second_factor,
        )
    except factor_rules.CodeNeeded:
        account.password_hash = verified.kept_hash
        db.session.commit()
        return _ask_for_code(account, verified.kept_hash, next_page)
    account.password_hash = verified.kept_hash
    db.session.commit()
    _enter(token)
    devices.remember(account.public_id)
    return make_response(redirect(local_path(next_page) or url_for("portal.home"), 303))


def _ask_for_code(account: Account, password_hash: str, next_page: str | None) -> Response:
    """Remember in this browser, for a few minutes, that the password was right."""
    leave()
    session[PASSWORD_STEP] = {
        "account": account.public_id,
        "proof": factor_rules.password_proof(password_hash),
        "until": (clock.now() + factor_rules.PASSWORD_STEP).isoformat(),
        "next": local_path(next_page) or "",
    }
    return make_response(redirect(url_for("factors.show_code"), 303))


def find_password_step() -> tuple[Account, str] | None:
    """(whose password was right a few minutes ago in this browser, the page they want), or None.

    Nothing is left of it when the password was changed or the account locked since.
    """
    step = session.get(PASSWORD_STEP)
    if not isinstance(step, dict) or clock.now() >= datetime.fromisoformat(step["until"]):
        return None
    account = queries.find_enabled_account(step["account"])
    if account is None or account.password_hash is None:
        return None
    if not hmac.compare_digest(factor_rules.password_proof(account.password_hash), step["proof"]):
        return None
    return account, step["next"]


def try_code(account: Account, text: str, keys: Sequence[str]) -> bool:
    """Count a try and compare the code, in one go for one account at a time. Commits. Raises TooSoon."""
    key = f"{account.sign_in_name} code"
    reserve_try(key, now=clock.now())
    db.session.commit()
    is_right = use_code(account, text, keys=keys, now=clock.now())
    if is_right:
        forget_failures(key, now=clock.now())
    db.session.commit()
    return is_right


def lead_to_second_factor(_error: SecondFactorMissing) -> Response:
    """Set it up, or show it on this device; then come back."""
    has_one = queries.find_factor(current_user.account_id) is not None
    if wants_json():
        return error_response(403, code="second_factor", message=CODE_WANTED if has_one else FACTOR_WANTED)
    flash(CODE_WANTED if has_one else FACTOR_WANTED, "info")
    endpoint = "factors.confirm" if has_one else "factors.index"
    return make_response(redirect(url_for(endpoint, next=_page_asked_for()), 303))


def _enter(token: str) -> None:
    """Put a new session on this browser; nothing of the old one, its CSRF token included, stays."""
    leave()
    session.permanent = True
    person = load_signed_in(token)
    if person is not None:
        login_user(person)


def leave() -> None:
    session.clear()
    g.pop("csrf_token", None)


def ask_to_sign_in() -> Response:
    """For pages: sign in and come back. For JSON: 401 with code "signed_out"."""
    if wants_json():
        return error_response(401, code="signed_out", message=SIGNED_OUT)
    flash(SIGNED_OUT, "info")
    return make_response(redirect(url_for("accounts.sign_in", next=_page_asked_for())))


def _page_asked_for() -> str | None:
    if request.method in SAFE_METHODS:
        return local_path(iri_to_uri(request.full_path).removesuffix("?"))
    try:
        referrer = urlsplit(request.referrer or "")
    except ValueError:
        return None
    return local_path(referrer.path) if referrer.netloc == request.host else None


def local_path(value: str | None) -> str | None:
    """The value if it leads to a page of this site, otherwise None."""
    return value if value and len(value) <= MAX_NEXT and _LOCAL_PATH.match(value) else None
