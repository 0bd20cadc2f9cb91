"""Where the shapes of the dashboard's charts lie, in units of their view boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.formats import vn_number

WIDTH, HEIGHT = 288, 196
TOP, BOTTOM = 36, 150
PLOT_HEIGHT = BOTTOM - TOP
LETTER_WIDTH = 8
INSIDE_FROM = 26  # a bar of this height has room for its value
SIDE = 14
ABOVE, UNDER = 10, 22  # from a point to the foot of its label
APART = 20  # two labels nearer than this would lie on each other


@dataclass(frozen=True)
class Column:
    """What a round adds to the chart; `value` None: it has not opened, or nothing is known."""

    label: str
    short_label: str
    note: str
    value: float | None
    words: str
    is_unfinished: bool = False


@dataclass(frozen=True)
class Bar:
    """A rectangle with `value` at its head (inside where it fits), `label` and `note` at its foot."""

    x: float
    y: float
    width: float
    height: float
    label: str
    note: str
    value: str
    is_hatched: bool
    has_value_inside: bool


@dataclass(frozen=True)
class ColumnsChart:
    bars: tuple[Bar, ...]
    target_y: float | None
    width: int = WIDTH
    height: int = HEIGHT
    bottom: int = BOTTOM


@dataclass(frozen=True)
class Tick:
    """A grid line, or the foot of a day, with its label."""

    at: float
    label: str
    is_current: bool = False


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True)
class TrendChart:
    """`line` and `compare` are "x,y x,y"; `dot` is the newest point of the line."""

    line: str
    compare: str
    dot: tuple[float, float] | None
    labels: tuple[Label, ...]
    days: tuple[Tick, ...]
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    bottom: int = BOTTOM


def columns_chart(columns: Sequence[Column], target: float | None) -> ColumnsChart:
    """One column a round, from zero; `target` is drawn across."""
    known = [column.value for column in columns if column.value is not None]
    highest = max([*known, target or 0.0]) or 1.0
    step = WIDTH / max(len(columns), 1)
    longest = max((len(word) for column in columns for word in (column.label, column.note)), default=0)
    is_wide = longest * LETTER_WIDTH <= step
    bars = []
    for place, column in enumerate(columns):
        height = PLOT_HEIGHT * (column.value or 0.0) / highest
        bars.append(
            Bar(
                x=round(place * step + step * 0.08, 1),
                y=round(BOTTOM - height, 1),
                width=round(step * 0.84, 1),
                height=round(height, 1),
                label=column.label if is_wide else column.short_label,
                note=column.note if is_wide else "",
                value=column.words if len(column.words) * LETTER_WIDTH <= step * 1.1 else "",
                is_hatched=column.is_unfinished,
                has_value_inside=height >= INSIDE_FROM and not column.is_unfinished,
            )
        )
    return ColumnsChart(
        tuple(bars), None if not target else round(BOTTOM - PLOT_HEIGHT * target / highest, 1)
    )


def trend_chart(
    days: Sequence[str],
    line: Sequence[int],
    compare: Sequence[int],
    *,
    name: str,
    compare_name: str,
) -> TrendChart:
    """Numbers that only grow, a day each from the first; `line` may end before the last of `days`."""
    highest = max([*line, *compare, 1])
    own, other = _points(line, len(days), highest), _points(compare, len(days), highest)
    labels = []
    if own:
        x, y = own[-1]
        labels.append(Label(x, y - ABOVE, name, "end" if x >= WIDTH / 2 else "start"))
    if other:
        x, y = other[-1]
        is_near = bool(labels) and labels[0].anchor == "end" and abs(labels[0].y - y + ABOVE) < APART
        labels.append(Label(x, y + UNDER if is_near else y - ABOVE, compare_name, "end"))
    every = 1 if len(days) <= 8 else -(-len(days) // 8)
    return TrendChart(
        line=_joined(own),
        compare=_joined(other),
        dot=own[-1] if own else None,
        labels=tuple(labels),
        days=tuple(
            Tick(_across(place, len(days)), label, place == len(line) - 1)
            for place, label in enumerate(days)
            if place % every == 0
        ),
        ticks=tuple(
            Tick(round(BOTTOM - PLOT_HEIGHT * value / highest, 1), vn_number(value))
            for value in _steps(highest)
        ),
    )


def _points(values: Sequence[int], count: int, highest: int) -> list[tuple[float, float]]:
    return [
        (_across(place, count), round(BOTTOM - PLOT_HEIGHT * value / highest, 1))
        for place, value in enumerate(values)
    ]


def _across(place: int, count: int) -> float:
    return round(SIDE + (WIDTH - 2 * SIDE) * place / max(count - 1, 1), 1)


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _steps(highest: int) -> list[int]:
    """One to three round numbers up to the highest."""
    step = 1
    while highest // step > 3:  # 1, 2, 5, 10, 20, 50 …
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return list(range(step, highest + 1, step))
