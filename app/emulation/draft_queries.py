"""Read criteria that somebody is changing, and versions beside each other."""

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import Account
from app.contests.queries import get_scope_unit
from app.emulation.criteria_json_rules import from_json
from app.emulation.criteria_rules import Criteria
from app.emulation.draft_models import CriteriaDraft
from app.emulation.models import Campaign, CriteriaVersion
from app.emulation.queries import contest_of, unit_of
from app.emulation.wording import Words
from app.extensions import db
from app.units.models import Unit
from app.units.queries import under

SIMULATION_JOB = "simulate_criteria"
NAMES_SHOWN = 50


@dataclass(frozen=True)
class Saved:
    """A version of a campaign's criteria with who saved it."""

    version: CriteriaVersion
    author: str

    @property
    def criteria(self) -> Criteria:
        return from_json(self.version.criteria)


def job_key(campaign_id: int, account_id: int) -> str:
    return f"{campaign_id}:{account_id}"


def find_draft(campaign: Campaign, account_id: int, *, lock: bool = False) -> CriteriaDraft | None:
    """One's own draft; `lock` reads it anew and holds back other changes."""
    return db.session.get(
        CriteriaDraft,
        (campaign.id, account_id),
        with_for_update=lock or None,
        populate_existing=lock,
    )


def saved_versions(campaign: Campaign) -> list[Saved]:
    """The newest first."""
    query = (
        select(CriteriaVersion, Account.full_name)
        .join(Account, Account.id == CriteriaVersion.saved_by)
        .where(CriteriaVersion.campaign_id == campaign.id)
        .order_by(CriteriaVersion.version.desc())
    )
    return [Saved(version, author) for version, author in db.session.execute(query)]


def people_named(account_ids: list[int]) -> list[Account]:
    """Those of the first NAMES_SHOWN that there still are, in order of names."""
    query = select(Account).where(Account.id.in_(account_ids[:NAMES_SHOWN]))
    return list(db.session.scalars(query.order_by(Account.sort_key, Account.id)))


def units_named(unit_ids: list[int]) -> list[Unit]:
    """As people_named, of collectives."""
    query = select(Unit).where(Unit.id.in_(unit_ids[:NAMES_SHOWN]))
    return list(db.session.scalars(query.order_by(Unit.sort_key, Unit.id)))


def words_of(campaign: Campaign) -> Words:
    """What sentences about this campaign call things."""
    contest = contest_of(campaign)
    return Words(contest.label, unit_of(campaign).full_name, get_scope_unit(contest).full_name)


def units_for(scope: Unit) -> list[Unit]:
    """The contest's unit and the two levels below it, parents before children, in Vietnamese order."""
    query = select(Unit).where(under(scope), Unit.depth <= scope.depth + 2, Unit.valid_to.is_(None))
    units = db.session.scalars(query.order_by(Unit.sort_key, Unit.code)).all()
    below: dict[int | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)

    def walk(unit: Unit) -> list[Unit]:
        return [unit, *(found for child in below.get(unit.id, []) for found in walk(child))]

    return walk(scope)
