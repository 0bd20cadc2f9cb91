"""`make bench`: load, measure, print a table, write bench/results.json; or the kill test."""

import argparse
import asyncio
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence

import gunicorn
import psycopg

from bench import attempts, emulation, figures, kills, participation, ranks, storm
from bench.figures import Measurement
from bench.load import Sizes, timed_load
from bench.servers import (
    DATABASE,
    HASH_SLOTS,
    POSTGRESQL,
    ROOT,
    SIGN_IN_NICE,
    SIGN_IN_THREADS,
    THREADS,
    WORKERS,
    Machine,
)
from bench.world import World, make_world

PEOPLE, STORMERS = 100, 64
CONNECTIONS = 16
PARTS = ("attempt", "board", "rank", "freeze", "sign-in", "storm", "staff", "emulation")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.command == "kills":
        report = kills.run(kills.SHORT if options.short else kills.FULL)
        print(report)
        return 0 if report.is_sound else 1
    sizes = Sizes(options.people, options.closed_attempts).scaled(options.scale)
    with Machine() as machine:
        world = make_world(machine.config, people=PEOPLE + STORMERS)
        print(_settings(machine), flush=True)
        if set(options.only) - {"staff", "emulation"}:  # which bring their own people
            counts, seconds = timed_load(machine, world, sizes)
            rows = ", ".join(f"{name} {count:,}" for name, count in counts.items())
            print(f"Loaded in {seconds:.0f} s: {rows}", flush=True)
        machine.serve(machine.web, machine.sign_in, machine.floor, machine.worker, machine.timetable)
        found = asyncio.run(_measure(machine, world, options))
    print(figures.as_table(found))
    for one in found:
        print(f"{one.name}: {one.shares or ''} {one.facts or ''}")
    figures.write(found)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("all", "kills"), default="all")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the rows (0.01: a quick look)")
    parser.add_argument("--people", type=int, default=Sizes.people, help="people with one attempt each")
    parser.add_argument("--closed-attempts", type=int, default=Sizes.closed_attempts)
    parser.add_argument("--attempts", type=int, default=400, help="attempts in each half of a pair")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each run of saves")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--short", action="store_true", help="kills: the form that the tests run")
    return parser


async def _measure(machine: Machine, world: World, options: argparse.Namespace) -> list[Measurement]:
    found: list[Measurement] = []

    def note(*measurements: Measurement) -> None:
        found.extend(measurements)
        print(figures.as_table(measurements), flush=True)

    people = await attempts.sign_in_people(machine, world, world.people[:PEOPLE])
    sitting = people[:CONNECTIONS]
    if "attempt" in options.only:
        await attempts.capture_pages(people[0], machine.folder / "pages.json")
        with attempts.background_paused(machine):
            whole = await attempts.measure_pairs(machine, sitting, options.attempts)
            note(whole)
            note(*await attempts.measure_steps(machine, sitting, options.attempts))
    if "board" in options.only:
        note(*await ranks.measure_board(machine, world, people, options.attempts))
    if "rank" in options.only:
        note(*await ranks.measure_own_rank(machine, world, people))
    if "freeze" in options.only:
        note(await asyncio.to_thread(ranks.measure_freeze, machine, world))
    strangers = world.people[PEOPLE : PEOPLE + STORMERS]
    if "sign-in" in options.only:
        note(await storm.measure_sign_in(machine, world, strangers, options.attempts))
    if "storm" in options.only:
        note(*await storm.measure_storm(machine, world, people, strangers, options.seconds))
    if {"staff", "emulation"} & set(options.only):
        size = Sizes(options.people).scaled(options.scale)
        course = await asyncio.to_thread(participation.prepare, machine, world, size.people)
        note(await asyncio.to_thread(participation.measure_tallies, machine, course))
        if "staff" in options.only:
            note(*await participation.measure_pages(machine, world, participation.PAGE_COUNT))
        if "emulation" in options.only:
            with attempts.background_paused(machine):
                note(*await asyncio.to_thread(emulation.measure, machine, course))
    return found


def _settings(machine: Machine) -> str:
    return "\n".join(_settings_lines(machine))


def _settings_lines(machine: Machine) -> Iterator[str]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    yield f"Commit {commit.stdout.strip() or 'unknown'}, {os.cpu_count()} processors, {platform.platform()}"
    with machine.postgresql.cluster.connect(DATABASE) as connection:
        version = connection.execute("SHOW server_version").fetchone()
        shown = [
            f"{name} {(connection.execute('SELECT current_setting(%s)', [name]).fetchone() or ('?',))[0]}"
            for name in ("fsync", *POSTGRESQL)
        ]
    yield f"Python {sys.version.split()[0]}, gunicorn {gunicorn.__version__}, psycopg {psycopg.__version__}"
    yield f"PostgreSQL {version[0] if version else '?'}: {', '.join(shown)}"
    sign_in = f"1 worker × {SIGN_IN_THREADS} threads, {HASH_SLOTS} hashes at once, nice {SIGN_IN_NICE}"
    yield f"web: {WORKERS} workers × {THREADS} threads; sign-in: {sign_in}"


if __name__ == "__main__":
    sys.exit(main())
