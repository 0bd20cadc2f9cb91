"""`flask items`: item analysis of any score matrix, by the formulas of the analysis of a round."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup

from app.analysis import matrix_rules, rules

items = AppGroup("items", help="Questions as measured by the answers.")


@items.command("analyse")
@click.option("--csv", "path", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
@click.option(
    "--ids", "has_ids", is_flag=True, help="The first column names the attempts; it is no question."
)
@click.option("--blank-is-zero", is_flag=True, help="A blank cell is a mark of 0.")
@click.option(
    "--max", "highest_mark", type=click.FloatRange(0, min_open=True), default=1.0, show_default=True
)
def analyse(path: Path, has_ids: bool, blank_is_zero: bool, highest_mark: float) -> None:
    """Print the figures of a score matrix as JSON.

    The first line names the questions; each other line is one attempt with a mark from 0 to --max
    (default 1) for each question: 0, 1, or a fraction written 0.5, 0,5 or 1/2. Columns are separated by
    commas, semicolons or tabs. UTF-8. A blank cell means that the question was not in that person's paper
    (random papers): it counts neither for the question nor for the total, unless --blank-is-zero.

    test: mean, median, sd and standard_error in points; reliability and error_ratio in per cent.
    items: facility = mean / --max; discrimination_index, discriminative_efficiency and effective_weight in
    per cent. Sample variance (n - 1); negative values stand as they are; null = not defined.
    Reliability is told when all attempts have equally many questions, the effective weight when all have
    all. A file with an error prints no figures and ends with status 1.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            names, attempts = matrix_rules.read_matrix(
                lines, has_ids=has_ids, blank_is_zero=blank_is_zero, highest_mark=highest_mark
            )
            tally = rules.tally_of(names, attempts, highest_mark)
    except UnicodeDecodeError:
        raise click.ClickException(f"{path.name} is not UTF-8 text.") from None
    except matrix_rules.MatrixError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        raise click.ClickException(f"{len(error.problems)} errors, nothing analysed") from None
    figures = tally.item_figures()
    unseen = [name for name in names if name not in figures]
    report = {
        "attempts": tally.attempts,
        "questions": len(names),
        "test": asdict(tally.paper_figures()),
        "items": [{"question": name, **asdict(figures[name])} for name in names if name in figures],
        "never_given": unseen,
    }
    click.echo(json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False))
