"""The staff's pages and the counting behind them: a million accounts, five weeks, three million attempts."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.contests.models import Round
from app.extensions import db
from app.factory import create_app
from app.participation.missing_services import count_populations
from app.participation.models import UnitTally
from app.participation.tally_services import tally_round
from bench import emulation, figures
from bench.accounting import Accounts
from bench.client import Contestant, expect
from bench.emulation import Course
from bench.figures import Measurement, cost, waiting
from bench.servers import DATABASE, Machine
from bench.world import PROVINCE, SERIES, World, make_world

PAGE_COUNT = 200
DISTRICT, COMMUNE, LATER_PROVINCE = "185", "06325", "20"
AT = f"/can-bo/cuoc-thi/{emulation.SLUG}"
# name, whose grant it needs ("district", "province"), address. The pages of other features may join.
PAGES: tuple[tuple[str, str, str], ...] = (
    ("dashboard of a province", "province", f"{AT}/{SERIES}/{PROVINCE}"),
    ("dashboard of a district", "district", f"{AT}/{SERIES}/{DISTRICT}"),
    ("dashboard of a commune", "district", f"{AT}/{SERIES}/{COMMUNE}"),
    ("dashboard by the later tree", "province", f"{AT}/{SERIES}/{PROVINCE}?cay=vn-2025&tuan=3"),
    ("dashboard of a later province", "later", f"{AT}/vn-2025/{LATER_PROVINCE}"),
    ("who has not taken part, district", "district", f"{AT}/{SERIES}/{DISTRICT}/chua-thi"),
    ("who has not taken part, province", "province", f"{AT}/{SERIES}/{PROVINCE}/chua-thi"),
    ("headcounts of a district", "district", f"{AT}/{SERIES}/{DISTRICT}/quan-so"),
    ("reports of a district", "district", f"{AT}/{SERIES}/{DISTRICT}/bao-cao"),
)
GRANTS = {
    "district": (SERIES, DISTRICT),
    "province": (SERIES, PROVINCE),
    "later": ("vn-2025", LATER_PROVINCE),
}
GRANT = """
    INSERT INTO role_grants (account_id, role, unit_id, valid_from)
    SELECT a.id, 'staff', u.id, now() - interval '1 day' FROM accounts a, units u
    WHERE a.sign_in_name = %(phone)s AND u.series_code = %(series)s AND u.code = %(code)s
    """
HEADCOUNTS = (
    """
    INSERT INTO headcounts (unit_id, people, valid_from, note, source, declared_by, declared_at)
    SELECT unit_id, count(*) * 5 / 4 + 1, '2020-01-01', '', 'form', %(first)s, now()
    FROM enrolments GROUP BY 1
    """,
    """
    INSERT INTO headcount_decisions (headcount_id, declared_by, is_approved, reason, decided_by, decided_at)
    SELECT id, declared_by, true, '', %(second)s, now() FROM headcounts
    """,
)
SECOND_FACTOR = "UPDATE sessions SET second_factor_at = now()"


@dataclass(frozen=True)
class Tallied:
    """Seconds and rows of one round that was counted."""

    seconds: float
    rows: int


def prepare(machine: Machine, world: World, people: int) -> Course:
    """The contest of five weeks, headcounts of every commune, and who may look at what."""
    course = emulation.load(machine, world, people)
    with machine.postgresql.cluster.connect(DATABASE) as connection:
        for statement in HEADCOUNTS:
            connection.execute(statement, {"first": world.organiser_id, "second": world.organiser_id + 1})
        for person, (series, code) in zip(world.people, GRANTS.values(), strict=False):
            connection.execute(GRANT, {"phone": person.phone, "series": series, "code": code})
    return course


def measure_tallies(machine: Machine, course: Course) -> Measurement:
    """Every round of the contest counted anew, one after the other."""
    accounts = Accounts({"postgresql": [machine.postgresql.pid]})
    before = accounts.read()
    counted = _tally(machine, course)
    usage = accounts.since(before)
    return Measurement(
        name="tally of one round",
        n=len(counted),
        cpu_ms=1000 * usage.seconds / len(counted),
        other=usage.other,
        shares=cost(usage, len(counted)),
        facts={"seconds": [round(one.seconds, 2) for one in counted], "rows": counted[-1].rows},
        **waiting([1000 * one.seconds for one in counted]),
    )


def _tally(machine: Machine, course: Course) -> list[Tallied]:
    app, counted = create_app(machine.config), []
    with app.app_context():
        for round_id in course.rounds:
            started = time.perf_counter()
            tally_round(db.session.get_one(Round, round_id), datetime.now(UTC))
            db.session.commit()
            rows = db.session.query(UnitTally).filter_by(round_id=round_id).count()
            counted.append(Tallied(time.perf_counter() - started, rows))
        count_populations(db.session.get_one(Round, course.rounds[0]).contest, now=datetime.now(UTC))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return counted


async def measure_pages(machine: Machine, world: World, count: int) -> list[Measurement]:
    """Each page `count` times, one request after the other, as the proxy sends them."""
    viewers = {}
    for name, person in zip(GRANTS, world.people, strict=False):
        viewer = Contestant(
            *(machine.web.port, machine.sign_in.port),
            phone=person.phone,
            password=person.password,
            round_path=world.open_path,
        )
        await viewer.sign_in()
        viewers[name] = viewer
    with machine.postgresql.cluster.connect(DATABASE) as connection:
        connection.execute(SECOND_FACTOR)
    found = [await _measure_page(machine, viewers[who], name, path, count) for name, who, path in PAGES]
    for viewer in viewers.values():
        viewer.close()
    return found


async def _measure_page(
    machine: Machine, viewer: Contestant, name: str, path: str, count: int
) -> Measurement:
    expect(await viewer.get(path, "first"), 200)
    accounts = Accounts({"web": [machine.web.pid], "postgresql": [machine.postgresql.pid]})
    before = accounts.read()
    for _ in range(count):
        expect(await viewer.get(path, name), 200)
    usage = accounts.since(before)
    return Measurement(
        name=name,
        n=count,
        cpu_ms=1000 * usage.seconds / count,
        other=usage.other,
        shares=cost(usage, count),
        **waiting(viewer.journal.times[name]),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.participation", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=PAGE_COUNT)
    options = parser.parse_args(arguments)
    with Machine() as machine:
        world = make_world(machine.config, people=len(GRANTS))
        started = time.perf_counter()
        course = prepare(machine, world, options.people)
        print(f"Loaded {options.people:,} people in {time.perf_counter() - started:.0f} s", flush=True)
        found = [measure_tallies(machine, course)]
        machine.serve(machine.web, machine.sign_in)
        found += asyncio.run(measure_pages(machine, world, options.pages))
    print(figures.as_table(found))
    for one in found:
        print(f"{one.name}: {one.shares or ''} {one.facts or ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
