"""Reading is total: whatever the bytes are, a reader says what it found or what is wrong."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.questions.formats import (
    aiken_reader,
    docx_reader,
    gift_reader,
    text_reader,
    xlsx_reader,
)
from app.questions.formats.file_rules import ReadFile
from tests.questions.formats.papers import word, workbook

TEXT_READERS = [text_reader, gift_reader, aiken_reader]
READERS = [*TEXT_READERS, docx_reader, xlsx_reader]
PIECES = [
    *(
        "Câu 1.",
        "Câu 2:",
        "1.",
        "2)",
        "Bài 3",
        "A.",
        "B.",
        "*C)",
        "d/",
        "Đáp án:",
        "ĐÁP ÁN",
        "1B",
        "2AC",
        "Chủ đề:",
    ),
    *(
        "Mức độ:",
        "TH",
        "PHẦN I.",
        "- ",
        "\t",
        "  ",
        "\n",
        "\n\n",
        "chữ",
        "?",
        "ANSWER: A",
        "\r",
        "\0",
        "\ufeff",
    ),
    *(
        "{",
        "}",
        "=",
        "~",
        "%50%",
        "#",
        "####",
        "::",
        "//",
        "\\",
        "$CATEGORY: a/b",
        "[html]",
        "<p>",
        "&lt;",
        "->",
        "T",
    ),
    *('// kheo: {"level": 1}', "// kheo: [", "\U000f0000", "Đúng", "Sai", "(*)", "[x]", "…", "9" * 30),
]
CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["Câu hỏi", "STT", "Phương án", "Phương án A", "A", "B", "Đáp án", "Mức độ", "x", "I. Dân chủ"]
    ),
    st.sampled_from(["A. a\nB. b", "VÍ DỤ", "10/11/2022", "a", "b", "2", "A, B"]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
WORD, WORKBOOK = (
    word("Câu 1. Ai?", "A. a", "B. b", [["1", "A"]]),
    workbook(("Câu hỏi", "A", "B", "Đáp án"), ("?", 1, 2, 1)),
)


def check(found):
    assert isinstance(found, ReadFile)
    for question in found.questions:
        assert question.stem and question.where
        assert 2 <= len(question.options) <= 6 and all(question.options)
        assert question.answer and set(question.answer) <= set("ABCDEF"[: len(question.options)])
        assert list(question.answer) == sorted(question.answer)
    assert all(problem.where and problem.message for problem in found.problems)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@given(content=st.binary(max_size=300))
def test_any_bytes(reader, content):
    check(reader.read(content))


@pytest.mark.parametrize("reader", TEXT_READERS, ids=lambda reader: reader.__name__)
@given(pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40))
def test_any_text(reader, pieces):
    check(reader.read("".join(pieces).encode(errors="surrogatepass")))


@given(st.lists(st.lists(CELLS, max_size=8), min_size=1, max_size=8))
def test_any_table_in_excel(rows):
    check(xlsx_reader.read(workbook(*rows)))


@given(st.lists(st.lists(st.sampled_from(PIECES[:28]), max_size=5).map("".join), max_size=12))
def test_any_paragraphs_in_word(paragraphs):
    allowed = [text.replace("\0", "") for text in paragraphs]
    check(docx_reader.read(word(*allowed, [allowed[:3], allowed[3:6]] if any(allowed[:3]) else "")))


@pytest.mark.parametrize(
    ("reader", "content"), [(docx_reader, WORD), (xlsx_reader, WORKBOOK)], ids=["docx", "xlsx"]
)
@given(data=st.data())
def test_any_damage_to_a_package(reader, content, data):
    """Bytes of one unpacked part changed, as a broken or hostile program would leave them."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        name = data.draw(st.sampled_from(old.namelist()))
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename == name:
                at = data.draw(st.integers(0, len(part)))
                part = (
                    part[:at] + data.draw(st.binary(max_size=8)) + part[at + data.draw(st.integers(0, 40)) :]
                )
            new.writestr(entry.filename, part)
    check(reader.read(target.getvalue()))
