"""A contest of five weeks, seen in the third, by people who may or may not take part."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from app.accounts.models import Account, Referral, RoleGrant
from app.contests.models import Contest, Round
from app.enrolments.models import Enrolment
from app.extensions import db as extension
from app.jobs.runner import run_waiting_jobs
from app.ranking import queries as ranking_queries
from app.ranking import services as ranking
from tests import world as worlds
from tests.ranking import sittings
from tests.security.rows import Rows

FIRST = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
LENGTH = timedelta(days=6, hours=14)
WEEKS = 5
BASIC = [{"topics": ["mau"], "level": 1, "count": 2}]
HARDER = [{"topics": ["mau"], "level": 2, "count": 2}]


def opening(number):
    return FIRST + (number - 1) * WEEK


def closing(number):
    return opening(number) + LENGTH


def page_of(number):
    return f"/cuoc-thi/dan-van-kheo/tuan/{number}"


@pytest.fixture
def preset():
    """The ranking policy of the contest; a test may say otherwise."""
    return "vcnet"


@pytest.fixture
def world(app, preset):
    """Five scheduled weeks of two questions each."""
    world = worlds.make_world(FIRST, preset=preset, blueprint=BASIC, closes_at=closing(1))
    contest = extension.session.get_one(Contest, world.contest_id)
    for number in range(2, WEEKS + 1):
        worlds.make_round(
            contest,
            contest.created_by,
            opening(number),
            closes_at=closing(number),
            blueprint=BASIC if number <= 3 else HARDER,
        )
    extension.session.commit()
    return world


@pytest.fixture
def contest(world):
    return extension.session.get_one(Contest, world.contest_id)


@pytest.fixture
def week(world):
    """week(3) → the contest's third round."""

    def find(number):
        query = select(Round).where(Round.contest_id == world.contest_id, Round.number == number)
        return extension.session.scalars(query).one()

    return find


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

    def enrol(account, *, contestant_no=20_000_001, **values):
        defaults = {
            "contest_id": world.contest_id,
            "account_id": account.id,
            "unit_id": account.unit_id,
            "league": "",
            "age": 30,
            "contestant_no": contestant_no,
            "created_at": FIRST,
        }
        enrolment = Enrolment(**(defaults | values))
        extension.session.add(enrolment)
        extension.session.commit()
        return enrolment

    return enrol


@pytest.fixture
def sit(week):
    """sit(enrolment, 2) → a closed attempt in week 2, in the middle of the week."""

    def make(enrolment, number, *, turn=1, score=2, prediction=None, after=0):
        started_at = opening(number) + timedelta(days=1, seconds=after)
        attempt = sittings.sit(
            enrolment, week(number), started_at=started_at, score=score, prediction=prediction, number=turn
        )
        extension.session.commit()
        return attempt

    return make


@pytest.fixture
def freeze(world, week, clock_at):
    """freeze(2) → the computed freeze of the closed week, asked for by an organiser."""

    def run(number):
        now = closing(number) + timedelta(minutes=5)
        clock_at(now)
        asked = ranking.request_freeze(
            week(number), actor_id=organisers()[0], reason="Chốt kết quả tuần thi", now=now
        )
        extension.session.commit()
        run_waiting_jobs()
        extension.session.expire_all()
        return ranking_queries.get_freeze(asked.id)

    return run


@pytest.fixture
def publish(freeze, week):
    """publish(2): freeze the week as one organiser and approve it as the other."""

    def run(number):
        frozen = freeze(number)
        ranking.approve_and_publish(
            week(number),
            frozen,
            body_sha256=frozen.body_sha256,
            approver_id=organisers()[1],
            reason="",
            now=closing(number) + timedelta(minutes=6),
        )
        extension.session.commit()

    return run


def organisers():
    query = select(Account.id).join(RoleGrant, RoleGrant.account_id == Account.id).order_by(Account.id)
    return extension.session.scalars(query.where(RoleGrant.role == "organiser")).all()


@pytest.fixture
def bring(world):
    """bring(person) → somebody whom the person brought, with an account since `since`."""

    def make(referrer, *, since=FIRST - timedelta(days=1), **values):
        account = worlds.make_person(world.unit_id, since)
        for name, value in values.items():
            setattr(account, name, value)
        extension.session.add(Referral(account_id=account.id, referrer_id=referrer.id, at=since))
        extension.session.commit()
        return account

    return make


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
