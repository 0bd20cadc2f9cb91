"""Find out whom a change of the criteria would move, as a job."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.emulation.criteria_json_rules import from_json
from app.emulation.draft_queries import find_draft
from app.emulation.draft_services import keep_effect
from app.emulation.models import Campaign
from app.emulation.simulation_queries import simulate
from app.extensions import db


def simulate_draft(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"campaign_id", "account_id"}. A draft that was changed meanwhile is looked at again."""
    campaign = db.session.get_one(Campaign, int(payload["campaign_id"]))
    account_id = int(payload["account_id"])
    draft = find_draft(campaign, account_id)
    while draft is not None and draft.effect is None:
        asked_at = draft.asked_at
        effect = asdict(simulate(campaign, from_json(draft.criteria), now=now))
        draft = find_draft(campaign, account_id, lock=True)
        if draft is not None and draft.asked_at == asked_at:
            keep_effect(draft, effect, now=now)
