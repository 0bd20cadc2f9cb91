"""Fill the database: a million people with attempts, saves, sessions and standings, by COPY.

While rows come in, foreign keys, unique rules and indexes of the large tables are away and PostgreSQL does
not wait for the disk; then they are built again, which checks every row against them, and the server starts
anew with the settings of production.
"""

import os
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import text

from app.contests.models import Round
from app.contests.queries import get_latest_key, get_package
from app.extensions import db
from app.factory import create_app
from app.ranking.live_services import rewrite_cuts
from app.ranking.models import LiveBoard
from app.text import fold, name_sort_key
from bench.rows import COLUMNS, Plan, RoundPlan, rows_of
from bench.servers import DATABASE, Machine
from bench.world import POLICY, PROVINCE, SERIES, World
from config import Config
from tests.services import Cluster

CHUNK = 1_000
NAME_COUNT = 4_096
FAMILIES = ("Hoàng", "Nông", "Lý", "Vi", "Nguyễn", "Triệu", "Bế", "Lương")
GIVEN = ("An", "Bình", "Chi", "Dung", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nga", "Oanh", "Phúc")
WHILE_LOADING = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
}
TABLES = tuple(COLUMNS)
SEQUENCES = {name: "seq" if name == "saves" else "id" for name in TABLES if name != "standings"}
FOREIGN_KEYS_AND_UNIQUES = """
SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype IN ('f', 'u') AND (conrelid::regclass::text = ANY(%s) OR confrelid::regclass::text = ANY(%s))
ORDER BY contype, conname
"""
COMMUNES = text(
    "SELECT id FROM units WHERE series_code = :series AND is_leaf AND path LIKE :path ORDER BY id"
)
ALL_CORRECT = text("SELECT count(*) FROM standings WHERE round_id = :round_id AND is_all_correct")
OTHER_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
WHERE i.indrelid::regclass::text = ANY(%s) AND c.oid IS NULL ORDER BY 1
"""


@dataclass(frozen=True)
class Sizes:
    """How much to load: people, each with one attempt in the open round, and attempts of the closed one."""

    people: int = 1_000_000
    closed_attempts: int = 300_000

    def scaled(self, scale: float) -> "Sizes":
        return Sizes(max(2_000, int(self.people * scale)), max(600, int(self.closed_attempts * scale)))


@dataclass(frozen=True)
class Dropped:
    """What stands ready to be built again: foreign keys and unique rules, then indexes."""

    constraints: list[tuple[str, str, str, str]]
    indexes: list[tuple[str, str]]


def load(machine: Machine, world: World, sizes: Sizes) -> dict[str, int]:
    """Rows by table afterwards. No process of the product may run meanwhile."""
    plan = _make_plan(machine.config, world, sizes)
    _restart(machine, WHILE_LOADING)
    cluster = machine.postgresql.cluster
    with cluster.connect(DATABASE) as connection:
        dropped = _drop_rules(connection)
    _copy_people(cluster.folder, plan, sizes.people)
    with cluster.connect(DATABASE) as connection:
        _build_rules(connection, dropped)
        _set_sequences(connection)
    _write_boards(machine.config, plan)
    with cluster.connect(DATABASE) as connection:
        connection.execute("VACUUM (ANALYZE)")
    _restart(machine, None)
    with cluster.connect(DATABASE) as connection:
        return {name: _count(connection, name) for name in TABLES}


def _restart(machine: Machine, settings: Mapping[str, str] | None) -> None:
    """Start PostgreSQL anew with these settings, or without any that are not production's."""
    with machine.postgresql.cluster.connect() as connection:
        for name, value in (settings or {}).items():
            change = sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            connection.execute(change)
        if settings is None:
            connection.execute("ALTER SYSTEM RESET ALL")
            connection.execute("CHECKPOINT")
    machine.postgresql.stop()
    os.sync()
    machine.postgresql.start()


def _make_plan(config: Config, world: World, sizes: Sizes) -> Plan:
    app = create_app(config)
    with app.app_context():
        first_ids = {name: _next_id(name) for name in SEQUENCES}
        closed_people = min(sizes.people, -(-sizes.closed_attempts * 2 // 3))
        now = datetime.now(UTC)
        closed = _round_plan(
            *(world.closed_round_id, first_ids["attempts"], sizes.closed_attempts, closed_people, now),
        )
        opened = _round_plan(
            *(world.open_round_id, first_ids["attempts"] + sizes.closed_attempts, sizes.people, sizes.people),
            now,
        )
        unit_ids = db.session.scalars(COMMUNES, {"series": SERIES, "path": f"/{PROVINCE}/%"})
        plan = Plan(
            contest_id=world.contest_id,
            policy=POLICY,
            rounds=(closed, opened),
            first_ids=first_ids,
            unit_ids=tuple(unit_ids),
            names=tuple(_names()),
            now=now,
            born=date(1988, 3, 14),
        )
        db.session.remove()
        db.engine.dispose()
    return plan


def _next_id(table: str) -> int:
    found = db.session.scalar(text(f"SELECT coalesce(max({SEQUENCES[table]}), 0) + 1 FROM {table}"))  # noqa: S608
    return int(found)


def _round_plan(round_id: int, first_attempt_id: int, attempts: int, people: int, now: datetime) -> RoundPlan:
    found, package = db.session.get_one(Round, round_id), get_package(round_id)
    limit = timedelta(seconds=found.time_limit)
    return RoundPlan(
        round_id=round_id,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        last_start=min(found.closes_at, now) - limit - timedelta(minutes=5),
        time_limit=found.time_limit,
        seed=package.seed,
        pool=package.pool,
        blueprint=package.blueprint,
        settings=package.settings,
        key=get_latest_key(round_id).answers,
        first_attempt_id=first_attempt_id,
        attempts=attempts,
        people=people,
    )


def _names() -> Iterable[tuple[str, str, str]]:
    for number in range(NAME_COUNT):
        family, given = FAMILIES[number % len(FAMILIES)], GIVEN[number // len(FAMILIES) % len(GIVEN)]
        full_name = f"Thí sinh mẫu {family} {given} {number}"
        yield full_name, fold(full_name), name_sort_key(full_name)


def _drop_rules(connection: psycopg.Connection[Any]) -> Dropped:
    tables = list(TABLES)
    constraints = connection.execute(FOREIGN_KEYS_AND_UNIQUES, [tables, tables]).fetchall()
    for table, name, _kind, _definition in constraints:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = connection.execute(OTHER_INDEXES, [tables]).fetchall()
    for name, _definition in indexes:
        connection.execute(f"DROP INDEX {name}")
    return Dropped(constraints, indexes)


def _build_rules(connection: psycopg.Connection[Any], dropped: Dropped) -> None:
    """Unique rules and indexes first, so that foreign keys are checked quickly."""
    for _name, definition in dropped.indexes:
        connection.execute(definition)
    for table, name, _kind, definition in sorted(dropped.constraints, key=lambda one: one[2] == "f"):
        connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _copy_people(folder: Path, plan: Plan, people: int) -> None:
    processes = os.cpu_count() or 1
    share = -(-people // processes)
    parts = [range(start, min(people, start + share)) for start in range(0, people, share)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done in [pool.submit(_copy_part, folder, plan, part) for part in parts]:
            done.result()


def _copy_part(folder: Path, plan: Plan, people: range) -> None:
    """Run in a process of its own."""
    with Cluster(folder).connect(DATABASE) as connection:
        for start in range(people.start, people.stop, CHUNK):
            tables = rows_of(plan, range(start, min(people.stop, start + CHUNK)))
            with connection.transaction(), connection.cursor() as cursor:
                for name, lines in tables.items():
                    columns = ", ".join(COLUMNS[name])
                    with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
                        copy.write("".join(f"{line}\n" for line in lines))


def _set_sequences(connection: psycopg.Connection[Any]) -> None:
    for table, column in SEQUENCES.items():
        largest = f"SELECT max({column}) FROM {table}"  # noqa: S608
        connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), ({largest}))")


def _write_boards(config: Config, plan: Plan) -> None:
    """The live figures of both rounds, and the cuts by the product's own statement."""
    app = create_app(config)
    with app.app_context():
        for round_plan in plan.rounds:
            board = LiveBoard(
                round_id=round_plan.round_id,
                people=round_plan.people,
                attempts=round_plan.attempts,
                people_all_correct=db.session.scalar(ALL_CORRECT, {"round_id": round_plan.round_id}),
                computed_at=plan.now,
                cuts_at=plan.now,
                moved=0,
            )
            db.session.add(board)
            rewrite_cuts(board, now=plan.now)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0


def timed_load(machine: Machine, world: World, sizes: Sizes) -> tuple[dict[str, int], float]:
    """The row counts, and the seconds it took."""
    started = time.monotonic()
    counts = load(machine, world, sizes)
    return counts, time.monotonic() - started
