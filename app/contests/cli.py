"""`flask contests`: look at contests, schedule a round."""

import click
from flask.cli import AppGroup
from sqlalchemy.exc import NoResultFound

from app import clock
from app.accounts.models import Account
from app.accounts.queries import find_account, live_grants
from app.accounts.rules import find_sign_in_name
from app.contests import policy, queries, rules, services, wording
from app.contests.checklist_queries import checklist
from app.contests.models import Contest, Round
from app.errors import DomainError
from app.extensions import db
from app.formats import vn_datetime
from app.permissions import Grant, Permission

contests = AppGroup("contests", help="Contests and their rounds.")


@contests.command("list")
def list_contests() -> None:
    """One line a contest: slug, rounds, name."""
    found = queries.all_contests()
    for contest in found:
        click.echo(f"{contest.slug}\t{len(queries.rounds_of(contest))} rounds\t{contest.name}")
    click.echo(f"{len(found)} contests")


@contests.command("show")
@click.argument("slug")
def show(slug: str) -> None:
    """How a contest is ranked, in the words of its rules page, and where its rounds stand."""
    contest, now = _get_contest(slug), clock.now()
    chosen = policy.from_json(contest.policy)
    click.echo(f"{contest.name}, {contest.place}. {contest.organiser}.")
    for sentence in [*wording.rules_sentences(chosen, contest.label), *wording.prize_sentences(chosen)]:
        click.echo(f"- {sentence}")
    found = queries.rounds_of(contest)
    for each in found:
        state = rules.STATE_NAMES[queries.state_of(each, now)]
        window = f"{vn_datetime(each.opens_at)} - {vn_datetime(each.closes_at)}"
        click.echo(f"{contest.label} {each.number}\t{window}\t{state}")
        for check in checklist(each, now) if each.scheduled_at is None else ():
            if not check.is_done:
                click.echo(f"  {check.label}: {check.problem}")
    click.echo(f"{len(found)} rounds")


@contests.command("schedule")
@click.argument("slug")
@click.argument("number", type=click.IntRange(1, 9999))
@click.option("--by", required=True, help="Sign-in name of the organiser who answers for it.")
def schedule(slug: str, number: int, by: str) -> None:
    """Freeze a round's questions, key and ranking, and publish the commitment."""
    now = clock.now()
    person = _get_person(by)
    found = _get_round(slug, number, live_grants(person.id, now))
    try:
        package = services.schedule_round(found, actor_id=person.id, now=now)
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from refusal
    db.session.commit()
    click.echo(f"{slug} round {number} scheduled, commitment {package.commitment}")


def _get_contest(slug: str) -> Contest:
    contest = queries.find_contest(slug)
    if contest is None:
        raise click.ClickException(f"There is no contest {slug}.")
    return contest


def _get_person(sign_in_name: str) -> Account:
    name = find_sign_in_name(sign_in_name)
    person = find_account(name) if name else None
    if person is None or person.disabled_at is not None:
        raise click.ClickException(f"There is no account {sign_in_name}.")
    return person


def _get_round(slug: str, number: int, grants: tuple[Grant, ...]) -> Round:
    """The round, locked, if these grants may schedule it."""
    if number not in [each.number for each in queries.rounds_of(_get_contest(slug))]:
        raise click.ClickException(f"{slug} has no round {number}.")
    try:
        return queries.get_managed_round(grants, Permission.CONTESTS_SCHEDULE, slug, number, lock=True)
    except NoResultFound:
        raise click.ClickException(f"This person may not schedule rounds of {slug}.") from None
