"""Read the people of a place: search, one person, duplicates, weeks taken, merges and moves."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.accounts.rules import find_sign_in_name
from app.contests.models import Contest
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge, UnitMove
from app.errors import DomainError
from app.extensions import db
from app.participation.missing_statements import members_of
from app.participation.place_queries import Place
from app.ranking.models import Standing
from app.text import fold
from app.units.models import Unit
from app.units.queries import under

PEOPLE_SHOWN = 50
GROUPS_SHOWN = 50
DONE_SHOWN = 50


class HomeElsewhere(DomainError):
    message = "Đơn vị đăng ký của người này nằm ngoài phạm vi của bạn."
    safe = "Chưa có ai được chuyển."
    todo = "Hãy báo cán bộ cấp trên."


@dataclass(frozen=True)
class Person:
    """An account with the unit it belongs to in this contest."""

    account: Account
    unit: Unit


@dataclass(frozen=True)
class Merged:
    """A merge in force or undone, with both accounts and who did it."""

    merge: AccountMerge
    kept: Account
    absorbed: Account
    by: str


def _members(place: Place) -> Subquery:
    return members_of(place.contest.id, select(Unit.id).where(under(place.unit)))


def _people(members: Subquery) -> Select[Any]:
    query = select(Account, Unit).join(members, members.c.account_id == Account.id)
    return query.join(Unit, Unit.id == members.c.unit_id).where(Account.disabled_at.is_(None))


def find_people(place: Place, text: str) -> list[Person]:
    """By phone, code or part of the name, marks ignored; PEOPLE_SHOWN at most."""
    name = find_sign_in_name(text)
    matches = Account.sign_in_name == name if name else Account.search.contains(fold(text), autoescape=True)
    query = _people(_members(place)).where(matches).order_by(Account.sort_key, Account.id)
    return [Person(account, unit) for account, unit in db.session.execute(query.limit(PEOPLE_SHOWN))]


def people_by_id(place: Place, public_ids: Collection[str]) -> list[Person]:
    """Those of these accounts that belong to the place, in order of names."""
    query = _people(_members(place)).where(Account.public_id.in_(public_ids))
    rows = db.session.execute(query.order_by(Account.sort_key, Account.id))
    return [Person(account, unit) for account, unit in rows]


def get_person(place: Place, public_id: str, *, is_disabled_too: bool = False) -> Person:
    """Raises NoResultFound: a person outside the place does not exist. Locked ones only when asked for."""
    members = _members(place)
    query = select(Account, Unit).join(members, members.c.account_id == Account.id)
    query = query.join(Unit, Unit.id == members.c.unit_id).where(Account.public_id == public_id)
    if not is_disabled_too:
        query = query.where(Account.disabled_at.is_(None))
    account, unit = db.session.execute(query).one()
    return Person(account, unit)


def list_people(place: Place, page: int) -> tuple[list[Person], int]:
    """One page in order of names, and how many there are."""
    members = _members(place)
    alive = select(func.count()).select_from(_people(members).subquery())
    query = _people(members).order_by(Account.sort_key, Account.id)
    rows = db.session.execute(query.offset((page - 1) * PEOPLE_SHOWN).limit(PEOPLE_SHOWN))
    return [Person(account, unit) for account, unit in rows], db.session.scalar(alive) or 0


def twins_of(place: Place, person: Person) -> list[Person]:
    """Other accounts of the place with the same name and birth date, the same unit first."""
    account = person.account
    query = _people(_members(place)).where(_is_alike(account), Account.id != account.id)
    rows = [Person(*row) for row in db.session.execute(query.order_by(Account.id))]
    return sorted(rows, key=lambda other: other.unit.id != person.unit.id)


def _is_alike(account: Account) -> ColumnElement[bool]:
    return (Account.search == account.search) & (Account.date_of_birth == account.date_of_birth)


def twin_groups(place: Place) -> list[list[Person]]:
    """Accounts of the place that share name and birth date: those of one unit first; GROUPS_SHOWN at most."""
    members = _members(place)
    alike = (
        select(Account.search, Account.date_of_birth, func.count(members.c.unit_id.distinct()).label("units"))
        .join(members, members.c.account_id == Account.id)
        .where(Account.disabled_at.is_(None))
        .group_by(Account.search, Account.date_of_birth)
        .having(func.count() > 1)
        .order_by(func.count(members.c.unit_id.distinct()), Account.search)
        .limit(GROUPS_SHOWN)
        .subquery()
    )
    query = _people(members).join(
        alike, (alike.c.search == Account.search) & (alike.c.date_of_birth == Account.date_of_birth)
    )
    query = query.order_by(alike.c.units, Account.sort_key, Account.search, Account.date_of_birth, Account.id)
    groups: dict[tuple[str, Any], list[Person]] = {}
    for account, unit in db.session.execute(query):
        groups.setdefault((account.search, account.date_of_birth), []).append(Person(account, unit))
    return list(groups.values())


def weeks_of(place: Place, account_ids: Collection[int]) -> dict[int, set[int]]:
    """Account → numbers of the held rounds with a valid attempt."""
    rounds = {found.id: found.number for found in place.rounds}
    query = (
        select(Enrolment.account_id, Standing.round_id)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Enrolment.account_id.in_(account_ids), Standing.round_id.in_(rounds))
    )
    weeks: dict[int, set[int]] = {account_id: set() for account_id in account_ids}
    for account_id, round_id in db.session.execute(query):
        weeks[account_id].add(rounds[round_id])
    return weeks


def merges_in(place: Place) -> list[Merged]:
    """Merges of accounts of the place, the newest first."""
    kept, absorbed, by = aliased(Account), aliased(Account), aliased(Account)
    members = _members(place)
    query = (
        select(AccountMerge, kept, absorbed, by.full_name)
        .join(kept, kept.id == AccountMerge.kept_id)
        .join(absorbed, absorbed.id == AccountMerge.absorbed_id)
        .join(by, by.id == AccountMerge.merged_by)
        .where(or_(kept.id.in_(select(members.c.account_id)), absorbed.id.in_(select(members.c.account_id))))
        .order_by(AccountMerge.id.desc())
        .limit(DONE_SHOWN)
    )
    return [Merged(*row) for row in db.session.execute(query)]


def moves_in(contest: Contest, account_id: int) -> list[tuple[UnitMove, str, str, str]]:
    """(move, from, to, by whom) of the account's enrolment in the contest, the newest first."""
    before, after, by = aliased(Unit), aliased(Unit), aliased(Account)
    query = (
        select(UnitMove, before.full_name, after.full_name, by.full_name)
        .join(Enrolment, Enrolment.id == UnitMove.enrolment_id)
        .join(before, before.id == UnitMove.from_unit_id)
        .join(after, after.id == UnitMove.to_unit_id)
        .join(by, by.id == UnitMove.moved_by)
        .where(Enrolment.contest_id == contest.id, Enrolment.account_id == account_id)
        .order_by(UnitMove.at.desc(), UnitMove.id.desc())
    )
    return [(move, old, new, name) for move, old, new, name in db.session.execute(query)]


def check_within(person: Person, place: Place) -> None:
    """The person's own unit and the unit in this contest both lie in the place. Raises HomeElsewhere."""
    own = db.session.get_one(Unit, person.account.unit_id)
    if own.series_code == place.unit.series_code and not own.path.startswith(place.unit.path):
        raise HomeElsewhere
