"""Boxes of forms: moments in Viet Nam, lines of boxes."""

from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import Form

from app.web.fields import MomentField, RowsField, parse_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07:00", (7, 0)),
        ("7:5", (7, 5)),
        ("22h30", (22, 30)),
        ("7h", (7, 0)),
        ("7 g 15", (7, 15)),
        ("9", (9, 0)),
        ("24:00", (24, 0)),
        ("0:00", (0, 0)),
        ("7:", (7, 0)),
    ],
)
def test_parse_time(text, expected):
    assert parse_time(text) == expected


@pytest.mark.parametrize("text", ["", "24:01", "25", "7:60", "-1", "7:00:00", "٧:00", "bảy giờ", "7.5.1"])
def test_parse_time_refuses(text):
    with pytest.raises(ValueError, match="không có thật"):
        parse_time(text)


class Moments(Form):
    at = MomentField("Lúc")


def moment(*parts):
    names = ("at_day", "at_month", "at_year", "at_time")
    return Moments(ImmutableMultiDict(zip(names, parts, strict=True)))


def test_a_moment_is_read_in_viet_nam():
    assert moment("7", "12", "2026", "07:00").at.data == datetime(2026, 12, 7, 0, tzinfo=UTC)


def test_midnight_may_be_written_as_24_hours():
    assert moment("31", "12", "2026", "24:00").at.data == datetime(2026, 12, 31, 17, tzinfo=UTC)


def test_a_blank_moment_is_none():
    form = moment("", " ", "", "")

    assert form.validate()
    assert form.at.data is None


@pytest.mark.parametrize(
    "parts",
    [
        ("30", "2", "2026", "07:00"),
        ("1", "13", "2026", "07:00"),
        ("1", "1", "1", "07:00"),
        ("1", "1", "9999", "07:00"),
        ("1", "1", "2026", ""),
        ("", "1", "2026", "07:00"),
        ("x", "1", "2026", "07:00"),
        ("1", "1", "2026", "25:00"),
        ("1" * 400, "1", "2026", "07:00"),
    ],
)
def test_an_impossible_moment_keeps_what_was_typed(parts):
    form = moment(*parts)

    assert not form.validate()
    assert form.at.data is None
    assert form.at.part_values == list(parts)


def test_a_stored_moment_fills_the_boxes_with_local_time():
    form = Moments(data={"at": datetime(2026, 12, 6, 23, 5, tzinfo=UTC)})

    assert form.at.part_values == ["7", "12", "2026", "06:05"]


class Lines(Form):
    lines = RowsField("Dòng", parts=("name", "count"), deciding=("name",), shown=2, maximum=4)


def posted(**boxes):
    return Lines(ImmutableMultiDict({name.replace("_", "-"): value for name, value in boxes.items()})).lines


def test_blank_lines_are_left_out_and_stay_on_the_page():
    lines = posted(lines_1_name="", lines_1_count="5", lines_3_name=" Ba ", lines_3_count="x")

    assert lines.data == {3: {"name": "Ba", "count": "x"}}
    assert lines.count == 3
    assert lines.value(1, "count") == "5"


def test_stored_lines_are_shown_with_room_to_spare():
    lines = Lines(data={"lines": [{"name": "Một", "count": "1"}]}).lines

    assert (lines.count, lines.value(1, "name"), lines.value(2, "name")) == (2, "Một", "")


def test_lines_are_added_up_to_the_maximum():
    lines = posted(lines_3_name="Ba")
    for _ in range(3):
        lines.add_row()

    assert lines.count == 4


def test_only_lines_up_to_the_maximum_are_known():
    names = posted().part_names

    assert names[0] == "lines-1-name"
    assert len(names) == 8
    assert "lines-5-name" not in names


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("1.000", 1000), ("0", None), ("x", None), ("", None)]
)
def test_a_number_in_a_line_is_bounded(text, number):
    lines = posted(lines_1_name="Một", lines_1_count=text)

    assert lines.integer(1, "count", 1, 10_000) == number
    assert lines.row_errors == ({} if number else {(1, "count"): "Bạn hãy ghi một số từ 1 đến 10.000."})
