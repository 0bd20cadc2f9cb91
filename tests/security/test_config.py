"""Khéo refuses to start on a setting that is missing or unsafe and says which; it says when it is ready."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import text

from app.extensions import db as extension
from app.factory import create_app
from config import Config, UnsafeSettings
from tests.architecture import ROOT
from tests.engines import close_connections
from tests.isolation import from_outside
from tests.services import free_port

KEY = "c0ffee00112233445566778899aabbccddeeff0102030405060708090a0b0c0d"
PRODUCTION = {
    "KHEO_ENVIRONMENT": "production",
    "KHEO_SECRET_KEY": KEY,
    "KHEO_DATABASE_URL": "postgresql+psycopg://kheo@/kheo?host=/run/postgresql",
    "KHEO_REDIS_URL": "redis://127.0.0.1:6379/0",
    "KHEO_PUBLIC_URL": "https://cuocthi.example.vn",
    "KHEO_TRUSTED_PROXIES": "1",
    "KHEO_SUPPORT_PHONE": "0205 3 000 000",
}
DEMO = {"KHEO_ENVIRONMENT": "demo", "KHEO_SECRET_KEY": KEY}

# (what is set instead, names in the refusal)
UNSAFE = [
    ({"KHEO_ENVIRONMENT": "dev"}, "KHEO_ENVIRONMENT"),
    ({"KHEO_ENVIRONMENT": ""}, "KHEO_ENVIRONMENT"),
    ({"KHEO_STAFF_TOTP": "no"}, "KHEO_STAFF_TOTP"),
    ({"KHEO_SECRET_KEY": ""}, "KHEO_SECRET_KEY"),
    ({"KHEO_SECRET_KEY": KEY[:31]}, "KHEO_SECRET_KEY"),
    ({"KHEO_SECRET_KEY": "a" * 64}, "KHEO_SECRET_KEY"),
    ({"KHEO_SECRET_KEY_FALLBACKS": f"{KEY},short"}, "KHEO_SECRET_KEY_FALLBACKS"),
    ({"KHEO_DATABASE_URL": ""}, "KHEO_DATABASE_URL"),
    ({"KHEO_DATABASE_URL": "mysql://kheo@localhost/kheo"}, "KHEO_DATABASE_URL"),
    ({"KHEO_DATABASE_URL": "postgresql://kheo@localhost/kheo"}, "KHEO_DATABASE_URL"),
    ({"KHEO_REDIS_URL": "http://127.0.0.1:6379"}, "KHEO_REDIS_URL"),
    ({"KHEO_PUBLIC_URL": ""}, "KHEO_PUBLIC_URL"),
    ({"KHEO_PUBLIC_URL": "http://cuocthi.example.vn"}, "KHEO_PUBLIC_URL"),
    ({"KHEO_PUBLIC_URL": "cuocthi.example.vn"}, "KHEO_PUBLIC_URL"),
    ({"KHEO_TIMETABLE": "cron"}, "KHEO_TIMETABLE"),
    ({"KHEO_TRUSTED_PROXIES": "0"}, "KHEO_TRUSTED_PROXIES"),
    ({"KHEO_TRUSTED_PROXIES": "2"}, "KHEO_TRUSTED_PROXIES"),
    ({"KHEO_TRUSTED_PROXIES": "-1"}, "KHEO_TRUSTED_PROXIES"),
    ({"KHEO_TRUSTED_PROXIES": "１"}, "KHEO_TRUSTED_PROXIES"),
    ({"KHEO_POOL_SIZE": "0"}, "KHEO_POOL_SIZE"),
    ({"KHEO_POOL_SIZE": "eight"}, "KHEO_POOL_SIZE"),
    ({"KHEO_HASH_SLOTS": "0"}, "KHEO_HASH_SLOTS"),
    ({"KHEO_HASH_SLOTS": "1_0"}, "KHEO_HASH_SLOTS"),
    ({"KHEO_SUPPORT_PHONE": ""}, "KHEO_SUPPORT_PHONE"),
    ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
]

DURABLE = {
    "postgresql": {
        "SHOW synchronous_commit": "on",
        "SHOW timezone": "UTC",
        "SHOW lock_timeout": "2s",
        "SHOW statement_timeout": "1min",
    },
    "sqlite": {
        "PRAGMA journal_mode": "wal",
        "PRAGMA synchronous": 2,
        "PRAGMA foreign_keys": 1,
        "PRAGMA busy_timeout": 15000,
    },
}


@pytest.mark.parametrize(
    ("changed", "name"),
    UNSAFE,
    ids=[f"{key}={value[:20]}" for changed, _ in UNSAFE for key, value in changed.items()],
)
def test_an_unsafe_setting_is_refused_by_name(changed, name):
    with pytest.raises(UnsafeSettings) as refusal:
        Config.from_env(PRODUCTION | changed)

    assert name in str(refusal.value)
    assert KEY not in str(refusal.value)


def test_all_problems_are_told_at_once():
    with pytest.raises(UnsafeSettings) as refusal:
        Config.from_env({"KHEO_POOL_SIZE": "many", "KHEO_TIMETABLE": "cron", "FLASK_DEBUG": "true"})

    lines = str(refusal.value).splitlines()[1:]
    named = {line.removeprefix("- ").partition(" ")[0] for line in lines}
    assert named == {
        *("KHEO_SECRET_KEY", "KHEO_DATABASE_URL", "KHEO_PUBLIC_URL", "KHEO_TIMETABLE", "KHEO_POOL_SIZE"),
        *("KHEO_TRUSTED_PROXIES", "KHEO_SUPPORT_PHONE", "FLASK_DEBUG"),
    }


def test_without_any_setting_it_is_production():
    """Forgetting the environment's name never opens a demo to the world."""
    with pytest.raises(UnsafeSettings, match="KHEO_SUPPORT_PHONE"):
        Config.from_env({})


@pytest.mark.parametrize(
    "environ",
    [
        PRODUCTION,
        PRODUCTION | {"KHEO_REDIS_URL": "", "FLASK_DEBUG": "0"},
        PRODUCTION | {"KHEO_SECRET_KEY_FALLBACKS": KEY[::-1], "KHEO_POOL_SIZE": "4", "KHEO_HASH_SLOTS": "2"},
        PRODUCTION | {"KHEO_DATABASE_URL": "sqlite:////var/lib/kheo/kheo.db", "KHEO_TIMETABLE": "thread"},
        PRODUCTION | {"KHEO_PUBLIC_URL": "https://cuocthi.example.vn/"},
        DEMO,
    ],
)
def test_good_settings_are_taken(environ):
    config = Config.from_env(environ)

    assert not config.public_url.endswith("/")
    assert config.is_https == (config.environment == "production")


def test_the_process_ends_when_it_may_not_start(tmp_path):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KHEO_")}
    ended = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=clean | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode != 0
    assert "KHEO_SECRET_KEY is missing" in ended.stderr


def test_production_starts_on_this_engine(database, app):
    config = Config.from_env(PRODUCTION | {"KHEO_DATABASE_URL": database.config.database_url})
    other = create_app(config)

    answer = from_outside(other.test_client().get, "/readyz")

    close_connections(other)
    assert (answer.status_code, other.debug, other.testing) == (200, False, False)


def test_every_connection_commits_durably(app, engine):
    with extension.engine.connect() as connection:
        shown = {query: connection.scalar(text(query)) for query in DURABLE[engine]}

    assert shown == DURABLE[engine]


def test_it_lives_without_asking_anybody(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_it_is_ready_with_the_schema_of_this_code(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok", "redis": "not-used"})


def test_it_is_not_ready_with_another_schema(client, db):
    known = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    try:
        answer = client.get("/readyz")
    finally:
        db.session.execute(text("UPDATE alembic_version SET version_num = :known"), {"known": known})
        db.session.commit()

    assert (answer.status_code, answer.get_json()["status"]) == (503, "schema-differs")


def test_it_says_when_the_database_is_away(app, app_with, engine, tmp_path):
    away = {
        "postgresql": f"postgresql+psycopg://kheo@/kheo?host={tmp_path}",
        "sqlite": f"sqlite:///{tmp_path}/no-such-folder/kheo.db",
    }[engine]
    other = app_with(database_url=away).test_client()

    assert other.get("/healthz").status_code == 200
    answer = other.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "database-away")


def test_redis_is_told_but_may_be_away(app_with, redis_server):
    states = {}
    for name, url in (("there", redis_server.url), ("gone", f"redis://127.0.0.1:{free_port()}/0")):
        answer = app_with(redis_url=url).test_client().get("/readyz")
        states[name] = (answer.status_code, answer.get_json()["redis"])

    assert states == {"there": (200, "ok"), "gone": (200, "away")}


@pytest.mark.parametrize(
    ("settings", "is_required"),
    [
        (PRODUCTION, True),
        (PRODUCTION | {"KHEO_STAFF_TOTP": "optional"}, False),
        (DEMO, False),
        (DEMO | {"KHEO_STAFF_TOTP": "required"}, True),
    ],
)
def test_production_requires_a_second_factor_unless_told_otherwise(settings, is_required):
    assert Config.from_env(settings).requires_staff_totp is is_required
