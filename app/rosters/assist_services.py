"""Sign somebody up at their request, with the consent that was read aloud or signed. Callers commit."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from app.accounts import services as accounts
from app.accounts.consent_wording import Purpose, recorded
from app.accounts.models import Account
from app.accounts.rules import Registration, needs_guardian, person_name
from app.audit.services import record
from app.extensions import db
from app.localtime import local_day
from app.rosters.assist_rules import AlreadyThere
from app.rosters.models import AssistedSignUp
from app.text import fold
from app.units.models import Unit


def sign_up(
    registration: Registration,
    consents: Iterable[Purpose],
    *,
    asked_by: str,
    consent_way: str,
    helper_id: int,
    now: datetime,
) -> Account:
    """An account by code for somebody without a phone, with who helped. Raises AlreadyThere, Unfit."""
    unit = db.session.get_one(Unit, registration.unit_id, with_for_update={"key_share": True})
    _check_new(registration)
    account = accounts.new_account(registration, None, now)
    db.session.add(account)
    db.session.flush()
    is_minor = needs_guardian(registration.date_of_birth, local_day(now))
    accounts.give_consents(account, recorded(consents, is_minor=is_minor), now=now)
    help_given = AssistedSignUp(
        account_id=account.id,
        unit_id=unit.id,
        helper_id=helper_id,
        asked_by=asked_by,
        consent_way=consent_way,
        at=now,
    )
    db.session.add(help_given)
    db.session.flush()
    record(
        "rosters.signed_up",
        actor_id=helper_id,
        subject=accounts.subject(account),
        now=now,
        unit_code=unit.code,
        consent_way=consent_way,
    )
    return account


def _check_new(registration: Registration) -> None:
    """The caller holds the unit, so that two helpers do not sign up one person. Raises AlreadyThere."""
    twin = select(Account.id).where(
        Account.search == fold(person_name(registration.full_name)),
        Account.date_of_birth == registration.date_of_birth,
        Account.unit_id == registration.unit_id,
        Account.disabled_at.is_(None),
    )
    if db.session.scalars(twin.limit(1)).first() is not None:
        raise AlreadyThere
