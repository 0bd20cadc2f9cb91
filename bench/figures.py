"""Measurements: what is kept of one, the table that people read, the file that programs read."""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.accounting import Usage

RESULTS = Path(__file__).parent / "results.json"
ALWAYS = frozenset({"name", "cpu_ms", "floor_cpu_ms", "ratio", "p50_ms", "p95_ms", "p99_ms", "n"})
COLUMNS = ("cpu_ms", "floor_cpu_ms", "ratio", "p50_ms", "p95_ms", "p99_ms", "n", "other")


@dataclass(frozen=True)
class Measurement:
    """Processor milliseconds and waiting times of one operation; None where it has no meaning.

    `other` is the share of the machine that foreign processes took meanwhile; `shares` are cpu_ms by
    group of processes; `facts` is what else was counted.
    """

    name: str
    n: int
    cpu_ms: float | None = None
    floor_cpu_ms: float | None = None
    ratio: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    other: float | None = None
    shares: dict[str, float] | None = None
    facts: dict[str, object] | None = None


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie, by the nearest rank; the largest one when few are given."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def waiting(times: Sequence[float]) -> dict[str, Any]:
    """p50, p95 and p99 as fields of a Measurement."""
    return {f"p{share}_ms": round(percentile(times, share / 100), 2) for share in (50, 95, 99)}


def cost(usage: Usage, n: int) -> dict[str, float]:
    """Milliseconds per operation, by group."""
    return {name: round(1000 * seconds / n, 3) for name, seconds in usage.groups.items()}


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def as_table(measurements: Iterable[Measurement]) -> str:
    rows = [["measurement", *COLUMNS]]
    rows += [[one.name, *(_shown(getattr(one, column)) for column in COLUMNS)] for one in measurements]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
    lines.insert(1, "-" * len(lines[0]))
    return "\n".join(lines)


def _shown(value: float | int | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.2f}"


def write(measurements: Iterable[Measurement], path: Path = RESULTS) -> None:
    """One object per measurement: the named figures, null where one means nothing, and what else was kept."""
    objects = [
        {name: value for name, value in asdict(one).items() if name in ALWAYS or value is not None}
        for one in measurements
    ]
    path.write_text(json.dumps(objects, ensure_ascii=False, indent=2) + "\n")
