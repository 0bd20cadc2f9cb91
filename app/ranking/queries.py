"""Read freezes, decisions and revisions of one round."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.attempts.models import Attempt
from app.contests.queries import get_latest_key
from app.extensions import db
from app.jobs import queries as jobs
from app.ranking import freeze_queries
from app.ranking.desk_models import SignedDecision
from app.ranking.models import Decision, Freeze, Revision, RevisionFile

FREEZE_JOB = "freeze_round"
ANNEX_JOB = "make_annex"


def find_latest_freeze(round_id: int) -> Freeze | None:
    """The newest freeze, computed or not."""
    query = select(Freeze).where(Freeze.round_id == round_id).order_by(Freeze.number.desc()).limit(1)
    return db.session.scalars(query).one_or_none()


def find_computed_freeze(round_id: int) -> Freeze | None:
    """The newest freeze whose numbers are there."""
    query = select(Freeze).where(Freeze.round_id == round_id, Freeze.frozen_at.is_not(None))
    return db.session.scalars(query.order_by(Freeze.number.desc()).limit(1)).one_or_none()


def get_freeze(freeze_id: int) -> Freeze:
    """Raises NoResultFound."""
    return db.session.scalars(select(Freeze).where(Freeze.id == freeze_id)).one()


def freeze_job_key(freeze: Freeze) -> str:
    return f"{freeze.round_id}:{freeze.number}"


def has_given_up(freeze: Freeze, now: datetime) -> bool:
    """Did the job of this freeze fail as often as it is tried?"""
    job = jobs.find_job(FREEZE_JOB, freeze_job_key(freeze))
    return job is not None and jobs.has_given_up(job, now)


def is_out_of_date(freeze: Freeze) -> bool:
    """Has a decision or a key correction come since the freeze was computed?"""
    decided = [decision.id for decision in freeze_queries.active_decisions(freeze.round_id)]
    return decided != freeze.decision_ids or get_latest_key(freeze.round_id).version != freeze.key_version


def find_active_decision(
    round_id: int, kind: str, *, enrolment_id: int, attempt_id: int | None
) -> Decision | None:
    query = select(Decision).where(
        Decision.round_id == round_id,
        Decision.kind == kind,
        Decision.enrolment_id == enrolment_id,
        Decision.undone_at.is_(None),
    )
    if attempt_id is not None:
        query = query.where(Decision.attempt_id == attempt_id)
    return db.session.scalars(query).one_or_none()


def get_closed_attempt(round_id: int, public_id: str) -> Attempt:
    """A closed attempt of this round. Raises NoResultFound."""
    query = select(Attempt).where(
        Attempt.round_id == round_id, Attempt.public_id == public_id, Attempt.closed_at.is_not(None)
    )
    return db.session.scalars(query).one()


def revisions_of(round_id: int) -> Sequence[Revision]:
    """The published revisions, newest first."""
    query = select(Revision).where(Revision.round_id == round_id).order_by(Revision.number.desc())
    return db.session.scalars(query).all()


def get_revision(round_id: int, number: int) -> Revision:
    """Raises NoResultFound."""
    return db.session.scalars(select(Revision).filter_by(round_id=round_id, number=number)).one()


def find_revision_of(freeze_id: int) -> Revision | None:
    return db.session.scalars(select(Revision).where(Revision.freeze_id == freeze_id)).one_or_none()


def files_of(revision: Revision) -> dict[str, RevisionFile]:
    """The documents of a revision by kind: annex_pdf, annex_xlsx."""
    query = select(RevisionFile).filter_by(round_id=revision.round_id, number=revision.number)
    return {found.kind: found for found in db.session.scalars(query)}


def signed_decisions_of(revision: Revision) -> Sequence[SignedDecision]:
    """The decision on paper of a revision, the newest statement first; later rows correct earlier ones."""
    query = select(SignedDecision).filter_by(round_id=revision.round_id, revision_number=revision.number)
    return db.session.scalars(query.order_by(SignedDecision.id.desc())).all()
