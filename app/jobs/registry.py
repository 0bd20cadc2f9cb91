"""The one place where a job's kind becomes code, so that the web process never loads heavy engines."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Any

JOBS = {
    "find_signals": "app.integrity.jobs.search_round",
    "analyse_round": "app.analysis.jobs.analyse_round",
    "freeze_round": "app.ranking.jobs.freeze_round",
    "make_annex": "app.ranking.annex_jobs.make_annex",
    "preview_key": "app.ranking.jobs.preview_key",
    "regrade_round": "app.ranking.jobs.regrade_round",
}

Work = Callable[[dict[str, Any], datetime], None]


def work_of(kind: str) -> Work:
    """The function `work(payload, now)` of a job kind; it commits nothing. Raises KeyError."""
    module, _, name = JOBS[kind].rpartition(".")
    work: Work = getattr(import_module(module), name)
    return work
