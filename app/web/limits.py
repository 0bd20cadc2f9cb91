"""Flood limits on registering, signing in and searching; no rule of the contest hangs on them.

Counted in Redis, or per process without it. Keys name a person or a device before an address,
because a whole school may sit behind one address.
"""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, default_limits=[], headers_enabled=False)

REGISTER_LIMIT = "3000 per 10 minutes"
SIGN_IN_LIMIT = "6000 per 10 minutes"
SEARCH_LIMIT = "1200 per minute"


def init_app(app: Flask) -> None:
    app.config.update(
        RATELIMIT_STORAGE_URI=app.config["KHEO"].redis_url or "memory://",
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
        if app.config["KHEO"].redis_url
        else {},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    limiter.init_app(app)
    # Limited views check themselves; without this every save would pay for looking up limits it has not.
    app.before_request_funcs[None].remove(limiter._check_request_limit)
