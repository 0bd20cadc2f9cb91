"""Read what may be certified of a person, and the certificates that were issued."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, or_, select

from app.accounts.models import Account
from app.attempts.rules import GRACE
from app.commendation import certificate_rules as rules
from app.commendation.certificate_models import Certificate
from app.commendation.certificate_rules import Facts
from app.contests.models import Contest, Round
from app.contests.queries import held_rounds, public_rounds_of
from app.enrolments.exclusion_queries import is_barred
from app.enrolments.models import Enrolment
from app.enrolments.queries import find_enrolment
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db
from app.ranking.board_queries import PublicPerson, people_of
from app.ranking.models import Standing
from app.units.models import Unit
from app.units.queries import find_parent


class Verified(NamedTuple):
    """A certificate as the public may see it."""

    certificate: Certificate
    contest: Contest
    facts: Facts
    person: PublicPerson
    standing: rules.Standing


def find_facts(contest: Contest, account: Account, now: datetime) -> Facts | None:
    """What a certificate would say now; None for somebody who is not enrolled or is barred."""
    enrolment = find_enrolment(contest.id, account.id)
    if enrolment is None or is_barred(contest.id, account):
        return None
    held = held_rounds(public_rounds_of(contest))
    closed = [found for found in held if now > found.closes_at + GRACE]
    unit = db.session.get_one(Unit, enrolment.unit_id)
    parent = find_parent(unit)
    taken = rounds_taken(account.id, closed)
    return Facts(
        name=account.full_name,
        unit=f"{unit.full_name}, {parent.full_name}" if parent else unit.full_name,
        label=contest.label,
        rounds=tuple(found.number for found in closed if found.number in taken),
        closed=tuple(found.number for found in closed),
        planned=len(held),
    )


def rounds_taken(account_id: int, rounds: Sequence[Round]) -> set[int]:
    """Numbers of the rounds in which the person has a valid attempt, with any of their accounts."""
    kept_id = _kept(account_id)
    absorbed = select(AccountMerge.absorbed_id).where(
        AccountMerge.kept_id == kept_id, AccountMerge.undone_at.is_(None)
    )
    query = (
        select(Round.number)
        .join(Standing, Standing.round_id == Round.id)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(
            Round.id.in_([found.id for found in rounds]),
            or_(Enrolment.account_id == kept_id, Enrolment.account_id.in_(absorbed)),
        )
    )
    return set(db.session.scalars(query))


def _kept(account_id: int) -> int:
    """The account that this one counts as."""
    query = select(AccountMerge.kept_id)
    query = query.where(AccountMerge.absorbed_id == account_id, AccountMerge.undone_at.is_(None))
    return db.session.scalars(query).one_or_none() or account_id


def find_issued(contest_id: int, account_id: int, digest: str) -> Certificate | None:
    """The certificate of exactly these facts."""
    return db.session.scalars(_issued(contest_id, account_id, digest)).one_or_none()


def get_issued(contest_id: int, account_id: int, digest: str) -> Certificate:
    """Raises NoResultFound."""
    return db.session.scalars(_issued(contest_id, account_id, digest)).one()


def _issued(contest_id: int, account_id: int, digest: str) -> Select[tuple[Certificate]]:
    return select(Certificate).filter_by(contest_id=contest_id, account_id=account_id, digest=digest)


def get_certificate(certificate_id: int) -> Certificate:
    """Raises NoResultFound."""
    return db.session.scalars(select(Certificate).where(Certificate.id == certificate_id)).one()


def find_verified(code: str) -> Verified | None:
    """What anybody who holds the code may read, with names by the rule of public names."""
    certificate = db.session.scalars(select(Certificate).where(Certificate.code == code)).one_or_none()
    if certificate is None:
        return None
    contest = db.session.get_one(Contest, certificate.contest_id)
    facts = rules.from_json(certificate.facts)
    account = db.session.get_one(Account, certificate.account_id)
    taken = rounds_taken(account.id, held_rounds(public_rounds_of(contest)))
    people = people_of([certificate.enrolment_id], certificate.issued_at)
    standing = rules.standing_of(facts, taken, is_barred=is_barred(contest.id, account))
    return Verified(certificate, contest, facts, people[certificate.enrolment_id], standing)


def contests_entered(account_id: int) -> Sequence[Contest]:
    """The contests in which the person is enrolled, the latest first."""
    query = (
        select(Contest)
        .join(Enrolment, Enrolment.contest_id == Contest.id)
        .where(Enrolment.account_id == account_id)
        .order_by(Enrolment.created_at.desc(), Contest.id.desc())
    )
    return db.session.scalars(query).all()
