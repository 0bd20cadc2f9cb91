"""Campaigns of a contest for organisers: begin one, see what it found, have it counted again, close it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from app import clock
from app.contests.models import Contest
from app.contests.queries import get_managed_contest, get_scope_unit
from app.emulation import draft_queries, queries, services
from app.emulation.criteria_forms import CampaignForm
from app.emulation.difference_rules import differences
from app.emulation.models import Campaign
from app.emulation.preset_rules import PRESETS
from app.emulation.wording import combination_text, rule_text
from app.errors import BadInput
from app.extensions import db
from app.jobs.queries import find_job, has_given_up
from app.jobs.runner import ring
from app.permissions import Permission
from app.units.queries import get_unit
from app.web.forms import BaseForm
from app.web.guards import require

EDIT = Permission.CAMPAIGNS_EDIT
RELOAD_AFTER = 3

bp = Blueprint(
    "campaigns",
    __name__,
    url_prefix="/ban-to-chuc/cuoc-thi/<slug>/thi-dua",
    template_folder="templates",
)
Page = Response | tuple[str, int]
# What criteria ask, in words, for templates.
bp.add_app_template_global(rule_text)
bp.add_app_template_global(combination_text)


def managed_campaign(slug: str, campaign_id: str) -> tuple[Contest, Campaign]:
    """Raises NoResultFound for another's contest, or a campaign of another contest."""
    contest = get_managed_contest(current_user.grants, EDIT, slug)
    campaign = queries.get_campaign(current_user.grants, EDIT, campaign_id)
    if campaign.contest_id != contest.id:
        raise NoResultFound
    return contest, campaign


@bp.get("")
@require(EDIT, scope="contest")
def index(slug: str) -> str:
    """Every campaign of the contest."""
    contest = get_managed_contest(current_user.grants, EDIT, slug)
    campaigns = queries.campaigns_of(contest.id)
    return render_template(
        "emulation/campaigns.html",
        managed=contest,
        campaigns=campaigns,
        units={campaign.id: queries.unit_of(campaign) for campaign in campaigns},
        may_edit=True,
    )


@bp.route("/moi", methods=["GET", "POST"])
@require(EDIT, scope="contest")
def create(slug: str) -> Page:
    """Begin a campaign from a preset."""
    contest = get_managed_contest(current_user.grants, EDIT, slug)
    form = CampaignForm().offer(draft_queries.units_for(get_scope_unit(contest)))
    if not form.validate_on_submit():
        page = render_template("emulation/new_campaign.html", managed=contest, form=form, presets=PRESETS)
        return page, 422 if form.errors else 200
    preset = form.preset.data
    campaign = services.create_campaign(
        contest,
        get_unit(contest.series_code, form.unit.data),
        name=form.name.data or "",
        plan=form.plan.data or "",
        criteria=PRESETS[preset].criteria,
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    ring()
    flash("Đã tạo đợt thi đua từ mẫu. Bạn xem lại từng tiêu chí, nhất là những chỗ có ghi chú.", "success")
    address = {"slug": slug, "campaign_id": campaign.public_id, "mau": preset}
    return redirect(url_for("criteria.edit", **address), 303)


@bp.get("/<string(length=32):campaign_id>")
@require(EDIT, scope="contest")
def show(slug: str, campaign_id: str) -> str:
    """What the campaign asks, whom it found, and how its criteria came to be."""
    contest, campaign = managed_campaign(slug, campaign_id)
    unit = queries.unit_of(campaign)
    version, criteria = queries.latest_criteria(campaign)
    return render_template(
        "emulation/campaign.html",
        managed=contest,
        campaign=campaign,
        unit=unit,
        counts=queries.count_results(campaign, unit),
        version=version,
        criteria=criteria,
        words=draft_queries.words_of(campaign),
        versions=_versions(campaign),
        may_edit=True,
        reload_after=RELOAD_AFTER,
        **_progress(campaign, clock.now()),
    )


def _versions(campaign: Campaign) -> list[dict[str, Any]]:
    """The newest first, each with what it changed in the one before."""
    saved, words = draft_queries.saved_versions(campaign), draft_queries.words_of(campaign)
    older = [*saved[1:], None]
    return [
        {
            "saved": each,
            "differences": differences(before.criteria, each.criteria, words) if before else [],
        }
        for each, before in zip(saved, older, strict=True)
    ]


def _progress(campaign: Campaign, now: datetime) -> dict[str, bool]:
    """Is an evaluation under way, or did it give up?"""
    job = find_job(queries.EVALUATION_JOB, str(campaign.id))
    has_failed = job is not None and has_given_up(job, now)
    return {
        "is_counting": job is not None and job.done_at is None and not has_failed,
        "has_failed": has_failed,
    }


@bp.post("/<string(length=32):campaign_id>/tinh-lai")
@require(EDIT, scope="contest")
def evaluate(slug: str, campaign_id: str) -> Response:
    """Have everybody looked at again now."""
    _contest, campaign = managed_campaign(slug, campaign_id)
    _check_empty_form()
    services.request_evaluation(campaign, now=clock.now())
    db.session.commit()
    ring()
    return _back(slug, campaign)


@bp.post("/<string(length=32):campaign_id>/khep-lai")
@require(EDIT, scope="contest")
def close(slug: str, campaign_id: str) -> Response:
    """From now on the results stay as they are."""
    _contest, campaign = managed_campaign(slug, campaign_id)
    _check_empty_form()
    services.close_campaign(campaign, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash("Đã khép đợt thi đua: kết quả giữ nguyên từ lúc này.", "success")
    return _back(slug, campaign)


def _check_empty_form() -> None:
    if not BaseForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")


def _back(slug: str, campaign: Campaign) -> Response:
    return redirect(url_for("campaigns.show", slug=slug, campaign_id=campaign.public_id), 303)
