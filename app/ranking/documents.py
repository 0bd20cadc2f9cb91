"""The annex of a decision as PDF and as a spreadsheet. Loads heavy engines: only jobs import this module."""

import io
from pathlib import Path
from typing import Any

import fontpkg_be_vietnam_pro
import segno
import xlsxwriter

from app.contests.policy import Key
from app.formats import vn_date, vn_seconds
from app.ranking.annex_queries import Annex, Winner

try:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
except OSError:  # libpango is not on this machine: PDFs cannot be made, everything else can
    weasyprint = None

MISSING_PANGO = (
    "Chưa tạo được PDF: máy chủ thiếu thư viện vẽ chữ. Cần cài gói libpango-1.0-0, libpangoft2-1.0-0 và "
    "libharfbuzz-subset0, rồi tạo lại phụ lục."
)
STYLE = Path(__file__).with_name("templates") / "ranking" / "annex.css"
FONTS = fontpkg_be_vietnam_pro.ROOT / "files"
# One whole family with every Vietnamese letter: as offices expect it where it is installed (Debian's
# stand-in for Times New Roman lacks half the letters), in the end the bundled one.
FACES = {
    "normal": ("Times New Roman", "Tinos", "DejaVu Serif", FONTS / "BeVietnamPro-Regular.ttf"),
    "bold": ("Times New Roman Bold", "Tinos Bold", "DejaVu Serif Bold", FONTS / "BeVietnamPro-Bold.ttf"),
}
QR_SCALE = 3


def can_make_pdf() -> bool:
    return weasyprint is not None


def pdf_of(html: str) -> bytes:
    """The annex's markup as a tagged A4 PDF. Nothing is fetched from anywhere."""
    fonts = FontConfiguration()
    fetcher = weasyprint.URLFetcher(allowed_protocols=("data", "file"))
    style = weasyprint.CSS(string=_faces() + STYLE.read_text(), font_config=fonts, url_fetcher=fetcher)
    document = weasyprint.HTML(string=html, url_fetcher=fetcher)
    content: bytes = document.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")
    return content


def _faces() -> str:
    """The family "Annex" in two weights."""
    rules = ""
    for weight, (*names, bundled) in FACES.items():
        sources = [f'local("{name}")' for name in names] + [f"url({Path(bundled).as_uri()})"]
        rules += f'@font-face{{font-family:"Annex";font-weight:{weight};src:{",".join(sources)}}}'
    return rules


def qr_of(address: str) -> str:
    """The address as a QR code, an SVG in a data: URI."""
    uri: str = segno.make(address, error="m").svg_data_uri(scale=QR_SCALE, border=0)
    return uri


def xlsx_of(annex: Annex) -> bytes:
    """The annex as a spreadsheet; every text is text, whatever it begins with."""
    target = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, settings | {"strings_to_numbers": False}) as book:
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "border": 1}),
            "text": book.add_format({"num_format": "@", "quote_prefix": True, "text_wrap": True}),
            "number": book.add_format({"num_format": "#,##0"}),
        }
        for name, (widths, rows) in _sheets(annex).items():
            _write_sheet(book.add_worksheet(name), rows, widths, formats)
    return target.getvalue()


def _sheets(annex: Annex) -> dict[str, tuple[list[int], list[list[Any]]]]:
    """Sheet name → (column widths, rows with the head first)."""
    return {
        "Thí sinh đạt giải": ([8, 28, 36, 8, 12, 10, 14, 20, 22, 20], _winner_rows(annex)),
        "Dự phòng": ([8, 28, 36, 8, 12, 10, 14, 20, 34, 20], _substitute_rows(annex)),
        "Đơn vị": ([6, 36, 12, 12], _unit_rows(annex)),
        "Đáp án": ([6, 80, 60], _answer_rows(annex)),
        "Bản công bố": ([34, 80], _fact_rows(annex)),
    }


HEAD = ["Hạng", "Họ và tên", "Đơn vị", "Đúng", "Dự đoán", "Lệch", "Làm bài (giây)", "Giờ nộp"]


def _winner_rows(annex: Annex) -> list[list[Any]]:
    rows: list[list[Any]] = [[*HEAD, "Giải", "Khối"]]
    for league in annex.leagues:
        rows += [[*_person_cells(annex, one), one.prize, league.name] for one in league.winners]
    return rows


def _substitute_rows(annex: Annex) -> list[list[Any]]:
    """The next in line in their order, then who was passed over and why."""
    rows: list[list[Any]] = [[*HEAD, "Ghi chú", "Khối"]]
    for league in annex.leagues:
        rows += [
            [*_person_cells(annex, one), f"Dự phòng {index}", league.name]
            for index, one in enumerate(league.substitutes, 1)
        ]
        rows += [
            [rank, name, *[None] * 6, f"Không nhận giải: {why}", league.name]
            for rank, name, why in league.passed_over
        ]
    return rows


def _person_cells(annex: Annex, one: Winner) -> list[Any]:
    return [
        *(one.rank, one.name, one.place, f"{one.score}/{annex.max_score}"),
        *(one.prediction, one.distance, one.duration),
        f"{vn_seconds(one.finished_at)} {vn_date(one.finished_at)}",
    ]


def _unit_rows(annex: Annex) -> list[list[Any]]:
    lines = [[index, unit.name, unit.people, unit.attempts] for index, unit in enumerate(annex.units, 1)]
    return [["STT", "Đơn vị", "Số người", "Số lượt"], *lines]


def _answer_rows(annex: Annex) -> list[list[Any]]:
    lines = [[index, answer.stem, "; ".join(answer.right)] for index, answer in enumerate(annex.answers, 1)]
    return [["Câu", "Câu hỏi", "Đáp án đúng"], *lines]


def _fact_rows(annex: Annex) -> list[list[Any]]:
    revision = annex.revision
    rows: list[list[Any]] = [
        ["Mục", "Nội dung"],
        ["Cuộc thi", annex.contest.name],
        ["Vòng thi", f"{annex.contest.label.capitalize()} {annex.round.number}"],
        ["Bản công bố", str(revision.number)],
        ["Lý do", revision.reason],
        ["Công bố lúc", f"{vn_seconds(revision.published_at)} {vn_date(revision.published_at)}"],
        ["Số người dự thi", annex.figures["people"]],
        ["Số lượt thi", annex.figures["attempts"]],
        ["Số người đúng hết", annex.figures["people_all_correct"]],
    ]
    if annex.decision is not None:
        rows += [
            ["Quyết định số", annex.decision.decision_no],
            ["Ngày quyết định", vn_date(annex.decision.signed_on)],
            ["Người ký", annex.decision.signer_title],
        ]
    if Key.PREDICTION_DISTANCE in annex.policy.keys:
        rows.append(["Con số để so với dự đoán", annex.target])
    rows += [["SHA-256 của bản công bố", revision.digest], ["SHA-256 của kết quả", revision.body_sha256]]
    return [*rows, *(["Cách xếp hạng", sentence] for sentence in annex.sentences)]


def _write_sheet(sheet: Any, rows: list[list[Any]], widths: list[int], formats: dict[str, Any]) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    for index, values in enumerate(rows):
        for column, value in enumerate(values):
            if isinstance(value, int):
                sheet.write_number(index, column, value, formats["number"])
            elif value is not None:
                kind = "head" if index == 0 else "text"
                sheet.write_string(index, column, value, formats[kind])
