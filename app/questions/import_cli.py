"""`flask questions import` and `export`: files of every format, from the command line."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app import clock
from app.accounts.models import Account
from app.accounts.queries import find_account, live_grants
from app.accounts.rules import find_sign_in_name
from app.errors import BadInput, DomainError
from app.extensions import db
from app.localtime import local_day
from app.permissions import Permission, may
from app.questions import (
    export_services,
    import_queries,
    import_rules,
    import_services,
    importer,
    queries,
    services,
)
from app.questions.formats import detection_rules, reading_services
from app.questions.formats.file_rules import ReadProblem
from app.questions.import_plan_rules import Defaults, Outcome, Plan, UnknownTopics
from app.questions.rules import ASKS_NAMES, LEVEL_NAMES

BANK = Path(__file__).parents[2] / "question_bank"
EXISTING = click.Path(path_type=Path, exists=True)
DAY = click.DateTime(["%Y-%m-%d"])
TOML = "toml"


@dataclass
class Report:
    """What an import did, or would do."""

    format: str
    questions: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    retired: int = 0
    unsupported: Counter[str] = field(default_factory=Counter)
    errors: Sequence[ReadProblem] = ()
    notes: Sequence[str] = ()

    def as_json(self) -> str:
        values: dict[str, Any] = {
            name: getattr(self, name) for name in ("format", "questions", "new", "changed", "same")
        }
        values["unsupported"] = self.unsupported.total()
        values["errors"] = [{"where": each.where, "message": each.message} for each in self.errors]
        return json.dumps(values, ensure_ascii=False)


@click.command("import")
@click.argument("path", type=EXISTING, default=BANK)
@click.option(
    "--format", "format_name", default="", help="Read the file as this format, whatever it looks like."
)
@click.option("--dry-run", is_flag=True, help="Tell what would happen; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--author", help="Sign-in name of the person who answers for the questions.")
@click.option("--topic", default="", help="Code of the topic of questions that name none.")
@click.option("--level", type=click.IntRange(min(LEVEL_NAMES), max(LEVEL_NAMES)), default=min(LEVEL_NAMES))
@click.option("--asks", type=click.Choice(list(ASKS_NAMES)), default="content")
@click.option("--source", default="", help="Source of questions that name none.")
@click.option("--valid-from", type=DAY, help="First day on which the questions are right (default: today).")
@click.option(
    "--unknown-topics",
    type=click.Choice([each.value for each in UnknownTopics]),
    default=UnknownTopics.REFUSE.value,
    help="Topics that the bank does not have: refuse, create, or take the default topic.",
)
@with_appcontext
def import_questions(
    path: Path, format_name: str, dry_run: bool, as_json: bool, author: str | None, **chosen: Any
) -> None:
    """Import the questions in PATH as drafts, all or none; running it again changes nothing.

    PATH is a bank folder, or a file: TOML, XLSX, DOCX, text, GIFT, Aiken, Moodle XML, QTI.
    """
    author_id = get_person(author, Permission.QUESTIONS_EDIT).id if author else None
    try:
        if path.is_dir() or path.suffix == ".toml" or format_name == TOML:
            report = _import_bank(path, author_id)
        else:
            chosen["valid_from"] = _day(chosen["valid_from"])
            chosen["unknown_topics"] = UnknownTopics(chosen["unknown_topics"])
            report = _import_file(path, format_name, Defaults(**chosen), author_id)
    except (BadInput, DomainError) as error:
        db.session.rollback()
        raise click.ClickException(f"{error} Nothing imported.") from None
    if dry_run or report.errors:
        db.session.rollback()
    else:
        db.session.commit()
    _print(report, as_json=as_json, dry_run=dry_run)


def _day(chosen: datetime | None) -> date:
    return chosen.date() if chosen else local_day(clock.now())


def _import_bank(path: Path, author_id: int | None) -> Report:
    """Bring in bank files of our own. Raises DomainError."""
    bank = importer.read_bank(path)
    problems = importer.problems_of(bank)
    if problems:
        places = [ReadProblem(f"{each.file}:{each.line}", each.message) for each in problems]
        return Report(TOML, questions=bank.count, errors=places)
    counts = services.import_bank(
        bank.topics, bank.questions, author_id=author_id, now=clock.now(), digest=bank.digest
    )
    numbers = {name: getattr(counts, name) for name in ("new", "changed", "same", "retired")}
    return Report(TOML, questions=bank.count, **numbers)


def _import_file(path: Path, format_name: str, defaults: Defaults, author_id: int | None) -> Report:
    """Bring in a file of any other format. Raises BadInput, DomainError."""
    chosen = detection_rules.format_named(format_name) if format_name else ""
    if path.stat().st_size > reading_services.MAX_FILE_BYTES:
        raise BadInput(reading_services.TOO_LARGE)
    if defaults.topic and defaults.topic not in {known.code for known in queries.all_topics()}:
        raise BadInput(f"There is no topic {defaults.topic}.")
    content = path.read_bytes()
    read = import_services.keep_pictures(reading_services.read_file(content, chosen), now=clock.now())
    plan = import_rules.make_plan(read, defaults, import_queries.whole_bank())
    if plan.brought and not plan.problems:
        row = import_services.keep_file(
            content, read, defaults, name=path.name, actor_id=author_id, now=clock.now()
        )
        import_services.confirm_import(row.id, plan.digest, actor_id=author_id, now=clock.now())
    return _report_of(plan)


def _report_of(plan: Plan) -> Report:
    return Report(
        plan.format,
        questions=len(plan.lines),
        **{outcome.value: plan.count(outcome) for outcome in Outcome},
        unsupported=plan.unsupported,
        errors=plan.problems,
        notes=plan.notes,
    )


def _print(report: Report, *, as_json: bool, dry_run: bool) -> None:
    """The report; the last line sums up. Exits with status 1 when there are errors."""
    if as_json:
        click.echo(report.as_json())
        sys.exit(1 if report.errors else 0)
    for problem in report.errors:
        click.echo(f"{problem.where}: {problem.message}", err=True)
    for kind, count in report.unsupported.items():
        click.echo(f"Not supported: {count} × {kind}")
    for note in report.notes:
        click.echo(note)
    if report.errors:
        raise click.ClickException(f"{len(report.errors)} errors, nothing imported")
    click.echo(
        f"{report.new} new, {report.changed} changed, {report.same} the same, {report.retired} retired"
        + (" (dry run, nothing imported)" if dry_run else "")
    )


@click.command("export")
@click.option(
    "--format", "format_name", default="", help="xlsx, gift or moodle (default: by the file's name)."
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="The file to write (default: standard output)."
)
@click.option("--topic", default="", help="Only the questions of this topic's code.")
@with_appcontext
def export_questions(format_name: str, output: Path | None, topic: str) -> None:
    """Write the latest version of every question that is not retired, to be imported elsewhere."""
    if topic and topic not in {known.code for known in queries.all_topics()}:
        raise click.ClickException(f"There is no topic {topic}.")
    chosen = format_name or export_services.format_of(output.name if output else "")
    try:
        found = import_queries.exported_questions(queries.Filters(topic=topic))
        content = export_services.write_file(found, chosen)
    except BadInput as error:
        raise click.ClickException(str(error)) from None
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        output.write_bytes(content)
    click.echo(f"{len(found)} questions exported", err=True)


def get_person(sign_in_name: str, permission: Permission) -> Account:
    """The person of that name, who must hold the permission now."""
    name = find_sign_in_name(sign_in_name)
    person = find_account(name) if name else None
    if person is None or person.disabled_at is not None:
        raise click.ClickException(f"There is no account {sign_in_name}.")
    if not may(live_grants(person.id, clock.now()), permission):
        raise click.ClickException(f"{sign_in_name} does not hold {permission}.")
    return person
