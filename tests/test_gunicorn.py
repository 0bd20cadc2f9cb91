"""gunicorn with our settings: it serves, bounds what it reads, and keeps the timetable where asked."""

import http.client
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, func, select

from app.jobs.models import TimetableEntry
from tests.architecture import ROOT
from tests.services import free_port

READY_WITHIN = 20.0


@pytest.fixture
def serve(database, tmp_path):
    """Run gunicorn on the test's database; yields its port."""

    @contextmanager
    def run(**settings):
        port = free_port()
        environment = os.environ | {
            "HOME": str(tmp_path),
            "KHEO_BIND": f"127.0.0.1:{port}",
            "KHEO_ENVIRONMENT": "test",
            "KHEO_SECRET_KEY": database.config.secret_key,
            "KHEO_DATABASE_URL": database.config.database_url,
            "KHEO_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "KHEO_REDIS_URL": "",
        }
        command = [sys.executable, "-m", "gunicorn", "wsgi:app"]
        with (tmp_path / "log").open("w+") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment | settings, stdout=log, stderr=log)
            try:
                yield port
            finally:
                process.send_signal(signal.SIGTERM)
                assert process.wait(READY_WITHIN) == 0, (tmp_path / "log").read_text()

    return run


def wait_for(port, path):
    """The first answer, once the port is open."""
    give_up = time.monotonic() + READY_WITHIN
    while True:
        try:
            return request(port, path)
        except ConnectionRefusedError:
            assert time.monotonic() < give_up, "gunicorn did not open its port"
            time.sleep(0.1)


def request(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_WITHIN)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


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
