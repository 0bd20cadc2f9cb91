"""The leaderboard, one's own rank among a million while attempts finish, and freezing a round."""

import asyncio
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from app.contests.models import Round
from app.extensions import db
from app.factory import create_app
from app.jobs.runner import ring
from app.ranking.live_queries import own_rank
from app.ranking.services import request_freeze
from bench.accounting import Accounts, Usage
from bench.client import Browser, Contestant, expect, random_address, side_by_side
from bench.figures import Measurement, cost, waiting
from bench.servers import Machine
from bench.world import World

FINISHES_A_SECOND = 50
SNAPSHOTS, SAMPLES = 5, 200
QUERIES_BETWEEN = 400
FREEZE_WITHIN = 300.0
BOARD_VIEWERS = 16
NANOSECONDS_A_MILLISECOND = 1_000_000

# The whole order anew from the attempts that have been counted, without standings or cuts.
FULL_SORT = text(
    """
    WITH best AS (
      SELECT DISTINCT ON (enrolment_id) enrolment_id, length(offered) - score AS wrong, finished_at
      FROM attempts
      WHERE round_id = :round_id AND closed_at IS NOT NULL AND tallied_at IS NOT NULL AND answered_count >= 1
      ORDER BY enrolment_id, score DESC, finished_at, number
    ), ranked AS (SELECT enrolment_id, rank() OVER (ORDER BY wrong, finished_at) AS place FROM best)
    SELECT enrolment_id, place FROM ranked WHERE enrolment_id = ANY(:sampled)
    """
)
FROZEN = text(
    "SELECT frozen_at, (SELECT error FROM jobs ORDER BY id DESC LIMIT 1) FROM freezes WHERE id = :id"
)
RANKED = text("SELECT enrolment_id FROM standings WHERE round_id = :round_id AND sort_key IS NOT NULL")


@dataclass
class Samples:
    """What was seen of own ranks while attempts finished."""

    ranked: list[int] = field(default_factory=list)  # everybody's enrolment ids before the first attempt
    times: list[float] = field(default_factory=list)
    database_ms: float = 0.0
    compared: int = 0
    wrong: list[str] = field(default_factory=list)
    oldest: float = 0.0


async def measure_board(
    machine: Machine, world: World, people: Sequence[Contestant], count: int
) -> list[Measurement]:
    """The leaderboard's page for somebody who is not signed in, and for one who sees the own rank."""
    path = f"{world.open_path}/bang-xep-hang"
    strangers = [Browser(machine.web.port, machine.sign_in.port) for _ in range(BOARD_VIEWERS)]
    found = []
    for name, viewers in (
        ("leaderboard", strangers),
        ("leaderboard with own rank", list(people[:BOARD_VIEWERS])),
    ):
        turns = iter(range(count))

        async def look(viewer: Browser, turns: Iterator[int] = turns, name: str = name) -> None:
            for _ in turns:
                viewer.address = random_address()
                expect(await viewer.get(path, name), 200)

        accounts = Accounts({"web": [machine.web.pid], "postgresql": [machine.postgresql.pid]})
        before = accounts.read()
        await side_by_side(list(viewers), look)
        usage = accounts.since(before)
        times = [value for viewer in viewers for value in viewer.journal.times[name]]
        found.append(_measurement(name, usage, times, {}))
    for stranger in strangers:
        stranger.close()
    return found


def _measurement(name: str, usage: Usage, times: Sequence[float], facts: dict[str, object]) -> Measurement:
    return Measurement(
        name=name,
        n=len(times),
        cpu_ms=1000 * usage.seconds / len(times),
        other=usage.other,
        shares=cost(usage, len(times)),
        facts=facts or None,
        **waiting(times),
    )


async def measure_own_rank(machine: Machine, world: World, people: Sequence[Contestant]) -> list[Measurement]:
    """Own ranks of people at random while attempts finish; and what counting a finished attempt costs."""
    accounts = Accounts({"timetable": [machine.timetable.pid], "postgresql": [machine.postgresql.pid]})
    samples, done = Samples(), threading.Event()
    background = Accounts({"timetable": [machine.timetable.pid]})
    before, all_before = background.read(), accounts.read()
    finishing = asyncio.create_task(_finish_steadily(people, done))
    try:
        await asyncio.to_thread(_sample, machine, world, samples)
    finally:
        done.set()
        finished = await finishing
    tallying, everything = background.since(before), accounts.since(all_before)
    if samples.wrong:
        raise AssertionError(f"{len(samples.wrong)} own ranks differ: {samples.wrong[:5]}")
    facts: dict[str, object] = {
        "standings": len(samples.ranked),
        "finished_a_second": round(finished / everything.wall, 1),
        "equal_to_full_sort": samples.compared,
        "oldest_seconds": round(samples.oldest, 1),
    }
    return [
        Measurement(
            name="own rank (database)",
            n=len(samples.times),
            cpu_ms=samples.database_ms / len(samples.times),
            other=everything.other,
            facts=facts,
            **waiting(samples.times),
        ),
        Measurement(
            name="counting a finished attempt (timetable)",
            n=finished,
            cpu_ms=1000 * tallying.seconds / max(1, finished),
            other=everything.other,
        ),
    ]


async def _finish_steadily(people: Sequence[Contestant], done: threading.Event) -> int:
    """Start, save once and hand in, FINISHES_A_SECOND, until `done`; how many were handed in."""
    free = list(people)
    count = 0

    async def finish(contestant: Contestant) -> None:
        nonlocal count
        attempt = await contestant.press_start()
        await contestant.look(attempt)
        await contestant.save(attempt)
        await contestant.submit(attempt)
        count += 1
        free.append(contestant)

    started = time.perf_counter()
    sent = 0
    async with asyncio.TaskGroup() as group:
        while not done.is_set():
            due = started + sent / FINISHES_A_SECOND
            await asyncio.sleep(max(0.001, due - time.perf_counter()))
            if free:
                group.create_task(finish(free.pop(0)))
                sent += 1
    return count


def _sample(machine: Machine, world: World, samples: Samples) -> None:
    """In a thread: compare with the full sort in one snapshot each, and ask for many ranks between."""
    app = create_app(machine.config)
    with app.app_context():
        samples.ranked = list(db.session.scalars(RANKED, {"round_id": world.open_round_id}))
        db.session.rollback()
    for _ in range(SNAPSHOTS):
        people = _compare(app, world, samples)
        _ask(app, world, people, samples)
    with app.app_context():
        db.engine.dispose()


def _compare(app: Flask, world: World, samples: Samples) -> list[int]:
    """SAMPLES people in one snapshot: own rank and the place in the full order. Returns the people."""
    with app.app_context():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        people = random.sample(samples.ranked, SAMPLES)
        asked = {"round_id": world.open_round_id, "sampled": people}
        places = dict(db.session.execute(FULL_SORT, asked).tuples().all())
        for enrolment_id in people:
            found = own_rank(world.open_round_id, enrolment_id)
            if found is None or found.rank != places[enrolment_id]:
                samples.wrong.append(f"{enrolment_id}: {found} instead of {places[enrolment_id]}")
            samples.compared += 1
        db.session.rollback()
    return people


def _ask(app: Flask, world: World, people: Sequence[int], samples: Samples) -> None:
    """Each rank in a request of its own; the processor time is that of the one backend that answers."""
    with app.test_request_context("/"):
        backend = int(db.session.scalar(text("SELECT pg_backend_pid()")))
    before = _backend_ms(backend)
    for turn in range(QUERIES_BETWEEN):
        started = time.perf_counter()
        with app.test_request_context("/"):
            found = own_rank(world.open_round_id, people[turn % len(people)])
        samples.times.append(1000 * (time.perf_counter() - started))
        if found is not None:
            samples.oldest = max(samples.oldest, (datetime.now(UTC) - found.computed_at).total_seconds())
    samples.database_ms += _backend_ms(backend) - before


def _backend_ms(pid: int) -> float:
    """What the one thread of a backend has run, to the nanosecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / NANOSECONDS_A_MILLISECOND


def measure_freeze(machine: Machine, world: World) -> Measurement:
    """From an organiser's request to the frozen result, by the worker."""
    accounts = Accounts(
        {
            "worker": [machine.worker.pid],
            "timetable": [machine.timetable.pid],
            "postgresql": [machine.postgresql.pid],
        }
    )
    with _product(machine) as app:
        before = accounts.read()
        started = time.monotonic()
        with app.app_context():
            found = db.session.get_one(Round, world.closed_round_id)
            freeze = request_freeze(
                found, actor_id=world.organiser_id, reason="Chốt để đo", now=datetime.now(UTC)
            )
            freeze_id = freeze.id
            db.session.commit()
            ring()
        attempts, lines = _wait_for_freeze(app, machine, freeze_id, world.closed_round_id)
        seconds = time.monotonic() - started
        usage = accounts.since(before)
    return Measurement(
        name=f"freezing {attempts} attempts",
        n=1,
        cpu_ms=1000 * usage.seconds,
        other=usage.other,
        shares=cost(usage, 1),
        facts={"seconds": round(seconds, 1), "attempts": attempts, "lines": lines},
        **waiting([1000 * seconds]),
    )


def _wait_for_freeze(app: Flask, machine: Machine, freeze_id: int, round_id: int) -> tuple[int, int]:
    """How many attempts the round has, and how many lines the frozen result."""
    give_up = time.monotonic() + FREEZE_WITHIN
    while True:
        with app.app_context():
            frozen_at, error = db.session.execute(FROZEN, {"id": freeze_id}).one()
        if frozen_at is not None:
            break
        machine.worker.check()
        if error or time.monotonic() > give_up:
            raise AssertionError(f"the round was not frozen: {error}")
        time.sleep(0.1)
    with app.app_context():
        attempts = db.session.scalar(
            text("SELECT count(*) FROM attempts WHERE round_id = :id"), {"id": round_id}
        )
        lines = db.session.scalar(
            text("SELECT count(*) FROM frozen_lines WHERE freeze_id = :id"), {"id": freeze_id}
        )
    return int(attempts), int(lines)


@contextmanager
def _product(machine: Machine) -> Iterator[Flask]:
    """The product's code in this process, on the scratch database."""
    app = create_app(machine.config)
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
