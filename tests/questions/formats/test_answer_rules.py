"""What people write for an answer, a level, a kind, a date."""

from datetime import date

import pytest

from app.errors import BadInput
from app.questions.formats.answer_rules import (
    find_level,
    find_true_false,
    parse_answer,
    parse_asks,
    parse_date,
    parse_letters,
    parse_level,
)

OPTIONS = ("Nhân dân", "Trưởng thôn", "Bí thư", "Chủ tịch")


@pytest.mark.parametrize(
    "written, letters",
    [
        ("B", "B"),
        (" b. ", "B"),
        ("A, C", "AC"),
        ("AC", "AC"),
        ("c;a", "AC"),
        ("A và C", "AC"),
        ("2", "B"),
        ("2.0", "B"),
        ("1, 3", "AC"),
        ("Trưởng thôn", "B"),
        ("trưởng  thôn.", "B"),
        ("B. Trưởng thôn", "B"),
        ("Đáp án: B", "B"),
        ("Phương án đúng là D", "D"),
        ("câu C", "C"),
    ],
)
def test_answers(written, letters):
    assert parse_answer(written, OPTIONS) == letters


@pytest.mark.parametrize(
    "written, options, message",
    [
        ("E", OPTIONS, "Đáp án là E nhưng câu chỉ có 4 phương án."),
        ("5", OPTIONS, "Đáp án là E nhưng câu chỉ có 4 phương án."),
        ("Đảng", OPTIONS, "Đáp án “Đảng” không phải chữ cái, số thứ tự hay nội dung của phương án nào."),
        ("13", OPTIONS, "Đáp án “13” không phải chữ cái, số thứ tự hay nội dung của phương án nào."),
        ("2", ("1", "3", "2"), "Đáp án “2” có thể là phương án B hoặc C: hãy ghi chữ cái."),
        ("A. Bí thư", OPTIONS, "Đáp án “A. Bí thư” là nội dung của phương án C."),
    ],
)
def test_answers_that_name_none(written, options, message):
    with pytest.raises(BadInput) as refused:
        parse_answer(written, options)

    assert str(refused.value) == message


def test_letters_are_never_the_text_of_an_option():
    assert parse_letters("A", ("B", "A")) == "A"
    with pytest.raises(BadInput, match="không phải chữ cái"):
        parse_letters("Nhân dân", OPTIONS)


@pytest.mark.parametrize(
    "written, letter", [("Đúng", "A"), ("Đ", "A"), ("sai.", "B"), ("S", "B"), ("D", ""), ("A", ""), ("", "")]
)
def test_true_and_false(written, letter):
    assert find_true_false(written) == letter


@pytest.mark.parametrize(
    "written, level",
    [
        ("1", 1),
        ("2.0", 2),
        ("Nhận biết", 1),
        ("NHAN BIET", 1),
        ("Thông hiểu (TH)", 2),
        ("TB", 2),
        ("Vận dụng cao", 3),
        ("Mức 3", 3),
        ("Khó", 3),
        ("IV", None),
        ("", None),
    ],
)
def test_levels(written, level):
    assert find_level(written) == level


def test_an_unknown_level_is_told():
    with pytest.raises(BadInput) as refused:
        parse_level("siêu khó")

    assert (
        str(refused.value) == "Mức độ “siêu khó” không phải Nhận biết (1), Thông hiểu (2) hay Vận dụng (3)."
    )


def test_kinds():
    assert [parse_asks(word) for word in ("date", "Con số", "ten rieng", "NỘI DUNG")] == [
        "date",
        "number",
        "name",
        "content",
    ]
    with pytest.raises(BadInput, match=r"^Loại “khác” không phải ngày tháng, con số"):
        parse_asks("khác")


@pytest.mark.parametrize(
    "written",
    ["10/11/2022", "10-11-2022", "10.11.2022", "2022-11-10", "ngày 10 tháng 11 năm 2022", "Ngày 10/11/2022."],
)
def test_days(written):
    assert parse_date(written) == date(2022, 11, 10)


@pytest.mark.parametrize("written", ["31/02/2022", "2022", "11/2022", "44875", "mai", "10/11/22"])
def test_days_that_are_none(written):
    with pytest.raises(BadInput, match="không phải một ngày"):
        parse_date(written)
