"""The whole attempt beside its floor, in interleaved pairs, and each of its steps."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.accounting import Accounts, Usage
from bench.client import Attempt, Contestant, Response, location_of, save_of, side_by_side, token_in
from bench.figures import Measurement, cost, median, waiting
from bench.servers import Machine, WebServer
from bench.world import FULL_NAME, Person, World

SAVES = 10
PAIRS = 5
STEPS = ("start", "paper", "save", "submit", "result")
UNWANTED_HEADERS = {"date", "server", "connection", "content-length", "content-encoding", "set-cookie"}
SIZE_MAY_DIFFER = 0.02
CAPTURED = 9


class FloorDiffers(Exception):
    """The floor's answers are not as large as the product's."""


@dataclass(frozen=True)
class Run:
    """One block of attempts on one server."""

    usage: Usage
    times: dict[str, list[float]]
    received: int
    count: int

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.usage.seconds / self.count


async def sign_in_people(machine: Machine, world: World, people: Sequence[Person]) -> list[Contestant]:
    """Contestants, each signed in through the page."""
    contestants = [
        Contestant(
            machine.web.port,
            machine.sign_in.port,
            phone=person.phone,
            password=person.password,
            round_path=world.open_path,
        )
        for person in people
    ]
    for contestant in contestants:
        await contestant.sign_in()
    return contestants


def on_server(contestant: Contestant, server: WebServer) -> Contestant:
    """The same person, with the same cookies, at another server."""
    twin = Contestant(
        server.port,
        server.port,
        phone=contestant.phone,
        password=contestant.password,
        round_path=contestant.round_path,
    )
    twin.cookies, twin.csrf = contestant.cookies, contestant.csrf
    return twin


async def capture_pages(contestant: Contestant, path: Path) -> None:
    """Sit a few attempts and keep the answers of the one of middle size as templates for the floor."""
    captured = [await _capture(contestant) for _ in range(CAPTURED)]
    address, answers = sorted(captured, key=lambda one: sum(answer.size for answer in one[1].values()))[
        CAPTURED // 2
    ]
    public_id = address.rpartition("/")[2]
    kept = {step: _as_template(response, public_id) for step, response in answers.items()}
    path.write_text(json.dumps(kept, ensure_ascii=False))


async def _capture(contestant: Contestant) -> tuple[str, dict[str, Response]]:
    """The address of a new attempt, and what was answered at each step."""
    answer = await contestant.post_form(
        f"{contestant.round_path}/luot-thi", {"csrf_token": contestant.csrf}, "start"
    )
    address = location_of(answer)
    found = {"start": answer, "paper": await contestant.get(address)}
    csrf = token_in(found["paper"])
    found["save"] = await contestant.post_json(f"{address}/cau-tra-loi", save_of(1), csrf, "save")
    found["submit"] = await contestant.post_form(f"{address}/nop-bai", {"csrf_token": csrf}, "submit")
    found["result"] = await contestant.get(f"{address}/ket-qua")
    return address, found


def _as_template(response: Response, public_id: str) -> tuple[int, list[tuple[str, str]], str]:
    body = response.text.replace(public_id, "@@PUBLIC_ID@@").replace(FULL_NAME, "@@FULL_NAME@@")
    body = re.sub(r'(<p class="code digest">)[0-9a-f]{64}', r"\1@@DIGEST@@", body)
    if response.header("content-type") == "application/json":
        answer = json.loads(body)
        body = body.replace(answer["saved"], "@@NOW@@").replace(answer["server_now"], "@@NOW@@")
        body = body.replace(answer["deadline"], "@@DEADLINE@@")
    headers = [
        (name, value.replace(public_id, "@@PUBLIC_ID@@"))
        for name, value in response.headers
        if name.lower() not in UNWANTED_HEADERS
    ]
    return response.status, headers, body


async def run_block(accounts: Accounts, people: Sequence[Contestant], count: int) -> Run:
    """`count` attempts, everybody sitting one after the other, all side by side."""
    waiting_attempts = iter(range(count))

    async def sit_while_any(contestant: Contestant) -> None:
        for _ in waiting_attempts:
            await contestant.sit(SAVES)

    return await _measured(accounts, people, sit_while_any, count)


async def _measured(
    accounts: Accounts,
    people: Sequence[Contestant],
    work: Callable[[Contestant], Awaitable[None]],
    count: int,
) -> Run:
    for contestant in people:
        contestant.journal.times.clear()
        contestant.journal.received = 0
    before = accounts.read()
    await side_by_side(list(people), work)
    usage = accounts.since(before)
    times: dict[str, list[float]] = {}
    for contestant in people:
        for step, values in contestant.journal.times.items():
            times.setdefault(step, []).extend(values)
    return Run(usage, times, sum(contestant.journal.received for contestant in people), count)


def accounts_of(machine: Machine, web: WebServer) -> Accounts:
    groups = {"web": [web.pid], "postgresql": [machine.postgresql.pid], "redis": [machine.redis.pid]}
    return Accounts(groups)


@contextmanager
def background_paused(machine: Machine) -> Iterator[None]:
    """Without the timetable: what it does for finished attempts is measured by itself."""
    machine.timetable.pause()
    try:
        yield
    finally:
        machine.timetable.go_on()


async def measure_pairs(machine: Machine, people: Sequence[Contestant], count: int) -> Measurement:
    """Ours and the floor in turns, `count` attempts each; the median of the pairs' ratios."""
    twins = [on_server(contestant, machine.floor) for contestant in people]
    ours, floor = accounts_of(machine, machine.web), accounts_of(machine, machine.floor)
    await run_block(ours, people, max(len(people), count // 4))
    await run_block(floor, twins, max(len(people), count // 4))
    pairs = []
    for _ in range(PAIRS):
        pairs.append((await run_block(ours, people, count), await run_block(floor, twins, count)))
    for mine, least in pairs:
        if abs(mine.received - least.received) > SIZE_MAY_DIFFER * mine.received:
            raise FloorDiffers(f"{mine.received} bytes, the floor {least.received}")
    times = [value for mine, _ in pairs for value in mine.times["attempt"]]
    middle = sorted(pairs, key=lambda pair: pair[0].cpu_ms / pair[1].cpu_ms)[PAIRS // 2]
    return Measurement(
        name="attempt",
        n=PAIRS * count,
        cpu_ms=median(mine.cpu_ms for mine, _ in pairs),
        floor_cpu_ms=median(least.cpu_ms for _, least in pairs),
        ratio=median(mine.cpu_ms / least.cpu_ms for mine, least in pairs),
        other=max(run.usage.other for pair in pairs for run in pair),
        shares=cost(middle[0].usage, count),
        facts={
            "pairs": [[round(mine.cpu_ms, 2), round(least.cpu_ms, 2)] for mine, least in pairs],
            "floor_shares": cost(middle[1].usage, count),
            "bytes": middle[0].received // count,
            "floor_p99_ms": waiting(middle[1].times["attempt"])["p99_ms"],
        },
        **waiting(times),
    )


async def measure_steps(machine: Machine, people: Sequence[Contestant], count: int) -> list[Measurement]:
    """Each step by itself: everybody starts, everybody looks, everybody saves, and so on."""
    twins = [on_server(contestant, machine.floor) for contestant in people]
    ours = await _steps(accounts_of(machine, machine.web), people, count)
    floor = await _steps(accounts_of(machine, machine.floor), twins, count)
    found = []
    for step in STEPS:
        mine, least = ours[step], floor[step]
        found.append(
            Measurement(
                name=f"attempt: {step}",
                n=mine.count,
                cpu_ms=mine.cpu_ms,
                floor_cpu_ms=least.cpu_ms,
                ratio=mine.cpu_ms / least.cpu_ms,
                other=max(mine.usage.other, least.usage.other),
                shares=cost(mine.usage, mine.count),
                facts={"floor_shares": cost(least.usage, least.count)},
                **waiting(mine.times[step]),
            )
        )
    return found


async def _steps(accounts: Accounts, people: Sequence[Contestant], count: int) -> dict[str, Run]:
    """One open attempt a person at a time, so `count` is made of rounds of everybody."""
    rounds = max(1, count // len(people))
    runs: dict[str, list[Run]] = {step: [] for step in STEPS}
    for _ in range(rounds):
        under_way: dict[str, Attempt] = {}
        for step, work in _works(under_way).items():
            times = len(people) * (SAVES if step == "save" else 1)
            runs[step].append(await _measured(accounts, people, work, times))
    return {step: _together(found) for step, found in runs.items()}


def _works(under_way: dict[str, Attempt]) -> dict[str, Callable[[Contestant], Awaitable[None]]]:
    async def start(contestant: Contestant) -> None:
        under_way[contestant.phone] = await contestant.press_start()

    async def paper(contestant: Contestant) -> None:
        await contestant.look(under_way[contestant.phone])

    async def save(contestant: Contestant) -> None:
        for _ in range(SAVES):
            await contestant.save(under_way[contestant.phone])

    async def submit(contestant: Contestant) -> None:
        await contestant.submit(under_way[contestant.phone])

    async def result(contestant: Contestant) -> None:
        await contestant.result(under_way[contestant.phone])

    return {"start": start, "paper": paper, "save": save, "submit": submit, "result": result}


def _together(runs: Sequence[Run]) -> Run:
    """Blocks of the same step as one."""
    first = runs[0].usage
    usage = Usage(
        wall=sum(run.usage.wall for run in runs),
        groups={name: sum(run.usage.groups[name] for run in runs) for name in first.groups},
        other=max(run.usage.other for run in runs),
    )
    times: dict[str, list[float]] = {}
    for run in runs:
        for step, values in run.times.items():
            times.setdefault(step, []).extend(values)
    return Run(usage, times, sum(run.received for run in runs), sum(run.count for run in runs))
