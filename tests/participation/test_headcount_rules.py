"""Spreadsheets of headcounts, who may decide, days. No app, no database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats import vn_number
from app.participation import headcount_rules as rules
from app.permissions import Grant, Permission, Role

NAMES = {"06325": "Xã Bắc Quỳnh", "06328": "Xã Chiêu Vũ", "185": "Huyện Bắc Sơn"}
HEAD = (3, ["Mã đơn vị", "Tên đơn vị", "Thuộc", "Quân số đang dùng", "Quân số mới"])
EDIT = Permission.HEADCOUNTS_EDIT


def read(*rows, head=HEAD):
    numbered = [(head[0] + offset, list(texts)) for offset, texts in enumerate(rows, 1)]
    return rules.read_rows([head, *numbered], NAMES)


def told(found):
    return [message for _, message in found.problems]


@pytest.mark.parametrize("text", ["1234", "1.234", "1 234", "1\u00a0234"])
def test_a_count_is_read_as_people_write_it(text):
    (line,) = read(["06325", "Xã Bắc Quỳnh", "", "", text]).lines

    assert (line.row, line.code, line.name, line.people) == (4, "06325", "Xã Bắc Quỳnh", 1234)


@pytest.mark.parametrize(
    "text", ["12,5", "0", "-3", "12.5", "1.23", "abc", "12a", "10000001", "١٢", "1..234", "²"]
)
def test_what_is_no_count_is_told(text):
    found = read(["06325", "", "", "", text])

    assert found.lines == []
    assert told(found) == [
        f"Quân số “{text}” phải là một số từ 1 đến 10.000.000, không có chữ, không có phần lẻ."
    ]


@given(st.integers(1, rules.MOST_PEOPLE))
def test_every_count_is_read_back_as_it_is_shown(people):
    found = read(["06325", "", "", "", vn_number(people)], ["06328", "", "", "", str(people)])

    assert [line.people for line in found.lines] == [people, people]


def test_zeros_that_excel_dropped_are_put_back():
    assert read(["6325", "Bắc Quỳnh", "", "", "5"]).lines[0].code == "06325"


def test_all_that_is_wrong_is_told_with_its_row():
    found = read(
        ["", "", "", "", "5"],
        ["99999", "", "", "", "5"],
        ["06325", "Xã Chiêu Vũ", "", "", "x"],
        ["06328", "", "", "", "7"],
        ["06328", "", "", "", "8"],
        ["185", "", "", "", ""],
    )

    assert [(line.code, line.people) for line in found.lines] == [("06328", 7)]
    assert found.problems == [
        (4, "Thiếu mã đơn vị."),
        (5, "Mã “99999” không có trong các đơn vị bạn phụ trách."),
        (6, "Mã 06325 là của Xã Bắc Quỳnh, không phải “Xã Chiêu Vũ”."),
        (6, "Quân số “x” phải là một số từ 1 đến 10.000.000, không có chữ, không có phần lẻ."),
        (8, "Xã Chiêu Vũ đã có ở dòng 7."),
    ]


def test_titles_may_stand_without_marks_and_in_another_order():
    found = read(["12", "", "6328"], head=(1, ["QUAN SO", "gì đó", "ma don vi"]))

    assert [(line.code, line.people) for line in found.lines] == [("06328", 12)]


def test_a_file_without_titles_or_without_numbers_is_told():
    assert "Không thấy dòng tiêu đề" in told(rules.read_rows([(1, ["a", "b"])], NAMES))[0]
    assert "Không thấy dòng tiêu đề" in told(rules.read_rows([], NAMES))[0]
    assert told(read(["06325", "", "", "12", ""])) == ["Cột “Quân số mới” chưa có số nào."]


@given(st.lists(st.tuples(st.integers(1, 99), st.lists(st.text(max_size=12), max_size=6)), max_size=15))
def test_any_rows_are_read_without_fail(rows):
    found = rules.read_rows([HEAD, *rows], NAMES)

    assert found.lines or found.problems
    assert len({line.code for line in found.lines}) == len(found.lines)


def staff(path, series="vn-2024"):
    return (Grant(Role.STAFF, unit_series=series, unit_path=path),)


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        (staff("/20/185/"), True),
        (staff("/20/"), True),
        (staff("/20/185/06325/"), False),
        (staff("/20/182/"), False),
        (staff("/20/", "vn-2025"), False),
        ((Grant(Role.ORGANISER, contest_id=3),), True),
        ((Grant(Role.ADMINISTRATOR),), False),
        ((), False),
    ],
)
def test_whose_grant_covers_the_parent_may_decide(grants, expected):
    above = rules.parent_path("/20/185/06325/")

    assert rules.is_superior(grants, EDIT, series="vn-2024", parent_path=above) is expected


def test_above_the_top_stand_organisers_only():
    assert rules.parent_path("/20/") is None
    assert not rules.is_superior(staff("/20/"), EDIT, series="vn-2024", parent_path=None)
    assert rules.is_superior((Grant(Role.ORGANISER),), EDIT, series="vn-2024", parent_path=None)


def test_nobody_approves_their_own_and_everybody_may_take_theirs_back():
    with pytest.raises(rules.SecondPersonNeeded):
        rules.check_may_decide(declared_by=1, actor_id=1, is_superior=True, approves=True)
    with pytest.raises(rules.NotSuperior):
        rules.check_may_decide(declared_by=1, actor_id=2, is_superior=False, approves=False)
    rules.check_may_decide(declared_by=1, actor_id=1, is_superior=False, approves=False)
    rules.check_may_decide(declared_by=1, actor_id=2, is_superior=True, approves=True)


def test_a_day_of_another_century_is_told():
    today = date(2024, 4, 1)

    assert rules.day_problem(today, today) == ""
    assert rules.day_problem(today + rules.FURTHEST + timedelta(days=1), today)
    assert rules.day_problem(date(202, 4, 1), today)


def test_more_people_than_the_unit_has():
    assert rules.is_over(101, 100)
    assert not rules.is_over(100, 100)
    assert not rules.is_over(100, None)
