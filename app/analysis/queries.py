"""Read analyses, and stream what they are computed from."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.analysis.models import ItemAnalysis
from app.analysis.rules import Scope
from app.attempts.models import Attempt
from app.extensions import db
from app.jobs.queries import find_job, has_given_up
from app.questions.models import QuestionVersion
from app.ranking.freeze_queries import active_decisions
from app.ranking.rules import Kind

JOB = "analyse_round"
STREAMED_ROWS = 5_000


def find_latest(round_id: int) -> ItemAnalysis | None:
    """The newest analysis, computed or not."""
    query = select(ItemAnalysis).where(ItemAnalysis.round_id == round_id)
    return db.session.scalars(query.order_by(ItemAnalysis.number.desc()).limit(1)).one_or_none()


def find_computed(round_id: int) -> ItemAnalysis | None:
    """The newest analysis whose figures are there."""
    query = select(ItemAnalysis).where(
        ItemAnalysis.round_id == round_id, ItemAnalysis.computed_at.is_not(None)
    )
    return db.session.scalars(query.order_by(ItemAnalysis.number.desc()).limit(1)).one_or_none()


def get_analysis(analysis_id: int) -> ItemAnalysis:
    """Raises NoResultFound."""
    return db.session.scalars(select(ItemAnalysis).where(ItemAnalysis.id == analysis_id)).one()


def job_key(analysis: ItemAnalysis) -> str:
    return f"{analysis.round_id}:{analysis.number}"


def find_failure(analysis: ItemAnalysis, now: datetime) -> str | None:
    """What the job ended with after all its tries; None while it may still come."""
    job = find_job(JOB, job_key(analysis))
    return job.error or "" if job is not None and has_given_up(job, now) else None


class StoredAttempt(NamedTuple):
    """A valid attempt as it is stored; `is_used`: it is in the scope of the analysis."""

    is_used: bool
    paper: str
    answers: str


def valid_attempts(round_id: int, minimum_answered: int, scope: Scope) -> Iterator[StoredAttempt]:
    """Every valid attempt by person, then turn; streamed.

    Valid: closed, with enough answers, not voided by a decision in force.
    """
    voided = {decision.attempt_id for decision in active_decisions(round_id) if decision.kind == Kind.VOID}
    query = (
        select(Attempt.id, Attempt.enrolment_id, Attempt.paper, Attempt.answers)
        .where(
            Attempt.round_id == round_id,
            Attempt.closed_at.is_not(None),
            Attempt.answered_count >= minimum_answered,
        )
        .order_by(Attempt.enrolment_id, Attempt.number)
        .execution_options(yield_per=STREAMED_ROWS)
    )
    previous = None
    for attempt_id, enrolment_id, paper, answers in db.session.execute(query):
        if attempt_id not in voided:
            yield StoredAttempt(scope is Scope.ALL or enrolment_id != previous, paper, answers or "")
            previous = enrolment_id


def versions_of(version_ids: list[int]) -> dict[int, QuestionVersion]:
    """The question versions with their questions, by id."""
    query = select(QuestionVersion).where(QuestionVersion.id.in_(version_ids))
    found = db.session.scalars(query.options(joinedload(QuestionVersion.question)))
    return {version.id: version for version in found}
