"""The one clock: the database's time carried forward by the host's monotonic clock.

Stepping a host's wall clock changes nothing, and several hosts agree within milliseconds.
On SQLite the host's own time is the anchor. Only `developers` and tests may call `shift`.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.extensions import autocommitting
from app.localtime import from_local, local, local_day

__all__ = ["from_local", "init_app", "local", "local_day", "now", "shift"]

RENEW_SECONDS = 5.0
RETRY_SECONDS = 1.0


class _Anchor:
    """A moment read from the source at a reading of the monotonic clock."""

    def __init__(self) -> None:
        self.source: Callable[[], datetime] = _host_time
        self.moment = _host_time()
        self.read_at = float("-inf")
        self.renew_at = float("-inf")
        self.offset = timedelta(0)

    def renew(self) -> None:
        """Read the source; while it is away the monotonic clock carries the last reading on."""
        before = time.monotonic()
        try:
            moment = self.source()
        except (DBAPIError, PoolTimeout):
            if self.read_at == float("-inf"):
                raise
            self.renew_at = before + RETRY_SECONDS
            return
        after = time.monotonic()
        self.moment, self.read_at = moment, (before + after) / 2
        self.renew_at = after + RENEW_SECONDS


def _host_time() -> datetime:
    return datetime.now(UTC)


_anchor = _Anchor()


def init_app(app: Flask, engine: Engine) -> None:
    """Read time from `engine` from now on (called once per process)."""

    def database_time() -> datetime:
        with autocommitting(engine).connect() as connection:
            moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)

    _anchor.source = _host_time if engine.dialect.name == "sqlite" else database_time
    _anchor.read_at = _anchor.renew_at = float("-inf")


def now() -> datetime:
    """The current moment, aware UTC."""
    if time.monotonic() > _anchor.renew_at:
        _anchor.renew()
    return _anchor.moment + timedelta(seconds=time.monotonic() - _anchor.read_at) + _anchor.offset


def shift(by: timedelta) -> None:
    """Move this process's clock by `by`; zero puts it right again."""
    _anchor.offset = by
