"""Processor time by the processes' own accounting, in seconds, and who else used the machine.

A process counts with every descendant: those alive by their own clocks, those gone by what their parent
was told when it waited for them. PostgreSQL's backends and gunicorn's workers are so counted also after
they ended.
"""

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
IDLE_FIELDS = (3, 4)  # idle and iowait of /proc/stat
GUEST_FIELDS = 8  # the columns after these are counted among user and nice already


@dataclass(frozen=True)
class Times:
    """What one process used, and what its children that ended had used."""

    parent: int
    own: float
    reaped: float


@dataclass(frozen=True)
class Reading:
    """Seconds used so far: by each named group, by all processes of the benchmark, by the machine."""

    at: float
    groups: Mapping[str, float]
    ours: float
    machine: float


@dataclass(frozen=True)
class Usage:
    """Between two readings: seconds of each group, and the share of the machine that others took."""

    wall: float
    groups: Mapping[str, float]
    other: float

    @property
    def seconds(self) -> float:
        return sum(self.groups.values())


class Accounts:
    """Reads groups of processes, each group by the pids of its oldest ancestors."""

    def __init__(self, groups: Mapping[str, Iterable[int]]) -> None:
        self._groups = {name: tuple(pids) for name, pids in groups.items()}
        self._ours = os.getpid()

    def read(self) -> Reading:
        processes = _all_processes()
        machine = _machine_seconds()
        groups = {
            name: sum(_with_descendants(pid, processes) for pid in pids)
            for name, pids in self._groups.items()
        }
        return Reading(time.monotonic(), groups, _with_descendants(self._ours, processes), machine)

    def since(self, before: Reading) -> Usage:
        after = self.read()
        wall = after.at - before.at
        foreign = (after.machine - before.machine) - (after.ours - before.ours)
        capacity = wall * (os.cpu_count() or 1)
        return Usage(
            wall=wall,
            groups={name: after.groups[name] - before.groups[name] for name in after.groups},
            other=max(0.0, foreign / capacity) if capacity else 0.0,
        )


def _with_descendants(pid: int, processes: Mapping[int, Times]) -> float:
    found = processes.get(pid)
    if found is None:
        return 0.0
    children = (child for child, times in processes.items() if times.parent == pid)
    return found.own + found.reaped + sum(_with_descendants(child, processes) for child in children)


def _all_processes() -> dict[int, Times]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            times = _times_of(entry)
            if times is not None:
                found[int(entry.name)] = times
    return found


def _times_of(folder: Path) -> Times | None:
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    user, system, waited_user, waited_system = map(int, fields[11:15])
    return Times(int(fields[1]), (user + system) / TICKS, (waited_user + waited_system) / TICKS)


def _machine_seconds() -> float:
    """Seconds that all processors together were busy, or taken by the host of a virtual machine."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1 : GUEST_FIELDS + 1]
    return sum(int(value) for place, value in enumerate(fields) if place not in IDLE_FIELDS) / TICKS
