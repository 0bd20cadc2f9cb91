"""Migrations go up, down and up with rows in place, end where the models are, protect what only grows."""

from collections.abc import Iterator
from contextlib import contextmanager

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import UniqueConstraint, create_engine, inspect, literal_column, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app import clock
from app.extensions import autocommitting
from app.extensions import db as extension
from app.models import metadata
from tests.engines import MIGRATIONS, close_connections, make_app, make_config
from tests.security import site as sites
from tests.security.rows import Rows

SCRIPTS = ScriptDirectory(str(MIGRATIONS))
# The newest first.
STEPS = list(SCRIPTS.walk_revisions())
APPEND_ONLY = sorted({table for step in STEPS for table in getattr(step.module, "APPEND_ONLY", ())})


@pytest.fixture
def empty(engine, cluster, tmp_path, request):
    """empty("name") → the address of a database in which nothing is yet."""

    def make(name):
        if engine == "sqlite":
            return f"sqlite:///{tmp_path}/{name}.db"
        worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
        cluster.create_database(f"kheo_{name}_{worker}")
        return cluster.url(f"kheo_{name}_{worker}")

    return make


@pytest.fixture
def migrated(empty, clock_at):
    """An application of its own on a database that migrations made."""
    app = make_app(make_config(empty("migrated")))
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        clock.init_app(app, extension.engine)
        yield app
        extension.session.remove()
    close_connections(app)


@pytest.fixture
def site(migrated, clock_at):
    clock_at(sites.NOW)
    return sites.build()


@contextmanager
def watched_rows(app) -> Iterator[Rows]:
    rows = Rows(app.config["KHEO"].database_url)
    yield rows
    rows.close()


def test_down_and_up_again_with_rows_in_place(migrated, site):
    """Step by step: what exists on both sides of a migration keeps its rows, at the end nothing is left."""
    fresh = schema_of(migrated.config["KHEO"].database_url)
    for step in STEPS:
        before = step.down_revision or "base"
        rows = contents_of(columns_now())
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision=before)
        older = columns_now()
        assert contents_of(older) == {table: narrowed(rows[table], older[table]) for table in older}
        flask_migrate.upgrade(directory=str(MIGRATIONS), revision=step.revision)
        assert contents_of(older) == {table: narrowed(rows[table], older[table]) for table in older}
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision=before)
    assert (columns_now(), own_functions()) == ({}, [])

    flask_migrate.upgrade(directory=str(MIGRATIONS))
    assert schema_of(migrated.config["KHEO"].database_url) == fresh
    sites.build()


def columns_now():
    """Table → its columns, as the database is now."""
    inspector = inspect(extension.engine)
    names = [name for name in inspector.get_table_names() if name != "alembic_version"]
    return {name: [column["name"] for column in inspector.get_columns(name)] for name in names}


def contents_of(columns):
    """Table → its rows in an order of their own."""
    found = {}
    with extension.engine.connect() as connection:
        for name, names in columns.items():
            query = select(*map(literal_column, names)).select_from(text(name))
            found[name] = sorted((dict(row) for row in connection.execute(query).mappings()), key=str)
    return found


def narrowed(rows, names):
    return sorted(({name: row[name] for name in names} for row in rows), key=str)


def own_functions():
    query = {
        "postgresql": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    }[extension.engine.dialect.name]
    with extension.engine.connect() as connection:
        return connection.scalars(text(query)).all()


def test_there_is_one_line_of_migrations():
    assert len(SCRIPTS.get_heads()) == 1
    assert [step.revision for step in STEPS if step.is_branch_point or step.is_merge_point] == []


def test_migrations_end_where_the_models_are(migrated, empty):
    """Tables, columns, types, keys, unique rules, checks and indexes with their conditions."""
    url = empty("modelled")
    engine = create_engine(url, poolclass=NullPool)
    metadata.create_all(engine)

    by_models, by_migrations = schema_of(url), schema_of(migrated.config["KHEO"].database_url)

    assert by_migrations.keys() == by_models.keys()
    differences = [
        f"{table}.{part}: {by_migrations[table][part]} instead of {by_models[table][part]}"
        for table in by_models
        for part in by_models[table]
        if by_migrations[table][part] != by_models[table][part]
    ]
    assert differences == []


def schema_of(url):
    """Table → everything that can be asked about it, in an order of its own."""
    engine = create_engine(url, poolclass=NullPool)
    with autocommitting(engine).connect() as connection:
        inspector = inspect(connection)
        found = {
            table: {
                "columns": {
                    column["name"]: (
                        str(column["type"]),
                        getattr(column["type"], "collation", None),
                        column["nullable"],
                        column["default"] and "nextval" not in column["default"] and column["default"],
                    )
                    for column in inspector.get_columns(table)
                },
                "primary key": inspector.get_pk_constraint(table),
                "unique": ordered(inspector.get_unique_constraints(table)),
                "checks": ordered(inspector.get_check_constraints(table)),
                "foreign keys": ordered(inspector.get_foreign_keys(table)),
                "indexes": ordered(inspector.get_indexes(table)),
            }
            for table in inspector.get_table_names()
            if table != "alembic_version"
        }
    engine.dispose()
    return found


def ordered(constraints):
    """As texts: the condition of a partial index is an object that equals nothing else."""
    return sorted(
        str({name: plain(value) for name, value in constraint.items()}) for constraint in constraints
    )


def plain(value):
    return {key: str(part) for key, part in value.items()} if isinstance(value, dict) else value


def test_the_models_name_no_rule_twice():
    """A name that exists twice could not be told apart in an error."""
    names = [
        str(rule.name)
        for table in metadata.sorted_tables
        for rule in [*table.constraints, *table.indexes]
        if rule.name and not isinstance(rule, UniqueConstraint)
    ]

    assert sorted(names) == sorted(set(names))


def test_append_only_tables_are_named():
    assert {"audit_entries", "consents", "revisions", "saves"} <= set(APPEND_ONLY)
    assert set(APPEND_ONLY) <= set(metadata.tables)


def test_append_only_rows_stay(migrated, site):
    """UPDATE and DELETE are refused by the database itself, whoever asks."""
    taken = []
    with watched_rows(migrated) as rows:
        for name in APPEND_ONLY:
            table = metadata.tables[name]
            row = extension.session.execute(select(table).limit(1)).mappings().first()
            assert row is not None, f"no row of {name} to try it on"
            column = next(column for column in table.columns if not column.primary_key)
            for act in (update(table).values({column: row[column]}), table.delete()):
                try:
                    extension.session.execute(act)
                    extension.session.commit()
                    taken.append(f"{act}")
                except DBAPIError as error:
                    extension.session.rollback()
                    assert "append-only" in str(error.orig)
        assert rows.changes() == {}
    assert taken == []
