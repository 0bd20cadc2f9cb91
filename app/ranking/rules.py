"""What may be done and shown between a round's closing and its publication."""

from datetime import datetime
from enum import StrEnum

from app.attempts.rules import GRACE
from app.contests import policy as policies
from app.contests.incident_rules import RoundCancelled
from app.contests.policy import Policy
from app.contests.rules import RoundState
from app.errors import DomainError
from app.formats import vn_datetime, vn_seconds

MINIMUM_REASON = 5
MAXIMUM_REASON = 1000
NAMED_FROM_AGE = 16


class Kind(StrEnum):
    """The three decisions, never mixed. Only `VOID` moves people, attempts and the target."""

    VOID = "void"
    NOT_RANKED = "not_ranked"
    NO_PRIZE = "no_prize"


class PassedOver(StrEnum):
    """Why a place that a prize reached has none."""

    NO_PRIZE = "no_prize"
    WON_BEFORE = "won_before"


class Board(StrEnum):
    """What the public may see of a round's order."""

    NOTHING = "nothing"
    HIDDEN = "hidden"
    LIVE = "live"
    FROZEN = "frozen"
    OFFICIAL = "official"


KIND_NAMES = {
    Kind.VOID: "Hủy lượt thi",
    Kind.NOT_RANKED: "Không xếp hạng",
    Kind.NO_PRIZE: "Không xét giải",
}
KIND_EFFECTS = {
    Kind.VOID: "Lượt thi không còn hợp lệ: số người, số lượt và con số để so với dự đoán được tính lại.",
    Kind.NOT_RANKED: "Người này vẫn được tính vào số người, số lượt, nhưng không có trong bảng xếp hạng.",
    Kind.NO_PRIZE: "Người này giữ nguyên hạng, giải chuyển cho người xếp kế tiếp.",
}
PASSED_OVER_NAMES = {
    PassedOver.NO_PRIZE: "Không xét giải",
    PassedOver.WON_BEFORE: "Đã nhận giải ở vòng khác",
}


class RoundNotClosed(DomainError):
    message = "Vòng thi chưa đóng nên chưa chốt được kết quả."


class StillReceiving(DomainError):
    message = "Còn lượt thi đang được nhận câu trả lời."


class KeySecret(DomainError):
    message = "Đáp án chỉ được công khai sau khi vòng thi đóng."


class ReasonTooShort(DomainError):
    message = f"Bạn ghi lý do, ít nhất {MINIMUM_REASON} ký tự."


class ReasonTooLong(DomainError):
    message = f"Lý do dài quá: tối đa {MAXIMUM_REASON} ký tự."


def check_reason(reason: str) -> str:
    """The reason without spaces around it. Raises ReasonTooShort, ReasonTooLong."""
    written = reason.strip()
    if len(written) < MINIMUM_REASON:
        raise ReasonTooShort
    if len(written) > MAXIMUM_REASON:
        raise ReasonTooLong
    return written


def check_can_freeze(
    state: RoundState, closes_at: datetime, last_accept_until: datetime | None, now: datetime
) -> None:
    """Raises RoundCancelled, RoundNotClosed, or StillReceiving while any attempt may still get a save."""
    if state is RoundState.CANCELLED:
        raise RoundCancelled
    if state in (RoundState.DRAFT, RoundState.SCHEDULED, RoundState.OPEN):
        raise RoundNotClosed(f"Vòng thi đóng lúc {vn_datetime(closes_at)}; sau đó mới chốt được kết quả.")
    if last_accept_until is not None and now <= last_accept_until:
        raise StillReceiving(
            f"Còn nhận nốt câu trả lời đến {vn_seconds(last_accept_until)}; sau lúc đó bạn chốt lại."
        )


def is_over(closes_at: datetime, now: datetime) -> bool:
    """Closed, and no prediction can arrive any more."""
    return now > closes_at + GRACE


def check_key_public(closes_at: datetime, now: datetime) -> None:
    """Nobody reads the round's key while an answer may still arrive. Raises KeySecret."""
    if not is_over(closes_at, now):
        raise KeySecret(f"Đáp án được công khai sau khi vòng thi đóng lúc {vn_datetime(closes_at)}.")


def shown_board(
    state: RoundState, policy: Policy, *, closes_at: datetime, has_freeze: bool, now: datetime
) -> Board:
    """The one answer to "what may the public see?".

    HIDDEN: a round that asks to predict people is open, and any rank or figure would tell.
    """
    if state in (RoundState.DRAFT, RoundState.SCHEDULED, RoundState.CANCELLED):
        return Board.NOTHING
    if state is RoundState.PUBLISHED:
        return Board.OFFICIAL
    if not policies.shows_live_board(policy) and not is_over(closes_at, now):
        return Board.HIDDEN
    return Board.FROZEN if has_freeze and state is not RoundState.OPEN else Board.LIVE


def shows_figures(board: Board, policy: Policy) -> bool:
    """Figures of a live board are shown only where nobody predicts any of them."""
    return board in (Board.FROZEN, Board.OFFICIAL) or (board is Board.LIVE and policy.target is None)


def may_be_named(*, has_consent: bool, age: int) -> bool:
    """Public names need consent to publication and 16 years at the round's opening."""
    return has_consent and age >= NAMED_FROM_AGE
