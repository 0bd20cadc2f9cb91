"""`flask verify`: look at every invariant; exit status 1 when one does not hold."""

import click
from flask.cli import with_appcontext

from app import cache, clock
from app.extensions import db
from app.verify import (
    access_queries,
    attempt_queries,
    complaint_queries,
    integrity_queries,
    people_queries,
    result_services,
    schema_queries,
    staff_queries,
)
from app.verify.rules import CHECKS, Report


@click.command("verify")
@with_appcontext
def verify() -> None:
    """Check that everything that must always hold does hold; changes nothing."""
    cache.forget_all()
    report = Report()
    schema_queries.check_schema(report)
    people_queries.check_people(report)
    access_queries.check_sessions(report, now=clock.now())
    access_queries.check_exclusions(report)
    people_queries.check_stated_ages(report)
    attempt_queries.check_numbers(report)
    attempt_queries.check_packages(report)
    attempt_queries.check_attempts(report, now=clock.now())
    result_services.check_revisions(report)
    result_services.check_key_proposals(report)
    result_services.check_freezes(report)
    people_queries.check_audit(report)
    people_queries.check_jobs(report)
    complaint_queries.check_complaints(report)
    integrity_queries.check_signals(report, now=clock.now())
    staff_queries.check_tallies(report)
    staff_queries.check_flags(report, now=clock.now())
    staff_queries.check_dossiers(report)
    db.session.rollback()
    for line in report.lines():
        click.echo(line)
    click.echo(f"{len(CHECKS)} checks, {len(report.failed)} failed")
    if report.failed:
        raise SystemExit(1)
