"""Listing somebody while they start: the attempt was there before, or there is none."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.attempts.models import Attempt
from app.attempts.services import start_attempt
from app.contests.models import Contest, Round
from app.enrolments import exclusion_rules as rules
from app.enrolments import exclusion_services as services
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.services import enrol
from app.extensions import db as extension
from tests import world as worlds
from tests.ranking.conftest import NOON, OPENS

pytestmark = pytest.mark.postgresql_only
PEOPLE = 40
ENTRY = services.Entry(rules.Mode.BARRED, rules.Kind.COMMITTEE)


@pytest.mark.parametrize("is_first_start", [True, False])
def test_a_start_and_a_listing_at_once(app, db, is_first_start):
    world = worlds.make_world(OPENS)
    actor = db.session.scalars(select(Round.scheduled_by)).first()
    people = [worlds.make_person(world.unit_id, OPENS) for _ in range(PEOPLE)]
    tokens = [worlds.token_hash(worlds.make_session(one.id, OPENS)) for one in people]
    ids = [one.id for one in people]
    db.session.commit()
    if not is_first_start:
        enrol_all(world, ids)

    outcomes = [race(app, world, actor, *who) for who in zip(ids, tokens, strict=True)]

    with_attempt = set(db.session.scalars(select(Attempt.account_id)))
    barred = set(db.session.scalars(select(Exclusion.account_id)))
    assert barred == set(ids)
    assert with_attempt == {who for who, (was_started, _) in zip(ids, outcomes, strict=True) if was_started}
    assert all(has_seen == was_started for was_started, has_seen in outcomes)


def enrol_all(world, ids):
    found = extension.session.get_one(Round, world.round_id)
    for account_id in ids:
        enrol(extension.session.get_one(worlds.Account, account_id), found, None, now=NOON)
    extension.session.commit()


def race(app, world, actor, account_id, token):
    """(was the attempt started, did the one who listed see it) of one start against one listing."""
    barrier = threading.Barrier(2)
    found = {}

    def start():
        with app.app_context():
            barrier.wait()
            try:
                start_attempt(token, world.slug, 1, None, worlds.ORIGIN, now=NOON)
                extension.session.commit()
                found["started"] = True
            except rules.Barred:
                extension.session.rollback()
                found["started"] = False
            extension.session.remove()

    def list_person():
        with app.app_context():
            barrier.wait()
            contest = extension.session.get_one(Contest, world.contest_id)
            account = extension.session.get_one(worlds.Account, account_id)
            services.hold_back(contest, account)
            later = NOON + timedelta(seconds=1)
            services.list_account(contest, account, ENTRY, actor_id=actor, now=later)
            own = select(Attempt.id).where(Attempt.account_id == account_id)
            found["seen"] = extension.session.scalar(own) is not None
            extension.session.commit()
            extension.session.remove()

    threads = [threading.Thread(target=act) for act in (start, list_person)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found["started"], found["seen"]
