"""Aiken is strict: each line is what it must be, or a problem with its number."""

import pytest

from app.questions.formats import aiken_reader
from tests.questions.formats.papers import problems_of, summary_of


def read(text):
    return aiken_reader.read(text.encode())


def test_questions():
    found = read(
        "\ufeffAi bàn?\r\nA. Nhân dân\r\nB) Xã\r\nANSWER: B\r\n\r\nAi quyết?\r\nA. a\r\nB. b\r\nANSWER: A\r\n"
    )

    assert problems_of(found) == []
    assert summary_of(found) == [("Ai bàn?", ("Nhân dân", "Xã"), "B"), ("Ai quyết?", ("a", "b"), "A")]
    assert [each.where for each in found.questions] == ["dòng 1", "dòng 6"]


@pytest.mark.parametrize(
    "text, problems",
    [
        ("Ai?\nA. a\nB. b\nANSWER: C", [("dòng 4", "Đáp án là C nhưng câu chỉ có 2 phương án.")]),
        ("Ai?\nA. a\nC. b\nANSWER: A", [("dòng 3", "Đây phải là phương án B.")]),
        ("Ai?\ntiếp\nA. a\nB. b\nANSWER: A", [("dòng 2", aiken_reader.OUT_OF_PLACE)]),
        ("Ai?\nANSWER: A", [("dòng 2", "Dòng ANSWER đứng trước khi có đủ hai phương án.")]),
        ("Ai?\nA. a\nB. A\nANSWER: A", [("dòng 3", "Phương án B trùng với phương án A.")]),
        (
            "Ai?\nA. a\nB. b\nAnswer: A",
            [("dòng 4", aiken_reader.OUT_OF_PLACE), ("dòng 1", "Câu này không có dòng ANSWER.")],
        ),
        ("", [("cả tệp", "Không thấy câu hỏi Aiken nào.")]),
    ],
)
def test_problems(text, problems):
    assert problems_of(read(text)) == problems


def test_a_problem_does_not_hide_the_next_question():
    found = read("Một?\nA. a\nANSWER: A\nHai?\nA. a\nB. b\nANSWER: B\n")

    assert [each.stem for each in found.questions] == ["Hai?"]
    assert [where for where, _ in problems_of(found)] == ["dòng 3"]
