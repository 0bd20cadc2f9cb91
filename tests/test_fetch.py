"""Rows straight from PostgreSQL's driver fail as every other statement does."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from app.sql import fetch

pytestmark = pytest.mark.postgresql_only


def test_rows_have_names(db):
    rows = fetch(db.session.connection(), "SELECT %(number)s::int AS number, 'b' AS letter", {"number": 7})

    assert [(row.number, row.letter) for row in rows] == [(7, "b")]


def test_a_bad_value_is_a_data_error(db):
    with pytest.raises(DataError) as caught:
        fetch(db.session.connection(), "SELECT %(word)s::int", {"word": "no number"})

    assert not caught.value.connection_invalidated


def test_a_broken_rule_is_an_integrity_error(db):
    query = "INSERT INTO topics (code, name) VALUES ('a', 'A'), ('a', 'A') RETURNING id"

    with pytest.raises(IntegrityError):
        fetch(db.session.connection(), query, {})


def test_a_connection_that_was_cut_is_replaced(db):
    connection = db.session.connection()
    backend = fetch(connection, "SELECT pg_backend_pid() AS pid", {})[0].pid
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})

    with pytest.raises(OperationalError) as caught:
        fetch(connection, "SELECT 1", {})
    db.session.rollback()

    assert caught.value.connection_invalidated
    assert fetch(db.session.connection(), "SELECT pg_backend_pid() AS pid", {})[0].pid != backend
