"""Shapes stay inside their view box and in proportion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis import charts


@given(st.lists(st.integers(0, 100_000), max_size=31))
def test_columns_stand_on_the_axis_in_proportion(counts):
    words = [str(count) for count in counts]
    chart = charts.columns_chart([str(place) for place in range(len(counts))], counts, words)
    highest = max(counts, default=0) or 1

    for bar, count in zip(chart.bars, counts, strict=True):
        assert charts.LEFT <= bar.x <= bar.x + bar.width <= charts.WIDTH - charts.RIGHT + 0.1
        assert bar.y + bar.height == pytest.approx(chart.frame["bottom"], abs=0.2)
        assert bar.height == pytest.approx(charts.PLOT_HEIGHT * count / highest, abs=0.1)


def test_words_that_do_not_fit_are_left_to_the_table():
    labels, counts = ["0", "1"], [5, 7]

    assert [bar.value for bar in charts.columns_chart(labels, counts, ["5", "7"]).bars] == ["5", "7"]
    assert [bar.value for bar in charts.columns_chart(labels, counts, ["5" * 40, "7"]).bars] == ["", ""]


@pytest.mark.parametrize(("index", "ticks"), [(10.0, ["0%", "50%", "100%"]), (-50.0, 5)])
def test_the_scatter_reaches_down_when_something_is_there(index, ticks):
    chart = charts.scatter_chart([(0.5, index, "mau-1", False), (1.0, 100.0, "mau-2", True)])

    assert [tick.label for tick in chart.ticks] == ticks or len(chart.ticks) == ticks
    assert (chart.points[1].x, chart.points[1].y) == (charts.WIDTH - charts.RIGHT, charts.TOP)
    assert all(charts.TOP <= point.y <= charts.HEIGHT - charts.BOTTOM for point in chart.points)


def test_rows_are_as_long_as_their_share():
    bars = charts.rows_chart([("A", 0.25, "25,0%", True), ("B", 0.5, "50,0%", False)]).bars

    assert bars[1].width == pytest.approx(2 * bars[0].width, abs=0.2)
    assert [bar.is_marked for bar in bars] == [True, False]
