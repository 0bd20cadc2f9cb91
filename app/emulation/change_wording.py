"""What happened to a result since the evaluation before, in sentences."""

from dataclasses import dataclass
from datetime import datetime

from app.emulation.criteria_rules import Part
from app.emulation.rules import Cause
from app.emulation.wording import CAUSES


@dataclass(frozen=True)
class Change:
    """`part` has the criteria that the bits are about, None where the two evaluations had different ones;
    `number` is that of the round in which it happened."""

    at: datetime
    cause: Cause
    number: int | None
    was_met: bool
    is_met: bool
    old_bits: int
    new_bits: int
    part: Part | None


def change_text(change: Change, label: str) -> str:
    """ "Một lượt thi bị hủy (tuần 3). Chưa đạt nữa: Dự thi tất cả các vòng. Không còn đủ tiêu chí." """
    where = f" ({label} {change.number})" if change.number is not None else ""
    parts = [f"{CAUSES[change.cause]}{where}."]
    lost, won = titles_moved(change)
    if lost:
        parts.append(f"Chưa đạt nữa: {'; '.join(lost)}.")
    if won:
        parts.append(f"Mới đạt: {'; '.join(won)}.")
    if change.was_met and not change.is_met:
        parts.append("Không còn đủ tiêu chí.")
    elif change.is_met and not change.was_met:
        parts.append("Đã đủ tiêu chí.")
    return " ".join(parts)


def titles_moved(change: Change) -> tuple[list[str], list[str]]:
    """(titles of criteria lost, titles of criteria won)."""
    if change.part is None:
        return [], []
    moved: tuple[list[str], list[str]] = ([], [])
    for index, criterion in enumerate(change.part.criteria):
        was, now = bool(change.old_bits >> index & 1), bool(change.new_bits >> index & 1)
        if was != now:
            moved[now].append(criterion.title)
    return moved
