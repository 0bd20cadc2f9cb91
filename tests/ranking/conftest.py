"""A closed week with whatever attempts a test sits, and the two organisers who settle it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Account, RoleGrant
from app.contests.models import Round
from app.extensions import db as extension
from app.jobs.runner import run_waiting_jobs
from app.ranking import queries, services
from tests import world as worlds
from tests.ranking import sittings

OPENS = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=6, hours=23)
AFTER = CLOSES + timedelta(minutes=5)
NOON = OPENS + timedelta(hours=4)


@pytest.fixture
def preset():
    """The ranking policy of the contest; a test module may say otherwise."""
    return "vcnet"


@pytest.fixture
def world(app, preset):
    return worlds.make_world(OPENS, preset=preset)


@pytest.fixture
def week(world, db):
    """The contest's first round."""
    return db.session.get_one(Round, world.round_id)


@pytest.fixture
def organisers(world, db):
    """Two people who may freeze, decide and approve."""
    query = select(Account).join(RoleGrant, RoleGrant.account_id == Account.id).order_by(Account.id)
    return db.session.scalars(query.where(RoleGrant.role == "organiser")).all()


@pytest.fixture
def sit(world, week):
    """sit(prediction=12, score=10, after=60) → a closed attempt of somebody new, or of `by`."""

    def make(*, by=None, after=0, seconds=60, score=10, prediction=None, number=1, **person):
        enrolment = by or sittings.enrol(world, OPENS, **person)
        started_at = NOON + timedelta(seconds=after)
        return sittings.sit(
            enrolment,
            week,
            started_at=started_at,
            seconds=seconds,
            score=score,
            prediction=prediction,
            number=number,
        )

    return make


@pytest.fixture
def freeze(week, organisers, clock_at):
    """Ask for a freeze as the first organiser and let the job compute it."""

    def run(*, reason="Chốt kết quả tuần thi", at=AFTER, by=0):
        clock_at(at)
        asked = services.request_freeze(week, actor_id=organisers[by].id, reason=reason, now=at)
        extension.session.commit()
        run_waiting_jobs()
        extension.session.expire_all()
        assert queries.get_freeze(asked.id).frozen_at is not None, jobs_errors()
        return asked

    return run


def jobs_errors():
    return [job.error for job in extension.session.scalars(select(queries.Job))]


@pytest.fixture
def publish(week, organisers):
    """Approve a freeze as the second organiser."""

    def run(frozen, *, reason="", at=AFTER, by=1):
        revision = services.approve_and_publish(
            week,
            frozen,
            body_sha256=frozen.body_sha256,
            approver_id=organisers[by].id,
            reason=reason,
            now=at,
        )
        extension.session.commit()
        return revision

    return run
