"""Cancelling against starts, saves and another cancellation, with real concurrent connections."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import RoleGrant
from app.attempts import services as attempts
from app.attempts.incident_services import cancel_round
from app.attempts.models import Attempt, Save
from app.contests import incident_services, queries
from app.contests.incident_rules import CancellationRefused, ProposalWaiting, RoundCancelled
from app.contests.models import CancellationProposal, Round, RoundCancellation
from app.errors import DomainError
from app.extensions import db as extension
from app.permissions import Grant, Permission, Role
from tests import world as worlds
from tests.ranking.conftest import NOON, OPENS

pytestmark = [pytest.mark.postgresql_only, pytest.mark.timeout(300)]

PEOPLE = 12
ORGANISERS = (Grant(Role.ORGANISER),)
REASON = "Máy chủ ngừng hai giờ"


@pytest.fixture
def threads(app_with):
    """Run acts together, each in a context and a connection of its own; results or refusals, in order."""
    other = app_with(pool_size=PEOPLE + 4)
    pool = ThreadPoolExecutor(PEOPLE + 4)

    def together(acts):
        barrier = threading.Barrier(len(acts))

        def run(act):
            with other.app_context():
                barrier.wait()
                try:
                    return act()
                except (DomainError, IntegrityError, attempts.SaveRefused) as refusal:
                    extension.session.rollback()
                    return refusal
                finally:
                    extension.session.remove()

        return [future.result() for future in [pool.submit(run, act) for act in acts]]

    yield together
    pool.shutdown()


@pytest.fixture
def world(app, clock_at):
    clock_at(NOON)
    return worlds.make_world(OPENS)


@pytest.fixture
def organisers(world, db):
    query = select(RoleGrant.account_id).where(RoleGrant.role == "organiser").order_by(RoleGrant.account_id)
    return db.session.scalars(query).all()


@pytest.fixture
def tokens(world, db):
    people = [worlds.make_person(world.unit_id, OPENS) for _ in range(PEOPLE)]
    made = [worlds.token_hash(worlds.make_session(person.id, OPENS)) for person in people]
    db.session.commit()
    return made


def locked(world):
    return queries.get_managed_round(ORGANISERS, Permission.CONTESTS_SCHEDULE, world.slug, 1, lock=True)


def proposed(world, organisers, db):
    found = db.session.get_one(Round, world.round_id)
    incident_services.propose_cancellation(
        found, reason=REASON, holds_again=False, actor_id=organisers[0], now=NOON
    )
    db.session.commit()


def cancelling(world, actor_id):
    def act():
        done = cancel_round(locked(world), 1, actor_id=actor_id, now=clock.now())
        extension.session.commit()
        return done

    return act


def starting(world, token):
    def act():
        started = attempts.start_attempt(token, world.slug, 1, None, worlds.ORIGIN, now=clock.now())
        extension.session.commit()
        return started

    return act


def saving(token, public_id, number):
    def act():
        options = {"isolation_level": "AUTOCOMMIT"}
        with extension.engine.connect().execution_options(**options) as connection:
            return attempts.save(
                connection, token, public_id, f"{number:032}", {1: "A"}, None, now=clock.now()
            )

    return act


def test_no_attempt_stays_open_that_started_beside_the_cancellation(
    world, organisers, tokens, threads, db, verified
):
    proposed(world, organisers, db)

    results = threads([cancelling(world, organisers[1]), *(starting(world, token) for token in tokens)])

    assert not isinstance(results[0], Exception)
    db.session.expire_all()
    found = db.session.get_one(Round, world.round_id)
    started = [result for result in results[1:] if not isinstance(result, Exception)]
    assert {type(result) for result in results[1:] if isinstance(result, Exception)} <= {RoundCancelled}
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == len(started)
    latest = db.session.scalar(select(func.max(Attempt.accept_until)))
    assert latest is None or latest <= max(found.cancelled_at, clock.now())


def test_every_acknowledged_save_is_before_the_end(world, organisers, tokens, threads, db, verified):
    ids = [
        attempts.start_attempt(token, world.slug, 1, None, worlds.ORIGIN, now=NOON).public_id
        for token in tokens
    ]
    proposed(world, organisers, db)

    acts = [saving(token, one, n) for n, (token, one) in enumerate(zip(tokens, ids, strict=True))]
    results = threads([cancelling(world, organisers[1]), *acts])

    saved = [result for result in results[1:] if isinstance(result, attempts.Saved)]
    assert {result.code for result in results[1:] if isinstance(result, attempts.SaveRefused)} <= {"late"}
    db.session.expire_all()
    assert results[0].ended == PEOPLE
    assert db.session.scalar(select(func.count()).select_from(Save)) == len(saved)
    late = select(func.count()).select_from(Save).join(Attempt, Attempt.id == Save.attempt_id)
    assert db.session.scalar(late.where(Save.received_at > Attempt.accept_until)) == 0


def test_one_of_two_confirmations_counts(world, organisers, threads, db):
    proposed(world, organisers, db)
    third = worlds.make_person(world.unit_id, OPENS)
    worlds.grant_organiser(third.id, OPENS - timedelta(days=1))
    db.session.commit()

    results = threads([cancelling(world, organisers[1]), cancelling(world, third.id)])

    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert db.session.scalar(select(func.count()).select_from(RoundCancellation)) == 1
    assert [type(result) for result in results if isinstance(result, Exception)] == [CancellationRefused]


def test_one_of_two_proposals_is_written(world, organisers, threads, db):
    def proposing(actor_id):
        def act():
            incident_services.propose_cancellation(
                locked(world), reason=REASON, holds_again=False, actor_id=actor_id, now=clock.now()
            )
            extension.session.commit()

        return act

    results = threads([proposing(actor_id) for actor_id in organisers])

    assert [type(result) for result in results if result is not None] == [ProposalWaiting]
    assert db.session.scalar(select(func.count()).select_from(CancellationProposal)) == 1
