"""The two databases of a test process: migrated once, cloned for the process, emptied between tests."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import flask_migrate
from flask import Flask
from psycopg import errors, sql

from app.extensions import db
from app.factory import create_app
from config import Config
from tests.isolation import Browser
from tests.services import Cluster

MIGRATIONS = Path(__file__).parent.parent / "migrations"
TEMPLATE = "kheo_template"
LOCK_TIMEOUT = "5s"


class Database(Protocol):
    """A migrated database and the one application object that works on it."""

    config: Config
    app: Flask

    def empty(self) -> None:
        """Remove every row that a test left."""


class PostgresDatabase:
    """A clone of the template. Rows that migrations brought have a copy in the schema `pristine`."""

    def __init__(self, cluster: Cluster, folder: Path, process: str) -> None:
        self._cluster, self._name = cluster, TEMPLATE
        with _only_once(folder / "postgresql") as is_first:
            if is_first:
                cluster.create_database(TEMPLATE)
                _migrate(cluster.url(TEMPLATE))
                self._keep_first_rows()
        self._name = f"kheo_{process}"
        cluster.create_database(self._name, template=TEMPLATE)
        self._tables, self._first_tables = self._tables_of("public"), self._tables_of("pristine")
        self.config = make_config(cluster.url(self._name))
        self.app = make_app(self.config)

    def empty(self) -> None:
        filled = self._filled(self._tables)
        if not filled:
            return
        with self._cluster.connect(self._name) as connection:
            connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            try:
                with connection.transaction():
                    names = sql.SQL(", ").join(map(sql.Identifier, filled))
                    connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
                    for table in map(sql.Identifier, self._first_tables):
                        restore = "INSERT INTO {} OVERRIDING SYSTEM VALUE TABLE pristine.{}"
                        connection.execute(sql.SQL(restore).format(table, table))
            except errors.LockNotAvailable:
                sessions = "SELECT state, query FROM pg_stat_activity WHERE datname = current_database()"
                left = connection.execute(sessions).fetchall()
                raise AssertionError(f"the test left a transaction open: {left}") from None

    def _keep_first_rows(self) -> None:
        filled = self._filled(self._tables_of("public"))
        with self._cluster.connect(self._name) as connection:
            connection.execute("CREATE SCHEMA pristine")
            for table in map(sql.Identifier, filled):
                connection.execute(sql.SQL("CREATE TABLE pristine.{} AS TABLE {}").format(table, table))

    def _tables_of(self, schema: str) -> list[str]:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'alembic_version'"
        with self._cluster.connect(self._name) as connection:
            return [name for (name,) in connection.execute(query, [schema])]

    def _filled(self, tables: list[str]) -> list[str]:
        probe = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        parts = [probe.format(sql.Literal(name), sql.Identifier(name)) for name in tables]
        with self._cluster.connect(self._name) as connection:
            return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(parts))]


class SqliteDatabase:
    def __init__(self, folder: Path, process: str) -> None:
        self._template = folder / "template.db"
        with _only_once(folder / "sqlite") as is_first:
            if is_first:
                _migrate(f"sqlite:///{self._template}")
        self._path = folder / f"{process}.db"
        shutil.copy(self._template, self._path)
        self.config = make_config(f"sqlite:///{self._path}")
        self.app = make_app(self.config)

    def empty(self) -> None:
        """Put a fresh copy of the template in place; connections that stayed open keep the old file."""
        close_connections(self.app)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        shutil.copy(self._template, self._path)


def make_config(database_url: str) -> Config:
    return Config(
        environment="test",
        secret_key="a key for tests, of thirty-two letters or more",
        database_url=database_url,
        public_url="http://localhost",
    )


def make_app(config: Config) -> Flask:
    app = create_app(config)
    app.testing = True
    app.test_client_class = Browser
    return app


def close_connections(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _migrate(database_url: str) -> None:
    app = create_app(make_config(database_url))
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
    close_connections(app)


@contextmanager
def _only_once(name: Path) -> Iterator[bool]:
    """True for the first process of the session; the others wait until it is done."""
    done = name.with_suffix(".done")
    with name.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()
