"""Excel files (.xlsx, .xls): our template, and question tables as people lay them out. Values only."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from app.errors import BadInput
from app.questions.formats import package_rules
from app.questions.formats.encoding_rules import check_unicode
from app.questions.formats.file_rules import ReadFile
from app.questions.formats.sheet_reader import SheetScan, column_name, scan_sheets
from app.questions.formats.table_rules import read_rows
from app.questions.formats.template_rules import HELP_SHEET, MAX_TITLE_ROWS, TOPIC_SHEET, Header, find_header

NOT_EXCEL = "Không mở được tệp này bằng Excel: tệp hỏng, có mật khẩu, hoặc không phải .xlsx, .xls."
NO_HEADER = (
    "Không thấy dòng tiêu đề có cột “Câu hỏi”, các cột “Phương án A”, “Phương án B”… và cột “Đáp án đúng”. "
    "Hãy chép câu hỏi vào tệp mẫu."
)
# Cells between A1 and the last one with a value; a question table has some twenty columns.
MAX_CELLS = 2_000_000
# A cell merged over several rows says the same for each of them.
MERGED_FIELDS = frozenset(("topic", "level", "asks", "explanation", "source", "valid_from", "valid_until"))

Row = tuple[int, list[str]]
Merged = tuple[tuple[int, int], tuple[int, int]]  # first and last (row, column)


def read(content: bytes) -> ReadFile:
    """The questions of every visible sheet that has a header; sheets without one are counted."""
    file = ReadFile("xlsx")
    try:
        scans = scan_sheets(content) if package_rules.is_package(content) else {}
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            _read_book(book, scans, file)
    except BadInput as error:
        file.refuse("cả tệp", str(error))
    except (CalamineError, OSError, ValueError):
        file.refuse("cả tệp", NOT_EXCEL)
    return file


def _read_book(book: CalamineWorkbook, scans: dict[str, SheetScan], file: ReadFile) -> None:
    without_header = []
    is_read = False
    for sheet in book.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet or sheet.name in (HELP_SHEET, TOPIC_SHEET):
            continue
        scan = scans.get(sheet.name, SheetScan())
        if scan.row_count * scan.column_count > MAX_CELLS:
            message = f"Ô {scan.last} nằm quá xa các câu hỏi: hãy xóa những dòng, cột thừa rồi gửi lại."
            file.refuse(f"trang {sheet.name}", message)
            continue
        table = book.get_sheet_by_name(sheet.name)
        if not table.height:
            continue
        if sheet.visible != SheetVisibleEnum.Visible:
            file.unsupported[f"trang ẩn “{sheet.name}”"] += 1
        elif _read_sheet(table, scan, file):
            is_read = True
        else:
            without_header.append(sheet.name)
    if is_read:
        file.unsupported.update(f"trang “{name}” không có bảng câu hỏi" for name in without_header)
    elif not file.problems:
        for name in without_header:
            file.refuse(f"trang {name}", NO_HEADER)
        if not without_header:
            file.refuse("cả tệp", "Tệp Excel này không có dữ liệu.")


def _read_sheet(sheet: CalamineSheet, scan: SheetScan, file: ReadFile) -> bool:
    """False when the sheet has no header."""
    rows = _filled_rows(sheet)
    merged = sheet.merged_cell_ranges or []
    found = find_header([texts for _, texts in _filled_across(rows[: MAX_TITLE_ROWS + 1], merged)])
    if found is None:
        return False
    start, header = found
    below = _filled_down(rows[start + header.row_count :], merged, header)
    checked = _without_errors(below, scan, sheet.name, file)
    read_rows(header, checked, lambda row, column: place(sheet.name, row, column), file)
    return True


def place(sheet: str, row: int, column: int) -> str:
    """ "trang Câu hỏi, ô D12"; row and column from 0."""
    return f"trang {sheet}, ô {column_name(column)}{row + 1}"


def _filled_rows(sheet: CalamineSheet) -> list[Row]:
    """(row, texts from column A on) of the rows that say something, both from 0.

    Raises BadInput when they were typed in an encoding from before Unicode.
    """
    margin = [""] * (sheet.start[1] if sheet.start else 0)
    rows = [
        (index, margin + [text_of(value) for value in row])
        for index, row in enumerate(sheet.iter_rows())
        if any(value != "" for value in row)
    ]
    check_unicode("\n".join(text for _, texts in rows for text in texts))
    return rows


def text_of(value: object) -> str:
    """A cell's value as Excel shows it: whole numbers without ".0", days as 10/11/2022."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            is_whole = value.is_integer() and abs(value) < 1e15
            return str(int(value)) if is_whole else f"{value:.15g}".replace(".", ",")
        case date() | time() | timedelta():
            return _moment(value)
    return str(value)


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}" if value.time() == time.min else f"{value:%H:%M %d/%m/%Y}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    hours, minutes = divmod(round(value.total_seconds() / 60), 60)
    return f"{hours:02}:{minutes:02}"


def _filled_across(rows: Sequence[Row], merged: Sequence[Merged]) -> list[Row]:
    """Rows with the text of a merged cell in each of its columns and rows."""
    filled = {index: list(texts) for index, texts in rows}
    for (top, left), (bottom, right) in merged:
        if top not in filled or left >= len(filled[top]):
            continue
        for index in range(top, min(bottom, max(filled)) + 1):
            texts = filled.get(index, [])
            texts[left : right + 1] = [filled[top][left]] * len(texts[left : right + 1])
    return list(filled.items())


def _filled_down(rows: Sequence[Row], merged: Sequence[Merged], header: Header) -> Iterator[Row]:
    """Rows with what a cell merged over several rows says for all of them."""
    columns = {column for column, name in header.columns.items() if name in MERGED_FIELDS}
    until = {(top, left): bottom for (top, left), (bottom, _) in merged if left in columns and bottom > top}
    carried: dict[int, tuple[str, int]] = {}
    for index, row in rows:
        texts = list(row)
        for column in columns:
            if (index, column) in until:
                carried[column] = (texts[column], until[index, column])
            elif column in carried and index <= carried[column][1]:
                texts[column] = carried[column][0]
        yield index, texts


def _without_errors(rows: Iterator[Row], scan: SheetScan, name: str, file: ReadFile) -> Iterator[Row]:
    """Rows without error cells; those that have one are problems."""
    refused: dict[int, list[tuple[int, str]]] = {}
    for (index, column), message in sorted(scan.refused.items()):
        refused.setdefault(index, []).append((column, message))
    for index, texts in rows:
        for column, message in refused.get(index, []):
            file.refuse(place(name, index, column), message)
        if index not in refused:
            yield index, texts
