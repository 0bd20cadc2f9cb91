"""The private servers: alone, durable where asked, and gone with their owner."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from tests.services import NOBODY, Cluster, DidNotStart, PostgresServer, RedisServer, WrongServer

OWNER_OF_BOTH = """
import sys, time
from tests.services import PostgresServer, RedisServer
with PostgresServer() as postgresql, RedisServer() as redis:
    print(postgresql.pid, postgresql.folder, redis.pid, redis.folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def postgresql():
    with PostgresServer() as server:
        yield server


def test_committed_rows_survive_a_crash(postgresql):
    with postgresql.cluster.connect() as connection:
        connection.execute("CREATE TABLE kept (n integer)")
        connection.execute("INSERT INTO kept VALUES (1)")
    crashed = postgresql.pid

    postgresql.restart_after_crash()

    assert postgresql.pid != crashed
    with postgresql.cluster.connect() as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(1,)]


def test_a_crash_breaks_open_connections(postgresql):
    connection = postgresql.cluster.connect()

    postgresql.restart_after_crash()

    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()


def test_a_database_is_cloned_from_its_template(postgresql):
    postgresql.cluster.create_database("original")
    with postgresql.cluster.connect("original") as connection:
        connection.execute("CREATE TABLE cloned (n integer)")

    postgresql.cluster.create_database("copy", template="original")

    with postgresql.cluster.connect("copy") as connection:
        assert connection.execute("SELECT count(*) FROM cloned").fetchall() == [(0,)]


def test_commits_are_synchronous_and_only_fsync_is_off(postgresql):
    with postgresql.cluster.connect() as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert connection.execute("SHOW fsync").fetchone() == ("off",)


def test_fsync_can_be_asked_for():
    with PostgresServer(fsync=True) as server, server.cluster.connect() as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW full_page_writes").fetchone() == ("on",)


def test_a_server_with_another_data_directory_is_refused(postgresql, tmp_path):
    for entry in postgresql.folder.glob(".s.PGSQL.*"):
        (tmp_path / entry.name).symlink_to(entry)

    with pytest.raises(WrongServer):
        Cluster(tmp_path).connect()


def test_a_bad_setting_is_reported_with_the_log():
    server = PostgresServer(settings={"max_connections": "none"})

    with pytest.raises(DidNotStart, match="max_connections"), server:
        pass

    assert not server.folder.exists()


def test_no_server_runs_as_root(postgresql):
    expected = NOBODY if os.geteuid() == 0 else os.geteuid()

    assert Path(f"/proc/{postgresql.pid}").stat().st_uid == expected


def test_redis_loses_its_data_and_comes_back_on_its_port():
    with RedisServer() as server, redis.Redis.from_url(server.url) as client:
        client.set("key", "value")

        server.kill()
        with pytest.raises(redis.ConnectionError):
            client.get("key")
        server.start()

        assert client.get("key") is None


def test_nothing_is_left_when_the_owner_is_killed():
    with subprocess.Popen([sys.executable, "-c", OWNER_OF_BOTH], stdout=subprocess.PIPE, text=True) as owner:
        first, first_folder, second, second_folder = owner.stdout.readline().split()
        owner.send_signal(signal.SIGKILL)

    remains = [Path(f"/proc/{first}"), Path(f"/proc/{second}"), Path(first_folder), Path(second_folder)]
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up and any(path.exists() for path in remains):
        time.sleep(0.1)
    assert [path for path in remains if path.exists()] == []
