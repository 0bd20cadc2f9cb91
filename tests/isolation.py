"""Requests and commands of a test run as they do in production: with a session of their own."""

import contextvars
import secrets
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from app import clock
from app.accounts.models import Account
from app.accounts.session_services import sign_in
from app.extensions import SAFE_METHODS, db

P = ParamSpec("P")
R = TypeVar("R")


def from_outside(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call as another process would: no application context, nothing uncommitted is seen.

    What the test arranged so far is committed; what it holds is read anew afterwards.
    """
    db.session.commit()
    try:
        return contextvars.Context().run(function, *args, **kwargs)
    finally:
        db.session.expire_all()


def open_session(account: Account) -> str:
    """Sign the account in on a new device, now; returns the session's token."""
    device = "Chrome trên Android"
    token = sign_in(account, checked_hash=account.password_hash, device=device, now=clock.now())
    db.session.commit()
    return token


class Browser(FlaskClient):
    """Flask's client, outside the test's session; it sends the CSRF token as a page's form does.

    `csrf=False` leaves the token out. What was sent is closed: a large body is a file, which must not
    wait for the garbage collector.
    """

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> Any:
        return from_outside(self._open, *args, csrf=csrf, **kwargs)

    def _open(self, *args: Any, csrf: bool, **kwargs: Any) -> Any:
        if csrf and str(kwargs.get("method", "GET")).upper() not in SAFE_METHODS:
            token = self.csrf_token(kwargs.get("base_url"))
            kwargs["headers"] = {"X-CSRFToken": token} | dict(kwargs.get("headers") or {})
        response = super().open(*args, **({"buffered": True} | kwargs))
        response.request.environ["wsgi.input"].close()
        return response

    def csrf_token(self, base_url: str | None = None) -> str:
        """A token that this browser's session accepts."""
        with self.session_transaction(base_url=base_url) as session:
            key = session.setdefault("csrf_token", secrets.token_hex(20))
        signer = URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token")
        return str(signer.dumps(key))
