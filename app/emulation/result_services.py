"""Lists of people with their results as spreadsheets; every one that leaves is on record. Callers commit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from app.audit.services import record
from app.emulation.criteria_rules import Part
from app.emulation.difference_rules import next_steps
from app.emulation.models import Campaign
from app.emulation.result_queries import Line, Shown, stream_lines
from app.emulation.rules import count_rounds
from app.sheets import Cell, Sheet, write_workbook
from app.units.models import Unit

LIST_NAMES = {Shown.MET: "Đạt", Shown.NEAR: "Còn thiếu một điều kiện", Shown.WORD: "Chờ xác nhận"}
HEAD = (
    *("STT", "Họ và tên", "Đơn vị", "Số vòng đã thi", "Liên tục", "Điểm cao nhất", "Hạng cao nhất"),
    *("Người giới thiệu được tính", "Trong đó dự đủ", "Còn thiếu"),
)
WIDTHS = (6, 28, 28, 10, 10, 10, 10, 12, 12, 40)


@dataclass(frozen=True)
class Export:
    """Which list: of a campaign, below a unit, by the campaign's individual criteria."""

    campaign: Campaign
    unit: Unit
    part: Part
    shown: Shown


def write_people(target: BinaryIO, what: Export, *, actor_id: int, now: datetime) -> None:
    """The list with a column for every criterion, row by row, and the note that it was taken."""
    widths = (*WIDTHS, *(14 for _criterion in what.part.criteria))
    write_workbook(target, [Sheet(LIST_NAMES[what.shown], widths, _rows(what))])
    record(
        "campaigns.exported",
        actor_id=actor_id,
        subject=f"campaign:{what.campaign.id}",
        now=now,
        unit=what.unit.code,
        shown=LIST_NAMES[what.shown],
    )


def _rows(what: Export) -> Iterator[Sequence[Cell]]:
    yield (*HEAD, *(criterion.title for criterion in what.part.criteria))
    for number, line in enumerate(stream_lines(what.campaign, what.unit, what.part, what.shown), 1):
        yield _row(number, line, what.part)


def _row(number: int, line: Line, part: Part) -> Sequence[Cell]:
    result = line.result
    missing = [] if result.is_met else [one.title for one in next_steps(part, result.met_bits)]
    return (
        *(number, line.account.full_name, line.unit_name, count_rounds(result.rounds_mask), result.streak),
        *(result.best_score, result.best_rank, result.referred_count, result.good_referrals),
        "; ".join(missing),
        *("Đạt" if result.met_bits >> index & 1 else "Chưa" for index in range(len(part.criteria))),
    )
