"""Fixtures of every test. A test that asks for `app` (or what needs it) runs on both engines."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import hypothesis
import pytest

from app import cache, clock
from app.extensions import db as extension
from app.web import errors, limits
from app.web.sessions import TOKEN_KEY
from tests import strictness
from tests.engines import PostgresDatabase, SqliteDatabase, close_connections, make_app
from tests.isolation import from_outside, open_session
from tests.services import Cluster, PostgresServer, RedisServer

hypothesis.settings.register_profile("kheo", deadline=None)
hypothesis.settings.load_profile("kheo")

SERVER = pytest.StashKey[PostgresServer]()


def pytest_configure(config):
    config.pluginmanager.register(strictness)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(strictness.EngineCount(config))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Called by xdist for each worker: one server for all of them, owned by the main process."""
    node.workerinput["cluster"] = str(running_server(node.config).folder)


def pytest_unconfigure(config):
    server = config.stash.get(SERVER, None)
    if server is not None:
        server.remove()


def running_server(config):
    if SERVER not in config.stash:
        config.stash[SERVER] = PostgresServer()
        config.stash[SERVER].start()
    return config.stash[SERVER]


@pytest.fixture(scope="session")
def cluster(pytestconfig):
    """The private PostgreSQL that all workers share."""
    shared = getattr(pytestconfig, "workerinput", {}).get("cluster")
    return Cluster(Path(shared)) if shared else running_server(pytestconfig).cluster


@pytest.fixture(scope="session")
def database_of(cluster, tmp_path_factory, pytestconfig):
    """The database of an engine, made at its first use in this process."""
    worker = getattr(pytestconfig, "workerinput", {}).get("workerid")
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if worker else folder
    made = {}

    def make(engine):
        if engine not in made:
            process = worker or "alone"
            made[engine] = (
                SqliteDatabase(folder, process)
                if engine == "sqlite"
                else PostgresDatabase(cluster, folder, process)
            )
        return made[engine]

    yield make
    for database in made.values():
        close_connections(database.app)


@pytest.fixture
def engine(request):
    """`postgresql` or `sqlite`."""
    return request.param


@pytest.fixture
def database(database_of, engine):
    found = database_of(engine)
    yield found
    found.empty()


@pytest.fixture
def app(database):
    """The application on an empty database, with an application context for the test's own session."""
    unexpected = errors.last_resort_count
    with database.app.app_context():
        clock.init_app(database.app, extension.engine)
        limits.limiter.init_app(database.app)  # with empty counts, whatever another application made of it
        cache.forget_all()
        yield database.app
        extension.session.rollback()
    assert errors.last_resort_count == unexpected, "a request ended in the last resort: see the captured log"


@pytest.fixture
def db(app):
    return extension


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def login(app):
    """Sign an account in on a client: login(client, account) → the session's token."""

    def sign(client, account):
        token = open_session(account)
        with client.session_transaction() as session:
            session[TOKEN_KEY] = token
        return token

    return sign


@pytest.fixture
def app_with(database, app):
    """Another application on the same database: app_with(public_url="https://example.vn")."""

    built, limits_before = [], dict(vars(limits.limiter))

    def build(**settings):
        built.append(make_app(dataclasses.replace(database.config, **settings)))
        return built[-1]

    yield build
    vars(limits.limiter).update(limits_before)  # there is one, and the newest application set it up
    for other in built:
        close_connections(other)


@pytest.fixture
def command(app):
    """Run a `flask` command in a session of its own: command("questions", "check") → click's Result."""

    def run(*arguments):
        return from_outside(app.test_cli_runner().invoke, args=arguments)

    return run


@pytest.fixture
def verified(command):
    """Whatever the test did, every invariant still holds at its end."""
    yield
    result = command("verify")
    assert result.exit_code == 0, result.output


@pytest.fixture
def clock_at():
    """Move the clock that the edge reads: clock_at(moment) makes it `moment` and lets it run on."""

    def move(moment):
        clock.shift(timedelta(0))
        clock.shift(moment - clock.now())

    yield move
    clock.shift(timedelta(0))


@pytest.fixture(scope="session")
def redis_server():
    """A private Redis of this process."""
    with RedisServer() as server:
        yield server
