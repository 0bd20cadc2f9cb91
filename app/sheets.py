"""Spreadsheets to download: every text stays text, rows go to the file as they come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import xlsxwriter

Cell = str | int | float | None
SETTINGS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True)
class Sheet:
    """`widths` in characters, one a column; `rows` with the head first, read once and never kept.

    Whole numbers are shown with their thousands, fractions (0.614) as a percentage.
    """

    name: str
    widths: Sequence[int]
    rows: Iterable[Sequence[Cell]]


def write_workbook(target: BinaryIO, sheets: Iterable[Sheet]) -> None:
    """An XLSX file; no cell is a formula or a link, whatever its text begins with."""
    with xlsxwriter.Workbook(target, SETTINGS) as book:
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "border": 1}),
            "text": book.add_format({"num_format": "@", "quote_prefix": True, "text_wrap": True}),
            "number": book.add_format({"num_format": "#,##0"}),
            "rate": book.add_format({"num_format": "0.0%"}),
        }
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats)


def _write_sheet(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    page.freeze_panes(1, 0)
    for index, values in enumerate(sheet.rows):
        for column, value in enumerate(values):
            if isinstance(value, str):
                page.write_string(index, column, value, formats["head" if index == 0 else "text"])
            elif value is not None:
                page.write_number(
                    index, column, value, formats["number" if isinstance(value, int) else "rate"]
                )
