"""`flask results`: freeze, publish and correct a round from the command line."""

from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy.exc import NoResultFound

from app import clock
from app.accounts.models import Account
from app.accounts.queries import find_account, live_grants
from app.accounts.rules import find_sign_in_name
from app.contests.models import Round
from app.contests.queries import find_contest, get_managed_round, get_public_round, state_of
from app.contests.rules import STATE_NAMES
from app.errors import DomainError
from app.extensions import db
from app.files.services import get_file_body
from app.formats import vn_datetime
from app.jobs.queries import find_job
from app.jobs.runner import run_waiting_jobs
from app.permissions import Permission
from app.ranking import key_services, queries, services
from app.ranking.forms import FIRST_FREEZE

results = AppGroup("results", help="Results of closed rounds.")
round_number = click.argument("number", type=click.IntRange(1, 9999))


@results.command("show")
@click.argument("slug")
@round_number
def show(slug: str, number: int) -> None:
    """Where a round's result stands: state, freezes, revisions with their digests."""
    try:
        found = get_public_round(slug, number)
    except NoResultFound:
        raise click.ClickException(f"{slug} has no scheduled round {number}.") from None
    click.echo(f"{slug} round {number}\t{STATE_NAMES[state_of(found, clock.now())]}")
    freeze = queries.find_latest_freeze(found.id)
    if freeze is not None and freeze.frozen_at is None:
        click.echo(f"freeze {freeze.number}\tasked for {vn_datetime(freeze.requested_at)}, not computed")
    computed = queries.find_computed_freeze(found.id)
    if computed is not None:
        age = ", out of date" if queries.is_out_of_date(computed) else ""
        click.echo(f"freeze {computed.number}\t{vn_datetime(computed.frozen_at or found.closes_at)}{age}")
        click.echo(f"  {computed.figures} target {computed.target} body {computed.body_sha256}")
    revisions = queries.revisions_of(found.id)
    for revision in reversed(revisions):
        click.echo(f"revision {revision.number}\t{vn_datetime(revision.published_at)}\t{revision.digest}")
    click.echo(f"{len(revisions)} revisions")


@results.command("freeze")
@click.argument("slug")
@round_number
@click.option("--by", required=True, help="Sign-in name of the organiser who answers for it.")
@click.option("--reason", default=FIRST_FREEZE, show_default=True, help="Kept with the freeze.")
def freeze(slug: str, number: int, by: str, reason: str) -> None:
    """Fix the numbers of a closed round and compute its ranking."""
    now = clock.now()
    person = _get_person(by)
    found = _get_round(slug, number, person, Permission.RESULTS_FREEZE, now)
    try:
        asked = services.request_freeze(found, actor_id=person.id, reason=reason, now=now)
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from None
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()
    computed = queries.get_freeze(asked.id)
    if computed.frozen_at is None:
        job = find_job(queries.FREEZE_JOB, queries.freeze_job_key(computed))
        raise click.ClickException(f"The freeze was not computed: {job.error if job else 'no job'}")
    click.echo(f"{computed.figures} target {computed.target}")
    click.echo(f"{slug} round {number} frozen, freeze {computed.number}, body {computed.body_sha256}")


@results.command("publish")
@click.argument("slug")
@round_number
@click.option("--by", required=True, help="Sign-in name of the second organiser, who approves.")
@click.option(
    "--reason", default="", help="Why this revision replaces the one before; needed from the second."
)
def publish(slug: str, number: int, by: str, reason: str) -> None:
    """Approve the newest freeze and publish it as the next revision."""
    now = clock.now()
    person = _get_person(by)
    found = _get_round(slug, number, person, Permission.RESULTS_APPROVE, now)
    frozen = queries.find_computed_freeze(found.id)
    if frozen is None or frozen.body_sha256 is None:
        raise click.ClickException(services.NotFrozen.message)
    try:
        revision = services.approve_and_publish(
            found, frozen, body_sha256=frozen.body_sha256, approver_id=person.id, reason=reason, now=now
        )
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from None
    db.session.commit()
    run_waiting_jobs()
    click.echo(f"{slug} round {number} published, revision {revision.number}, digest {revision.digest}")


@results.command("correct-key")
@click.argument("slug")
@round_number
@click.argument("question_version", type=click.IntRange(min=1))
@click.argument("letters")
@click.option("--reason", required=True, help="Kept with the key and shown with the next revision.")
@click.option("--by", required=True, help="Sign-in name of the organiser who proposes it.")
@click.option("--approved-by", required=True, help="Sign-in name of the organiser who agrees.")
def correct_key(
    slug: str, number: int, question_version: int, letters: str, reason: str, by: str, approved_by: str
) -> None:
    """Set the right LETTERS (bank order, "AC"; "*" voids) of a question, grade again, list what changed."""
    now = clock.now()
    proposer, approver = _get_person(by), _get_person(approved_by)
    _get_round(slug, number, approver, Permission.RESULTS_APPROVE, now)
    found = _get_round(slug, number, proposer, Permission.RESULTS_DECIDE, now)
    people = {"proposed_by": proposer.id, "approved_by": approver.id}
    try:
        key = key_services.correct_key(found, question_version, letters, reason=reason, now=now, **people)
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from None
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()
    regrade = key_services.find_regrade(found.id, key.version)
    if regrade is None:
        raise click.ClickException("The key is corrected, but grading again failed: see the jobs table.")
    click.echo(get_file_body(regrade.changes_sha256).decode().rstrip())
    click.echo(
        f"key version {key.version}, {regrade.changed_count} attempts changed; freeze and publish again"
    )


def _get_person(sign_in_name: str) -> Account:
    name = find_sign_in_name(sign_in_name)
    person = find_account(name) if name else None
    if person is None or person.disabled_at is not None:
        raise click.ClickException(f"There is no account {sign_in_name}.")
    return person


def _get_round(slug: str, number: int, person: Account, permission: Permission, now: datetime) -> Round:
    """The scheduled round, locked, if the person's grants carry the permission."""
    if find_contest(slug) is None:
        raise click.ClickException(f"There is no contest {slug}.")
    try:
        found = get_managed_round(live_grants(person.id, now), permission, slug, number, lock=True)
    except NoResultFound:
        message = f"{slug} has no round {number}, or {person.sign_in_name} lacks {permission}."
        raise click.ClickException(message) from None
    if found.scheduled_at is None:
        raise click.ClickException(f"Round {number} of {slug} was never scheduled.")
    return found
