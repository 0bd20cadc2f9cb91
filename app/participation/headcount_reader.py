"""The rows of the first visible sheet of an .xlsx file, values only."""

from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from app.errors import BadInput
from app.questions.formats import package_rules
from app.questions.formats.sheet_reader import SheetScan, column_name, scan_sheets
from app.questions.formats.xlsx_reader import NOT_EXCEL, text_of

MAX_ROWS = 5_000
MAX_COLUMNS = 40
MAX_CELLS = 1_000_000
MAX_CELL = 200

Rows = list[tuple[int, list[str]]]
Problems = list[tuple[int, str]]


def read(content: bytes) -> tuple[Rows, Problems]:
    """(row from 1, texts from column A on) of the rows that say something, without those that have errors.

    Raises BadInput when it is no spreadsheet.
    """
    if not package_rules.is_package(content):
        raise BadInput(NOT_EXCEL)
    package_rules.check_contents(package_rules.open_package(content))
    scans = scan_sheets(content)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            for sheet in book.sheets_metadata:
                is_shown = sheet.visible == SheetVisibleEnum.Visible
                if sheet.typ == SheetTypeEnum.WorkSheet and is_shown:
                    return _read_sheet(book, sheet.name, scans.get(sheet.name, SheetScan()))
    except (CalamineError, OSError) as error:
        raise BadInput(NOT_EXCEL) from error
    raise BadInput("Tệp Excel này không có trang tính nào.")


def _read_sheet(book: CalamineWorkbook, name: str, scan: SheetScan) -> tuple[Rows, Problems]:
    if scan.row_count * scan.column_count > MAX_CELLS:
        raise BadInput(f"Ô {scan.last} nằm quá xa bảng: hãy xoá những dòng, cột thừa rồi gửi lại.")
    problems = [
        (row + 1, f"Ô {column_name(column)}{row + 1}: {message}")
        for (row, column), message in sorted(scan.refused.items())
    ]
    wrong = {row for row, _ in problems}
    sheet = book.get_sheet_by_name(name)
    _, left = sheet.start or (0, 0)
    margin = [""] * left
    rows = [
        (number, [*margin, *(text_of(value)[:MAX_CELL] for value in values[:MAX_COLUMNS])])
        for number, values in enumerate(sheet.iter_rows(), 1)
        if number not in wrong and any(value != "" for value in values)
    ]
    if len(rows) > MAX_ROWS:
        raise BadInput(f"Tệp có hơn {MAX_ROWS} dòng: hãy chia thành nhiều tệp.")
    return rows, problems
