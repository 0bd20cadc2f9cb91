"""A published week in which `citizen` sat, and three people of the committee who had no part in it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.accounts.models import Account
from app.complaints import desk_queries, services
from app.complaints.rules import Subject
from app.extensions import db as extension
from app.permissions import Grant, Role
from tests import world as worlds
from tests.ranking.conftest import (
    AFTER,
    OPENS,
    freeze,
    organisers,
    preset,
    publish,
    sit,
    week,
    world,
)

FIXTURES = (freeze, organisers, preset, publish, sit, week, world)
LATER = AFTER + timedelta(hours=1)
TEXT = "Câu này có hai phương án đều đúng."
GRANTS = (Grant(Role.ORGANISER),)


@pytest.fixture
def judges(world, db):
    """Two organisers who neither wrote nor approved, froze nor published anything."""
    found = [worlds.make_person(world.unit_id, OPENS) for _ in range(2)]
    for judge in found:
        worlds.grant_organiser(judge.id, OPENS)
    db.session.commit()
    return found


@pytest.fixture
def published(week, sit, freeze, publish, judges, db):
    """The published week: `attempt` is the citizen's, `other` somebody else's."""
    attempt, other = sit(prediction=12, score=8), sit(prediction=40, after=60)
    db.session.commit()
    publish(freeze())
    return SimpleNamespace(round=week, attempt=attempt, other=other, judges=judges)


@pytest.fixture
def citizen(published, db):
    return db.session.get_one(Account, published.attempt.account_id)


@pytest.fixture
def file(published):
    """File a complaint of the citizen and commit: file(Subject.SCORE)."""

    def run(subject=Subject.SCORE, *, attempt=None, position=None, text=TEXT, at=LATER):
        complaint = services.file_complaint(
            published.round,
            attempt or published.attempt,
            subject=subject,
            position=position,
            text=text,
            now=at,
        )
        extension.session.commit()
        return complaint

    return run


@pytest.fixture
def case_of():
    """The case as the desk sees it."""

    def read(complaint):
        return desk_queries.get_case(GRANTS, complaint.public_id)

    return read
