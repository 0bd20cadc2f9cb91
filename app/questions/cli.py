"""`flask questions`: check, import and approve the bank."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock
from app.accounts.models import Account
from app.accounts.queries import find_account, live_grants
from app.accounts.rules import find_sign_in_name
from app.errors import DomainError
from app.extensions import db
from app.permissions import Permission, may
from app.questions import bank_rules, importer, queries, rules, services

BANK = Path(__file__).parents[2] / "question_bank"
EXISTING = click.Path(path_type=Path, exists=True)

questions = AppGroup("questions", help="The question bank.")


@questions.command("check")
@click.argument("path", type=EXISTING, default=BANK)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Also report what is not right on this day.")
def check(path: Path, on: datetime | None) -> None:
    """Check the bank files in PATH (a folder or one file): every error with its file and line."""
    bank = importer.read_bank(path)
    problems = importer.problems_of(bank, on.date() if on else None)
    for problem in problems:
        click.echo(problem)
    _describe(bank)
    click.echo(f"{bank.count} questions, {len(bank.topics)} topics, {len(problems)} errors")
    if problems:
        raise click.exceptions.Exit(1)


def _describe(bank: importer.ReadBank) -> None:
    found = bank_rules.figures(bank.questions)
    for code in bank.topics:
        levels = [
            sum(question.topic == code and question.level == level for question in bank.questions)
            for level in rules.LEVEL_NAMES
        ]
        click.echo(f"{code}: {sum(levels)} (levels {', '.join(map(str, levels))})")
    letters = ", ".join(f"{letter} {share:.0%}" for letter, share in found.letter_shares.items())
    click.echo(
        f"one right option {found.single_count}, several {found.several_count}; "
        f"key is the longest {found.longest_share:.0%}; letters {letters}; "
        f"asks only a date, number or name {found.figure_share:.0%}"
    )


@questions.command("import")
@click.argument("path", type=EXISTING, default=BANK)
@click.option("--author", help="Sign-in name of the person who answers for the questions.")
def import_bank(path: Path, author: str | None) -> None:
    """Import the bank files in PATH as drafts, all or none; running it again changes nothing."""
    author_id = _get_person(author, Permission.QUESTIONS_EDIT).id if author else None
    bank = importer.read_bank(path)
    problems = importer.problems_of(bank)
    if problems:
        for problem in problems:
            click.echo(problem, err=True)
        raise click.ClickException(f"{len(problems)} errors, nothing imported")
    try:
        counts = services.import_bank(
            bank.topics, bank.questions, author_id=author_id, now=clock.now(), digest=bank.digest
        )
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(f"{error.message} Nothing imported.") from None
    db.session.commit()
    click.echo(
        f"{counts.new} new, {counts.changed} changed, {counts.same} the same, {counts.retired} retired"
    )


@questions.command("approve")
@click.option("--by", required=True, help="Sign-in name of the second person.")
@click.option("--topic", help="Only the questions of this topic's code.")
@click.option("--all", "everything", is_flag=True, help="The questions of every topic.")
def approve(by: str, topic: str | None, everything: bool) -> None:
    """Approve drafts that somebody else wrote."""
    if bool(topic) == everything:
        raise click.UsageError("Say either --topic CODE or --all.")
    person = _get_person(by, Permission.QUESTIONS_APPROVE)
    if topic and topic not in {known.code for known in queries.all_topics()}:
        raise click.ClickException(f"There is no topic {topic}.")
    drafts = queries.approvable(queries.Filters(topic=topic or ""), person.id)
    if drafts:
        ids = [line.version.id for line in drafts]
        services.approve_versions(ids, actor_id=person.id, now=clock.now())
        db.session.commit()
    click.echo(f"{len(drafts)} approved")


def _get_person(sign_in_name: str, permission: Permission) -> Account:
    """The person of that name, who must hold the permission now."""
    name = find_sign_in_name(sign_in_name)
    person = find_account(name) if name else None
    if person is None or person.disabled_at is not None:
        raise click.ClickException(f"There is no account {sign_in_name}.")
    if not may(live_grants(person.id, clock.now()), permission):
        raise click.ClickException(f"{sign_in_name} does not hold {permission}.")
    return person
