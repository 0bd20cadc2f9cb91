"""The one place where a job's kind becomes code, so that the web process never loads heavy engines."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Any

JOBS = {
    "find_referral_clusters": "app.emulation.referral_cluster_jobs.find_clusters",
    "find_signals": "app.integrity.jobs.search_round",
    "analyse_round": "app.analysis.jobs.analyse_round",
    "evaluate_campaign": "app.emulation.jobs.evaluate_campaign",
    "freeze_round": "app.ranking.jobs.freeze_round",
    "make_annex": "app.ranking.annex_jobs.make_annex",
    "make_referral_poster": "app.emulation.referral_jobs.make_poster",
    "make_certificate": "app.commendation.certificate_jobs.make_certificate",
    "make_commendation_document": "app.commendation.document_jobs.make_document",
    "make_report": "app.participation.report_jobs.make_report",
    "make_slips": "app.rosters.slip_jobs.make_slips",
    "preview_key": "app.ranking.jobs.preview_key",
    "regrade_round": "app.ranking.jobs.regrade_round",
    "simulate_criteria": "app.emulation.draft_jobs.simulate_draft",
}

Work = Callable[[dict[str, Any], datetime], None]


def work_of(kind: str) -> Work:
    """The function `work(payload, now)` of a job kind; it commits nothing. Raises KeyError."""
    module, _, name = JOBS[kind].rpartition(".")
    work: Work = getattr(import_module(module), name)
    return work
