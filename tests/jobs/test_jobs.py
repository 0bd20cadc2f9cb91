"""Jobs and the timetable: rows claimed by leases, done once, found again when their worker died."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app import timetable
from app.jobs import registry, runner, services
from app.jobs.models import Job, TimetableEntry

NOON = datetime(2024, 4, 8, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def done(monkeypatch):
    """A job kind "note" that notes its payload, and "fail" that always fails."""
    notes = []

    def work_of(kind):
        return (lambda payload, now: notes.append(payload["text"])) if kind == "note" else fail

    def fail(payload, now):
        raise RuntimeError("Hỏng")

    monkeypatch.setattr(runner, "work_of", work_of)
    return notes


def ask(db, kind="note", key="1", text="một", now=NOON):
    job = services.request_job(kind, key, {"text": text}, now=now)
    db.session.commit()
    return job


def test_a_job_is_done_once(app, db, done, clock_at):
    clock_at(NOON)
    ask(db)
    assert [runner.run_waiting_jobs(), runner.run_waiting_jobs()] == [1, 0]
    assert done == ["một"]


def test_asking_twice_is_one_job(app, db, done, clock_at):
    clock_at(NOON)
    ask(db)
    ask(db)
    assert runner.run_waiting_jobs() == 1
    assert len(db.session.scalars(select(Job)).all()) == 1


def test_a_finished_job_may_be_asked_for_again(app, db, done, clock_at):
    clock_at(NOON)
    ask(db)
    runner.run_waiting_jobs()
    ask(db, text="hai")
    runner.run_waiting_jobs()
    assert done == ["một", "hai"]


def test_a_failing_job_is_tried_three_times_and_keeps_its_error(app, db, done, clock_at):
    clock_at(NOON)
    ask(db, kind="fail")
    assert runner.run_waiting_jobs() == services.MAX_TRIES
    job = db.session.scalars(select(Job)).one()
    assert (job.tries, job.error, job.done_at) == (3, "RuntimeError: Hỏng", None)
    assert runner.run_waiting_jobs() == 0


def test_a_job_whose_worker_died_is_found_again_after_its_lease(app, db, done):
    ask(db)
    assert services.claim_job(NOON) is not None
    db.session.commit()
    assert services.claim_job(NOON + MINUTE) is None
    db.session.commit()
    assert services.claim_job(NOON + services.LEASE + MINUTE) is not None
    db.session.commit()


def test_jobs_are_taken_in_the_order_of_asking(app, db, done, clock_at):
    clock_at(NOON + MINUTE)
    ask(db, key="2", text="hai", now=NOON + timedelta(seconds=2))
    ask(db, key="1", text="một", now=NOON + timedelta(seconds=1))
    runner.run_waiting_jobs()
    assert done == ["một", "hai"]


@pytest.mark.parametrize("kind", sorted(registry.JOBS))
def test_every_kind_of_job_has_its_code(kind):
    assert callable(registry.work_of(kind))


def test_an_entry_is_claimed_once_until_it_is_due_again(app, db):
    every = timedelta(minutes=5)
    claims = []
    for now in (NOON, NOON + MINUTE, NOON + 5 * MINUTE):
        claims.append(services.claim_entry("sweep", every, now=now))
        services.release_entry("sweep")
        db.session.commit()
    assert claims == [True, False, True]


def test_an_entry_whose_holder_died_is_free_after_the_lease(app, db):
    every = timedelta(seconds=15)
    assert services.claim_entry("sweep", every, now=NOON)
    assert not services.claim_entry("sweep", every, now=NOON + MINUTE)
    assert services.claim_entry("sweep", every, now=NOON + services.LEASE + MINUTE)


def test_the_timetable_runs_every_entry_and_survives_a_failing_one(app, db, clock_at, monkeypatch):
    ran = []

    def fail():
        raise RuntimeError("Hỏng")

    every = timedelta(minutes=1)
    entries = {"bad": (every, fail), "good": (every, lambda: ran.append(1))}
    monkeypatch.setattr(timetable, "ENTRIES", entries)
    for moment in (NOON, NOON + timedelta(seconds=30), NOON + 2 * MINUTE):
        clock_at(moment)
        timetable.run_due_entries()
    assert ran == [1, 1]
    assert db.session.scalars(select(TimetableEntry.lease_until)).all() == [None, None]


@pytest.fixture
def redis_at(app, monkeypatch):
    """Point the doorbell at a Redis."""

    def point(url):
        monkeypatch.setitem(app.config, "KHEO", dataclasses.replace(app.config["KHEO"], redis_url=url))

    return point


def test_without_redis_the_doorbell_is_silent(redis_at):
    redis_at("redis://127.0.0.1:1/0")
    runner.ring()


def test_the_doorbell_rings_once_for_a_waiting_worker(redis_at, redis_server):
    redis_at(redis_server.url)
    runner.ring()
    runner.ring()
    waiting = runner.queue()
    assert [job.func_name for job in waiting.jobs] == [runner.DRAIN]
    waiting.empty()
