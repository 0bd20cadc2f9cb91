"""Analysing as a job, inside the runner's transaction."""

from datetime import datetime
from typing import Any

from app.analysis import services


def analyse_round(payload: dict[str, Any], now: datetime) -> None:
    """payload: {"analysis_id"}."""
    services.compute_analysis(int(payload["analysis_id"]), now=now)
