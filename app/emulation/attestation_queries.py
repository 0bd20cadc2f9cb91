"""Read whom staff may attest something about, and what was attested; always below one unit."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from app.accounts.models import Account
from app.emulation.criteria_rules import Attested, Criteria
from app.emulation.models import AccountResult, Attestation, Campaign
from app.emulation.queries import unit_of
from app.enrolments.models import Enrolment
from app.extensions import db
from app.files.models import StoredFile
from app.units.models import Unit
from app.units.queries import is_within


@dataclass(frozen=True)
class Word:
    """An attestation with the name of whoever gave it."""

    attestation: Attestation
    author: str


def attested_criteria(criteria: Criteria, *, is_collective: bool) -> list[Attested]:
    """The criteria of people, or of collectives, that somebody has to confirm."""
    part = criteria.collective if is_collective else criteria.individual
    return [found for found in part.criteria if isinstance(found, Attested)]


def get_person_at(campaign: Campaign, unit: Unit, public_id: str) -> tuple[Account, Unit]:
    """Somebody whose result, contest unit or else home lies below both the unit and the campaign's own, and
    that place. Raises NoResultFound.
    """
    account = db.session.scalars(select(Account).where(Account.public_id == public_id)).one()
    result = db.session.get(AccountResult, (campaign.id, account.id))
    enrolled = select(Enrolment.unit_id).filter_by(contest_id=campaign.contest_id, account_id=account.id)
    home_id = result.unit_id if result else db.session.scalar(enrolled) or account.unit_id
    home = db.session.get_one(Unit, home_id)
    if not is_within(home, unit) or not is_within(home, unit_of(campaign)):
        raise NoResultFound
    return account, home


def get_collective_at(campaign: Campaign, unit: Unit, code: str) -> Unit:
    """A unit below both the reader's and the campaign's. Raises NoResultFound."""
    query = select(Unit).where(Unit.series_code == unit.series_code, Unit.code == code)
    found = db.session.scalars(query).one()
    if not is_within(found, unit) or not is_within(found, unit_of(campaign)):
        raise NoResultFound
    return found


def words_about(
    campaign: Campaign, *, account_id: int | None = None, unit_id: int | None = None
) -> dict[str, list[Word]]:
    """Criterion code → everything attested about one account or one unit, the newest, which counts, first."""
    query = (
        select(Attestation, Account.full_name)
        .join(Account, Account.id == Attestation.attested_by)
        .where(Attestation.campaign_id == campaign.id)
        .where(Attestation.account_id == account_id, Attestation.unit_id == unit_id)
        .order_by(Attestation.id.desc())
    )
    words: dict[str, list[Word]] = {}
    for attestation, author in db.session.execute(query):
        words.setdefault(attestation.code, []).append(Word(attestation, author))
    return words


def get_attestation(
    campaign: Campaign, public_id: str, *, account_id: int | None = None, unit_id: int | None = None
) -> Attestation:
    """One about exactly this account or this unit. Raises NoResultFound."""
    query = select(Attestation).where(
        Attestation.campaign_id == campaign.id,
        Attestation.public_id == public_id,
        Attestation.account_id == account_id,
        Attestation.unit_id == unit_id,
    )
    return db.session.scalars(query).one()


def get_evidence(attestation: Attestation) -> tuple[str, str, bytes]:
    """(name, media type, bytes). Raises NoResultFound where no file was given."""
    query = select(StoredFile.media_type, StoredFile.body)
    row = db.session.execute(query.where(StoredFile.sha256 == attestation.evidence_sha256)).one()
    return attestation.evidence_name or "", row.media_type, row.body
