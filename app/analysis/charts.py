"""Where the shapes of the analysis' charts lie, in units of their view boxes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 400, 250
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 24, 44
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
ROW_HEIGHT, LABEL_WIDTH, VALUE_WIDTH = 40, 32, 130
LETTER_WIDTH = 8


@dataclass(frozen=True)
class Bar:
    """A rectangle; `label` stands at its foot, `value` at its head."""

    x: float
    y: float
    width: float
    height: float
    label: str = ""
    value: str = ""
    is_marked: bool = False


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    label: str
    is_marked: bool


@dataclass(frozen=True)
class Tick:
    """A grid line at `at`, with its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """`bars` and `points` in front of `ticks` (horizontal lines); `line` joins points as "x,y x,y"."""

    width: int
    height: int
    bars: tuple[Bar, ...] = ()
    points: tuple[Point, ...] = ()
    ticks: tuple[Tick, ...] = ()
    columns: tuple[Tick, ...] = ()
    line: str = ""
    frame: dict[str, int] = field(
        default_factory=lambda: {"left": LEFT, "right": WIDTH - RIGHT, "top": TOP, "bottom": HEIGHT - BOTTOM}
    )


def columns_chart(
    labels: Sequence[str], values: Sequence[float], words: Sequence[str], *, line: Sequence[float] = ()
) -> Chart:
    """One column a label, `words` at the heads where they fit; `line` gives each column a second value."""
    highest = max([*values, *line, 0.0]) or 1.0
    step = PLOT_WIDTH / max(len(values), 1)
    fits = all(len(word) * LETTER_WIDTH <= step for word in words)
    every = 1 if all(len(label) * LETTER_WIDTH <= step for label in labels) else 2
    bars = []
    for place, (label, value, word) in enumerate(zip(labels, values, words, strict=True)):
        height = PLOT_HEIGHT * value / highest
        bars.append(
            Bar(
                x=round(LEFT + place * step + step * 0.12, 1),
                y=round(TOP + PLOT_HEIGHT - height, 1),
                width=round(step * 0.76, 1),
                height=round(height, 1),
                label=label if place % every == 0 else "",
                value=word if fits else "",
            )
        )
    joined = " ".join(
        f"{LEFT + (place + 0.5) * step:.1f},{TOP + PLOT_HEIGHT * (1 - value / highest):.1f}"
        for place, value in enumerate(line)
    )
    return Chart(WIDTH, HEIGHT, bars=tuple(bars), line=joined)


def scatter_chart(points: Sequence[tuple[float, float, str, bool]]) -> Chart:
    """Points (facility 0 to 1, discrimination index -100 to 100, label, marked?)."""
    lowest = -20.0 if all(index >= -20 for _, index, _, _ in points) else -100.0

    def height_of(index: float) -> float:
        return round(TOP + PLOT_HEIGHT * (100 - index) / (100 - lowest), 1)

    ticks = [value for value in (-100, -50, 0, 50, 100) if value >= lowest]
    return Chart(
        WIDTH,
        HEIGHT,
        points=tuple(
            Point(round(LEFT + PLOT_WIDTH * x, 1), height_of(y), label, is_marked)
            for x, y, label, is_marked in points
        ),
        ticks=tuple(Tick(height_of(value), f"{value}%") for value in ticks),
        columns=tuple(
            Tick(round(LEFT + PLOT_WIDTH * value / 100, 1), f"{value}%") for value in (0, 25, 50, 75, 100)
        ),
    )


def rows_chart(rows: Sequence[tuple[str, float, str, bool]]) -> Chart:
    """Lying bars (label, share 0 to 1, words, marked?)."""
    room = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    bars = tuple(
        Bar(
            x=LABEL_WIDTH,
            y=place * ROW_HEIGHT + 6,
            width=round(room * share, 1),
            height=ROW_HEIGHT - 12,
            label=label,
            value=words,
            is_marked=is_marked,
        )
        for place, (label, share, words, is_marked) in enumerate(rows)
    )
    return Chart(WIDTH, ROW_HEIGHT * max(len(rows), 1), bars=bars)
