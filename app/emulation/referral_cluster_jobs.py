"""Finding referrals that look alike, as a job."""

from datetime import datetime
from typing import Any

import structlog

from app.emulation import referral_cluster_services

log = structlog.get_logger()


def find_clusters(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"contest_id"}."""
    contest_id = int(payload["contest_id"])
    count = referral_cluster_services.search(contest_id, now=now)
    log.info("referral_clusters_found", contest=contest_id, clusters=count)
