"""Enrol a person in a contest at the first start. Callers commit."""

import secrets
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.queries import live_grants
from app.accounts.rules import age_on
from app.contests import policy as policies
from app.contests.models import Contest, Round
from app.enrolments import queries, rules
from app.enrolments.exclusion_services import claim_phone_listing
from app.enrolments.models import Enrolment
from app.extensions import db
from app.localtime import local_day
from app.sql import insert_new
from app.units.models import Unit
from app.units.queries import find_unit, is_selectable, is_within


def enrol(account: Account, found: Round, unit_code: str | None, *, now: datetime) -> Enrolment:
    """The person's enrolment in the round's contest, made at the first start and then fixed.

    `unit_code` chooses a unit of the contest's series for accounts registered under another one.
    Raises the refusals of enrolments.rules.
    """
    contest = found.contest
    age = age_on(account.date_of_birth, local_day(found.opens_at))
    rules.check_age(age, contest.minimum_age)
    rules.check_consents(age, contest.guardian_under_age, queries.consents_given(account.id))
    enrolment = queries.find_enrolment(contest.id, account.id)
    if enrolment is not None:
        return enrolment
    unit = contest_unit(contest, account, unit_code)
    scope = db.session.get_one(Unit, contest.scope_unit_id)
    grants = live_grants(account.id, now)
    is_staff = any(grant.contest_id in (None, contest.id) for grant in grants)
    has_leagues = policies.from_json(contest.policy).leagues is policies.Leagues.BY_SCOPE
    values = {
        "contest_id": contest.id,
        "account_id": account.id,
        "unit_id": unit.id,
        "league": rules.league_of(is_within(unit, scope), has_leagues=has_leagues),
        "age": age,
        "not_ranked_reason": rules.STAFF_REASON if is_staff else None,
        "created_at": now,
    }
    enrolment = _insert(values)
    claim_phone_listing(contest.id, account)
    return enrolment


def _insert(values: dict[str, object]) -> Enrolment:
    while True:
        number = rules.MIN_CONTESTANT_NO + secrets.randbelow(
            rules.MAX_CONTESTANT_NO - rules.MIN_CONTESTANT_NO + 1
        )
        db.session.execute(insert_new(Enrolment, values | {"contestant_no": number}))
        query = select(Enrolment).filter_by(contest_id=values["contest_id"], account_id=values["account_id"])
        enrolment = db.session.scalars(query).one_or_none()
        if enrolment is not None:
            return enrolment


def contest_unit(contest: Contest, account: Account, unit_code: str | None) -> Unit:
    """The commune that counts for this contest. Raises UnitUnknown."""
    own = db.session.get_one(Unit, account.unit_id)
    if own.series_code == contest.series_code and is_selectable(own):
        return own
    chosen = find_unit(contest.series_code, unit_code) if unit_code else None
    if chosen is None or not is_selectable(chosen):
        raise rules.UnitUnknown
    return chosen
