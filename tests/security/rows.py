"""Every row of the database, watched from outside: what changed, and putting it back."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.models import metadata

# Using a session moves its end: the one thing that reading a page may write.
IGNORED = {"sessions": {"last_seen_at", "expires_at"}}
COLUMNS = {
    table.name: [column.name for column in table.columns if column.name not in IGNORED.get(table.name, ())]
    for table in metadata.sorted_tables
}

Digests = Mapping[str, tuple[int, str]]


class Rows:
    """Counts and digests per table, seen through a connection of its own that opens no transaction."""

    def __init__(self, database_url: str) -> None:
        engine = create_engine(database_url, poolclass=NullPool)
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        driver: Any = self._connection.connection.driver_connection
        self._store = SqliteStore(driver) if isinstance(driver, sqlite3.Connection) else PostgresStore(driver)
        self.keep()

    def close(self) -> None:
        self._store.forget()
        self._connection.close()

    def keep(self) -> None:
        """Take the rows of now for what has to stay, and for what `restore` brings back."""
        self._store.keep()
        self._kept = self.digests()
        self._mark = self._store.mark()

    def digests(self) -> Digests:
        """Table → (rows, digest over all of them)."""
        return {name: (count, digest) for name, count, digest in self._store.digests()}

    def changes(self) -> dict[str, str]:
        """Table → what differs from the rows that were kept. Costs next to nothing when nobody wrote."""
        mark = self._store.mark()
        if mark == self._mark:
            return {}
        self._mark = mark
        return {
            table: f"{self._kept[table][0]} → {count} rows" if count != self._kept[table][0] else "rewritten"
            for table, (count, digest) in self.digests().items()
            if (count, digest) != self._kept[table]
        }

    def restore(self, tables: Iterable[str]) -> None:
        """Bring the kept rows of these tables back."""
        self._store.restore(tables)
        self._mark = self._store.mark()


class PostgresStore:
    """Copies in the schema `kept`. A transaction that may have written took a transaction number."""

    DIGEST = (
        "SELECT '{table}', count(*), coalesce(md5(string_agg(line, '|' ORDER BY line)), '') "
        "FROM (SELECT ROW({columns})::text AS line FROM {table}) AS lines"
    )

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._driver = driver
        self._query = " UNION ALL ".join(
            self.DIGEST.format(table=table, columns=", ".join(f'"{name}"' for name in names))
            for table, names in COLUMNS.items()
        )

    def digests(self) -> list[Any]:
        return self._driver.execute(self._query, prepare=True).fetchall()

    def mark(self) -> Any:
        return self._driver.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchone()

    def keep(self) -> None:
        self.forget()
        self._driver.execute("CREATE SCHEMA kept")
        for table in COLUMNS:
            self._driver.execute(f"CREATE TABLE kept.{table} AS TABLE {table}")

    def restore(self, tables: Iterable[str]) -> None:
        with self._driver.transaction():
            self._driver.execute("SET LOCAL session_replication_role = replica")
            for table in tables:
                self._driver.execute(f"DELETE FROM {table}")  # noqa: S608 -- a table of the metadata
                self._driver.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE kept.{table}")

    def forget(self) -> None:
        self._driver.execute("SET client_min_messages = warning")
        self._driver.execute("DROP SCHEMA IF EXISTS kept CASCADE")


class SqliteStore:
    """A copy of the file in memory; `data_version` moves when another connection commits a change."""

    DIGEST = (
        "SELECT '{table}', count(*), coalesce(group_concat(line, '|'), '') "
        "FROM (SELECT {columns} AS line FROM {table} ORDER BY line)"
    )

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver
        self._copy = sqlite3.connect(":memory:")
        self._query = " UNION ALL ".join(
            self.DIGEST.format(table=table, columns=" || ',' || ".join(f'quote("{name}")' for name in names))
            for table, names in COLUMNS.items()
        )

    def digests(self) -> list[Any]:
        return self._driver.execute(self._query).fetchall()

    def mark(self) -> Any:
        return self._driver.execute("PRAGMA data_version").fetchone()

    def keep(self) -> None:
        self._driver.backup(self._copy)

    def restore(self, _tables: Iterable[str]) -> None:
        self._copy.backup(self._driver)

    def forget(self) -> None:
        self._copy.close()
