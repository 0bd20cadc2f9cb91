"""What the sheets of an .xlsx hold that is not a value: error cells, formulas not calculated, far cells."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.errors import BadInput
from app.questions.formats import package_rules, xml_reader

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
ERROR = "Ô này đang báo lỗi của Excel (như #N/A, #REF!): hãy sửa lại."
NOT_CALCULATED = "Ô này có công thức chưa được tính: hãy mở bằng Excel, lưu lại, hoặc gõ giá trị vào ô."
# The second part is a formula that no value follows, or an empty one.
_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*?)(/?)>"
    rb"(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<>]*</(?:\w+:)?f>)(?:(</)|(<(?:\w+:)?v\s*(?:/>|></))))?"
)
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_IS_TEXT = re.compile(rb"\bt=[\"']str[\"']")
_IS_ERROR = re.compile(rb"\bt=[\"']e[\"']")
_PIECE = 1 << 18
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)


@dataclass
class SheetScan:
    """`row_count` and `column_count` reach the last cell with a value; `refused` are (row, column) from 0."""

    row_count: int = 0
    column_count: int = 0
    last: str = ""
    refused: dict[tuple[int, int], str] = field(default_factory=dict)


def scan_sheets(content: bytes) -> dict[str, SheetScan]:
    """Sheet name to what was found in it. Raises BadInput: not a sound package."""
    with package_rules.open_package(content) as package:
        parts = _parts_by_id(package)
        book = xml_reader.parse(package_rules.read_part(package, WORKBOOK))
        found = {}
        for sheet in xml_reader.named(book, "sheet"):
            relation = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            part = parts.get(str(relation), "")
            if part in package.namelist():
                found[str(sheet.get("name", ""))] = _scan(package, part)
        return found


def _parts_by_id(package: zipfile.ZipFile) -> dict[str, str]:
    relations = xml_reader.parse(package_rules.read_part(package, RELATIONS))
    parts = {}
    for relation in xml_reader.named(relations, "Relationship"):
        target = str(relation.get("Target", ""))
        parts[str(relation.get("Id", ""))] = target[1:] if target.startswith("/") else f"xl/{target}"
    return parts


def _scan(package: zipfile.ZipFile, part: str) -> SheetScan:
    scan = SheetScan()
    for text in _rows(package, part):
        for match in _CELL.finditer(text):
            place = None if match[2] else _PLACE.search(match[1])
            if place:
                _note(scan, match, column=_column_index(place[1]), row=int(place[2]) - 1)
    return scan


def _note(scan: SheetScan, cell: re.Match[bytes], *, column: int, row: int) -> None:
    if row >= scan.row_count:
        scan.row_count = row + 1
        scan.last = f"{column_name(column)}{row + 1}"
    scan.column_count = max(scan.column_count, column + 1)
    if _IS_ERROR.search(cell[1]):
        scan.refused[row, column] = ERROR
    elif cell[3] or (cell[4] and not _IS_TEXT.search(cell[1])):
        scan.refused[row, column] = NOT_CALCULATED


def _rows(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part in pieces that each end between two rows."""
    rest = b""
    try:
        with package.open(part) as stream:
            while piece := stream.read(_PIECE):
                rest += piece
                cut = rest.rfind(b"<row")
                if cut > 0:
                    yield rest[:cut]
                    rest = rest[cut:]
    except _DAMAGES as error:
        raise BadInput(package_rules.BROKEN) from error
    yield rest


def _column_index(letters: bytes) -> int:
    """A → 0, Z → 25, AA → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - ord("A") + 1
    return index - 1


def column_name(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
