"""The few words of SQL that PostgreSQL and SQLite spell differently."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase

from app.extensions import db

ROW_LOCK = {"postgresql": "FOR NO KEY UPDATE OF {alias}", "sqlite": ""}
MATCHES = {"postgresql": "~", "sqlite": "GLOB"}


def dialect_name() -> str:
    return db.engine.dialect.name


def for_dialect(template: str) -> str:
    """Fill {lock} (row lock on alias a) and {matches} (pattern match) for the engine in use."""
    name = dialect_name()
    return template.format(lock=ROW_LOCK[name].format(alias="a"), matches=MATCHES[name])


def insert_new(model: type[DeclarativeBase], values: dict[str, Any]) -> Any:
    """INSERT … ON CONFLICT DO NOTHING: returning no row when a unique rule already holds one."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(model)
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    return insert(table).values(values).on_conflict_do_nothing()
