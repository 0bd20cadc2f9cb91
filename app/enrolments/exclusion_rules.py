"""Exclusion lists: who is barred or plays without a rank, and in which rounds."""

from collections.abc import Iterable
from enum import StrEnum

from app.errors import DomainError

MAX_RELATION = 160
MAX_REASON = 300
NOTHING_CHANGED = "Danh sách chưa thay đổi."


class Mode(StrEnum):
    BARRED = "barred"
    NOT_RANKED = "not_ranked"


class Kind(StrEnum):
    COMMITTEE = "committee"
    AUTHOR = "author"
    RELATIVE = "relative"
    OTHER = "other"


MODE_NAMES = {Mode.BARRED: "Không được dự thi", Mode.NOT_RANKED: "Được thi, không xếp hạng"}
KIND_NAMES = {
    Kind.COMMITTEE: "Thành viên Ban Tổ chức",
    Kind.AUTHOR: "Người ra đề, duyệt câu hỏi",
    Kind.RELATIVE: "Người thân",
    Kind.OTHER: "Lý do khác",
}
NEEDS_RELATION = frozenset({Kind.RELATIVE, Kind.OTHER})
NOT_RANKED_REASONS = {
    Mode.BARRED: "Bạn có tên trong danh sách không được dự thi nên không xếp hạng.",
    Mode.NOT_RANKED: "Bạn có tên trong danh sách được thi, không xếp hạng của Ban Tổ chức.",
}


class Barred(DomainError):
    message = "Bạn có tên trong danh sách không được dự thi cuộc thi này."
    safe = "Những bài bạn đã nộp trước đó vẫn còn nguyên."
    todo = "Nếu bạn cho rằng có nhầm lẫn, hãy liên hệ Ban Tổ chức."


class AlreadyListed(DomainError):
    message = "Người này đã có trong danh sách."
    safe = NOTHING_CHANGED
    todo = "Muốn đổi mức, bạn bỏ người này khỏi danh sách rồi ghi lại."


class AlreadyRemoved(DomainError):
    message = "Người này đã được bỏ khỏi danh sách."
    safe = NOTHING_CHANGED


class OwnListing(DomainError):
    message = "Bạn không tự bỏ mình khỏi danh sách được."
    safe = NOTHING_CHANGED
    todo = "Hãy nhờ một người khác của Ban Tổ chức."


class RelationMissing(DomainError):
    message = "Bạn hãy ghi rõ: là gì của ai, hoặc lý do."
    safe = NOTHING_CHANGED


def next_unfrozen(frozen_numbers: Iterable[int]) -> int:
    """The number of the first round that a change of the list reaches: after every frozen one."""
    return max(frozen_numbers, default=0) + 1


def takes_rank_in(first_round: int, ranked_from_round: int | None, number: int) -> bool:
    """Does an entry leave its person without a rank in the round of this number?"""
    return first_round <= number and (ranked_from_round is None or number < ranked_from_round)


def check_relation(kind: Kind, relation: str) -> None:
    """Raises RelationMissing: whose relative, or why, must be written down."""
    if kind in NEEDS_RELATION and not relation:
        raise RelationMissing
