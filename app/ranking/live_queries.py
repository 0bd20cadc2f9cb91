"""The live order of a round: who is due to be counted, the top, one's own place."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select, text

from app.attempts.models import Attempt
from app.contests.models import Round
from app.enrolments.models import Enrolment
from app.extensions import db
from app.ranking.models import LiveBoard, Standing
from app.types import UTCDateTime

KEPT_FRESH_AFTER_CLOSING = timedelta(minutes=10)

# One statement, so that cut and count are of one moment: the standings before the last cut at or
# before the own key are known from the cut, those after it are counted in the index.
OWN_RANK = text(
    """
    SELECT 1 + coalesce(CASE WHEN c.sort_key = s.sort_key THEN c.below ELSE c.through END, 0)
      + (SELECT count(*) FROM standings x
         WHERE x.round_id = s.round_id AND x.league = s.league
           AND x.sort_key > coalesce(c.sort_key, :lowest) AND x.sort_key < s.sort_key) AS own_rank,
      s.attempt_id, b.computed_at
    FROM standings s
    JOIN live_boards b ON b.round_id = s.round_id
    LEFT JOIN standing_cuts c ON c.round_id = s.round_id AND c.league = s.league
      AND c.sort_key = (SELECT k.sort_key FROM standing_cuts k
                        WHERE k.round_id = s.round_id AND k.league = s.league AND k.sort_key <= s.sort_key
                        ORDER BY k.sort_key DESC LIMIT 1)
    WHERE s.round_id = :round_id AND s.enrolment_id = :enrolment_id AND s.sort_key IS NOT NULL
    """
).columns(computed_at=UTCDateTime())
LOWEST_KEY = b""


class OwnRank(NamedTuple):
    """One's rank within the league, the attempt that has it, and the moment for which it is true."""

    rank: int
    attempt_id: int
    computed_at: datetime


class ClaimedAttempt(NamedTuple):
    attempt_id: int
    round_id: int
    account_id: int
    enrolment_id: int


def own_rank(round_id: int, enrolment_id: int) -> OwnRank | None:
    """The person's live rank: exact for all tallied attempts; None for people without a ranked one."""
    parameters = {"round_id": round_id, "enrolment_id": enrolment_id, "lowest": LOWEST_KEY}
    row = db.session.execute(OWN_RANK, parameters).one_or_none()
    return None if row is None else OwnRank(*row)


def find_live_board(round_id: int) -> LiveBoard | None:
    return db.session.get(LiveBoard, round_id)


def claim_untallied(limit: int) -> list[ClaimedAttempt]:
    """Closed attempts that no standing knows yet, locked; those that somebody else holds are left."""
    query = (
        select(Attempt.id, Attempt.round_id, Attempt.account_id, Attempt.enrolment_id)
        .where(Attempt.closed_at.is_not(None), Attempt.tallied_at.is_(None))
        .order_by(Attempt.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [ClaimedAttempt(*row) for row in db.session.execute(query)]


def attempts_of_accounts(round_id: int, account_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Every closed attempt of these accounts in the round, with what ranking needs of the person."""
    query = (
        select(
            *(Attempt.id, Attempt.enrolment_id, Enrolment.contestant_no, Enrolment.league),
            *(Attempt.number, Attempt.score, func.length(Attempt.offered).label("max_score")),
            *(Attempt.prediction, Attempt.started_at, Attempt.finished_at, Attempt.answered_count),
            Enrolment.not_ranked_reason,
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.round_id == round_id, Attempt.account_id.in_(account_ids))
        .where(Attempt.closed_at.is_not(None))
        .order_by(Attempt.enrolment_id, Attempt.number)
    )
    return db.session.execute(query).all()


def top_standings(round_id: int, league: str, limit: int) -> Sequence[Row[Any]]:
    """(enrolment_id, attempt_id, sort_key) of the first ones, best first."""
    query = (
        select(Standing.enrolment_id, Standing.attempt_id, Standing.sort_key)
        .where(Standing.round_id == round_id, Standing.league == league, Standing.sort_key.is_not(None))
        .order_by(Standing.sort_key, Standing.enrolment_id)
        .limit(limit)
    )
    return db.session.execute(query).all()


def boards_to_keep_fresh(now: datetime) -> Sequence[int]:
    """Rounds with a live board that are open or closed a short while ago."""
    query = select(Round.id).join(LiveBoard, LiveBoard.round_id == Round.id)
    recent = query.where(Round.opens_at <= now, Round.closes_at >= now - KEPT_FRESH_AFTER_CLOSING)
    return db.session.scalars(recent).all()
