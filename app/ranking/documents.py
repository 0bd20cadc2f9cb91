"""The annex of a decision as PDF and as a spreadsheet. Loads heavy engines: only jobs import this module."""

import io
from pathlib import Path
from typing import Any

from app.contests.policy import Key
from app.formats import vn_date, vn_seconds
from app.printing import pdf_of as print_pdf
from app.ranking.annex_queries import Annex, Winner
from app.sheets import Sheet, write_workbook

STYLE = Path(__file__).with_name("templates") / "ranking" / "annex.css"


def pdf_of(html: str) -> bytes:
    """The annex's markup as a tagged A4 PDF."""
    return print_pdf(html, STYLE)


def xlsx_of(annex: Annex) -> bytes:
    """The annex as a spreadsheet; every text is text, whatever it begins with."""
    target = io.BytesIO()
    write_workbook(target, _sheets(annex))
    return target.getvalue()


def _sheets(annex: Annex) -> list[Sheet]:
    return [
        Sheet("Thí sinh đạt giải", (8, 28, 36, 8, 12, 10, 14, 20, 22, 20), _winner_rows(annex)),
        Sheet("Dự phòng", (8, 28, 36, 8, 12, 10, 14, 20, 34, 20), _substitute_rows(annex)),
        Sheet("Đơn vị", (6, 36, 12, 12), _unit_rows(annex)),
        Sheet("Đáp án", (6, 80, 60), _answer_rows(annex)),
        Sheet("Bản công bố", (34, 80), _fact_rows(annex)),
    ]


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
