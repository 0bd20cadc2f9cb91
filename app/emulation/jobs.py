"""Evaluations as jobs: asked for when something moved, and every night."""

from datetime import datetime
from typing import Any

import structlog

from app import clock
from app.emulation import evaluation_services, services
from app.emulation.mark_queries import campaigns_to_evaluate
from app.emulation.models import Campaign
from app.extensions import db

log = structlog.get_logger()


def evaluate_campaign(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"campaign_id"}. Commits nothing: the runner does."""
    campaign = db.session.get_one(Campaign, int(payload["campaign_id"]))
    counts = evaluation_services.evaluate(campaign, now=now)
    log.info("campaign_evaluated", campaign=campaign.id, **vars(counts))


def request_due_evaluations() -> int:
    """Ask for an evaluation of every campaign for which something moved; returns how many."""
    now = clock.now()
    campaigns = campaigns_to_evaluate(now)
    for campaign in campaigns:
        services.request_evaluation(campaign, now=now)
    db.session.commit()
    return len(campaigns)
