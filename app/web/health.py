"""Liveness and readiness, for the machine's own monitor."""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from flask_migrate import Migrate
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> Response:
    """The database answers and has the schema of this code; Redis is told but may be away."""
    database = _database_state()
    response = jsonify(status=database, redis=_redis_state())
    response.status_code = 200 if database == "ok" else 503
    return response


def _database_state() -> str:
    migrate: Migrate = current_app.extensions["migrate"]
    head = ScriptDirectory(str(migrate.directory)).get_current_head()
    try:
        with db.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError:
        return "database-away"
    return "ok" if current == head else "schema-differs"


def _redis_state() -> str:
    url = current_app.config["KHEO"].redis_url
    if url is None:
        return "not-used"
    try:
        Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5).ping()
    except RedisError:
        return "away"
    return "ok"
