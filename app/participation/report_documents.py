"""A report as a Word document and as a spreadsheet. Loads the Word engine: only jobs import this module."""

import io
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate

from app.formats import vn_number, vn_percent
from app.localtime import local
from app.participation import report_wording as wording
from app.participation.report_queries import Heading
from app.participation.report_rules import Figures, Line
from app.sheets import Sheet, write_workbook

TEMPLATE = Path(__file__).with_name("templates") / "participation" / "report.docx"
HEAD = (
    *("STT", "Đơn vị", "Chỉ tiêu (người)", "Quân số (người)", "Số người", "Số lượt", "Tỷ lệ"),
    *("So với chỉ tiêu", "So với vòng trước (người)", "Đúng hết (người)"),
)


def docx_of(figures: Figures, heading: Heading) -> bytes:
    """The report in the layout of official papers."""
    document = DocxTemplate(TEMPLATE)
    document.render(_context(figures, heading), autoescape=True)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _context(figures: Figures, heading: Heading) -> dict[str, Any]:
    today = local(figures.as_of)
    return {
        "agency": heading.agency.upper(),
        "superior": heading.superior.upper(),
        "place": heading.place,
        "day": f"{today.day:02}",
        "month": f"{today.month:02}",
        "year": today.year,
        "subject": wording.subject_of(figures),
        "opening": wording.opening_of(figures),
        "sentences": wording.sentences_of(figures),
        "remarks": wording.remarks_of(figures) or ["Không có."],
        "notes": wording.notes_of(figures),
        "has_targets": figures.round_number is not None,
        "lines": [_cells(line, str(index)) for index, line in enumerate(figures.lines, 1)],
        "total": _cells(figures.total, ""),
        "weeks": [
            {"name": f"{figures.label.capitalize()} {week.number}", **_counts(week.people, week.attempts)}
            for week in figures.weeks
        ],
        "previous": f"{figures.label} {figures.compared_with}" if figures.compared_with else "vòng trước",
        "superior_named": heading.superior,
        "signer_title": heading.signer_title.upper(),
    }


def _counts(people: int, attempts: int) -> dict[str, str]:
    return {"people": vn_number(people), "attempts": vn_number(attempts)}


def _cells(line: Line, number: str) -> dict[str, str]:
    return {
        "number": number,
        "name": line.name,
        "target": _number(line.target),
        "headcount": _number(line.headcount),
        **_counts(line.people, line.attempts),
        "rate": "–" if line.rate is None else vn_percent(line.rate),
        "change": "–" if line.change is None else f"{'+' if line.change > 0 else ''}{vn_number(line.change)}",
    }


def _number(value: int | None) -> str:
    return "–" if value is None else vn_number(value)


def xlsx_of(figures: Figures, heading: Heading) -> bytes:
    """The same figures as a spreadsheet; every text is text, whatever it begins with."""
    target = io.BytesIO()
    sheets = [
        Sheet("Theo đơn vị", (6, 36, 12, 12, 12, 12, 10, 12, 14, 12), _line_rows(figures)),
        Sheet("Báo cáo", (110,), _text_rows(figures, heading)),
    ]
    if figures.weeks:
        sheets.insert(1, Sheet("Theo vòng", (16, 12, 12), _week_rows(figures)))
    write_workbook(target, sheets)
    return target.getvalue()


def _line_rows(figures: Figures) -> list[list[Any]]:
    lines = [*enumerate(figures.lines, 1), (None, figures.total)]
    return [list(HEAD), *(_values(number, line) for number, line in lines)]


def _values(number: int | None, line: Line) -> list[Any]:
    return [
        *(number, line.name, line.target, line.headcount, line.people, line.attempts, line.rate),
        *(line.target_share, line.change, line.people_all_correct),
    ]


def _week_rows(figures: Figures) -> list[list[Any]]:
    weeks = [[f"{figures.label} {week.number}", week.people, week.attempts] for week in figures.weeks]
    return [["Vòng", "Số người", "Số lượt"], *weeks]


def _text_rows(figures: Figures, heading: Heading) -> list[list[Any]]:
    parts = [heading.agency, "BÁO CÁO", wording.subject_of(figures), wording.opening_of(figures)]
    parts += [*wording.sentences_of(figures), *wording.remarks_of(figures), *wording.notes_of(figures)]
    return [[part] for part in parts]
