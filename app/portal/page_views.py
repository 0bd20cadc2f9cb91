"""What the home page and the page of a round show, for anybody at any moment; others render it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.accounts.models import Account
from app.attempts.queries import rounds_taken
from app.attempts.rules import deadline
from app.contests import brief_wording, wording
from app.contests import policy as policies
from app.contests.incident_queries import Cancellation, cancellations_of, find_cancellation
from app.contests.models import Contest, Round
from app.contests.queries import get_scope_unit, held_rounds, state_of
from app.contests.rules import RoundState, cells_of, paper_size
from app.portal import queries, rules
from app.ranking.live_queries import find_live_board
from app.ranking.models import LiveBoard
from app.ranking.rules import is_over, shown_board, shows_figures


def home_context(
    contest: Contest, rounds: Sequence[Round], person: Account | None, now: datetime
) -> dict[str, Any]:
    """`rounds` are the scheduled ones, at least one; `person` is None for a visitor."""
    windows = windows_of(held_rounds(rounds))
    focus = _focus(rounds, windows, now)
    turns = queries.turns_of(person.id if person else None, focus)
    state = state_of(focus, now)
    policy = policies.from_json(contest.policy)
    return {
        "contest": contest,
        "focus": focus,
        "offer": _offer(focus, state, turns, person is not None, now, is_refused=False),
        "turns": turns,
        "question_count": paper_size(cells_of(focus.blueprint)),
        "time_limit": rules.limit_words(focus.time_limit),
        "scope": None if person else get_scope_unit(contest),
        "cancelled": _cancelled_now(rounds, now),
        "result": queries.find_official_result(contest, rounds),
        "live": _live_figures(focus, state, policy, now),
        "steps": brief_wording.ranking_steps(policy, contest.label),
        "target_name": wording.TARGET_NAMES.get(policy.target) if policy.target else None,
        "prizes": policy.prizes,
        "now": now,
        **_own_weeks(contest, windows, focus, person, now),
    }


def round_context(
    found: Round,
    contest: Contest,
    policy: policies.Policy,
    turns: queries.Turns,
    entry: dict[str, Any],
    now: datetime,
    *,
    is_signed_in: bool,
) -> dict[str, Any]:
    """Without the person's own result. `entry` is {"refusal", "picker"}: what stands before a start."""
    is_refused = entry["refusal"] is not None
    return {
        "contest": contest,
        "round": found,
        "offer": _offer(found, state_of(found, now), turns, is_signed_in, now, is_refused=is_refused),
        "turns": turns,
        "question_count": paper_size(cells_of(found.blueprint)),
        "time_limit": rules.limit_words(found.time_limit),
        "hand_in_at": deadline(now.replace(microsecond=0), found.time_limit, found.closes_at),
        "recognised": brief_wording.RECOGNISED_BRIEF[policy.recognised],
        "ranking": brief_wording.ranking_sentence(policy),
        "scope": None if is_signed_in else get_scope_unit(contest),
        "shows_scores": contest.shows_own_score or is_over(found.closes_at, now),
        "cancellation": find_cancellation(found),
        "now": now,
        **entry,
    }


def windows_of(rounds: Sequence[Round]) -> list[rules.Window]:
    return [rules.Window(found.number, found.opens_at, found.closes_at) for found in rounds]


def _cancelled_now(rounds: Sequence[Round], now: datetime) -> list[tuple[Round, Cancellation]]:
    """The cancelled rounds that people would still be sitting, with the reason."""
    told = [found for found in rounds if found.cancelled_at is not None and now < found.closes_at]
    cancellations = cancellations_of(told)
    return [(found, cancellations[found.id]) for found in told if found.id in cancellations]


def _focus(rounds: Sequence[Round], windows: list[rules.Window], now: datetime) -> Round:
    """The round that the page is about: the last one where all were cancelled."""
    window = rules.focus_of(windows, now)
    return next((found for found in rounds if window and found.number == window.number), rounds[-1])


def _own_weeks(
    contest: Contest, windows: list[rules.Window], focus: Round, person: Account | None, now: datetime
) -> dict[str, Any]:
    """The weave, the streak and how many of those one brought have not come yet."""
    if person is None:
        weeks = rules.weeks_of(windows, set(), since=None, label=contest.label, now=now)
        return {"weeks": weeks, "streak": None, "brought": None}
    taken = rounds_taken(person.id, contest.id)
    return {
        "weeks": rules.weeks_of(windows, taken, since=person.created_at, label=contest.label, now=now),
        "streak": rules.streak_of(windows, taken, now),
        "brought": queries.count_referred(person.id, focus.id),
    }


def _live_figures(
    focus: Round, state: RoundState, policy: policies.Policy, now: datetime
) -> LiveBoard | None:
    """The live board of the round if its figures may be told now."""
    board = shown_board(state, policy, closes_at=focus.closes_at, has_freeze=False, now=now)
    is_told = state is RoundState.OPEN and shows_figures(board, policy)
    return find_live_board(focus.id) if is_told else None


def _offer(
    found: Round,
    state: RoundState,
    turns: queries.Turns,
    is_signed_in: bool,
    now: datetime,
    *,
    is_refused: bool,
) -> rules.Offer:
    return rules.offer_of(
        state,
        open_attempt=turns.open_attempt,
        starts_until=found.last_start_at or found.closes_at,
        is_signed_in=is_signed_in,
        has_turns_left=turns.has_left,
        is_refused=is_refused,
        now=now,
    )
