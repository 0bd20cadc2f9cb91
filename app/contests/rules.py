"""Contests and rounds: states, windows, blueprints, and what scheduling commits to."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.contests.draw import draw, number_stream
from app.errors import DomainError
from app.questions.rules import LEVEL_NAMES
from app.text import fold

POOL_FACTOR = 4
MAX_PAPER_SIZE = 60
MAX_SLUG_LENGTH = 60
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
GRACE = timedelta(seconds=30)
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
KEY_VOIDED = "*"
LABELS = ("tuần", "kỳ", "đợt", "vòng")


class RoundState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    FROZEN = "frozen"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


STATE_NAMES = {
    RoundState.DRAFT: "Bản nháp",
    RoundState.SCHEDULED: "Đã lên lịch",
    RoundState.OPEN: "Đang mở",
    RoundState.CLOSED: "Đã đóng",
    RoundState.FROZEN: "Đã chốt",
    RoundState.PUBLISHED: "Đã công bố",
    RoundState.CANCELLED: "Đã hủy",
}


class NotSchedulable(DomainError):
    message = "Chưa thể lên lịch: bảng kiểm còn mục chưa xong."


class PackageSecret(DomainError):
    message = "Gói đề của vòng thi chỉ được công bố sau khi đóng."


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
    """One line of the scheduling checklist: `code` names it in pages, `detail` says what was found."""

    code: str
    label: str
    problem: str = ""
    detail: str = ""

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
    cancelled_at: datetime | None,
    now: datetime,
) -> RoundState:
    """Where a round stands; a round never scheduled never opens."""
    if scheduled_at is None:
        return RoundState.DRAFT
    if cancelled_at is not None and cancelled_at <= now:
        return RoundState.CANCELLED
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
    """What the bank is short of. `available` counts unused approved questions per cell."""
    problems = []
    for row, (cell, count) in enumerate(zip(cells, available, strict=True), 1):
        needed = POOL_FACTOR * cell.count
        if count < needed:
            problems.append(
                f"Dòng {row} ({LEVEL_NAMES[cell.level]}): cần {needed} câu đã duyệt chưa dùng "
                f"({POOL_FACTOR} × {cell.count}), hiện có {count}."
            )
    return problems


def paper_problems(cells: Sequence[Cell], minimum_answered: int) -> list[str]:
    """What is wrong with the blueprint itself, whatever the bank holds."""
    size = paper_size(cells)
    if size < 1:
        return ["Ma trận đề chưa có câu hỏi nào."]
    problems = []
    if size > MAX_PAPER_SIZE:
        problems.append(f"Một đề có nhiều nhất {MAX_PAPER_SIZE} câu, ma trận đang có {size}.")
    if overlapping_cells(cells):
        problems.append("Hai dòng cùng mức có chung chủ đề.")
    if minimum_answered > size:
        problems.append(f"Đề chỉ có {size} câu mà yêu cầu trả lời ít nhất {minimum_answered} câu.")
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


def package_text(
    *,
    seed: str,
    pool: object,
    answers: Mapping[str, str],
    blueprint: object,
    policy: object,
    settings: object,
) -> str:
    """What scheduling froze, as the one text that the commitment is taken over."""
    return canonical_json([seed, pool, dict(answers), blueprint, policy, settings])


def commitment(**frozen: Any) -> str:
    """SHA-256 (hex) of `package_text`; published at once, the text only after closing."""
    return hashlib.sha256(package_text(**frozen).encode()).hexdigest()


def windows_overlap(first: tuple[datetime, datetime], second: tuple[datetime, datetime]) -> bool:
    return first[0] < second[1] and second[0] < first[1]


def window_problems(
    opens_at: datetime, closes_at: datetime, last_start_at: datetime | None, time_limit: int, now: datetime
) -> list[str]:
    """What is wrong with a round's window; `time_limit` in seconds."""
    problems = []
    if opens_at <= now:
        problems.append("Giờ mở đã qua.")
    if opens_at >= closes_at:
        problems.append("Giờ đóng phải sau giờ mở.")
    elif closes_at - opens_at < timedelta(seconds=time_limit):
        problems.append("Khung giờ ngắn hơn thời gian làm bài.")
    if last_start_at is not None and not opens_at < last_start_at <= closes_at:
        problems.append("Giờ vào thi muộn nhất phải nằm giữa giờ mở và giờ đóng.")
    return problems


def next_window(
    opens_at: datetime, closes_at: datetime, previous_opens_at: datetime | None
) -> tuple[datetime, datetime]:
    """The same hours one period later: as far as the last two rounds lie apart, else a week or more."""
    length = closes_at - opens_at
    period = opens_at - previous_opens_at if previous_opens_at else WEEK
    if period < length:
        period = max(WEEK, -(-length // DAY) * DAY)
    return opens_at + period, closes_at + period


def is_seed_public(closes_at: datetime, now: datetime) -> bool:
    """The seed and the package are told when no answer of the round is accepted any more."""
    return now >= closes_at + GRACE


def suggest_slug(name: str) -> str:
    """("Dân vận khéo tỉnh Lạng Sơn") → "dan-van-kheo-tinh-lang-son"; whole words, may be empty."""
    words = re.findall(r"[a-z0-9]+", fold(name))
    while words and len("-".join(words)) > MAX_SLUG_LENGTH:
        words.pop()
    return "-".join(words)
