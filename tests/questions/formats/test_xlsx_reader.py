"""Question tables in Excel in the layouts people use; problems in the cell that Excel shows."""

import io
import zipfile
from datetime import date, time, timedelta

import pytest
import xlsxwriter

from app.questions.formats import xlsx_reader
from app.questions.formats.sheet_reader import ERROR, NOT_CALCULATED
from tests.questions.formats.papers import problems_of, summary_of, with_part, word, workbook

FIRST = ("Ai bàn?", ("Nhân dân", "Trưởng thôn", "Bí thư"), "B")
SECOND = ("Ai quyết?", ("Nhân dân", "Trưởng thôn", "Bí thư"), "AC")
OPTIONS = ("Nhân dân", "Trưởng thôn", "Bí thư")
LAYOUTS = {
    "plain": workbook(
        ("Câu hỏi", "Phương án A", "Phương án B", "Phương án C", "Đáp án đúng"),
        ("Ai bàn?", *OPTIONS, "B"),
        ("Ai quyết?", *OPTIONS, "A, C"),
    ),
    "title rows, empty rows, running numbers": workbook(
        ("BAN DÂN VẬN TỈNH ỦY",),
        ("NGÂN HÀNG CÂU HỎI",),
        (),
        ("STT", "Nội dung câu hỏi", "A", "B", "C", "Đáp án"),
        (1, "Ai bàn?", *OPTIONS, "b"),
        (),
        (2, "Ai quyết?", *OPTIONS, "AC"),
        (3,),
    ),
    "headers without marks": workbook(
        ("TT", "CAU HOI", "Dap an A", "Dap an B", "Dap an C", "DAP AN DUNG"),
        (1, "Ai bàn?", *OPTIONS, "B."),
        (2, "Ai quyết?", *OPTIONS, "A và C"),
    ),
    "answers as numbers": workbook(
        ("Câu hỏi", "Lựa chọn 1", "Lựa chọn 2", "Lựa chọn 3", "Kết quả"),
        ("Ai bàn?", *OPTIONS, 2),
        ("Ai quyết?", *OPTIONS, 1.3),  # "1,3" typed where the comma is the decimal sign
    ),
    "answers as texts": workbook(
        ("Câu", "Câu hỏi", "A", "B", "C", "Đáp án (ghi nội dung)"),
        ("Câu 1", "Ai bàn?", *OPTIONS, "Trưởng thôn"),
        ("Câu 2", "Ai quyết?", *OPTIONS, "1; 3"),
    ),
    "a mark in a column for each option": workbook(
        ("Câu hỏi", "A", "B", "C", "Đúng A", "Đúng B", "Đúng C"),
        ("Ai bàn?", *OPTIONS, None, "x", None),
        ("Ai quyết?", *OPTIONS, "x", None, "X"),
    ),
    "marks under a merged header": workbook(
        ("Câu hỏi", "Phương án", None, None, "Đáp án đúng"),
        (None, "A", "B", "C", "A", "B", "C"),
        ("Ai bàn?", *OPTIONS, None, 1, None),
        ("Ai quyết?", *OPTIONS, 1, None, 1),
        merged=[(0, 0, 1, 0, "Câu hỏi"), (0, 1, 0, 3, "Phương án"), (0, 4, 0, 6, "Đáp án đúng")],
    ),
    "options under one merged header": workbook(
        ("Câu hỏi", "Các phương án", None, None, "Đáp án"),
        ("Ai bàn?", *OPTIONS, "B"),
        ("Ai quyết?", *OPTIONS, "A C"),
        merged=[(0, 1, 0, 3, "Các phương án")],
    ),
    "options in one cell": workbook(
        ("Câu hỏi", "Phương án trả lời", "Đáp án"),
        ("Ai bàn?", "A. Nhân dân\nB. Trưởng thôn\nC. Bí thư", "B"),
        ("Ai quyết?", "A. Nhân dân B. Trưởng thôn C. Bí thư", "A & C"),
    ),
    "everything in one cell": workbook(
        ("Câu hỏi", "Đáp án"),
        ("Ai bàn?\nA. Nhân dân\nB. Trưởng thôn\nC. Bí thư", "B"),
        ("Ai quyết? A. Nhân dân B. Trưởng thôn C. Bí thư", "A;C"),
    ),
    "a row for each option": workbook(
        ("STT", "Câu hỏi", "Phương án", "Đúng"),
        (1, "Ai bàn?", "Nhân dân"),
        (None, None, "Trưởng thôn", "x"),
        (None, None, "Bí thư"),
        (2, "Ai quyết?", "Nhân dân", "x"),
        (None, None, "Trưởng thôn"),
        (None, None, "Bí thư", "✓"),
    ),
    "the header on every page": workbook(
        ("STT", "Câu hỏi", "A", "B", "C", "Đáp án"),
        (1, "Ai bàn?", *OPTIONS, "B"),
        ("STT", "Câu hỏi", "A", "B", "C", "Đáp án"),
        (2, "Ai quyết?", *OPTIONS, "A,C"),
    ),
    "two sheets": workbook(
        ("Câu hỏi", "A", "B", "C", "Đáp án"),
        ("Ai bàn?", *OPTIONS, "B"),
        sheets={"Đợt 2": (("Đáp án", "Câu hỏi", "A", "B", "C"), ("AC", "Ai quyết?", *OPTIONS))},
    ),
}


@pytest.mark.parametrize("content", LAYOUTS.values(), ids=LAYOUTS)
def test_layouts(content):
    found = xlsx_reader.read(content)

    assert problems_of(found) == []
    assert summary_of(found) == [FIRST, SECOND]


def test_every_column():
    content = workbook(
        ("Mã câu", "Lĩnh vực", "Mức độ", "Câu hỏi", "A", "B", "Đáp án", "Lời giải", "Căn cứ", "Hiệu lực từ"),
        ("dc-1", "Dân chủ", "TH", "Ai bàn?", "Dân", "Xã", "A", "Điều 3.", "Luật số 10", date(2022, 11, 10)),
    )

    question = xlsx_reader.read(content).questions[0]

    assert (question.where, question.key, question.topic) == ("trang Bộ câu hỏi, ô D2", "dc-1", "Dân chủ")
    assert (question.level, question.explanation, question.source) == (2, "Điều 3.", "Luật số 10")
    assert question.valid_from == date(2022, 11, 10)


def test_titles_between_rows_and_merged_cells_tell_topic_and_level():
    content = workbook(
        ("STT", "Chủ đề", "Câu hỏi", "A", "B", "Đáp án"),
        ("I. NHẬN BIẾT",),
        (1, "Dân chủ", "Một?", "a", "b", "A"),
        (2, None, "Hai?", "a", "b", "A"),
        ("II. THÔNG HIỂU",),
        (3, "Biên giới", "Ba?", "a", "b", "B"),
        merged=[(2, 1, 3, 1, "Dân chủ")],
    )

    found = xlsx_reader.read(content)

    assert [(each.topic, each.level) for each in found.questions] == [
        ("Dân chủ", 1),
        ("Dân chủ", 1),
        ("Biên giới", 2),
    ]


@pytest.mark.parametrize(
    "value, text",
    [
        (2.0, "2"),
        (1949, "1949"),
        (3.5, "3,5"),
        (0.1 + 0.2, "0,3"),
        (12345678901, "12345678901"),
        (True, "TRUE"),
        (date(1949, 10, 15), "15/10/1949"),
        (time(8, 30), "08:30"),
        (timedelta(hours=26, minutes=5), "26:05"),
        (" chữ ", " chữ "),
    ],
)
def test_cells_are_read_as_excel_shows_them(value, text):
    assert xlsx_reader.text_of(value) == text


def test_a_formula_is_never_run_and_its_value_is_read():
    content = workbook(
        ("Câu hỏi", "A", "B", "Đáp án"),
        ("Ai bàn?", ("=CONCAT(1;2)", "Nhân dân"), "Xã", ("=MID(1;2)", "A")),
        ("Ai quyết?", "Nhân dân", ("=1/0", "#DIV/0!"), "A"),
    )

    found = xlsx_reader.read(content)

    assert summary_of(found) == [("Ai bàn?", ("Nhân dân", "Xã"), "A")]
    assert problems_of(found) == [("trang Bộ câu hỏi, ô C3", ERROR)]


def test_a_formula_without_a_value_is_refused():
    content = workbook(("Câu hỏi", "A", "B", "Đáp án"), ("Ai?", ("=X1", "zz"), "b", "A"))
    sheet = "xl/worksheets/sheet1.xml"

    found = xlsx_reader.read(with_part(content, sheet, lambda part: part.replace(b"<v>zz</v>", b"")))

    assert problems_of(found) == [("trang Bộ câu hỏi, ô B2", NOT_CALCULATED)]


@pytest.mark.parametrize(
    "row, problems",
    [
        (("Ai?", "a", "b", "c", "D"), [("E2", "Đáp án là D nhưng câu chỉ có 3 phương án.")]),
        (("Ai?", "a", "A", "c", "C"), [("C2", "Phương án B trùng với phương án A.")]),
        (("Ai?", "a", None, "c", "C"), [("C2", "Phương án B để trống.")]),
        (("Ai?", "a", "b", "c", None), [("E2", "Câu này không có đáp án.")]),
        ((None, "a", "b", "c", "A"), [("A2", "Thiếu nội dung câu hỏi.")]),
        (("Ai?", "a", None, None, "A"), [("B2", "Câu này chỉ có một phương án.")]),
        (("Ai?", "a\u0001", "b", "c", "A"), [("B2", "Nội dung có ký tự không hợp lệ.")]),
    ],
)
def test_problems_stand_in_their_cell(row, problems):
    content = workbook(("Câu hỏi", "A", "B", "C", "Đáp án"), row, ("Ai bàn?", *OPTIONS, "B"))

    found = xlsx_reader.read(content)

    assert problems_of(found) == [(f"trang Bộ câu hỏi, ô {cell}", message) for cell, message in problems]
    assert summary_of(found) == [FIRST]


def test_what_is_not_read_is_counted():
    content = workbook(
        ("Câu hỏi", "A", "B", "Đáp án", "Ghi chú"),
        ("Ai?", "a", "b", "A", "xem lại"),
        sheets={"Thống kê": (("Tổng", 1),)},
    )

    assert xlsx_reader.read(content).unsupported == {
        "cột “Ghi chú”": 1,
        "trang “Thống kê” không có bảng câu hỏi": 1,
    }


def test_a_file_without_a_header_says_what_is_wanted():
    assert problems_of(xlsx_reader.read(workbook(("Họ tên", "Điểm"), ("Thí sinh mẫu", 10)))) == [
        ("trang Bộ câu hỏi", xlsx_reader.NO_HEADER)
    ]


def test_text_from_before_unicode_is_refused():
    content = workbook(
        ("C©u hái", "A", "B", "§¸p ¸n"), ("C«ng t¸c d©n vËn lµ g×?", "nhiÖm vô", "c¶ hÖ thèng", "A")
    )

    assert problems_of(xlsx_reader.read(content))[0][1].startswith(
        "Chữ không phải Unicode mà có vẻ là TCVN3 (ABC)."
    )


def test_a_million_empty_rows_are_nothing():
    rows = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (index, index) for index in range(3, 1_000_001))
    content = workbook(("Câu hỏi", "A", "B", "C", "Đáp án"), ("Ai bàn?", *OPTIONS, "B"))
    sheet = "xl/worksheets/sheet1.xml"

    found = xlsx_reader.read(
        with_part(content, sheet, lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>"))
    )

    assert (summary_of(found), problems_of(found)) == ([FIRST], [])


def test_a_cell_far_away_is_told():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Một")
        sheet.write_row(0, 0, ("Câu hỏi", "A", "B", "Đáp án"))
        sheet.write(1_048_575, 16_383, "x")

    assert problems_of(xlsx_reader.read(target.getvalue())) == [
        ("trang Một", "Ô XFD1048576 nằm quá xa các câu hỏi: hãy xóa những dòng, cột thừa rồi gửi lại.")
    ]


def test_too_many_questions_are_refused():
    rows = [(f"Câu {index}?", "a", "b", "A") for index in range(10_001)]

    found = xlsx_reader.read(workbook(("Câu hỏi", "A", "B", "Đáp án"), *rows))

    assert problems_of(found) == [("cả tệp", "Tệp có quá 10000 câu: hãy chia thành nhiều tệp.")]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"abc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", word("Câu 1")]
)
def test_what_is_no_workbook_is_refused(content):
    found = xlsx_reader.read(content)

    assert (found.questions, len(found.problems)) == ([], 1)


def test_entities_are_refused():
    laughs = b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    content = with_part(
        workbook(("Câu hỏi",)),
        "xl/workbook.xml",
        lambda part: part.replace(b"<workbook", laughs + b"<workbook", 1),
    )

    assert "DOCTYPE" in problems_of(xlsx_reader.read(content))[0][1]


def test_a_bomb_is_refused_before_it_is_unpacked():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b"0" * 250_000_000)

    assert len(target.getvalue()) < 250_000
    assert "Tệp nén" in problems_of(xlsx_reader.read(target.getvalue()))[0][1]
