"""`flask units`: the national trees."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock
from app.extensions import db
from app.units import importer, services

units = AppGroup("units", help="The trees of administrative units.")


@units.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
def import_units(folder: Path | None) -> None:
    """Bring in the units before and after 1 July 2025 from FOLDER (default: the files that come along).

    Running it again changes nothing; corrected rows are updated by series and code.
    """
    try:
        national = importer.read_national_units(folder or importer.DATA)
    except importer.BadUnitFiles as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        raise click.ClickException(f"{len(error.problems)} errors, nothing imported") from None
    counts = services.import_units(national.trees, national.successions, now=clock.now())
    db.session.commit()
    sizes = ", ".join(f"{series.code} {len(tree)} units" for series, tree in national.trees.items())
    click.echo(f"{sizes}, {len(national.successions)} successions")
    if counts.absent:
        click.echo(f"{counts.absent} units are in the database but not in the files; left as they are")
    click.echo(f"{counts.new} new, {counts.changed} changed, {counts.same} the same")
