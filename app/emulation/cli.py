"""`flask emulation`: evaluate a campaign and list the presets from the command line."""

import json

import click
from flask.cli import AppGroup
from sqlalchemy.exc import NoResultFound

from app import clock
from app.emulation import evaluation_services, queries
from app.emulation.models import Campaign
from app.emulation.preset_rules import PRESETS
from app.emulation.rules import Counts
from app.extensions import db

emulation = AppGroup("emulation", help="Emulation campaigns and their criteria.")


@emulation.command("evaluate")
@click.argument("campaign")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a sentence.")
def evaluate(campaign: str, as_json: bool) -> None:
    """Find out anew who meets the criteria of CAMPAIGN (its public id, as in its address)."""
    try:
        found = queries.get_campaign_by_public_id(campaign)
    except NoResultFound:
        raise click.ClickException(f"There is no campaign {campaign}.") from None
    if found.closed_at is not None:
        raise click.ClickException(f"Campaign {campaign} is closed.")
    try:
        counts = evaluation_services.evaluate(found, now=clock.now())
    except evaluation_services.EvaluationRunning:
        raise click.ClickException(f"Campaign {campaign} is being evaluated.") from None
    db.session.commit()
    click.echo(_as_json(found, counts) if as_json else _as_sentence(found, counts))


def _as_json(campaign: Campaign, counts: Counts) -> str:
    whole = queries.count_results(campaign, queries.unit_of(campaign))
    return json.dumps({"campaign": campaign.public_id, **vars(counts), **vars(whole)})


def _as_sentence(campaign: Campaign, counts: Counts) -> str:
    whole = queries.count_results(campaign, queries.unit_of(campaign))
    return (
        f"{counts.evaluated} evaluated, {counts.changed} changed, {counts.met} met, {counts.lost} lost; "
        f"{whole.people_met} people and {whole.units_met} units have the flag"
    )


@emulation.command("presets")
def presets() -> None:
    """List the criteria to begin a campaign from, with what each plan leaves open."""
    for key, preset in PRESETS.items():
        click.echo(f"{key}\t{preset.name}\t{preset.about}")
        for note in preset.notes:
            click.echo(f"  {note.code or '-'}\t{note.parameter}\t{note.text}")
    click.echo(f"{len(PRESETS)} presets")
