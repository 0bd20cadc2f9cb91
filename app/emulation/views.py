"""One's own standing in the campaigns of the contest: every criterion with its reason, and what changed."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from flask_login import current_user, login_required

from app import clock
from app.accounts.models import Account
from app.contests.queries import find_current_contest
from app.emulation import queries, result_queries
from app.emulation.change_wording import change_text
from app.emulation.criteria_rules import Part
from app.emulation.difference_rules import grouped
from app.emulation.explain_queries import Explanation, explain_account
from app.emulation.models import Campaign
from app.emulation.wording import STATE_NAMES, combination_text
from app.extensions import db
from app.units.models import Unit

bp = Blueprint("emulation", __name__, url_prefix="/tai-khoan/thi-dua", template_folder="templates")


@dataclass(frozen=True)
class Standing:
    """A campaign as one person stands in it; `changes` are (moment, sentence), the newest first."""

    campaign: Campaign
    unit: Unit
    part: Part
    explanation: Explanation
    changes: list[tuple[datetime, str]]


@bp.get("")
@login_required
def progress() -> str:
    """What is met, what is missing, what waits for somebody's word."""
    now = clock.now()
    person = db.session.get_one(Account, current_user.account_id)
    contest = find_current_contest(now)
    campaigns = result_queries.campaigns_for(contest, person) if contest else []
    label = contest.label if contest else ""
    return render_template(
        "emulation/progress.html",
        contest=contest,
        standings=[_standing(campaign, person, label, now) for campaign in campaigns],
        state_names=STATE_NAMES,
        grouped=grouped,
        combination_text=combination_text,
    )


def _standing(campaign: Campaign, person: Account, label: str, now: datetime) -> Standing:
    _version, criteria = queries.latest_criteria(campaign)
    changes = result_queries.changes_about(campaign, account_id=person.id)
    return Standing(
        campaign,
        queries.unit_of(campaign),
        criteria.individual,
        explain_account(campaign, person.id, now=now),
        [(change.at, change_text(change, label)) for change in changes],
    )
