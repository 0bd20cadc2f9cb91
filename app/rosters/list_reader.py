"""The rows of a unit's list in an .xlsx file, values only."""

from io import BytesIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from app.errors import BadInput
from app.questions.formats import package_rules
from app.questions.formats.encoding_rules import check_unicode
from app.questions.formats.sheet_reader import SheetScan, column_name, scan_sheets
from app.questions.formats.xlsx_reader import text_of
from app.rosters.rules import MAX_CELL, MAX_ROWS, MAX_TITLE_ROWS, TOO_MANY, find_header

NOT_EXCEL = "Không mở được tệp này bằng Excel: tệp hỏng, có mật khẩu, hoặc không phải .xlsx."
MAX_COLUMNS = 60
MAX_CELLS = 2_000_000

Rows = list[tuple[int, list[str]]]


def rows_of(content: bytes) -> Rows:
    """(row from 1, texts from column A on) of the first visible sheet with a header, or of the first.

    Raises BadInput.
    """
    if not package_rules.is_package(content):
        raise BadInput(NOT_EXCEL)
    package_rules.check_contents(package_rules.open_package(content))
    scans = scan_sheets(content)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            sheets = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            return _first_list(book, sheets, scans)
    except (CalamineError, OSError) as error:
        raise BadInput(NOT_EXCEL) from error


def _first_list(book: CalamineWorkbook, sheets: list[str], scans: dict[str, SheetScan]) -> Rows:
    first: Rows = []
    for name in sheets:
        scan = scans.get(name, SheetScan())
        if scan.row_count * scan.column_count > MAX_CELLS:
            raise BadInput(f"Ô {scan.last} nằm quá xa danh sách: hãy xoá những dòng, cột thừa rồi gửi lại.")
        rows = _filled_rows(book.get_sheet_by_name(name))
        if find_header(rows) is not None:
            _refuse_errors(scan, rows)
            return rows
        first = first or rows
    return first


def _filled_rows(sheet: CalamineSheet) -> Rows:
    margin = [""] * (sheet.start[1] if sheet.start else 0)
    rows: Rows = []
    for index, values in enumerate(sheet.iter_rows(), 1):
        if all(value == "" for value in values):
            continue
        if len(rows) > MAX_ROWS + MAX_TITLE_ROWS:
            raise BadInput(TOO_MANY)
        texts = [text_of(value)[: MAX_CELL + 1] for value in values[:MAX_COLUMNS]]
        rows.append((index, (margin + texts)[:MAX_COLUMNS]))
    check_unicode("\n".join(text for _, texts in rows for text in texts))
    return rows


def _refuse_errors(scan: SheetScan, rows: Rows) -> None:
    filled = {number for number, _texts in rows}
    for (row, column), message in sorted(scan.refused.items()):
        if row + 1 in filled:
            raise BadInput(f"Ô {column_name(column)}{row + 1}: {message[0].lower()}{message[1:]}")
