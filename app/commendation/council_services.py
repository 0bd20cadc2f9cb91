"""Record a meeting of the council and the signed decision; publish it. Callers lock and commit."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from app.attempts.services import new_receipt_code
from app.audit.services import record
from app.commendation import rules
from app.commendation.dossier_queries import Case
from app.commendation.models import AwardDecision, AwardingBody, CouncilMeeting, CouncilVote
from app.commendation.queries import Office
from app.commendation.services import check, move
from app.commendation.workflow_rules import Act, Ground, State, Step
from app.errors import DomainError
from app.extensions import db
from app.localtime import local_day
from app.sql import insert_new

NO_DOSSIER = "Chưa có gì được ghi."


class NothingChosen(DomainError):
    message = "Bạn chưa chọn hồ sơ nào."
    safe = NO_DOSSIER


class NumberTaken(DomainError):
    message = "Số quyết định này đã được ghi."
    safe = NO_DOSSIER


class AlreadyPublished(DomainError):
    message = "Quyết định này đã được công bố."
    safe = "Danh sách đã công bố giữ nguyên."


class InTheFuture(DomainError):
    message = "Ngày này chưa đến."
    safe = NO_DOSSIER


@dataclass(frozen=True)
class Minutes:
    """What the minutes of a meeting say."""

    held_on: date
    place: str
    chair: str
    secretary: str
    member_count: int
    present_count: int
    text: str


@dataclass(frozen=True)
class Signed:
    """What stands on the signed decision."""

    decision_no: str
    signed_on: date
    signer: str
    signer_title: str


def record_meeting(
    office: Office,
    minutes: Minutes,
    votes: Mapping[int, int],
    cases: Sequence[Case],
    steps: frozenset[Step],
    *,
    actor_id: int,
    now: datetime,
) -> CouncilMeeting:
    """Keep the minutes; `votes` are those for, by dossier id, and decide what becomes of each of `cases`.

    Raises NothingChosen, InTheFuture, TooManyVotes and what services.check does.
    """
    _check_day(minutes.held_on, now)
    if not cases:
        raise NothingChosen
    last = db.session.scalar(select(func.max(CouncilMeeting.number)).filter_by(body_id=office.body.id))
    meeting = CouncilMeeting(
        public_id=secrets.token_hex(16),
        body_id=office.body.id,
        number=(last or 0) + 1,
        recorded_by=actor_id,
        recorded_at=now,
        **asdict(minutes),
    )
    db.session.add(meeting)
    db.session.flush()
    for case in cases:
        _vote(case, meeting, votes[case.dossier.id], steps, actor_id=actor_id, now=now)
    _record("commendation.meeting_recorded", office.body, actor_id, now, number=meeting.number)
    return meeting


def _vote(
    case: Case,
    meeting: CouncilMeeting,
    votes_for: int,
    steps: frozenset[Step],
    *,
    actor_id: int,
    now: datetime,
) -> None:
    present = meeting.present_count
    is_approved = rules.is_approved(votes_for, present, case.body.approval_percent)
    db.session.add(
        CouncilVote(
            meeting_id=meeting.id, dossier_id=case.dossier.id, votes_for=votes_for, is_approved=is_approved
        )
    )
    said = f"Phiên họp số {meeting.number}: {votes_for}/{present} thành viên có mặt đồng ý"
    if is_approved:
        way = check(case, Act.APPROVE, steps, actor_id=actor_id)
        move(case, Act.APPROVE, way.to, actor_id=actor_id, now=now, text=f"{said}.")
        return
    reason = f"{said}, chưa đủ {case.body.approval_percent}%."
    way = check(case, Act.REJECT, steps, actor_id=actor_id, reason=reason)
    ground = Ground.BELOW_STANDARD
    move(case, Act.REJECT, way.to, actor_id=actor_id, now=now, text=reason, ground=ground)


def decide(
    office: Office,
    signed: Signed,
    cases: Sequence[Case],
    steps: frozenset[Step],
    *,
    actor_id: int,
    now: datetime,
) -> AwardDecision:
    """Record the signed decision on the cases; each gets the code that verifies its award in public.

    Raises NothingChosen, InTheFuture, NumberTaken and what services.check does.
    """
    _check_day(signed.signed_on, now)
    if not cases:
        raise NothingChosen
    values = {
        "public_id": secrets.token_hex(16),
        "body_id": office.body.id,
        "recorded_by": actor_id,
        "recorded_at": now,
        **asdict(signed),
    }
    query = insert_new(AwardDecision, values).returning(AwardDecision.id)
    decision_id = db.session.scalars(query).one_or_none()
    if decision_id is None:
        raise NumberTaken
    decision = db.session.get_one(AwardDecision, decision_id)
    for case in cases:
        way = check(case, Act.DECIDE, steps, actor_id=actor_id)
        given = {"decision_id": decision.id, "code": new_receipt_code()}
        text = f"Quyết định số {signed.decision_no}."
        move(case, Act.DECIDE, way.to, actor_id=actor_id, now=now, text=text, values=given)
    _record("commendation.decision_recorded", office.body, actor_id, now, decision_no=signed.decision_no)
    return decision


def publish(
    office: Office,
    decision: AwardDecision,
    cases: Sequence[Case],
    steps: frozenset[Step],
    *,
    actor_id: int,
    now: datetime,
) -> None:
    """Make a decision public with all its dossiers that were not revoked.

    Raises AlreadyPublished, NothingChosen and what services.check does.
    """
    if decision.published_at is not None:
        raise AlreadyPublished
    standing = [case for case in cases if case.state is State.DECIDED]
    if not standing:
        raise NothingChosen
    for case in standing:
        way = check(case, Act.PUBLISH, steps, actor_id=actor_id)
        move(case, Act.PUBLISH, way.to, actor_id=actor_id, now=now)
    decision.published_at, decision.published_by = now, actor_id
    _record("commendation.decision_published", office.body, actor_id, now, decision_no=decision.decision_no)


def _check_day(day: date, now: datetime) -> None:
    if day > local_day(now):
        raise InTheFuture


def _record(action: str, body: AwardingBody, actor_id: int, now: datetime, **details: object) -> None:
    record(action, actor_id=actor_id, subject=f"awarding_body:{body.id}", now=now, **details)
