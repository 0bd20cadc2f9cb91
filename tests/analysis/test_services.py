"""Analysing a round: what counts, by which key, when, and again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.analysis import queries, round_rules, services
from app.analysis.models import ItemAnalysis
from app.analysis.rules import AnalysisRunning, Scope, TooEarly
from app.audit.models import AuditEntry
from app.contests.queries import get_latest_key
from app.contests.services import add_key_version
from app.enrolments.models import Enrolment
from app.extensions import db as extension
from app.jobs.models import Job
from app.jobs.runner import run_waiting_jobs
from app.ranking import services as ranking
from tests.ranking.conftest import AFTER, CLOSES


@pytest.fixture
def analyse(week, organisers, clock_at):
    """Ask as the first organiser, let the job run, and read the results."""

    def run(scope=Scope.FIRST, at=AFTER):
        clock_at(at)
        asked = services.request_analysis(week, scope, actor_id=organisers[0].id, now=at)
        extension.session.commit()
        run_waiting_jobs()
        extension.session.expire_all()
        found = queries.get_analysis(asked.id)
        assert found.computed_at is not None, [job.error for job in extension.session.scalars(select(Job))]
        return found, round_rules.from_json(found.results)

    return run


def test_the_figures_of_a_round(analyse, sit, db):
    for score in (10, 8, 8, 3):
        sit(score=score)
    db.session.commit()
    found, results = analyse()

    assert (found.number, found.key_version, found.valid_count, found.used_count) == (1, 1, 4, 4)
    assert results.test.mean == pytest.approx(7.25)
    assert results.test.sd == pytest.approx(2.986079)  # deviations 2.75 0.75 0.75 -4.25: √(26.75/3)
    assert results.histogram == (0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 1)
    assert sum(question.figures.n for question in results.questions) == 40
    assert sum(tenth.attempts for tenth in results.tenths) == 4
    assert all(
        option.is_right == (option.letter in question.right)
        for question in results.questions
        for option in question.options
    )


def test_every_question_is_right_as_often_as_it_was_answered_right(analyse, sit, db):
    """All-or-nothing marks of the questions add up to the scores."""
    for score in (10, 7, 4):
        sit(score=score)
    db.session.commit()
    _found, results = analyse()

    assert sum(each.figures.mean * each.figures.n for each in results.questions) == pytest.approx(21)


def test_who_sat_twice_counts_once_unless_all_are_asked_for(analyse, sit, db):
    first = sit(score=2)
    sit(by=db.session.get_one(Enrolment, first.enrolment_id), number=2, score=10, after=300)
    sit(score=6)
    db.session.commit()

    once, results = analyse()
    twice, all_results = analyse(Scope.ALL)

    assert (once.valid_count, once.used_count, results.test.mean) == (3, 2, 4)
    assert (twice.number, twice.used_count, all_results.test.mean) == (2, 3, 6)


def test_a_voided_attempt_does_not_count(analyse, sit, week, organisers, db):
    attempt = sit(score=1)
    sit(score=9)
    ranking.void_attempt(week, attempt, actor_id=organisers[0].id, reason="Thi hộ", now=AFTER)
    db.session.commit()
    found, results = analyse()

    assert (found.valid_count, results.test.mean) == (1, 9)


def test_the_key_in_force_is_the_measure(analyse, sit, week, organisers, db):
    """All questions voided: everybody has everything right, whatever was stored at closing."""
    sit(score=2)
    sit(score=5)
    db.session.commit()
    key = get_latest_key(week.id)
    add_key_version(
        week.id,
        2,
        dict.fromkeys(key.answers, "*"),
        reason="Hủy cả đề để thử",
        proposed_by=organisers[0].id,
        approved_by=organisers[1].id,
        now=AFTER,
    )
    found, results = analyse()

    assert (found.key_version, results.test.mean, results.test.sd) == (2, 10, 0)
    assert results.test.reliability is None
    assert all(question.is_voided for question in results.questions)


def test_a_round_without_attempts_has_no_figures(analyse):
    _found, results = analyse()

    assert (results.test.attempts, results.test.mean, results.questions, results.tenths) == (0, None, (), ())


def test_nothing_is_analysed_before_the_end(week, organisers, clock_at):
    with pytest.raises(TooEarly):
        services.request_analysis(
            week, Scope.FIRST, actor_id=organisers[0].id, now=CLOSES + timedelta(seconds=1)
        )


def test_one_analysis_runs_at_a_time(week, organisers, db):
    services.request_analysis(week, Scope.FIRST, actor_id=organisers[0].id, now=AFTER)
    with pytest.raises(AnalysisRunning):
        services.request_analysis(week, Scope.FIRST, actor_id=organisers[0].id, now=AFTER)


def test_a_failed_analysis_may_be_asked_for_again(week, organisers, db):
    first = services.request_analysis(week, Scope.FIRST, actor_id=organisers[0].id, now=AFTER)
    job = db.session.scalars(select(Job).filter_by(kind=queries.JOB)).one()
    job.tries, job.error = 3, "Error: mẫu"
    db.session.flush()

    assert queries.find_failure(first, AFTER) == "Error: mẫu"
    assert services.request_analysis(week, Scope.ALL, actor_id=organisers[0].id, now=AFTER).number == 2


def test_computing_twice_changes_nothing(analyse, sit, db):
    sit(score=5)
    db.session.commit()
    found, _results = analyse()
    sit(score=9)
    before = dict(found.results)

    assert services.compute_analysis(found.id, now=AFTER + timedelta(hours=1)).results == before
    assert found.computed_at < AFTER + timedelta(minutes=30)


def test_asking_is_audited(analyse, db):
    analyse()
    entry = db.session.scalars(select(AuditEntry).filter_by(action="analysis.requested")).one()

    assert entry.details == {"number": 1, "scope": "first"}
    assert db.session.scalars(select(ItemAnalysis)).one().number == 1
