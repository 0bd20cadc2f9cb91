"""Contests and rounds: states, windows, blueprints, and what scheduling commits to."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.contests.draw import draw, number_stream
from app.errors import DomainError

POOL_FACTOR = 4
MAX_PAPER_SIZE = 60
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
KEY_VOIDED = "*"
LABELS = ("tuần", "kỳ", "đợt", "vòng")


class RoundState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    FROZEN = "frozen"
    PUBLISHED = "published"


STATE_NAMES = {
    RoundState.DRAFT: "Bản nháp",
    RoundState.SCHEDULED: "Đã lên lịch",
    RoundState.OPEN: "Đang mở",
    RoundState.CLOSED: "Đã đóng",
    RoundState.FROZEN: "Đã chốt",
    RoundState.PUBLISHED: "Đã công bố",
}


class NotSchedulable(DomainError):
    message = "Chưa thể lên lịch: bảng kiểm còn mục chưa xong."


class AlreadyScheduled(DomainError):
    message = "Đã lên lịch nên không sửa được nữa."


@dataclass(frozen=True)
class Cell:
    """One line of a blueprint: `count` questions of `level` from the `topics` together."""

    topics: tuple[str, ...]
    level: int
    count: int


@dataclass(frozen=True)
class PoolQuestion:
    """A question version as a round's pool knows it; `pinned` are bank letters, `answer` right letters."""

    version_id: int
    content_hash: str
    topic: str
    level: int
    option_count: int
    pinned: str
    answer: str


@dataclass(frozen=True)
class Check:
    """One line of the scheduling checklist."""

    label: str
    problem: str = ""

    @property
    def is_done(self) -> bool:
        return not self.problem


def round_state(
    *,
    scheduled_at: datetime | None,
    opens_at: datetime,
    closes_at: datetime,
    is_frozen: bool,
    is_published: bool,
    now: datetime,
) -> RoundState:
    """Where a round stands; a round never scheduled never opens."""
    if scheduled_at is None:
        return RoundState.DRAFT
    if now < opens_at:
        return RoundState.SCHEDULED
    if now < closes_at:
        return RoundState.OPEN
    if is_published:
        return RoundState.PUBLISHED
    return RoundState.FROZEN if is_frozen else RoundState.CLOSED


def cells_of(blueprint: Sequence[Mapping[str, Any]]) -> list[Cell]:
    return [Cell(tuple(cell["topics"]), int(cell["level"]), int(cell["count"])) for cell in blueprint]


def paper_size(cells: Sequence[Cell]) -> int:
    return sum(cell.count for cell in cells)


def blueprint_problems(cells: Sequence[Cell], available: Sequence[int]) -> list[str]:
    """What keeps papers from being drawn. `available` counts unused approved questions per cell."""
    problems = []
    if not cells or paper_size(cells) < 1:
        return ["Ma trận đề chưa có câu hỏi nào."]
    if paper_size(cells) > MAX_PAPER_SIZE:
        problems.append(f"Một đề có nhiều nhất {MAX_PAPER_SIZE} câu.")
    for cell, count in zip(cells, available, strict=True):
        needed = POOL_FACTOR * cell.count
        if count < needed:
            problems.append(
                f"Mức {cell.level}: cần {needed} câu đã duyệt chưa dùng (4 × {cell.count}), hiện có {count}."
            )
    return problems


def overlapping_cells(cells: Sequence[Cell]) -> bool:
    """Two cells of one level that share a topic would count the same questions twice."""
    seen: set[tuple[int, str]] = set()
    for cell in cells:
        keys = {(cell.level, topic) for topic in cell.topics}
        if seen & keys:
            return True
        seen |= keys
    return False


def choose_pool(
    cells: Sequence[Cell], candidates: Sequence[Sequence[PoolQuestion]], seed: str
) -> list[list[PoolQuestion]]:
    """The round's pool per cell: POOL_FACTOR × count questions, drawn by the seed from the candidates."""
    pools = []
    for index, (cell, questions) in enumerate(zip(cells, candidates, strict=True)):
        ordered = sorted(questions, key=lambda question: question.content_hash)
        pools.append(draw(ordered, POOL_FACTOR * cell.count, number_stream(seed, "pool", index)))
    return pools


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no spaces and raw Vietnamese: what every digest is taken over."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def key_digest(answers: Mapping[str, str]) -> str:
    return hashlib.sha256(canonical_json(dict(answers)).encode()).hexdigest()


def commitment(
    *,
    seed: str,
    pool: object,
    answers: Mapping[str, str],
    blueprint: object,
    policy: object,
    settings: object,
) -> str:
    """SHA-256 (hex) over what scheduling froze; published at once, the seed only after closing."""
    content = canonical_json([seed, pool, dict(answers), blueprint, policy, settings])
    return hashlib.sha256(content.encode()).hexdigest()


def windows_overlap(first: tuple[datetime, datetime], second: tuple[datetime, datetime]) -> bool:
    return first[0] < second[1] and second[0] < first[1]
