"""`flask questions`: check, import, export and approve the bank."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock
from app.extensions import db
from app.permissions import Permission
from app.questions import bank_rules, importer, queries, rules, services
from app.questions.import_cli import BANK, EXISTING, export_questions, get_person, import_questions

questions = AppGroup("questions", help="The question bank.")
questions.add_command(import_questions)
questions.add_command(export_questions)


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


@questions.command("approve")
@click.option("--by", required=True, help="Sign-in name of the second person.")
@click.option("--topic", help="Only the questions of this topic's code.")
@click.option("--all", "everything", is_flag=True, help="The questions of every topic.")
def approve(by: str, topic: str | None, everything: bool) -> None:
    """Approve drafts that somebody else wrote."""
    if bool(topic) == everything:
        raise click.UsageError("Say either --topic CODE or --all.")
    person = get_person(by, Permission.QUESTIONS_APPROVE)
    if topic and topic not in {known.code for known in queries.all_topics()}:
        raise click.ClickException(f"There is no topic {topic}.")
    drafts = queries.approvable(queries.Filters(topic=topic or ""), person.id)
    if drafts:
        ids = [line.version.id for line in drafts]
        services.approve_versions(ids, actor_id=person.id, now=clock.now())
        db.session.commit()
    click.echo(f"{len(drafts)} approved")
