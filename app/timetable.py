"""Periodic work: every entry is claimed by a lease row, so overlapping processes run it once."""

import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext

from app import clock
from app.accounts.jobs import forget_old_sessions
from app.attempts.jobs import close_overdue_attempts
from app.emulation.jobs import request_due_evaluations
from app.extensions import db
from app.integrity.jobs import forget_old_signals, request_due_searches
from app.jobs import services
from app.jobs.runner import run_waiting_jobs
from app.participation.jobs import refresh_tallies, request_due_reports
from app.participation.missing_jobs import refresh_populations
from app.questions.jobs import forget_unconfirmed_imports
from app.ranking.jobs import refresh_standings
from app.rosters.jobs import forget_old_lists

log = structlog.get_logger()
TICK_SECONDS = 1.0

ENTRIES: dict[str, tuple[timedelta, Callable[[], object]]] = {
    "run_waiting_jobs": (timedelta(seconds=2), run_waiting_jobs),
    "close_overdue_attempts": (timedelta(seconds=15), close_overdue_attempts),
    "refresh_standings": (timedelta(seconds=5), refresh_standings),
    "refresh_tallies": (timedelta(seconds=60), refresh_tallies),
    "request_due_reports": (timedelta(seconds=60), request_due_reports),
    "refresh_populations": (timedelta(minutes=5), refresh_populations),
    "request_due_searches": (timedelta(seconds=60), request_due_searches),
    "request_due_evaluations": (timedelta(seconds=60), request_due_evaluations),
    "forget_old_signals": (timedelta(hours=24), forget_old_signals),
    "forget_unconfirmed_imports": (timedelta(hours=24), forget_unconfirmed_imports),
    "forget_old_lists": (timedelta(hours=1), forget_old_lists),
    "forget_old_sessions": (timedelta(hours=24), forget_old_sessions),
}


def run_due_entries() -> None:
    """Run each entry that is due and free. Must be called in an app context; never raises."""
    for name, (every, work) in ENTRIES.items():
        try:
            is_mine = services.claim_entry(name, every, now=clock.now())
            db.session.commit()
            if is_mine:
                _work(name, work)
        except Exception as error:
            db.session.rollback()
            log.error("timetable_failed", name=name, exc_info=error)


def _work(name: str, work: Callable[[], object]) -> None:
    try:
        work()
    finally:
        db.session.rollback()
        services.release_entry(name)
        db.session.commit()


def run_forever(app: Flask, stop: threading.Event) -> None:
    """The loop of `flask timetable` and of the embedded thread; a database that is away is tried again."""
    while not stop.is_set():
        with app.app_context():
            run_due_entries()
        stop.wait(TICK_SECONDS)


def start_thread(app: Flask) -> threading.Thread:
    """The embedded default: the same loop in a thread of the web process."""
    loop = partial(run_forever, app, threading.Event())
    thread = threading.Thread(target=loop, name="timetable", daemon=True)
    thread.start()
    return thread


@click.command("timetable")
@with_appcontext
def timetable() -> None:
    """Run periodic work until told to stop (one process a machine; several share the work)."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    click.echo("The timetable runs.")
    run_forever(app, stop)
    click.echo("The timetable has stopped.")
