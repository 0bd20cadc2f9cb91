"""A closed week with honest people and eight quick ones on one device, and who may look at it."""

from datetime import timedelta

import pytest

from app.accounts.models import Trace
from app.attempts.models import Save
from app.extensions import db as extension
from app.integrity import services
from app.jobs.runner import run_waiting_jobs
from app.ranking import live_services
from tests.ranking import conftest as closed
from tests.ranking.conftest import AFTER

# The fixtures of a closed week.
preset, world, week, organisers = closed.preset, closed.world, closed.week, closed.organisers
sit, freeze, publish = closed.sit, closed.freeze, closed.publish

HONEST, RING = 40, 8
SIGNALS = RING + 2  # one a quick attempt, their device, and that all bear one name and are near a prize
SHARED_DEVICE = b"a shared device!"


def leave_trace(attempt, device, address="198.51.100.0/24"):
    extension.session.add(
        Trace(
            account_id=attempt.account_id,
            attempt_id=attempt.id,
            kind="start",
            at=attempt.started_at,
            address_prefix=address,
            device_hash=device,
            delete_on=attempt.started_at.date() + timedelta(days=180),
        )
    )


def leave_saves(attempt, seconds):
    """One save a question, `seconds` apart."""
    for place, part in enumerate(attempt.answers.split(), 1):
        extension.session.add(
            Save(
                attempt_id=attempt.id,
                save_id=f"{place:032}",
                received_at=attempt.started_at + timedelta(seconds=seconds * place),
                answers=part,
                prediction=None,
            )
        )


@pytest.fixture
def attempts(sit, db):
    """(the ring's attempts, the honest ones), committed and counted."""
    ring = [sit(after=60 * place, seconds=8, score=10, prediction=500 + 40 * place) for place in range(RING)]
    honest = [
        sit(after=97 * place, seconds=150 + place, score=6 + place % 5, prediction=place % 5)
        for place in range(HONEST)
    ]
    for attempt in ring:
        leave_trace(attempt, SHARED_DEVICE)
    for place, attempt in enumerate(honest):
        leave_trace(attempt, bytes([place]) * 16)
        leave_saves(attempt, 10)
    db.session.flush()
    live_services.tally(1000, now=AFTER)
    db.session.commit()
    return ring, honest


@pytest.fixture
def searched(attempts, week, clock_at, db):
    """The same after the search that the timetable asks for."""
    clock_at(AFTER)
    services.request_due_searches(AFTER)
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()
    return attempts


@pytest.fixture
def organiser(app, login, organisers, clock_at, db):
    """The first organiser's browser, five minutes after the round closed."""
    clock_at(AFTER)
    db.session.commit()
    client = app.test_client()
    login(client, organisers[0])
    return client
