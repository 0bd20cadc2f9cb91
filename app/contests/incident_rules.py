"""When a round may be cancelled, and by whom."""

from app.contests.rules import RoundState
from app.errors import DomainError

MINIMUM_REASON = 5
MAXIMUM_REASON = 1000
NOTHING_CHANGED = "Chưa có gì thay đổi."


class RoundCancelled(DomainError):
    message = "Vòng thi này đã bị hủy."
    todo = "Bạn xem lý do và việc tiếp theo ở trang của vòng thi."


class CancellationRefused(DomainError):
    message = "Vòng thi này không hủy được."
    safe = NOTHING_CHANGED


class ProposalWaiting(DomainError):
    message = "Đã có đề nghị hủy vòng thi này, đang chờ người thứ hai."
    safe = NOTHING_CHANGED


class ProposalDecided(DomainError):
    message = "Đề nghị này đã có người giải quyết."
    safe = NOTHING_CHANGED
    todo = "Bạn tải lại trang."


class SecondPersonNeeded(DomainError):
    message = "Người đề nghị hủy không được tự xác nhận."
    safe = NOTHING_CHANGED
    todo = "Cần một người khác của Ban Tổ chức xác nhận."


REFUSALS = {
    RoundState.DRAFT: "Vòng thi còn là bản nháp: bạn sửa ngay trên bản nháp, không cần hủy.",
    RoundState.PUBLISHED: "Kết quả đã công bố nên không hủy được; chỉ sửa bằng bản công bố mới, có lý do.",
    RoundState.CANCELLED: "Vòng thi này đã bị hủy.",
}


def check_can_cancel(state: RoundState) -> None:
    """Only a scheduled round without a published result. Raises CancellationRefused."""
    if state in REFUSALS:
        raise CancellationRefused(REFUSALS[state])


def check_second_person(proposed_by: int, actor_id: int) -> None:
    """Raises SecondPersonNeeded."""
    if proposed_by == actor_id:
        raise SecondPersonNeeded
