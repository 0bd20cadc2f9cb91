"""Bars of seconds a question, this attempt beside the week's median, as shapes for an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, FOOT, TOP = 640, 170, 26, 8
SMALLEST = 2.0


@dataclass(frozen=True)
class Bar:
    """One question: two bars on the axis; heights in units of the drawing, None where nothing is known."""

    label: str
    x: float
    width: float
    median_height: float | None
    own_height: float | None
    median: float | None
    own: float | None

    @property
    def own_x(self) -> float:
        return round(self.x + self.width + 3, 1)

    @property
    def middle(self) -> float:
        return round(self.x + self.width + 1.5, 1)


def pace_bars(rows: Sequence[dict[str, Any]]) -> list[Bar]:
    """`rows` as timing_rules.bars_of gives them, in the order of the paper."""
    known = [value for row in rows for value in (row["seconds"], row["median"]) if value is not None]
    highest = max([*known, 1])
    slot = WIDTH / max(len(rows), 1)
    width = round(min(20.0, slot * 0.3), 1)

    def height(value: float | None) -> float | None:
        return None if value is None else round(max(SMALLEST, value / highest * (HEIGHT - FOOT - TOP)), 1)

    return [
        Bar(
            label=str(place + 1),
            x=round(slot * place + (slot - 2 * width - 3) / 2, 1),
            width=width,
            median_height=height(row["median"]),
            own_height=height(row["seconds"]),
            median=row["median"],
            own=row["seconds"],
        )
        for place, row in enumerate(rows)
    ]
