"""gunicorn with our settings: it serves, bounds what it reads, and keeps the timetable where asked."""

import time
from functools import partial

import pytest
from sqlalchemy import create_engine, func, select

from app.jobs.models import TimetableEntry
from tests.gunicorn_server import READY_WITHIN, gunicorn, request, wait_for


@pytest.fixture
def serve(database, tmp_path):
    """Run gunicorn on the test's database; yields its port."""
    return partial(gunicorn, database.config, tmp_path)


def count_entries(database):
    engine = create_engine(database.config.database_url)
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(TimetableEntry))
    engine.dispose()
    return count


def test_it_is_ready_and_leaves_nothing_at_home(serve, tmp_path):
    with serve(KHEO_TIMETABLE="process") as port:
        assert wait_for(port, "/readyz") == 200

        assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_a_request_line_is_bounded(serve):
    with serve(KHEO_TIMETABLE="process") as port:
        wait_for(port, "/healthz")

        assert request(port, "/healthz?" + "a" * 1900) == 200
        assert request(port, "/healthz?" + "a" * 2100) == 414


def test_the_timetable_runs_in_the_process_when_asked(serve, database):
    with serve(KHEO_TIMETABLE="thread") as port:
        assert wait_for(port, "/healthz") == 200

        give_up = time.monotonic() + READY_WITHIN
        while count_entries(database) == 0:
            assert time.monotonic() < give_up, "no entry of the timetable was claimed"
            time.sleep(0.1)


def test_the_timetable_stays_out_of_the_process_otherwise(serve, database):
    with serve(KHEO_TIMETABLE="process") as port:
        wait_for(port, "/healthz")
        time.sleep(2)

        assert count_entries(database) == 0
