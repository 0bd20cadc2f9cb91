"""The fixtures themselves: both engines, clean between tests, requests in a session of their own."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import g
from sqlalchemy import func, select, text

from app import clock
from app.accounts.login import load_signed_in
from app.accounts.models import Session
from app.extensions import db as extension
from app.jobs.models import Job
from app.web.sessions import TOKEN_KEY
from tests.isolation import from_outside
from tests.world import make_person, make_units

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)


def make_job(key="1"):
    job = Job(kind="none", key=key, payload={}, created_at=NOON, tries=0)
    extension.session.add(job)
    extension.session.flush()
    return job


def count_jobs():
    return extension.session.scalar(select(func.count()).select_from(Job))


def test_each_engine_is_the_one_that_is_named(engine, db):
    assert db.engine.dialect.name == engine


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_test_starts_empty_whatever_came_before(db, turn):
    assert count_jobs() == 0
    make_job(turn)
    db.session.commit()


def test_the_schema_comes_from_the_migrations(db):
    assert db.session.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_a_call_from_outside_sees_what_was_arranged_and_its_change_is_seen(app, db):
    job = make_job()

    def try_it():
        with app.app_context():
            db.session.scalars(select(Job)).one().tries += 1
            db.session.commit()

    from_outside(try_it)

    assert job.tries == 1


def test_a_request_shares_nothing_with_the_test(app_with):
    def count():
        g.count = g.get("count", 0) + 1
        return str(g.count)

    other = app_with()
    other.add_url_rule("/dem", view_func=count)
    with other.app_context():
        g.count = 5

        assert [other.test_client().get("/dem").text for _ in "ab"] == ["1", "1"]


def test_a_post_carries_a_valid_token_unless_told_otherwise(app_with):
    other = app_with()
    other.add_url_rule("/gui", view_func=lambda: "nhận được", methods=["POST"])
    client = other.test_client()

    assert client.post("/gui", json={}).text == "nhận được"
    assert client.post("/gui", json={}, csrf=False).status_code == 403


def test_a_client_is_signed_in(app, client, login):
    person = make_person(make_units().id, NOON)

    token = login(client, person)

    with client.session_transaction() as kept, app.test_request_context():
        assert load_signed_in(kept[TOKEN_KEY]).account_id == person.id
    assert token not in str(extension.session.scalars(select(Session.token_hash)).all())


@pytest.mark.postgresql_only
def test_a_test_can_ask_for_postgresql_alone(db):
    assert db.engine.dialect.name == "postgresql"


@pytest.mark.sqlite_only
def test_a_test_can_ask_for_sqlite_alone(db):
    assert db.engine.dialect.name == "sqlite"


def test_the_clock_is_moved_and_runs_on(app, clock_at):
    clock_at(NOON)

    assert NOON <= clock.now() < NOON + timedelta(minutes=1)


def test_a_command_reports_its_status(command):
    assert command("no-such-command").exit_code == 2


def test_another_app_shares_the_database(app_with, db):
    make_job()
    db.session.commit()

    with app_with(public_url="https://example.vn").app_context():
        assert count_jobs() == 1


def test_redis_answers(redis_server):
    assert redis_server.answers()
