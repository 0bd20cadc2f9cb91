"""The contest of tests.portal.weeks, seen by people who may or may not take part."""

import re
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event

from app.contests.models import Contest
from app.extensions import db as extension
from tests import world as worlds
from tests.portal import weeks
from tests.portal.weeks import FIRST, WEEK, closing
from tests.security.rows import Rows


@pytest.fixture
def preset():
    """The ranking policy of the contest; a test may say otherwise."""
    return "vcnet"


@pytest.fixture
def world(app, preset):
    return weeks.make_weeks(preset)


@pytest.fixture
def contest(world):
    return extension.session.get_one(Contest, world.contest_id)


@pytest.fixture
def person(world):
    return worlds.make_person(world.unit_id, FIRST - WEEK)


@pytest.fixture
def signed_in(client, login, person):
    """A browser in which `person` is signed in; move the clock first, a session has its time."""

    def sign():
        login(client, person)
        return client

    return sign


@pytest.fixture
def read(client):
    """read(path) → the words of the page, one space between them."""

    def get(path="/"):
        response = client.get(path)
        assert response.status_code == 200
        text = re.sub(r"<[^>]+>", " ", response.text[response.text.index("<main") :])
        return re.sub(r"\s+", " ", text)

    return get


@pytest.fixture
def enrolled(world):
    """enrolled(account) → the account's enrolment in the contest."""
    return partial(weeks.enrol, world)


@pytest.fixture
def sit(world):
    """sit(enrolment, 2) → a closed attempt in week 2, in the middle of the week."""
    return partial(weeks.sit, world)


@pytest.fixture
def bring(world):
    """bring(person) → somebody whom the person brought."""
    return partial(weeks.bring, world)


@pytest.fixture
def freeze(world, clock_at):
    """freeze(2) → the computed freeze of the closed week."""

    def run(number):
        now = closing(number) + timedelta(minutes=5)
        clock_at(now)
        return weeks.freeze(world, number, now=now)

    return run


@pytest.fixture
def publish(world, clock_at):
    """publish(2): the closed week has an official result."""

    def run(number):
        now = closing(number) + timedelta(minutes=5)
        clock_at(now)
        weeks.publish(world, number, now=now)

    return run


@pytest.fixture
def unchanged(database):
    """At its end no row differs from what `unchanged()` saw: reading changes nothing."""
    watched = []

    def watch():
        extension.session.commit()
        watched.append(Rows(database.config.database_url))

    yield watch
    for rows in watched:
        assert rows.changes() == {}
        rows.close()


@pytest.fixture
def statements(db):
    """with statements() as seen: … → the SQL that ran, without the clock's and the transaction's own."""

    @contextmanager
    def record():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            if "clock_timestamp" not in statement and not statement.startswith(("BEGIN", "SAVEPOINT")):
                seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return record
