"""Excel files of questions: the template that people fill in, and a bank in the same columns."""

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.formats import vn_date
from app.questions.formats.draft_rules import MAX_QUESTIONS
from app.questions.formats.template_rules import EXAMPLE, HELP_SHEET, SHEET, TEMPLATE, TOPIC_SHEET
from app.questions.rules import ASKS_NAMES, LETTERS, LEVEL_NAMES, BankQuestion

WIDTHS = {"stem": 50, "explanation": 40, "source": 40, "topic": 24} | dict.fromkeys(LETTERS, 26)
EXAMPLE_ROW = {
    "key": EXAMPLE,
    "level": LEVEL_NAMES[1],
    "asks": ASKS_NAMES["name"],
    "stem": "Bài báo “Dân vận” năm 1949 của Chủ tịch Hồ Chí Minh đăng trên báo nào?",
    "A": "Báo Cứu quốc",
    "B": "Báo Sự thật",
    "C": "Báo Lao Động",
    "D": "Báo Nhân Dân",
    "answer": "B",
    "explanation": "Bài báo đăng trên báo Sự thật số 120.",
    "source": "Báo Sự thật số 120, ngày 15/10/1949",
    "valid_from": "15/10/1949",
}
HELP = (
    "Mỗi câu hỏi một dòng ở trang “Câu hỏi”. Đừng đổi tên các cột; cột không dùng thì để trống.",
    f"Dòng có “{EXAMPLE}” ở cột Mã câu chỉ để xem, không được đưa vào ngân hàng.",
    "Mã câu: mã riêng của Ban Tổ chức (chữ thường không dấu, chữ số, gạch nối, như hcm-001). "
    "Nhập lại tệp có cùng mã thì câu cũ được sửa, không thêm câu mới. Để trống thì hệ thống tự đặt.",
    "Chủ đề, Mức độ, Loại: chọn trong danh sách hiện ra khi bấm vào ô.",
    "Phương án A đến F: cần ít nhất hai phương án; không để trống ở giữa.",
    "Đáp án đúng: ghi chữ cái, như B; câu có nhiều đáp án đúng thì ghi A, C.",
    "Đúng từ ngày, Đúng đến ngày: khoảng thời gian căn cứ có hiệu lực, viết như 10/11/2022.",
    "Giữ nguyên chỗ: chữ cái của phương án không được trộn, như D cho “Cả ba phương án trên”.",
    "Công thức không được tính: hãy gõ chữ và số thường.",
)


def write(questions: Sequence[BankQuestion], topics: Mapping[str, str] | None = None) -> bytes:
    """The questions in the template's columns; `topics` are code to name, codes are written without them."""
    names = topics or {}
    return _book([_row(question, names) for question in questions], sorted(names.values()))


def template(topics: Sequence[str]) -> bytes:
    """An empty table with one example row, lists to choose from and a page of instructions.

    `topics` are the names to choose from.
    """
    first = {"topic": topics[0]} if topics else {}
    return _book([EXAMPLE_ROW | first], topics)


def _row(question: BankQuestion, topics: Mapping[str, str]) -> dict[str, str]:
    return {
        "key": question.key,
        "topic": topics.get(question.topic, question.topic),
        "level": LEVEL_NAMES.get(question.level, ""),
        "asks": ASKS_NAMES.get(question.asks, ""),
        "stem": question.stem,
        **dict(zip(LETTERS, question.options, strict=False)),
        "answer": _answer(question.answer, question.options),
        "explanation": question.explanation,
        "source": question.source,
        "valid_from": _day(question.valid_from),
        "valid_until": _day(question.valid_until),
        "pinned": ", ".join(question.pinned),
    }


def _answer(letters: str, options: Sequence[str]) -> str:
    """The letters, written so that they cannot be taken for the text of an option such as "B"."""
    texts = {option.casefold().rstrip(" .;") for option in options}
    for separator in (", ", "; ", " & "):
        written = separator.join(letters)
        if written.casefold() not in texts:
            return written
    return f"{letters}. {options[LETTERS.index(letters)]}"


def _day(day: date | None) -> str:
    return vn_date(day) if day else ""


def _book(rows: Sequence[Mapping[str, str]], topics: Sequence[str]) -> bytes:
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F3E3D3"})
        text = book.add_format({"num_format": "@", "quote_prefix": True, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(SHEET)
        _fill(sheet, rows, head, text)
        _write_help(book.add_worksheet(HELP_SHEET), text)
        if topics:
            _offer_topics(sheet, book.add_worksheet(TOPIC_SHEET), topics)
    return target.getvalue()


def _fill(sheet: Worksheet, rows: Sequence[Mapping[str, str]], head: Format, text: Format) -> None:
    """Every cell is text: Excel then changes neither codes nor days, and reads no formula."""
    for column, (name, title) in enumerate(TEMPLATE.items()):
        sheet.set_column(column, column, WIDTHS.get(name, 13), text)
        sheet.write_string(0, column, title, head)
        for index, row in enumerate(rows, start=1):
            if row.get(name):
                sheet.write_string(index, column, row[name], text)
    sheet.freeze_panes(1, 0)
    for name, choices in (("level", LEVEL_NAMES.values()), ("asks", ASKS_NAMES.values())):
        _offer(sheet, name, {"validate": "list", "source": list(choices)})


def _offer(sheet: Worksheet, name: str, choice: dict[str, object]) -> None:
    column = list(TEMPLATE).index(name)
    message = {"error_title": TEMPLATE[name], "error_message": "Hãy chọn trong danh sách."}
    sheet.data_validation(1, column, MAX_QUESTIONS, column, choice | message)


def _offer_topics(sheet: Worksheet, choices: Worksheet, topics: Sequence[str]) -> None:
    """A list of names is too long for the cell's own rule: it stands on a hidden sheet."""
    for index, topic in enumerate(topics):
        choices.write_string(index, 0, topic)
    choices.hide()
    _offer(sheet, "topic", {"validate": "list", "source": f"='{TOPIC_SHEET}'!$A$1:$A${len(topics)}"})


def _write_help(sheet: Worksheet, text: Format) -> None:
    sheet.set_column(0, 0, 110, text)
    for index, line in enumerate(HELP):
        sheet.write_string(index, 0, line, text)
