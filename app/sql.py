"""The few words of SQL that PostgreSQL and SQLite spell differently."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
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


def fetch(connection: Connection, query: str, parameters: Mapping[str, object]) -> list[Any]:
    """PostgreSQL's rows, if any, as named tuples from the driver itself: for hot statements.

    `query` has psycopg's parameters, %(name)s. Errors are SQLAlchemy's, and a broken connection leaves
    the pool, as with every other statement.
    """
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor(row_factory=namedtuple_row) as cursor:
            cursor.execute(query, parameters)
            found: list[Any] = cursor.fetchall() if cursor.pgresult.nfields else []
    except psycopg.Error as error:
        is_broken = bool(driver.closed)
        if is_broken:
            connection.invalidate(error)
        raise DBAPIError.instance(
            *(query, None, error, psycopg.Error),
            hide_parameters=True,
            connection_invalidated=is_broken,
            dialect=connection.dialect,
        ) from error
    return found


def insert_new(model: type[DeclarativeBase], values: dict[str, Any]) -> Any:
    """INSERT … ON CONFLICT DO NOTHING: returning no row when a unique rule already holds one."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(model)
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    return insert(table).values(values).on_conflict_do_nothing()


def insert_many(model: type[DeclarativeBase], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write many rows in the session's transaction: COPY on PostgreSQL, one prepared INSERT on SQLite."""
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        values = [dict(zip(columns, row, strict=True)) for row in rows]
        if values:
            connection.execute(insert(model), values)
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model.__tablename__), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
