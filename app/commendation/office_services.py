"""Write awarding bodies and who stands at their steps. Callers lock and commit."""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Account
from app.audit.rules import changes_between
from app.audit.services import record
from app.commendation.models import AwardingBody, Hand
from app.commendation.queries import Office, hands_of
from app.commendation.workflow_rules import Step
from app.emulation.models import Campaign
from app.errors import DomainError
from app.extensions import db
from app.sql import insert_new
from app.units.models import Unit


class NameTaken(DomainError):
    message = "Đợt thi đua này đã có cơ quan khen thưởng cùng tên."
    safe = "Chưa có gì thay đổi."


class BelowTaken(DomainError):
    message = "Số lượng mới ít hơn số hồ sơ đã chọn."
    safe = "Số lượng cũ vẫn giữ nguyên."


class AlreadyStands(DomainError):
    message = "Người này đã làm một bước khác của cơ quan này."
    safe = "Danh sách người làm chưa thay đổi."
    todo = "Người chọn, người thẩm định và người ghi quyết định phải là ba người khác nhau."


@dataclass(frozen=True)
class BodyValues:
    """What organisers set of an awarding body; `deadlines` are working days by State."""

    name: str
    award: str
    council: str
    form_no: str
    decree: str
    quota_individual: int
    quota_collective: int
    approval_percent: int
    deadlines: dict[str, int] = field(default_factory=dict)


def create_body(
    campaign: Campaign, unit: Unit, values: BodyValues, *, actor_id: int, now: datetime
) -> AwardingBody:
    """A new body for people and collectives of `unit`. Raises NameTaken."""
    row = {
        "public_id": secrets.token_hex(16),
        "campaign_id": campaign.id,
        "unit_id": unit.id,
        "created_by": actor_id,
        "created_at": now,
        **asdict(values),
    }
    body_id = db.session.scalars(insert_new(AwardingBody, row).returning(AwardingBody.id)).one_or_none()
    if body_id is None:
        raise NameTaken
    body = db.session.get_one(AwardingBody, body_id)
    _record("commendation.body_created", body, actor_id, now, name=body.name)
    return body


def change_body(office: Office, values: BodyValues, *, actor_id: int, now: datetime) -> None:
    """Change a body; the caller has locked it. Raises BelowTaken, NameTaken."""
    if values.quota_individual < office.people.taken or values.quota_collective < office.collectives.taken:
        raise BelowTaken
    body = office.body
    others = select(AwardingBody.id).where(
        AwardingBody.campaign_id == body.campaign_id,
        AwardingBody.name == values.name,
        AwardingBody.id != body.id,
    )
    if db.session.scalars(others).first() is not None:
        raise NameTaken
    new = asdict(values)
    changes = changes_between({name: getattr(body, name) for name in new}, new)
    if not changes:
        return
    for name, value in new.items():
        setattr(body, name, value)
    _record("commendation.body_changed", body, actor_id, now, changes=changes)


def give_hand(office: Office, step: Step, account: Account, *, actor_id: int, now: datetime) -> Hand:
    """Let somebody stand at a step; the caller has locked the body. Raises AlreadyStands."""
    held = {Step(line.hand.step) for line in hands_of(office.body) if line.account.id == account.id}
    if step in held or (step is not Step.COUNCIL and held - {Step.COUNCIL}):
        raise AlreadyStands
    hand = Hand(
        body_id=office.body.id, step=str(step), account_id=account.id, given_by=actor_id, given_at=now
    )
    db.session.add(hand)
    db.session.flush()
    _record("commendation.hand_given", office.body, actor_id, now, step=str(step), account=account.public_id)
    return hand


def end_hand(office: Office, hand: Hand, *, actor_id: int, now: datetime) -> None:
    """What the person has done stays done."""
    hand.ended_at, hand.ended_by = now, actor_id
    _record("commendation.hand_ended", office.body, actor_id, now, step=hand.step, hand=hand.id)


def _record(action: str, body: AwardingBody, actor_id: int, now: datetime, **details: object) -> None:
    record(action, actor_id=actor_id, subject=f"awarding_body:{body.id}", now=now, **details)
