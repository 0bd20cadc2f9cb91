"""Ask for an analysis and compute it. Callers commit."""

from datetime import datetime

from app.analysis import queries, round_rules
from app.analysis.models import ItemAnalysis
from app.analysis.rules import AnalysisRunning, Scope, TooEarly
from app.audit.services import record
from app.contests.models import Round
from app.contests.queries import get_latest_key, get_package
from app.extensions import db
from app.jobs.services import request_job
from app.ranking.rules import is_over


def request_analysis(found: Round, scope: Scope, *, actor_id: int, now: datetime) -> ItemAnalysis:
    """Ask for the round to be analysed by a job; the caller has locked the round.

    Raises TooEarly before everything is in, AnalysisRunning while another one is computed.
    """
    if found.scheduled_at is None or not is_over(found.closes_at, now):
        raise TooEarly
    latest = queries.find_latest(found.id)
    if latest is not None and latest.computed_at is None and queries.find_failure(latest, now) is None:
        raise AnalysisRunning
    analysis = ItemAnalysis(
        round_id=found.id,
        number=latest.number + 1 if latest else 1,
        scope=str(scope),
        requested_by=actor_id,
        requested_at=now,
    )
    db.session.add(analysis)
    db.session.flush()
    request_job(queries.JOB, queries.job_key(analysis), {"analysis_id": analysis.id}, now=now)
    record(
        "analysis.requested",
        actor_id=actor_id,
        subject=f"round:{found.id}",
        now=now,
        number=analysis.number,
        scope=str(scope),
    )
    return analysis


def compute_analysis(analysis_id: int, *, now: datetime) -> ItemAnalysis:
    """Analyse the round by the key in force; doing it twice changes nothing."""
    analysis = queries.get_analysis(analysis_id)
    if analysis.computed_at is not None:
        return analysis
    found = db.session.get_one(Round, analysis.round_id)
    package, key = get_package(found.id), get_latest_key(found.id)
    minimum, scope = int(package.settings["minimum_answered"]), Scope(analysis.scope)
    marker = round_rules.Marker(key.answers, package.pool)
    tally, valid_count = round_rules.RoundTally(key.answers, package.pool), 0
    for attempt in queries.valid_attempts(found.id, minimum, scope):
        valid_count += 1
        if attempt.is_used:
            tally.add(marker.mark(attempt.paper, attempt.answers))
    questions = tally.questions()
    tenths = round_rules.TenthTally(questions)
    for attempt in queries.valid_attempts(found.id, minimum, scope):
        if attempt.is_used:
            tenths.add(marker.mark(attempt.paper, attempt.answers))
    results = round_rules.Results(tally.tally.paper_figures(), tally.histogram(), questions, tenths.tenths())
    analysis.results = round_rules.to_json(results)
    analysis.computed_at, analysis.key_version = now, key.version
    analysis.valid_count, analysis.used_count = valid_count, tally.tally.attempts
    db.session.flush()
    return analysis
