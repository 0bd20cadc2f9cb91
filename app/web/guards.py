"""Guards: every staff route declares the permission it needs and how its scope is applied."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask_login import current_user, login_required

from app.errors import NotAllowed
from app.permissions import Permission, may

View = TypeVar("View", bound=Callable[..., Any])
SCOPES = ("global", "contest", "unit")


def require(permission: Permission, *, scope: str) -> Callable[[View], View]:
    """Only people whose live grants carry `permission`; the view's query narrows to `scope`.

    `scope` is "global", "contest" or "unit": what the view's query checks through the actor's
    grants, so that another's contest or unit does not exist for them (404).
    """
    if scope not in SCOPES:
        raise ValueError(scope)

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not may(current_user.grants, permission):
                raise NotAllowed
            return view(*args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        guarded.required_scope = scope  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
