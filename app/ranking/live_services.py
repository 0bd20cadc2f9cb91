"""Keep the live standings: pull attempts that closed, recognise, and move the cuts. Callers commit."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, select, text, update

from app.attempts.models import Attempt
from app.attempts.queries import package_of, policy_of
from app.contests import policy as policies
from app.contests.models import Round
from app.contests.policy import Leagues, Policy
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.exclusion_queries import uncounted_entries, unranked_in
from app.extensions import db
from app.ranking import live_queries, order_rules
from app.ranking.freeze_queries import active_decisions
from app.ranking.live_queries import ClaimedAttempt
from app.ranking.models import LiveBoard, Standing, StandingCut
from app.ranking.order_rules import AttemptRow
from app.ranking.rules import Kind
from app.sql import insert_many, insert_new

CUT_EVERY = 1_000
CUTS_REWRITTEN_AFTER = timedelta(seconds=30)
STANDING_COLUMNS = (
    *("round_id", "enrolment_id", "attempt_id", "attempt_count", "is_all_correct", "league", "sort_key"),
)
WRITE_CUTS = text(
    """
    INSERT INTO standing_cuts (round_id, league, sort_key, below, through)
    SELECT DISTINCT round_id, league, sort_key, below, through
    FROM (
      SELECT round_id, league, sort_key, row_number() OVER w AS place, rank() OVER w - 1 AS below,
        count(*) OVER w AS through
      FROM standings WHERE round_id = :round_id AND sort_key IS NOT NULL
      WINDOW w AS (PARTITION BY round_id, league ORDER BY sort_key)
    ) AS ordered
    WHERE place % :every = 0
    """
)


class Counted(NamedTuple):
    """A standing's values beside its keys."""

    attempt_id: int
    attempt_count: int
    is_all_correct: bool
    league: str
    sort_key: bytes | None


def tally(limit: int, *, now: datetime) -> int:
    """Take up to `limit` closed attempts into the standings; returns how many were taken."""
    claimed = live_queries.claim_untallied(limit)
    by_round: dict[int, list[ClaimedAttempt]] = defaultdict(list)
    for attempt in claimed:
        by_round[attempt.round_id].append(attempt)
    for round_id, attempts in sorted(by_round.items()):
        _tally_round(round_id, attempts, now)
    if claimed:
        ids = [attempt.attempt_id for attempt in claimed]
        db.session.execute(update(Attempt).where(Attempt.id.in_(ids)).values(tallied_at=now))
    return len(claimed)


def count_listed_again(*, now: datetime) -> None:
    """Let the boards of rounds that are not frozen take up again who came on or off an exclusion list."""
    entries = db.session.scalars(uncounted_entries()).all()
    if not entries:
        return
    of_entries = (
        select(Attempt.id)
        .join(Round, Round.id == Attempt.round_id)
        .join(Exclusion, Exclusion.contest_id == Round.contest_id)
        .where(Exclusion.account_id == Attempt.account_id, Round.frozen_at.is_(None))
        .where(Exclusion.id.in_([entry.id for entry in entries]))
    )
    db.session.execute(update(Attempt).where(Attempt.id.in_(of_entries)).values(tallied_at=None))
    for entry in entries:
        entry.counted_at = now


def _tally_round(round_id: int, claimed: Sequence[ClaimedAttempt], now: datetime) -> None:
    board = _lock_board(round_id, now)
    enrolment_ids = sorted({attempt.enrolment_id for attempt in claimed})
    rows = live_queries.attempts_of_accounts(round_id, sorted({attempt.account_id for attempt in claimed}))
    new = _count_people(round_id, rows)
    known = select(Standing).where(Standing.round_id == round_id, Standing.enrolment_id.in_(enrolment_ids))
    old = {
        standing.enrolment_id: _counted(standing)
        for standing in db.session.scalars(known.execution_options(populate_existing=True))
    }
    _write(round_id, old, new)
    for counted, sign in ((old, -1), (new, 1)):
        board.people += sign * len(counted)
        board.attempts += sign * sum(one.attempt_count for one in counted.values())
        board.people_all_correct += sign * sum(one.is_all_correct for one in counted.values())
    board.moved += _move_cuts(round_id, old, new)
    board.computed_at = max(board.computed_at, now)


def _lock_board(round_id: int, now: datetime) -> LiveBoard:
    empty = {"people": 0, "attempts": 0, "people_all_correct": 0, "moved": 0}
    fresh = {"round_id": round_id, "computed_at": now, "cuts_at": now} | empty
    db.session.execute(insert_new(LiveBoard, fresh))
    query = select(LiveBoard).filter_by(round_id=round_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _counted(standing: Standing) -> Counted:
    return Counted(
        standing.attempt_id,
        standing.attempt_count,
        standing.is_all_correct,
        standing.league,
        standing.sort_key,
    )


def _count_people(round_id: int, rows: Iterable[Row[Any]]) -> dict[int, Counted]:
    """Enrolment → what its valid attempts come to; people without any are left out."""
    live = policies.live_policy(policy_of(round_id))
    decisions = active_decisions(round_id)
    voided = {decision.attempt_id for decision in decisions if decision.kind == Kind.VOID}
    unranked = {decision.enrolment_id for decision in decisions if decision.kind == Kind.NOT_RANKED}
    unranked |= unranked_in(round_id).keys()
    minimum_answered = int(package_of(round_id).settings["minimum_answered"])
    people = {}
    for enrolment_id, own in groupby(rows, key=lambda row: row.enrolment_id):
        valid = [
            _attempt_row(row, row.not_ranked_reason is None and enrolment_id not in unranked)
            for row in own
            if row.answered_count >= minimum_answered and row.id not in voided
        ]
        if valid:
            people[enrolment_id] = _count_person(valid, live)
    return people


def _attempt_row(row: Row[Any], is_ranked: bool) -> AttemptRow:
    return AttemptRow(
        *(row.id, row.enrolment_id, row.contestant_no, row.league, 0, row.number, row.score),
        *(row.max_score, row.prediction, row.started_at, row.finished_at, True, is_ranked),
    )


def _count_person(valid: Sequence[AttemptRow], live: Policy) -> Counted:
    recognised = policies.recognise([order_rules.line_of(row) for row in valid], live)
    attempt = next(row for row in valid if row.number == recognised.number)
    is_ranked = attempt.is_ranked
    return Counted(
        attempt_id=attempt.attempt_id,
        attempt_count=len(valid),
        is_all_correct=any(row.score == row.max_score for row in valid),
        league=attempt.league if live.leagues is Leagues.BY_SCOPE else "",
        sort_key=policies.pack(policies.sort_key(recognised, live, None)) if is_ranked else None,
    )


def _write(round_id: int, old: Mapping[int, Counted], new: Mapping[int, Counted]) -> None:
    stale = [enrolment_id for enrolment_id, counted in old.items() if new.get(enrolment_id) != counted]
    if stale:
        own = delete(Standing).where(Standing.round_id == round_id, Standing.enrolment_id.in_(stale))
        db.session.execute(own.execution_options(synchronize_session=False))
    changed = [
        (round_id, enrolment_id, *counted)
        for enrolment_id, counted in new.items()
        if old.get(enrolment_id) != counted
    ]
    insert_many(Standing, STANDING_COLUMNS, changed)


def _move_cuts(round_id: int, old: Mapping[int, Counted], new: Mapping[int, Counted]) -> int:
    """Bring the cuts' counts up to date; returns how many keys came or went."""
    gone, came = _keys_of(old), _keys_of(new)
    cuts = db.session.execute(
        select(StandingCut.league, StandingCut.sort_key).where(StandingCut.round_id == round_id)
    )
    moves = []
    for league, key in cuts:
        before, after = gone.get(league, []), came.get(league, [])
        below = bisect_left(after, key) - bisect_left(before, key)
        through = bisect_right(after, key) - bisect_right(before, key)
        if below or through:
            moves.append(
                {"round": round_id, "league": league, "key": key, "below": below, "through": through}
            )
    if moves:
        db.session.connection().execute(MOVE_CUT, moves)
    changed = (enrolment_id for enrolment_id in old.keys() | new.keys())
    return sum(_place_of(old, one) != _place_of(new, one) for one in changed)


MOVE_CUT = text(
    """
    UPDATE standing_cuts SET below = below + :below, through = through + :through
    WHERE round_id = :round AND league = :league AND sort_key = :key
    """
)


def _keys_of(counted: Mapping[int, Counted]) -> dict[str, list[bytes]]:
    keys: dict[str, list[bytes]] = defaultdict(list)
    for one in counted.values():
        if one.sort_key is not None:
            keys[one.league].append(one.sort_key)
    return {league: sorted(found) for league, found in keys.items()}


def _place_of(counted: Mapping[int, Counted], enrolment_id: int) -> tuple[str, bytes | None] | None:
    one = counted.get(enrolment_id)
    return None if one is None else (one.league, one.sort_key)


def keep_fresh(round_id: int, *, now: datetime) -> None:
    """Say that the board is true now, and rewrite its cuts when enough has moved; call when none is left."""
    board = _lock_board(round_id, now)
    board.computed_at = max(board.computed_at, now)
    if board.moved >= CUT_EVERY and now - board.cuts_at >= CUTS_REWRITTEN_AFTER:
        rewrite_cuts(board, now=now)


def rewrite_cuts(board: LiveBoard, *, now: datetime) -> None:
    """Every CUT_EVERY-th key of each league. The caller holds the board's row lock."""
    db.session.flush()
    db.session.execute(
        delete(StandingCut)
        .where(StandingCut.round_id == board.round_id)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(WRITE_CUTS, {"round_id": board.round_id, "every": CUT_EVERY})
    board.cuts_at, board.moved = now, 0
