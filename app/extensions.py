"""The Flask extensions, bound to the app in create_app."""

import hmac
import sqlite3
from functools import lru_cache
from typing import Any

from flask import current_app, g, has_request_context, request, session
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf import CSRFProtect
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import Connection, MetaData, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class RequestSession(Session):
    """On PostgreSQL, requests that only read do so in autocommit.

    Each statement has a snapshot of its own anyway, and a rollback at the end of every page would make
    the driver forget the connection's prepared statements.
    """

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind = super().get_bind(*args, **kwargs)
        if isinstance(bind, Engine) and bind.dialect.name == "postgresql" and _only_reads():
            return autocommitting(bind)
        return bind


@lru_cache(maxsize=8)
def autocommitting(engine: Engine) -> Engine:
    """The same pool; every statement is a transaction of its own."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _only_reads() -> bool:
    return has_request_context() and request.method in SAFE_METHODS


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": RequestSession})
migrate = Migrate(render_as_batch=False)
login_manager = LoginManager()


class RememberingCSRFProtect(CSRFProtect):
    """Flask-WTF's check; a token that comes again and again, as with every save, is unsigned once."""

    def protect(self, apply_exemptions: bool = False) -> None:
        expected = session.get("csrf_token")
        if expected and request.method not in SAFE_METHODS:
            token = request.headers.get("X-CSRFToken") or request.form.get("csrf_token", "")
            content = unsigned_token(str(current_app.secret_key), token)
            if content is not None and hmac.compare_digest(content, expected):
                g.csrf_valid = True
                return
        super().protect(apply_exemptions)


@lru_cache(maxsize=4096)
def unsigned_token(secret_key: str, token: str) -> str | None:
    """What a token says, or None when we did not sign it. Tokens have no age here."""
    try:
        content: str = URLSafeTimedSerializer(secret_key, salt="wtf-csrf-token").loads(token)
    except BadData:
        return None
    return content


csrf = RememberingCSRFProtect()


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=15000")
        connection.execute("PRAGMA foreign_keys=ON")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """On SQLite take the write lock at once wherever the transaction may write.

    A deferred transaction that turns into a writer fails with "locked" instead of waiting.
    """
    autocommits = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
    if connection.dialect.name == "sqlite" and not autocommits:
        connection.exec_driver_sql("BEGIN" if _only_reads() else "BEGIN IMMEDIATE")
