"""Begin a campaign, change its criteria, ask for an evaluation. Callers commit."""

import secrets
from datetime import datetime

from app.audit.services import record
from app.contests.models import Contest
from app.emulation import queries
from app.emulation.criteria_json_rules import check_criteria, to_json
from app.emulation.criteria_rules import Criteria
from app.emulation.models import Campaign, CriteriaVersion
from app.errors import DomainError
from app.extensions import db
from app.jobs.services import request_job
from app.text import clean, collapse
from app.units.models import Unit
from app.units.queries import is_within

NOTHING_CHANGED = "Chưa có gì thay đổi."
SHORTEST_REASON, LONGEST_REASON = 5, 1000
FIRST_VERSION = "Tiêu chí ban đầu"


class UnitOutsideContest(DomainError):
    message = "Đơn vị này không thuộc phạm vi của cuộc thi."
    safe = NOTHING_CHANGED


class CampaignClosed(DomainError):
    message = "Đợt thi đua đã khép lại."
    safe = NOTHING_CHANGED


class ReasonNeeded(DomainError):
    message = f"Lý do phải có từ {SHORTEST_REASON} đến {LONGEST_REASON} ký tự."
    safe = NOTHING_CHANGED


class ChangedMeanwhile(DomainError):
    message = "Tiêu chí đã được người khác thay đổi sau khi bạn mở trang."
    safe = NOTHING_CHANGED
    todo = "Bạn tải lại trang, xem tiêu chí mới rồi hãy sửa."


class SameCriteria(DomainError):
    message = "Tiêu chí không có gì khác với tiêu chí đang dùng."
    safe = NOTHING_CHANGED


def create_campaign(
    contest: Contest, unit: Unit, *, name: str, plan: str, criteria: Criteria, actor_id: int, now: datetime
) -> Campaign:
    """A campaign with its first criteria, for the people of `unit`.

    Raises UnitOutsideContest, BadCriteria.
    """
    scope = db.session.get_one(Unit, contest.scope_unit_id)
    if not is_within(unit, scope):
        raise UnitOutsideContest
    campaign = Campaign(
        public_id=secrets.token_hex(16),
        contest_id=contest.id,
        unit_id=unit.id,
        name=collapse(clean(name)),
        plan=collapse(clean(plan)),
        created_by=actor_id,
        created_at=now,
    )
    db.session.add(campaign)
    db.session.flush()
    record("campaigns.created", actor_id=actor_id, subject=f"campaign:{campaign.id}", now=now, unit=unit.id)
    save_criteria(campaign, criteria, reason=FIRST_VERSION, base=0, actor_id=actor_id, now=now)
    return campaign


def save_criteria(
    campaign: Campaign, criteria: Criteria, *, reason: str, base: int, actor_id: int, now: datetime
) -> CriteriaVersion:
    """The next version of the criteria, with what `base` was changed into it; evaluated soon after.

    Raises CampaignClosed, ChangedMeanwhile, SameCriteria, ReasonNeeded, BadCriteria.
    """
    _hold(campaign)
    written = collapse(clean(reason))
    if not SHORTEST_REASON <= len(written) <= LONGEST_REASON:
        raise ReasonNeeded
    check_criteria(criteria)
    latest = queries.find_latest_version(campaign)
    if (latest.version if latest else 0) != base:
        raise ChangedMeanwhile
    content = to_json(criteria)
    if latest is not None and latest.criteria == content:
        raise SameCriteria
    version = CriteriaVersion(
        campaign_id=campaign.id,
        version=base + 1,
        criteria=content,
        reason=written,
        saved_by=actor_id,
        saved_at=now,
    )
    db.session.add(version)
    db.session.flush()
    record(
        "campaigns.criteria_saved",
        actor_id=actor_id,
        subject=f"campaign:{campaign.id}",
        now=now,
        version=version.version,
        reason=written,
    )
    request_evaluation(campaign, now=now)
    return version


def close_campaign(campaign: Campaign, *, actor_id: int, now: datetime) -> None:
    """From now on nothing is evaluated, attested or changed. Raises CampaignClosed."""
    _hold(campaign)
    campaign.closed_at = now
    db.session.flush()
    record("campaigns.closed", actor_id=actor_id, subject=f"campaign:{campaign.id}", now=now)


def _hold(campaign: Campaign) -> None:
    """Lock the campaign against other changes until the caller commits. Raises CampaignClosed."""
    db.session.refresh(campaign, with_for_update={"key_share": True})
    if campaign.closed_at is not None:
        raise CampaignClosed


def request_evaluation(campaign: Campaign, *, now: datetime) -> None:
    """Let a job find out anew who meets the criteria."""
    request_job(queries.EVALUATION_JOB, str(campaign.id), {"campaign_id": campaign.id}, now=now)
