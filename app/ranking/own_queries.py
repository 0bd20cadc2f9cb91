"""One's own place in a round with its reason, wherever the board may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from app.attempts.queries import package_of
from app.contests import policy as policies
from app.contests import wording
from app.contests.models import Round
from app.contests.policy import Line
from app.enrolments.exclusion_queries import find_unranked
from app.enrolments.exclusion_rules import NOT_RANKED_REASONS
from app.enrolments.models import Enrolment
from app.enrolments.queries import find_enrolment
from app.extensions import db
from app.formats import vn_date, vn_seconds, vn_weekday
from app.ranking import freeze_queries, live_queries
from app.ranking.board_queries import PublicBoard
from app.ranking.models import Decision, FrozenLine
from app.ranking.rules import Board, Kind

NO_ATTEMPT = "Bạn không có lượt thi nào đã kết thúc ở vòng này."
NO_VALID_ATTEMPT = "Bạn không có lượt thi hợp lệ ở vòng này."
NOT_RANKED = "Ban Tổ chức quyết định không xếp hạng bạn ở vòng này."
NOT_YET_COUNTED = "Lượt thi của bạn đang được tính, khoảng nửa phút nữa sẽ có hạng."


@dataclass(frozen=True)
class OwnResult:
    """`rank` is None for people without one; `reason` says why the line stands where it does, or why not."""

    rank: int | None
    reason: str
    league: str
    computed_at: datetime | None
    prize: str | None = None
    enrolment_id: int | None = None


def find_own_result(found: Round, shown: PublicBoard, account_id: int) -> OwnResult | None:
    """One's own result on the board that is shown; None for people who are not in the contest.

    Also None where no board is shown: then one's rank would tell what must not be told.
    """
    if shown.board in (Board.NOTHING, Board.HIDDEN):
        return None
    enrolment = find_enrolment(found.contest_id, account_id)
    if enrolment is None:
        return None
    if shown.board is Board.LIVE:
        return _live_result(found, shown, enrolment)
    return _frozen_result(found, shown, enrolment)


def _live_result(found: Round, shown: PublicBoard, enrolment: Enrolment) -> OwnResult:
    own = live_queries.own_rank(found.id, enrolment.id)
    if own is None:
        decisions = freeze_queries.active_decisions(found.id)
        return _without_rank(found, shown, enrolment, decisions) or _no_rank(NOT_YET_COUNTED, shown)
    rows = live_queries.attempts_of_accounts(found.id, [enrolment.account_id])
    row = next(row for row in rows if row.id == own.attempt_id)
    live = policies.live_policy(shown.policy)
    reason = explain(live, _line(row), target=None)
    return OwnResult(own.rank, reason, enrolment.league, own.computed_at, enrolment_id=enrolment.id)


def _frozen_result(found: Round, shown: PublicBoard, enrolment: Enrolment) -> OwnResult:
    freeze = shown.freeze
    if freeze is None:
        raise ValueError(shown.board)
    line = db.session.scalars(
        select(FrozenLine).filter_by(freeze_id=freeze.id, enrolment_id=enrolment.id)
    ).one_or_none()
    if line is None:
        decisions = freeze_queries.decisions_by_id(freeze.decision_ids or [])
        found_reason = _without_rank(found, shown, enrolment, decisions)
        return found_reason or _no_rank(NO_VALID_ATTEMPT, shown)
    own = Line(
        enrolment.contestant_no,
        line.score,
        shown.max_score,
        line.prediction,
        line.duration,
        line.finished_at,
    )
    return OwnResult(
        rank=line.rank,
        reason=explain(shown.policy, own, target=freeze.target),
        league=line.league,
        computed_at=shown.computed_at,
        prize=line.prize if shown.board is Board.OFFICIAL else None,
        enrolment_id=enrolment.id,
    )


def explain(policy: policies.Policy, line: Line, *, target: int | None) -> str:
    """The sentence of one line: "Đúng 10/10 câu; bạn lệch 14 so với 7.171; hoàn thành lúc …"."""
    finished = line.finished_at
    parts = wording.explain_line(
        policy,
        score=line.score,
        max_score=line.max_score,
        prediction=line.prediction,
        duration=line.duration,
        finished=f"{vn_seconds(finished)} {vn_weekday(finished)}, {vn_date(finished)}",
        target=target,
    )
    return parts[:1].upper() + parts[1:] + "."


def _without_rank(
    found: Round, shown: PublicBoard, enrolment: Enrolment, decisions: Sequence[Decision]
) -> OwnResult | None:
    """Why this person has no rank; None when the attempts give no reason."""
    listed = find_unranked(found.id, enrolment.id)
    fixed_reason = NOT_RANKED_REASONS[listed] if listed else enrolment.not_ranked_reason
    if fixed_reason is not None:
        return _no_rank(fixed_reason, shown)
    if any(one.kind == Kind.NOT_RANKED and one.enrolment_id == enrolment.id for one in decisions):
        return _no_rank(NOT_RANKED, shown)
    rows = live_queries.attempts_of_accounts(found.id, [enrolment.account_id])
    if not rows:
        return _no_rank(NO_ATTEMPT, shown)
    minimum = int(package_of(found.id).settings["minimum_answered"])
    voided = {decision.attempt_id for decision in decisions}
    valid = [row for row in rows if row.answered_count >= minimum and row.id not in voided]
    if not valid:
        return _no_rank(NO_VALID_ATTEMPT, shown)
    recognised = policies.recognise([_line(row) for row in valid], shown.policy)
    if shown.board is not Board.LIVE and not policies.is_rankable(recognised, shown.policy):
        return _no_rank(
            f"Lượt thi được công nhận của bạn đúng {recognised.score}/{recognised.max_score} câu; "
            "chỉ xếp hạng những lượt đúng tất cả các câu.",
            shown,
        )
    return None


def _no_rank(reason: str, shown: PublicBoard) -> OwnResult:
    return OwnResult(None, reason, "", shown.computed_at)


def _line(row: Row[Any]) -> Line:
    duration = int(row.finished_at.timestamp()) - int(row.started_at.timestamp())
    return Line(
        row.contestant_no,
        row.score,
        row.max_score,
        row.prediction,
        duration,
        row.finished_at,
        row.number,
    )
