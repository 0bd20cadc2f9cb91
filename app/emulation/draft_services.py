"""Change criteria in two steps: see whom a change would move, then save it with a reason. Callers commit."""

from datetime import datetime
from typing import Any

from app.emulation.criteria_json_rules import from_json, to_json
from app.emulation.criteria_rules import Criteria
from app.emulation.draft_models import CriteriaDraft
from app.emulation.draft_queries import SIMULATION_JOB, find_draft, job_key
from app.emulation.models import Campaign, CriteriaVersion
from app.emulation.queries import find_latest_version
from app.emulation.services import CampaignClosed, SameCriteria, save_criteria
from app.errors import DomainError
from app.extensions import db
from app.jobs.services import request_job


class NotShown(DomainError):
    message = "Thay đổi này chưa được xem trước nên chưa lưu được."
    safe = "Tiêu chí đang dùng chưa thay đổi."
    todo = "Bạn bấm Xem ai thêm, ai bớt, chờ máy tính xong rồi lưu."


def ask_effect(
    campaign: Campaign, criteria: Criteria, *, base: int, account_id: int, now: datetime
) -> CriteriaDraft:
    """Keep what somebody wants the criteria to be and let a job find out whom that would move.

    Raises CampaignClosed, SameCriteria.
    """
    if campaign.closed_at is not None:
        raise CampaignClosed
    content = to_json(criteria)
    latest = find_latest_version(campaign)
    if latest is not None and latest.criteria == content:
        raise SameCriteria
    draft = find_draft(campaign, account_id, lock=True)
    if draft is None:
        draft = CriteriaDraft(campaign_id=campaign.id, account_id=account_id)
        db.session.add(draft)
    draft.base, draft.criteria, draft.asked_at = base, content, now
    draft.effect, draft.counted_at = None, None
    payload = {"campaign_id": campaign.id, "account_id": account_id}
    request_job(SIMULATION_JOB, job_key(campaign.id, account_id), payload, now=now)
    return draft


def keep_effect(draft: CriteriaDraft, effect: dict[str, Any], *, now: datetime) -> None:
    draft.effect, draft.counted_at = effect, now


def save_draft(
    campaign: Campaign, *, reason: str, asked_at: datetime, account_id: int, now: datetime
) -> CriteriaVersion:
    """Make one's draft the next version, if it is still the one asked for at `asked_at` and was counted.

    Raises NotShown, and what save_criteria raises.
    """
    draft = find_draft(campaign, account_id, lock=True)
    if draft is None or draft.effect is None or draft.asked_at != asked_at:
        raise NotShown
    version = save_criteria(
        campaign, from_json(draft.criteria), reason=reason, base=draft.base, actor_id=account_id, now=now
    )
    db.session.delete(draft)
    return version
