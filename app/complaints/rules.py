"""When people may complain, in what states a complaint stands, who may not decide it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.errors import DomainError
from app.formats import vn_datetime
from app.localtime import local_day

MINIMUM_TEXT, MAXIMUM_TEXT = 10, 2000
MINIMUM_GROUND, MAXIMUM_GROUND = 5, 900  # the reason of the decision that follows quotes it
ANSWER_DAYS = 5  # committees announce 5 to 10 days; the page promises the shorter
MOST_OF_A_ROUND = 6  # complaints of one person about one round, closed ones too
MOST_IN_A_ROW = 5  # messages of the citizen after the committee's last word


class Subject(StrEnum):
    SCORE = "score"
    QUESTION = "question"
    RANKING = "ranking"
    PRIZE = "prize"
    TECHNICAL = "technical"
    OTHER = "other"


class State(StrEnum):
    """`ASKED`: the committee waits for the citizen's answer."""

    NEW = "new"
    TAKEN = "taken"
    ASKED = "asked"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    PARTLY = "partly"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Effect(StrEnum):
    """What a decision moves. `VOID` and `UNDO` are done with it, `KEY` and `REVISION` remain to be done."""

    NONE = "none"
    VOID = "void"
    UNDO = "undo"
    KEY = "key"
    REVISION = "revision"


class EventKind(StrEnum):
    FILED = "filed"
    ADDED = "added"
    WITHDRAWN = "withdrawn"
    TAKEN = "taken"
    ASKED = "asked"
    TOLD = "told"
    DECIDED = "decided"


BY_CITIZEN = (EventKind.FILED, EventKind.ADDED, EventKind.WITHDRAWN)

SUBJECT_NAMES = {
    Subject.SCORE: "Điểm, số câu đúng",
    Subject.QUESTION: "Câu hỏi hoặc đáp án",
    Subject.RANKING: "Xếp hạng",
    Subject.PRIZE: "Giải thưởng",
    Subject.TECHNICAL: "Lỗi kỹ thuật khi làm bài",
    Subject.OTHER: "Việc khác",
}
STATE_NAMES = {
    State.NEW: "Chờ tiếp nhận",
    State.TAKEN: "Đang xem xét",
    State.ASKED: "Chờ người khiếu nại trả lời",
    State.DECIDED: "Đã trả lời",
    State.WITHDRAWN: "Đã rút",
}
OWN_STATE_NAMES = STATE_NAMES | {State.ASKED: "Chờ bạn trả lời", State.WITHDRAWN: "Bạn đã rút"}
OUTCOME_NAMES = {
    Outcome.ACCEPTED: "Chấp nhận",
    Outcome.PARTLY: "Chấp nhận một phần",
    Outcome.REFUSED: "Không chấp nhận",
    Outcome.WITHDRAWN: "Người khiếu nại đã rút",
}
EFFECT_NAMES = {
    Effect.NONE: "Kết quả giữ nguyên",
    Effect.VOID: "Hủy lượt thi bị khiếu nại",
    Effect.UNDO: "Gỡ bỏ một quyết định trước đó",
    Effect.KEY: "Sửa đáp án hoặc hủy câu hỏi",
    Effect.REVISION: "Công bố bản kết quả mới vì lý do khác",
}
EVENT_NAMES = {
    EventKind.FILED: "Gửi khiếu nại",
    EventKind.ADDED: "Bổ sung",
    EventKind.WITHDRAWN: "Rút khiếu nại",
    EventKind.TAKEN: "Tiếp nhận",
    EventKind.ASKED: "Ban Tổ chức hỏi",
    EventKind.TOLD: "Ban Tổ chức thông báo",
    EventKind.DECIDED: "Ban Tổ chức trả lời",
}

UNCHANGED = "Khiếu nại giữ nguyên như trước."


class NotPublished(DomainError):
    message = "Kết quả chưa được công bố nên chưa nhận khiếu nại."
    safe = "Bài thi của bạn vẫn được lưu."


class WindowClosed(DomainError):
    message = "Đã hết hạn khiếu nại."
    safe = "Bài thi của bạn vẫn được lưu."


class AlreadyOpen(DomainError):
    message = "Bạn đang có một khiếu nại về việc này."
    safe = "Khiếu nại đã gửi vẫn được xem xét."
    todo = "Bạn mở khiếu nại đó và viết thêm."


class TooMany(DomainError):
    message = f"Mỗi người gửi tối đa {MOST_OF_A_ROUND} khiếu nại về một vòng thi."
    safe = "Các khiếu nại đã gửi vẫn được xem xét."


class TooManyMessages(DomainError):
    message = f"Bạn đã viết {MOST_IN_A_ROW} lần liền nhau."
    safe = "Những gì bạn đã viết vẫn được lưu."
    todo = "Bạn chờ Ban Tổ chức trả lời rồi viết tiếp."


class AlreadyClosed(DomainError):
    message = "Khiếu nại này đã kết thúc."
    safe = UNCHANGED


class NotTaken(DomainError):
    message = "Khiếu nại này chưa được tiếp nhận."
    safe = UNCHANGED
    todo = "Bạn bấm “Tiếp nhận” trước."


class AlreadyTaken(DomainError):
    message = "Khiếu nại này đã có người tiếp nhận."
    safe = UNCHANGED


class IsInvolved(DomainError):
    message = "Bạn không được giải quyết khiếu nại này."
    safe = UNCHANGED
    todo = "Cần một người khác của Ban Tổ chức."


class NoSuchEffect(DomainError):
    message = "Không chấp nhận khiếu nại thì kết quả giữ nguyên."
    safe = UNCHANGED


@dataclass(frozen=True)
class Window:
    """When complaints about the newest revision are taken: from its publication for the contest's days."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now < self.closes_at


@dataclass(frozen=True)
class Verdict:
    """What a decider wrote; `undone_decision_id` names the decision that `Effect.UNDO` takes back."""

    outcome: Outcome
    effect: Effect
    text: str
    ground: str
    undone_decision_id: int | None = None


def window_of(published_at: datetime, complaint_days: int) -> Window:
    return Window(published_at, published_at + timedelta(days=complaint_days))


def check_window(window: Window | None, now: datetime) -> Window:
    """The open window. Raises NotPublished or WindowClosed."""
    if window is None or now < window.opens_at:
        raise NotPublished
    if not window.is_open(now):
        raise WindowClosed(f"Hạn khiếu nại đã hết lúc {vn_datetime(window.closes_at)}.")
    return window


def due_on(filed_at: datetime) -> date:
    """The last local day on which the answer is in time."""
    return local_day(filed_at) + timedelta(days=ANSWER_DAYS)


def is_late(due: date, closed_at: datetime | None, now: datetime) -> bool:
    return closed_at is None and local_day(now) > due


def state_of(
    *, taken_at: datetime | None, asked_at: datetime | None, closed_at: datetime | None, outcome: str | None
) -> State:
    if closed_at is not None:
        return State.WITHDRAWN if outcome == Outcome.WITHDRAWN else State.DECIDED
    if asked_at is not None:
        return State.ASKED
    return State.TAKEN if taken_at is not None else State.NEW


def check_verdict(verdict: Verdict) -> None:
    """Raises NoSuchEffect for a refusal that would change something."""
    if verdict.outcome is Outcome.REFUSED and verdict.effect is not Effect.NONE:
        raise NoSuchEffect


def may_write_more(kinds: list[EventKind]) -> bool:
    """May the citizen add to a complaint with these events, oldest first?"""
    run = 0
    for kind in kinds:
        run = run + 1 if kind is EventKind.ADDED else 0
    return run < MOST_IN_A_ROW
