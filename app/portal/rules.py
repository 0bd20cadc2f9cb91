"""What each week was for a person, how many in a row, and what the page of a round offers now."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from app.contests.policy import Prize, prediction_distance
from app.contests.rules import RoundState
from app.localtime import local

WINNERS_SHOWN = 6


class Window(NamedTuple):
    """A scheduled round as the weeks know it."""

    number: int
    opens_at: datetime
    closes_at: datetime


class WeekState(StrEnum):
    DONE = "done"
    OPEN = "open"
    TODO = "todo"
    MISSED = "missed"


WEEK_NOTES = {WeekState.DONE: "Đã thi", WeekState.OPEN: "Đang mở", WeekState.MISSED: "Bỏ lỡ"}
OVER_NOTE = "Đã xong"


@dataclass(frozen=True)
class Week:
    """One strip of the weave: `label` is "Tuần 3", `note` what stands under it."""

    number: int
    label: str
    state: WeekState
    note: str


@dataclass(frozen=True)
class Streak:
    """Counted over the rounds that have opened: `current` goes up to now, an open round does not break it."""

    taken: int
    longest: int
    current: int


class Offer(StrEnum):
    """The one next step that a round's page offers."""

    CONTINUE = "continue"
    RECEIVING = "receiving"
    WAIT = "wait"
    SIGN_IN = "sign_in"
    START = "start"
    LIMIT_USED = "limit_used"
    REFUSED = "refused"
    STARTS_OVER = "starts_over"
    CLOSED = "closed"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class OpenAttempt(NamedTuple):
    """An attempt that is not closed yet."""

    public_id: str
    number: int
    deadline_at: datetime
    accept_until: datetime


def week_label(label: str, number: int) -> str:
    """("tuần", 3) → "Tuần 3"."""
    return f"{label.capitalize()} {number}"


def week_state(window: Window, *, is_taken: bool, now: datetime) -> WeekState:
    if is_taken:
        return WeekState.DONE
    if now < window.opens_at:
        return WeekState.TODO
    return WeekState.OPEN if now < window.closes_at else WeekState.MISSED


def weeks_of(
    windows: Sequence[Window], taken: Set[int], *, since: datetime | None, label: str, now: datetime
) -> list[Week]:
    """The weave of a person with an account `since`, or of a visitor (None), who misses no week."""
    weeks = []
    for window in windows:
        state = week_state(window, is_taken=window.number in taken, now=now)
        note = WEEK_NOTES.get(state) or f"{local(window.opens_at):%d/%m}"
        if state is WeekState.MISSED and (since is None or window.closes_at <= since):
            note = OVER_NOTE
        weeks.append(Week(window.number, week_label(label, window.number), state, note))
    return weeks


def streak_of(windows: Sequence[Window], taken: Set[int], now: datetime) -> Streak:
    """`windows` in the order of the contest."""
    begun = [window for window in windows if window.opens_at <= now]
    settled = [
        window.number in taken for window in begun if window.number in taken or window.closes_at <= now
    ]
    runs = list(run_lengths(settled))
    return Streak(taken=sum(settled), longest=max(runs, default=0), current=runs[-1] if runs else 0)


def run_lengths(hits: Iterable[bool]) -> Iterable[int]:
    """How many hits in a row stand at the end after each step: (yes, yes, no, yes) → 1 2 0 1."""
    length = 0
    for hit in hits:
        length = length + 1 if hit else 0
        yield length


def offer_of(
    state: RoundState,
    *,
    open_attempt: OpenAttempt | None,
    starts_until: datetime,
    is_signed_in: bool,
    has_turns_left: bool,
    is_refused: bool,
    now: datetime,
) -> Offer:
    """What the page of a scheduled round offers: the first of these that holds."""
    steps = (
        (state is RoundState.CANCELLED, Offer.CANCELLED),
        (open_attempt is not None and now < open_attempt.deadline_at, Offer.CONTINUE),
        (open_attempt is not None and now <= open_attempt.accept_until, Offer.RECEIVING),
        (state is RoundState.PUBLISHED, Offer.PUBLISHED),
        (state is RoundState.SCHEDULED, Offer.WAIT),
        (state is not RoundState.OPEN, Offer.CLOSED),
        (now >= starts_until, Offer.STARTS_OVER),
        (not is_signed_in, Offer.SIGN_IN),
        (not has_turns_left, Offer.LIMIT_USED),
        (is_refused, Offer.REFUSED),
    )
    return next((offer for holds, offer in steps if holds), Offer.START)


def focus_of(windows: Sequence[Window], now: datetime) -> Window | None:
    """The round that the home page is about: open now, else the next to open, else the last one."""
    open_now = [window for window in windows if window.opens_at <= now < window.closes_at]
    to_come = [window for window in windows if now < window.opens_at]
    if open_now:
        return min(open_now, key=lambda window: window.closes_at)
    if to_come:
        return min(to_come, key=lambda window: window.opens_at)
    return max(windows, key=lambda window: window.closes_at, default=None)


def prizes_shown(prizes: Sequence[Prize]) -> list[Prize]:
    """The first prizes, as long as their holders fit on the home page; the first one in any case."""
    shown: list[Prize] = []
    for prize in prizes:
        if shown and sum(other.count for other in shown) + prize.count > WINNERS_SHOWN:
            break
        shown.append(prize)
    return shown


def distance_of(prediction: int | None, target: int | None) -> int | None:
    """How far a prediction was; None where nothing was predicted or asked."""
    return None if prediction is None or target is None else prediction_distance(prediction, target)


def limit_words(seconds: int) -> str:
    """A time limit: 900 → "15 phút", 5400 → "1 giờ 30 phút", 90 → "1 phút 30 giây"."""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = ((hours, "giờ"), (minutes, "phút"), (seconds, "giây"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)
