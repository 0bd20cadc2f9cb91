"""`flask participation`: the reports of units from the command line."""

import json
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.exc import NoResultFound

from app import clock
from app.contests.models import Contest
from app.contests.queries import find_current_contest, get_public_contest
from app.errors import DomainError
from app.extensions import db
from app.files.services import get_file_body
from app.formats import vn_datetime
from app.jobs.registry import work_of
from app.participation import report_queries, report_rules, report_services
from app.participation.place_queries import Place
from app.participation.report_rules import Figures, Line
from app.units.queries import find_unit

participation = AppGroup("participation", help="How many took part.")
WHOLE = "all"


@participation.command("report")
@click.argument("unit")
@click.argument("round_number", metavar="ROUND")
@click.option("--contest", "slug", help="The contest's slug; default: the one open now or next.")
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
@click.option("--docx", type=click.Path(path_type=Path, dir_okay=False, writable=True), help="Word file.")
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False, writable=True), help="Excel file.")
def report(
    unit: str, round_number: str, slug: str | None, as_json: bool, docx: Path | None, xlsx: Path | None
) -> None:
    """The report of UNIT about ROUND, a round's number or "all" for the whole contest.

    UNIT is SERIES:CODE, or a CODE of the contest's own series. Files are kept with the unit's other reports
    and are the same as on its page.
    """
    now = clock.now()
    place = _get_place(unit, slug, now)
    try:
        found = None if round_number == WHOLE else place.get_round(_number(round_number))
        figures = report_services.compute_figures(place, found, now)
    except NoResultFound:
        raise click.ClickException(f"{place.contest.slug} has no round {round_number}.") from None
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from None
    if docx or xlsx:
        _write_files(place, found.id if found else None, docx, xlsx, now)
    db.session.commit()
    if as_json:
        click.echo(json.dumps(report_rules.as_json(figures), ensure_ascii=False, indent=2))
    else:
        _show(figures)


def _number(text: str) -> int:
    """Raises NoResultFound: what is no number names no round."""
    if not text.isascii() or not text.isdigit():
        raise NoResultFound
    return int(text)


def _get_place(unit: str, slug: str | None, now: datetime) -> Place:
    contest = _get_contest(slug, now)
    series, _, code = unit.rpartition(":")
    found = find_unit(series or contest.series_code, code)
    if found is None:
        raise click.ClickException(f"There is no unit {unit}.")
    return report_queries.place_of(contest, found)


def _get_contest(slug: str | None, now: datetime) -> Contest:
    if slug is None:
        contest = find_current_contest(now)
        if contest is None:
            raise click.ClickException("There is no scheduled contest.")
        return contest
    try:
        return get_public_contest(slug)
    except NoResultFound:
        raise click.ClickException(f"There is no scheduled contest {slug}.") from None


def _write_files(
    place: Place, round_id: int | None, docx: Path | None, xlsx: Path | None, now: datetime
) -> None:
    """Make a report as the job does, and write its files."""
    payload = {"contest_id": place.contest.id, "unit_id": place.unit.id, "round_id": round_id}
    work_of(report_queries.REPORT_JOB)(payload | {"asked_by": None}, now)
    made = report_queries.reports_of(place)[0]
    for path, sha256 in ((docx, made.docx_sha256), (xlsx, made.xlsx_sha256)):
        if path is not None:
            path.write_bytes(get_file_body(sha256))
            click.echo(f"written {path}", err=True)


def _show(figures: Figures) -> None:
    click.echo("unit\tpeople\tattempts\theadcount\trate\ttarget\tchange")
    for line in (*figures.lines, figures.total):
        click.echo("\t".join((line.name, str(line.people), str(line.attempts), *_optional(line))))
    period = "all rounds" if figures.round_number is None else f"round {figures.round_number}"
    click.echo(
        f"{figures.unit}, {period}: {figures.total.people} people, {figures.total.attempts} attempts, "
        f"counted {vn_datetime(figures.as_of)}"
    )


def _optional(line: Line) -> tuple[str, ...]:
    rate = "-" if line.rate is None else f"{line.rate:.1%}"
    headcount, target, change = (
        "-" if value is None else str(value) for value in (line.headcount, line.target, line.change)
    )
    return headcount, rate, target, change
