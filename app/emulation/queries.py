"""Read campaigns, their criteria, what was attested, and what the last evaluation found."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Select, func, select
from sqlalchemy.exc import NoResultFound

from app.accounts.models import Account
from app.contests.models import Contest
from app.emulation.criteria_json_rules import from_json
from app.emulation.criteria_rules import Criteria
from app.emulation.models import (
    AccountResult,
    Attestation,
    Campaign,
    CriteriaVersion,
    ResultChange,
    UnitResult,
)
from app.extensions import db
from app.permissions import Grant, Permission, covers_unit
from app.units.models import Unit
from app.units.queries import is_within, under

EVALUATION_JOB = "evaluate_campaign"


@dataclass(frozen=True)
class Counts:
    """People and collectives of a subtree that have the flag, and people who lack one criterion."""

    people_met: int
    people_near: int
    units_met: int
    units: int


def campaigns_of(contest_id: int, *, is_closed: bool | None = None) -> Sequence[Campaign]:
    """The newest first; with `is_closed` only those that are, or are not."""
    query = select(Campaign).where(Campaign.contest_id == contest_id).order_by(Campaign.id.desc())
    if is_closed is not None:
        query = query.where(Campaign.closed_at.is_not(None) == is_closed)
    return db.session.scalars(query).all()


def get_campaign(
    grants: tuple[Grant, ...], permission: Permission, public_id: str, *, lock: bool = False
) -> Campaign:
    """A campaign whose whole unit the permission covers: another's does not exist, NoResultFound."""
    query = select(Campaign).where(Campaign.public_id == public_id)
    campaign = db.session.scalars(query.with_for_update(key_share=True) if lock else query).one()
    unit = unit_of(campaign)
    if not covers_unit(grants, permission, campaign.contest_id, series=unit.series_code, path=unit.path):
        raise NoResultFound
    return campaign


def campaigns_at(contest_id: int, unit: Unit) -> list[Campaign]:
    """Open campaigns that reach into the subtree of the unit: of a unit above, of itself or below."""
    open_ones = campaigns_of(contest_id, is_closed=False)
    return [
        campaign
        for campaign in open_ones
        if is_within(unit, own := unit_of(campaign)) or is_within(own, unit)
    ]


def get_campaign_at(contest_id: int, unit: Unit, public_id: str) -> Campaign:
    """A campaign that reaches into the subtree of a unit that the caller's grants cover, or NoResultFound."""
    query = select(Campaign).where(Campaign.public_id == public_id, Campaign.contest_id == contest_id)
    campaign = db.session.scalars(query).one()
    own = unit_of(campaign)
    if not (is_within(unit, own) or is_within(own, unit)):
        raise NoResultFound
    return campaign


def get_campaign_by_public_id(public_id: str) -> Campaign:
    """For commands, which have no scope. Raises NoResultFound."""
    return db.session.scalars(select(Campaign).where(Campaign.public_id == public_id)).one()


def contest_of(campaign: Campaign) -> Contest:
    return db.session.get_one(Contest, campaign.contest_id)


def unit_of(campaign: Campaign) -> Unit:
    """Whose people and collectives the campaign is for."""
    return db.session.get_one(Unit, campaign.unit_id)


def versions_of(campaign: Campaign) -> Sequence[CriteriaVersion]:
    """The newest first."""
    query = select(CriteriaVersion).where(CriteriaVersion.campaign_id == campaign.id)
    return db.session.scalars(query.order_by(CriteriaVersion.version.desc())).all()


def find_latest_version(campaign: Campaign) -> CriteriaVersion | None:
    query = select(CriteriaVersion).where(CriteriaVersion.campaign_id == campaign.id)
    return db.session.scalars(query.order_by(CriteriaVersion.version.desc()).limit(1)).one_or_none()


def latest_criteria(campaign: Campaign) -> tuple[int, Criteria]:
    """(version, criteria); version 0 without criteria before the first is saved."""
    latest = find_latest_version(campaign)
    return (0, Criteria()) if latest is None else (latest.version, from_json(latest.criteria))


def attestations_of(
    campaign: Campaign, *, account_id: int | None = None, unit_id: int | None = None
) -> Sequence[Attestation]:
    """Everything attested of one account or one unit, the newest first: the first of each code counts."""
    query = select(Attestation).where(Attestation.campaign_id == campaign.id)
    query = query.where(Attestation.account_id == account_id, Attestation.unit_id == unit_id)
    return db.session.scalars(query.order_by(Attestation.id.desc())).all()


def attested_accounts(campaign: Campaign) -> dict[int, dict[str, bool]]:
    """Account id → code → the newest word, of everybody of whom something was attested."""
    return _newest_words(
        select(Attestation.account_id, Attestation.code, Attestation.is_met).where(
            Attestation.campaign_id == campaign.id, Attestation.account_id.is_not(None)
        )
    )


def attested_units(campaign: Campaign) -> dict[int, dict[str, bool]]:
    """As attested_accounts, of units."""
    return _newest_words(
        select(Attestation.unit_id, Attestation.code, Attestation.is_met).where(
            Attestation.campaign_id == campaign.id, Attestation.unit_id.is_not(None)
        )
    )


def _newest_words(query: Select[tuple[int | None, str, bool]]) -> dict[int, dict[str, bool]]:
    words: dict[int, dict[str, bool]] = {}
    for subject_id, code, is_met in db.session.execute(query.order_by(Attestation.id)):
        words.setdefault(subject_id or 0, {})[code] = is_met
    return words


def flagged_accounts(
    campaign: Campaign, unit: Unit, after: int = 0, limit: int = 50
) -> list[tuple[AccountResult, Account]]:
    """People with the flag in the unit's subtree by account id, those above `after`."""
    return _people(campaign, unit, after, limit, AccountResult.is_met)


def one_step_away(
    campaign: Campaign, unit: Unit, after: int = 0, limit: int = 50
) -> list[tuple[AccountResult, Account]]:
    """People who lack exactly one criterion, as flagged_accounts."""
    return _people(campaign, unit, after, limit, AccountResult.missing_count == 1)


def _people(
    campaign: Campaign, unit: Unit, after: int, limit: int, condition: ColumnExpressionArgument[bool]
) -> list[tuple[AccountResult, Account]]:
    query = (
        select(AccountResult, Account)
        .join(Account, Account.id == AccountResult.account_id)
        .where(AccountResult.campaign_id == campaign.id, condition, _is_below(unit))
        .where(AccountResult.account_id > after)
        .order_by(AccountResult.account_id)
        .limit(limit)
    )
    return [(result, account) for result, account in db.session.execute(query)]


def find_account_result(campaign: Campaign, account_id: int) -> AccountResult | None:
    return db.session.get(AccountResult, (campaign.id, account_id))


def unit_results(
    campaign: Campaign, unit: Unit, *, is_met: bool | None = None
) -> list[tuple[UnitResult, Unit]]:
    """Collectives of the unit's subtree in Vietnamese order, with `is_met` only those."""
    query = (
        select(UnitResult, Unit)
        .join(Unit, Unit.id == UnitResult.unit_id)
        .where(UnitResult.campaign_id == campaign.id, under(unit))
        .order_by(Unit.depth, Unit.sort_key, Unit.id)
    )
    if is_met is not None:
        query = query.where(UnitResult.is_met == is_met)
    return [(result, found) for result, found in db.session.execute(query)]


def flagged_units(campaign: Campaign, unit: Unit) -> list[tuple[UnitResult, Unit]]:
    return unit_results(campaign, unit, is_met=True)


def count_results(campaign: Campaign, unit: Unit) -> Counts:
    """How many of the unit's subtree have the flag, or nearly."""
    units = [result.is_met for result, _unit in unit_results(campaign, unit)]
    return Counts(
        _count(campaign, unit, AccountResult.is_met),
        _count(campaign, unit, AccountResult.missing_count == 1),
        sum(units),
        len(units),
    )


def _count(campaign: Campaign, unit: Unit, condition: ColumnExpressionArgument[bool]) -> int:
    query = select(func.count()).select_from(AccountResult)
    query = query.where(AccountResult.campaign_id == campaign.id, condition, _is_below(unit))
    return db.session.scalar(query) or 0


def _is_below(unit: Unit) -> ColumnElement[bool]:
    """The subtree as ids: of these the database knows how many people there are, of a range of paths not."""
    return AccountResult.unit_id.in_(db.session.scalars(select(Unit.id).where(under(unit))).all())


def changes_of(campaign: Campaign, account_id: int) -> Sequence[ResultChange]:
    """What happened to one person's result, the newest first."""
    query = select(ResultChange).filter_by(campaign_id=campaign.id, account_id=account_id)
    return db.session.scalars(query.order_by(ResultChange.id.desc())).all()
