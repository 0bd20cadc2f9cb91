"""Searching a closed round as a job, asking for searches when rounds close, and forgetting in time."""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from app import clock
from app.extensions import autocommitting, db
from app.integrity import services
from app.integrity.search_rules import find_signals
from app.integrity.week_queries import read_week

log = structlog.get_logger()


def search_round(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"round_id"}. Reads and computes outside the runner's transaction, which only stores."""
    round_id = int(payload["round_id"])
    connection: Connection
    with autocommitting(db.engine).connect() as connection:
        week = read_week(connection, round_id)
    found = find_signals(week)
    services.store_signals(round_id, found, len(week.people), now=now)
    log.info("signals_found", round=round_id, attempts=len(week.sittings), signals=len(found))


def request_due_searches() -> int:
    """Ask for a search of every round that has closed; how many. Commits."""
    count = services.request_due_searches(clock.now())
    db.session.commit()
    return count


def forget_old_signals() -> int:
    """Delete signals on their day; how many went. Commits."""
    count = services.forget_old_signals(now=clock.now())
    db.session.commit()
    if count:
        log.info("signals_forgotten", count=count)
    return count
