"""`flask create-admin`: the first administrator, by a one-time link."""

from datetime import date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from app import clock
from app.accounts import queries, rules, services
from app.accounts.forms import series_on
from app.accounts.models import Account
from app.errors import DomainError
from app.extensions import db
from app.localtime import local_day
from app.permissions import Role
from app.units.models import Unit
from app.units.queries import find_unit


@click.command("create-admin")
@click.option("--phone", required=True, prompt="Telephone number", help="A Vietnamese mobile number.")
@click.option("--name", default="", help="Full name; needed for a new account.")
@click.option(
    "--born", type=click.DateTime(["%Y-%m-%d"]), help="Date of birth, YYYY-MM-DD; for a new account."
)
@click.option("--unit", default="", help="Unit code, or SERIES/CODE such as vn-2024/20; for a new account.")
@with_appcontext
def create_admin(phone: str, name: str, born: datetime | None, unit: str) -> None:
    """Make an administrator and print a one-time link at which they set their password.

    An account that has this telephone number already is made administrator and keeps its data; its
    password stays until the link is used. Without the options a new account is asked for.
    """
    sign_in_name = rules.find_phone(phone)
    if sign_in_name is None:
        raise click.BadParameter("not a Vietnamese mobile number", param_hint="--phone")
    now = clock.now()
    try:
        account = queries.find_account(sign_in_name) or _new_account(sign_in_name, name, born, unit, now)
        if not queries.holds_role(account.id, Role.ADMINISTRATOR, None, None, now):
            services.grant_role(account, Role.ADMINISTRATOR, granted_by=None, now=now)
        token = services.issue_reset_link(account, actor_id=None, now=now)
    except DomainError as error:
        raise click.ClickException(error.message) from None
    db.session.commit()
    click.echo(f"{current_app.config['KHEO'].public_url}/dat-lai-mat-khau/{token}")
    minutes = int(rules.RESET_LIFETIME.total_seconds() // 60)
    click.echo(f"1 administrator; the link works once, within {minutes} minutes")


def _new_account(sign_in_name: str, name: str, born: datetime | None, unit: str, now: datetime) -> Account:
    name = name or click.prompt("Full name")
    born = born or click.prompt("Date of birth (YYYY-MM-DD)", type=click.DateTime(["%Y-%m-%d"]))
    place = _read_unit(unit or click.prompt("Unit code, or SERIES/CODE"), local_day(now))
    registration = rules.Registration(
        full_name=name, phone=sign_in_name, date_of_birth=born.date(), unit_id=place.id
    )
    return services.issue_account(registration, actor_id=None, now=now)


def _read_unit(text: str, today: date) -> Unit:
    series, _, code = text.rpartition("/")
    unit = find_unit(series or series_on(today), code)
    if unit is None:
        raise click.BadParameter(f"no unit {text}; `flask units import` brings them in", param_hint="--unit")
    return unit
