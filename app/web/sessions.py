"""The signed-in session as other rooms may know it: without a query, without a person."""

import hashlib

from flask import session

TOKEN_KEY = "_user_id"  # noqa: S105 -- where Flask-Login keeps what its user loader is given


def current_token_hash() -> str | None:
    """SHA-256, in hex, of this browser's session token, or None; whether it is alive is for SQL to say."""
    token = session.get(TOKEN_KEY)
    return hashlib.sha256(token.encode()).hexdigest() if isinstance(token, str) else None
