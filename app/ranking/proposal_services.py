"""Propose another key for a question, see what it would change, decide as a second person.

Callers lock the round and commit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from app.attempts import rules as attempt_rules
from app.attempts.models import Attempt
from app.audit.services import record
from app.contests.models import Round
from app.contests.queries import get_latest_key, get_policy
from app.errors import DomainError
from app.extensions import db
from app.jobs.services import request_job
from app.ranking import freeze_queries, freeze_services, key_queries, key_services, order_rules
from app.ranking.desk_models import KeyProposal
from app.ranking.order_rules import AttemptRow, Result

PREVIEW_JOB = "preview_key"
NOTHING_CHANGED = "Đáp án và điểm chưa thay đổi."
STREAMED_ROWS = 5_000
TOP_PLACES = 10


class AlreadyProposed(DomainError):
    message = "Câu này đang có một đề nghị sửa đáp án chờ duyệt."
    safe = NOTHING_CHANGED
    todo = "Bạn mở đề nghị ấy để xem, hoặc để người đề nghị rút lại."


class AlreadySettled(DomainError):
    message = "Đề nghị này đã được quyết định rồi."
    safe = NOTHING_CHANGED


class OwnProposal(DomainError):
    message = "Người đề nghị sửa đáp án không được tự duyệt."
    safe = NOTHING_CHANGED
    todo = "Cần một người khác của Ban Tổ chức quyết định."


class OthersProposal(DomainError):
    message = "Chỉ người đã đề nghị mới rút lại được."
    safe = NOTHING_CHANGED


class PreviewMissing(DomainError):
    message = "Chưa có bảng xem trước đúng với đáp án đang có hiệu lực."
    safe = NOTHING_CHANGED
    todo = "Bạn bấm Tính lại, xem ai được, ai mất, rồi hãy duyệt."


class StillGrading(DomainError):
    message = "Đang chấm lại theo đáp án trước."
    safe = NOTHING_CHANGED


def propose(
    found: Round, version_id: int, letters: str, *, reason: str, ground: str, actor_id: int, now: datetime
) -> KeyProposal:
    """Ask for other right letters ("*" voids); a job computes what they would change.

    Raises KeyRefused, AlreadyProposed.
    """
    key_services.check_correction(found, version_id, letters, now)
    if key_queries.find_open_proposal(found.id, version_id) is not None:
        raise AlreadyProposed
    newest = db.session.scalar(select(func.max(KeyProposal.number)).filter_by(round_id=found.id)) or 0
    proposal = KeyProposal(
        round_id=found.id,
        number=newest + 1,
        version_id=version_id,
        letters=letters,
        reason=reason,
        ground=ground,
        proposed_by=actor_id,
        proposed_at=now,
        base_version=get_latest_key(found.id).version,
    )
    db.session.add(proposal)
    db.session.flush()
    _record(
        "results.key_proposed", proposal, actor_id, now, version=version_id, letters=letters, reason=reason
    )
    request_preview(proposal, now=now)
    return proposal


def request_preview(proposal: KeyProposal, *, now: datetime) -> None:
    """Compute (again) what the proposal would change, against the key in force. Raises AlreadySettled."""
    _check_open(proposal)
    proposal.preview = proposal.previewed_at = None
    proposal.base_version = get_latest_key(proposal.round_id).version
    request_job(PREVIEW_JOB, preview_key(proposal), {"proposal_id": proposal.id}, now=now)


def preview_key(proposal: KeyProposal) -> str:
    """What the preview's job is called."""
    return f"{proposal.round_id}:{proposal.number}"


def approve(found: Round, proposal: KeyProposal, *, approver_id: int, now: datetime) -> int:
    """Make the proposed letters the key; returns its version. A job grades the round again.

    Raises AlreadySettled, OwnProposal, PreviewMissing, KeyRefused.
    """
    _check_may_decide(proposal, approver_id)
    if proposal.preview is None or proposal.base_version != get_latest_key(found.id).version:
        raise PreviewMissing
    key = key_services.correct_key(
        found,
        proposal.version_id,
        proposal.letters,
        reason=f"{proposal.reason.rstrip('.')}. Căn cứ: {proposal.ground}",
        proposed_by=proposal.proposed_by,
        approved_by=approver_id,
        now=now,
    )
    proposal.outcome, proposal.decided_by, proposal.decided_at = "approved", approver_id, now
    proposal.key_version = key.version
    db.session.flush()
    return key.version


def refuse(proposal: KeyProposal, *, actor_id: int, reason: str, now: datetime) -> None:
    """Say no as the second person. Raises AlreadySettled, OwnProposal."""
    _check_may_decide(proposal, actor_id)
    proposal.outcome, proposal.decided_by, proposal.decided_at = "refused", actor_id, now
    proposal.decision_reason = reason
    db.session.flush()
    _record("results.key_refused", proposal, actor_id, now, reason=reason)


def withdraw(proposal: KeyProposal, *, actor_id: int, now: datetime) -> None:
    """Take one's own proposal back. Raises AlreadySettled, OthersProposal."""
    _check_open(proposal)
    if proposal.proposed_by != actor_id:
        raise OthersProposal
    proposal.outcome, proposal.decided_at = "withdrawn", now
    db.session.flush()
    _record("results.key_withdrawn", proposal, actor_id, now)


def _check_open(proposal: KeyProposal) -> None:
    if proposal.outcome is not None:
        raise AlreadySettled


def _check_may_decide(proposal: KeyProposal, actor_id: int) -> None:
    _check_open(proposal)
    if proposal.proposed_by == actor_id:
        raise OwnProposal


def _record(action: str, proposal: KeyProposal, actor_id: int, now: datetime, **details: object) -> None:
    subject = f"round:{proposal.round_id}"
    record(action, actor_id=actor_id, subject=subject, now=now, proposal=proposal.number, **details)


def compute_preview(proposal_id: int, *, now: datetime) -> None:
    """Fill the proposal's preview in. Raises NoResultFound, StillGrading."""
    proposal = db.session.get_one(KeyProposal, proposal_id, with_for_update=True, populate_existing=True)
    if proposal.outcome is not None:
        return
    found = db.session.get_one(Round, proposal.round_id)
    proposal.base_version = get_latest_key(found.id).version
    proposal.preview = preview_of(found, proposal.version_id, proposal.letters)
    proposal.previewed_at = now


def preview_of(found: Round, version_id: int, letters: str) -> dict[str, Any]:
    """What other right letters of one question would change now; writes nothing.

    Keys: "attempts" that had the question; "attempts_up", "attempts_down", "people_up", "people_down"
    whose score moves; "figures" = {name: [old, new]} with the target; "top" = contestant numbers
    [in, out] of the first TOP_PLACES of any league; "changes" = order_rules.changes_between.
    Raises StillGrading while attempts are graded by an older key.
    """
    key = get_latest_key(found.id)
    if freeze_queries.has_attempts_of_other_key(found.id, key.version):
        raise StillGrading
    decisions = freeze_queries.active_decisions(found.id)
    barred = freeze_services.barred_from_prizes(found, decisions)
    before = freeze_services.settle_round(found, key, decisions, barred)
    had_it, scores = _scores_with(found.id, version_id, key.answers | {str(version_id): letters})
    rows = [row._replace(score=scores.get(row.attempt_id, row.score)) for row in before.rows]
    after = order_rules.settle(rows, get_policy(found.id), seed=before.facts.seed, barred=barred)
    old, new = _numbers(before.result), _numbers(after)
    return {
        "attempts": had_it,
        **_movements(before.rows, scores),
        "figures": {name: [old[name], new[name]] for name in old},
        "top": _top_changes(before.result, after),
        "changes": order_rules.changes_between(_places(before.result), _places(after), old, new),
    }


def _scores_with(round_id: int, version_id: int, answers: Mapping[str, str]) -> tuple[int, dict[int, int]]:
    """(attempts that had the question, {attempt: new score} of those whose score would move)."""
    query = select(Attempt.id, Attempt.paper, Attempt.answers, Attempt.score).where(
        Attempt.round_id == round_id,
        Attempt.closed_at.is_not(None),
        or_(Attempt.paper.startswith(f"{version_id}:"), Attempt.paper.contains(f" {version_id}:")),
    )
    had_it, scores = 0, {}
    for attempt_id, paper, given, old in db.session.execute(query.execution_options(yield_per=STREAMED_ROWS)):
        had_it += 1
        letters = attempt_rules.decode_answers(given)
        new = attempt_rules.score_of(attempt_rules.decode_paper(paper), letters, answers)
        if new != old:
            scores[attempt_id] = new
    return had_it, scores


def _movements(rows: Sequence[AttemptRow], scores: Mapping[int, int]) -> dict[str, int]:
    up = [row for row in rows if scores.get(row.attempt_id, row.score) > row.score]
    down = [row for row in rows if scores.get(row.attempt_id, row.score) < row.score]
    return {
        "attempts_up": len(up),
        "people_up": len({row.contestant_no for row in up}),
        "attempts_down": len(down),
        "people_down": len({row.contestant_no for row in down}),
    }


def _numbers(result: Result) -> dict[str, int | None]:
    return {"target": result.target, **vars(result.figures)}


def _places(result: Result) -> dict[int, tuple[int, str | None]]:
    return {place.entry.line.contestant_no: (place.rank, place.prize) for place in result.places}


def _top_changes(before: Result, after: Result) -> list[list[int]]:
    old, new = _top(before), _top(after)
    return [sorted(new - old), sorted(old - new)]


def _top(result: Result) -> set[int]:
    return {place.entry.line.contestant_no for place in result.places if place.rank <= TOP_PLACES}
