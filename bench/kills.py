"""Kill -9 of gunicorn's workers and of PostgreSQL while people save: no acknowledged save may be lost.

Every acknowledged save goes into the client's ledger, which is written through to the disk before the next
save is sent. A save that got no answer, or a waiting page, is sent again under the same name until it gets
one. At the end every line of the ledger must be a row, and every score must be what the rows come to.
"""

import asyncio
import json
import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from app.attempts import rules
from app.attempts.models import Attempt as StoredAttempt
from app.attempts.models import Save
from app.attempts.queries import key_answers
from app.extensions import db
from app.factory import create_app
from bench.client import Attempt, Contestant, Unexpected, save_of
from bench.servers import DATABASE, Machine
from bench.world import Person, World, make_world

RETRY_AFTER = 0.05
SILENCE = 60.0  # seconds without a single acknowledgement
SAVES_AN_ATTEMPT = 30
WAITING = 503


@dataclass(frozen=True)
class Plan:
    """At least so many acknowledged saves, and so many kills, spread over them."""

    saves: int
    worker_kills: int
    database_kills: int
    people: int


FULL = Plan(saves=100_000, worker_kills=50, database_kills=5, people=48)
SHORT = Plan(saves=3_000, worker_kills=3, database_kills=1, people=16)


class Ledger:
    """Acknowledged saves, one JSON line each, on the disk before anybody goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0

    def __enter__(self) -> Self:
        self._file = self.path.open("a")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def note(self, public_id: str, save: dict[str, Any]) -> None:
        self._file.write(json.dumps([public_id, save["save_id"], save["answers"]]) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.count += 1

    def lines(self) -> list[tuple[str, str, dict[str, str]]]:
        return [tuple(json.loads(line)) for line in self.path.read_text().splitlines()]


@dataclass
class Report:
    """What was done and what was found."""

    acknowledged: int = 0
    worker_kills: int = 0
    database_kills: int = 0
    in_flight: list[int] = field(default_factory=list)  # saves under way at each kill
    sent_again: int = 0
    submitted: int = 0
    lost: list[str] = field(default_factory=list)
    wrongly_scored: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_sound(self) -> bool:
        return not self.lost and not self.wrongly_scored and min(self.in_flight, default=0) > 0

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} acknowledged saves in {self.seconds:.0f} s; "
            f"{self.worker_kills} kills of workers, {self.database_kills} of PostgreSQL, "
            f"each with {min(self.in_flight, default=0)} to {max(self.in_flight, default=0)} saves "
            "under way; "
            f"{self.sent_again} sent again, {self.submitted} attempts handed in; "
            f"{len(self.lost)} lost, {len(self.wrongly_scored)} scored otherwise than stored"
        )


class Saver:
    """One contestant who saves without pause, hands in now and then, and never gives a save up."""

    def __init__(self, contestant: Contestant, ledger: Ledger, flight: "Flight") -> None:
        self._contestant, self._ledger, self._flight = contestant, ledger, flight

    async def run(self) -> None:
        while not self._flight.over.is_set():
            attempt = await self._until_done(self._contestant.press_start)
            await self._until_done(self._contestant.look, attempt)
            for _ in range(SAVES_AN_ATTEMPT):
                if self._flight.over.is_set():
                    break
                await self._save(attempt)
            await self._until_done(self._contestant.submit, attempt)
            self._flight.report.submitted += 1

    async def _save(self, attempt: Attempt) -> None:
        save = save_of(random.randrange(attempt.question_count) + 1)  # noqa: S311 -- any question
        path = f"{attempt.path}/cau-tra-loi"
        while True:
            self._flight.sent += 1
            try:
                answer = await self._contestant.post_json(path, save, attempt.csrf, "save")
            except (OSError, EOFError, TimeoutError):
                answer = None
            finally:
                self._flight.sent -= 1
            if answer is not None and answer.status == 200:
                self._ledger.note(attempt.path.rpartition("/")[2], save)
                self._flight.heard_at = time.monotonic()
                return
            if answer is not None and answer.status != WAITING:
                raise Unexpected(f"save: {answer.status} {answer.text[:300]}")
            self._flight.report.sent_again += 1
            await self._wait()

    async def _until_done(self, step: Any, *arguments: Any) -> Any:
        """Repeat what may be repeated: starting goes on with the open attempt, handing in twice is once."""
        while True:
            try:
                return await step(*arguments)
            except (OSError, EOFError, TimeoutError):
                await self._wait()
            except Unexpected as answer:
                if not str(answer).startswith(str(WAITING)):
                    raise
                await self._wait()

    async def _wait(self) -> None:
        self._flight.check()
        await asyncio.sleep(RETRY_AFTER * random.uniform(0.5, 2))  # noqa: S311 -- not all at once


class Flight:
    """What is under way: shared by the people who save and the one who kills."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.sent = 0
        self.over = threading.Event()
        self.heard_at = time.monotonic()

    def check(self) -> None:
        """Raises Unexpected when nothing was acknowledged for long."""
        if time.monotonic() - self.heard_at > SILENCE:
            raise Unexpected(f"no save was acknowledged for {SILENCE:.0f} s")


def run(plan: Plan) -> Report:
    """The whole test on servers of its own."""
    report = Report()
    started = time.monotonic()
    with Machine() as machine, tempfile.TemporaryDirectory(prefix="kheo-ledger-") as folder:
        world = make_world(machine.config, people=plan.people)
        machine.serve(machine.web)
        with Ledger(Path(folder) / "ledger.jsonl") as ledger:
            _save_and_kill(machine, world, plan, ledger, report)
        report.acknowledged = ledger.count
        machine.end(machine.web)
        _compare(machine, ledger, report)
    report.seconds = time.monotonic() - started
    return report


def _save_and_kill(machine: Machine, world: World, plan: Plan, ledger: Ledger, report: Report) -> None:
    """People save in a thread of their own: PostgreSQL ends with the thread that starts it."""
    flight = Flight(report)
    with ThreadPoolExecutor(1) as pool:
        saving = pool.submit(asyncio.run, _save_all(machine, world, ledger, flight))
        try:
            _kill_along(machine, plan, ledger, flight, saving)
            _wait_until(lambda: ledger.count >= plan.saves, flight, saving)
        finally:
            flight.over.set()
        saving.result()


async def _save_all(machine: Machine, world: World, ledger: Ledger, flight: Flight) -> None:
    contestants = [await _signed_in(machine, world, person) for person in world.people]
    try:
        async with asyncio.TaskGroup() as group:
            for contestant in contestants:
                group.create_task(Saver(contestant, ledger, flight).run())
    finally:
        for contestant in contestants:
            contestant.close()


async def _signed_in(machine: Machine, world: World, person: Person) -> Contestant:
    contestant = Contestant(
        machine.web.port,
        machine.web.port,
        phone=person.phone,
        password=person.password,
        round_path=world.open_path,
    )
    await contestant.sign_in()
    return contestant


def _kill_along(machine: Machine, plan: Plan, ledger: Ledger, flight: Flight, saving: Future[None]) -> None:
    """Kills at even steps of the ledger, those of PostgreSQL among those of workers."""
    kills = plan.worker_kills + plan.database_kills
    for number in range(kills):
        due = (number + 1) * plan.saves // (kills + 1)
        is_database = (number + 1) * plan.database_kills // kills > number * plan.database_kills // kills
        _wait_until(lambda due=due: ledger.count >= due, flight, saving)  # type: ignore[misc]
        _wait_until(lambda: len(machine.web.children) == machine.web.workers, flight, saving)
        worker = random.choice(machine.web.children)  # noqa: S311 -- either will do
        _wait_until(lambda: flight.sent > 0, flight, saving)
        flight.report.in_flight.append(flight.sent)
        if is_database:
            machine.postgresql.restart_after_crash()
            flight.report.database_kills += 1
        else:
            os.kill(worker, signal.SIGKILL)
            flight.report.worker_kills += 1


def _wait_until(is_true: Callable[[], bool], flight: Flight, saving: Future[None]) -> None:
    """Raises what ended the saving, or Unexpected when it stands still."""
    while not is_true():
        if saving.done():
            saving.result()
            raise Unexpected("the people stopped saving")
        flight.check()
        time.sleep(0.001)


def _compare(machine: Machine, ledger: Ledger, report: Report) -> None:
    """Every line of the ledger against the rows, and every closed attempt against its saves."""
    stored = _stored_saves(machine)
    for public_id, save_id, answers in ledger.lines():
        expected = rules.encode_answers({int(position): letters for position, letters in answers.items()})
        if stored.get((public_id, save_id)) != expected:
            report.lost.append(f"{public_id} {save_id}")
    app = create_app(machine.config)
    with app.app_context():
        closed = db.select(StoredAttempt).where(StoredAttempt.closed_at.is_not(None))
        for attempt in db.session.scalars(closed):
            if not _is_scored_as_stored(attempt):
                report.wrongly_scored.append(attempt.public_id)
        db.session.remove()
        db.engine.dispose()


def _stored_saves(machine: Machine) -> dict[tuple[str, str], str]:
    query = "SELECT a.public_id, s.save_id, s.answers FROM saves s JOIN attempts a ON a.id = s.attempt_id"
    with machine.postgresql.cluster.connect(DATABASE) as connection:
        return {(public_id, save_id): answers for public_id, save_id, answers in connection.execute(query)}


def _is_scored_as_stored(attempt: StoredAttempt) -> bool:
    saves: Sequence[Any] = db.session.execute(
        db.select(Save.answers, Save.prediction).where(Save.attempt_id == attempt.id).order_by(Save.seq)
    ).all()
    sheet = rules.fold((answers, prediction) for answers, prediction in saves)
    key = key_answers(attempt.round_id, attempt.key_version or 0)
    score = rules.score_of(rules.decode_paper(attempt.paper), sheet.answers, key)
    return (attempt.answers, attempt.score) == (rules.encode_answers(sheet.answers), score)
