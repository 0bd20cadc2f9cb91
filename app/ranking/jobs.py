"""Freezing, regrading and previewing as jobs, and the puller of the live standings.

The jobs run inside the runner's transaction; the puller is a timetable entry and commits.
"""

from datetime import datetime
from typing import Any

import structlog

from app import clock
from app.extensions import db
from app.ranking import freeze_services, key_services, live_queries, live_services, proposal_services

log = structlog.get_logger()
BATCH = 1_000


def freeze_round(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"freeze_id"}."""
    freeze_services.compute_freeze(int(payload["freeze_id"]), now=now)


def regrade_round(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"round_id", "key_version"}."""
    key_services.regrade_round(int(payload["round_id"]), int(payload["key_version"]), now=now)


def preview_key(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"proposal_id"}."""
    proposal_services.compute_preview(int(payload["proposal_id"]), now=now)


def refresh_standings() -> int:
    """Take every closed attempt into the live standings, then vouch for the boards; returns how many."""
    live_services.count_listed_again(now=clock.now())
    db.session.commit()
    count = 0
    taken = BATCH
    while taken == BATCH:
        taken = live_services.tally(BATCH, now=clock.now())
        db.session.commit()
        count += taken
    now = clock.now()
    for round_id in live_queries.boards_to_keep_fresh(now):
        live_services.keep_fresh(round_id, now=now)
        db.session.commit()
    if count:
        log.info("attempts_tallied", count=count)
    return count
