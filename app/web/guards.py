"""Guards: every staff route declares the permission it needs and how its scope is applied."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app
from flask_login import current_user, login_required

from app import clock
from app.errors import NotAllowed, SecondFactorMissing
from app.permissions import Permission, may

View = TypeVar("View", bound=Callable[..., Any])
SCOPES = ("global", "contest", "unit")


def require(permission: Permission, *, scope: str, sensitive: bool = False) -> Callable[[View], View]:
    """Only people whose live grants carry `permission`; the view's query narrows to `scope`.

    `scope` is "global", "contest" or "unit": what the view's query checks through the actor's
    grants, so that another's contest or unit does not exist for them (404). `sensitive` acts want the
    second factor shown a short while ago by whoever has one; where the deployment requires it, every
    page wants it.
    """
    if scope not in SCOPES:
        raise ValueError(scope)

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not may(current_user.grants, permission):
                raise NotAllowed
            if current_app.config["KHEO"].requires_staff_totp and current_user.second_factor_at is None:
                raise SecondFactorMissing
            if sensitive and current_user.must_confirm(clock.now()):
                raise SecondFactorMissing
            return view(*args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        guarded.required_scope = scope  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
