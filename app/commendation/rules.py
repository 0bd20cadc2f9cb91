"""Quotas, the order in which candidates are shown, what speaks against one, and a council's vote."""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import DomainError

CHOSEN_NOT = "Chưa có ai được chọn."


class Conflict(StrEnum):
    """What a chooser should know of a candidate; those in BLOCKING forbid the choice."""

    SELF = "self"
    PROPOSED = "proposed"
    NOT_MET = "not_met"
    BARRED = "barred"
    EXCLUDED = "excluded"
    UNDER_REVIEW = "under_review"
    COMPLAINT = "complaint"


BLOCKING = frozenset({Conflict.SELF, Conflict.PROPOSED, Conflict.NOT_MET, Conflict.BARRED})


class QuotaFull(DomainError):
    message = "Đã đủ số lượng được khen."
    safe = CHOSEN_NOT


class CannotChoose(DomainError):
    message = "Có người hoặc tập thể không chọn được."
    safe = CHOSEN_NOT


class TooManyVotes(DomainError):
    message = "Số phiếu đồng ý không thể nhiều hơn số thành viên có mặt."
    safe = "Biên bản chưa được ghi."


@dataclass(frozen=True)
class Quota:
    """Places of one kind with a body: how many there are and how many are taken."""

    limit: int
    taken: int

    @property
    def left(self) -> int:
        return max(self.limit - self.taken, 0)


def check_quota(quota: Quota, wanted: int) -> None:
    """Raises QuotaFull."""
    if wanted > quota.left:
        raise QuotaFull(f"Số lượng còn {quota.left}, bạn chọn {wanted}.")


def is_approved(votes_for: int, present: int, percent: int) -> bool:
    """Do at least `percent` of the members present agree? Raises TooManyVotes."""
    if votes_for > present:
        raise TooManyVotes
    return votes_for * 100 >= percent * present
