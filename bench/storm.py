"""Signing in: what it costs, and what saves feel while sixteen connections sign in without pause.

Saves arrive open-loop: each has its moment, whether or not the last one was answered, and its waiting
time counts from that moment.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.accounting import Accounts
from bench.client import Attempt, Contestant, Unexpected, random_address, side_by_side, token_in
from bench.figures import Measurement, cost, median, percentile, waiting
from bench.servers import Machine
from bench.world import Person, World

SAVES_A_SECOND = 300
STORM_CONNECTIONS = 16
ROUNDS = 3
PAUSE_BETWEEN_RUNS = 2.0


@dataclass
class Saves:
    """What became of the saves of one run."""

    times: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass
class Storm:
    """Sign-ins done and turned away (the waiting page) during one run."""

    done: int = 0
    turned_away: int = 0


async def measure_sign_in(
    machine: Machine, world: World, people: Sequence[Person], count: int
) -> Measurement:
    """Two at a time, each with the form of an own page; the POST alone is measured."""
    guests = [_guest(machine, world, person) for person in people]
    forms = {guest.phone: await _form_of(guest) for guest in guests}
    waiting_turns = iter(range(count))

    async def sign_in_while_any(pair: Sequence[Contestant]) -> None:
        for turn in waiting_turns:
            guest = pair[turn % len(pair)]
            await _sign_in_again(guest, forms[guest.phone])

    accounts = Accounts(
        {
            "sign-in": [machine.sign_in.pid],
            "postgresql": [machine.postgresql.pid],
            "redis": [machine.redis.pid],
        }
    )
    before = accounts.read()
    half = len(guests) // 2
    await side_by_side([guests[:half], guests[half:]], sign_in_while_any)
    usage = accounts.since(before)
    times = [value for guest in guests for value in guest.journal.times.get("sign-in", ())]
    _close(guests)
    return Measurement(
        name="sign-in",
        n=count,
        cpu_ms=1000 * usage.seconds / count,
        other=usage.other,
        shares=cost(usage, count),
        **waiting(times),
    )


async def measure_storm(
    machine: Machine,
    world: World,
    savers: Sequence[Contestant],
    stormers: Sequence[Person],
    seconds: float,
) -> list[Measurement]:
    """Runs without and with the storm in turns; medians of each kind's percentiles."""
    accounts = Accounts({"web": [machine.web.pid], "sign-in": [machine.sign_in.pid]})
    attempts = [await _open_attempt(saver) for saver in savers]
    quiet, stormy, storms, others = [], [], [], []
    for _ in range(ROUNDS):
        before = accounts.read()
        quiet.append(await _saves(savers, attempts, seconds))
        others.append(accounts.since(before).other)
        await asyncio.sleep(PAUSE_BETWEEN_RUNS)
        before = accounts.read()
        storm = Storm()
        stormy.append(await _beside_storm(machine, world, stormers, storm, savers, attempts, seconds))
        others.append(accounts.since(before).other)
        storms.append(storm)
        await asyncio.sleep(PAUSE_BETWEEN_RUNS)
    calm = _measurement("saves at 300/s", quiet)
    rough = _measurement("saves at 300/s in a sign-in storm", stormy)
    ratio = (rough.p99_ms or 0) / (calm.p99_ms or 1)
    facts = {
        "sign_ins_a_second": round(median(storm.done / seconds for storm in storms), 1),
        "turned_away": sum(storm.turned_away for storm in storms),
        "p99_to_quiet": round(ratio, 2),
    }
    return [
        Measurement(**vars(calm) | {"other": max(others[::2])}),
        Measurement(**vars(rough) | {"other": max(others[1::2]), "facts": (rough.facts or {}) | facts}),
    ]


def _measurement(name: str, runs: Sequence[Saves]) -> Measurement:
    failures = [failure for run in runs for failure in run.failures]
    percentiles: dict[str, Any] = {
        f"p{share}_ms": round(median(percentile(run.times, share / 100) for run in runs), 2)
        for share in (50, 95, 99)
    }
    facts: dict[str, object] = {
        "failures": len(failures),
        "p99_ms_of_runs": [round(percentile(run.times, 0.99), 1) for run in runs],
    }
    if failures:
        facts["first_failure"] = failures[0]
    return Measurement(name=name, n=sum(len(run.times) for run in runs), facts=facts, **percentiles)


def _guest(machine: Machine, world: World, person: Person) -> Contestant:
    return Contestant(
        machine.web.port,
        machine.sign_in.port,
        phone=person.phone,
        password=person.password,
        round_path=world.open_path,
    )


async def _form_of(guest: Contestant) -> tuple[dict[str, str], dict[str, str]]:
    """The form's fields filled in, and the cookies that go with its token."""
    page = await guest.get("/dang-nhap", "sign-in page")
    fields = {"csrf_token": token_in(page), "phone": guest.phone, "password": guest.password}
    return fields, dict(guest.cookies)


async def _sign_in_again(guest: Contestant, form: tuple[dict[str, str], dict[str, str]]) -> None:
    """Like a new visitor from a new address who has just been given the page."""
    fields, cookies = form
    guest.cookies, guest.address = dict(cookies), random_address()
    await guest.send_sign_in(fields)


async def _open_attempt(saver: Contestant) -> Attempt:
    attempt = await saver.press_start()
    await saver.look(attempt)
    return attempt


async def _saves(savers: Sequence[Contestant], attempts: Sequence[Attempt], seconds: float) -> Saves:
    """Send SAVES_A_SECOND for `seconds`, people in turns."""
    found = Saves()
    busy = [asyncio.Lock() for _ in savers]

    async def save(place: int, due: float) -> None:
        async with busy[place]:
            try:
                await savers[place].save(attempts[place])
            except (Unexpected, OSError, EOFError, TimeoutError) as error:
                found.failures.append(f"{type(error).__name__}: {error}")
            found.times.append(1000 * (time.perf_counter() - due))

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(SAVES_A_SECOND * seconds)):
            due = started + number / SAVES_A_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(save(number % len(savers), due))
    return found


async def _beside_storm(
    machine: Machine,
    world: World,
    stormers: Sequence[Person],
    storm: Storm,
    savers: Sequence[Contestant],
    attempts: Sequence[Attempt],
    seconds: float,
) -> Saves:
    guests = [_guest(machine, world, person) for person in stormers]
    forms = {guest.phone: await _form_of(guest) for guest in guests}
    share = len(guests) // STORM_CONNECTIONS

    async def sign_in_without_pause(own: Sequence[Contestant]) -> None:
        turn = 0
        while True:
            guest = own[turn % len(own)]
            turn += 1
            try:
                await _sign_in_again(guest, forms[guest.phone])
                storm.done += 1
            except Unexpected as answer:
                if not str(answer).startswith("503"):
                    raise
                storm.turned_away += 1

    tasks = [
        asyncio.create_task(sign_in_without_pause(guests[start : start + share]))
        for start in range(0, share * STORM_CONNECTIONS, share)
    ]
    try:
        return await _saves(savers, attempts, seconds)
    finally:
        await _end(tasks)
        _close(guests)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel what runs without end; a task that failed by itself tells why."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


def _close(guests: Sequence[Contestant]) -> None:
    for guest in guests:
        guest.close()
