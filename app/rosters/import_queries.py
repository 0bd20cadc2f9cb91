"""Read lists, their people, and the accounts that a new list is compared with."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.accounts.models import Account
from app.accounts.models import Session as SignedIn
from app.contests.models import Contest
from app.enrolments.models import Enrolment
from app.extensions import db
from app.rosters.models import RosterImport, RosterMember, SlipSheet
from app.rosters.plan_rules import Known
from app.rosters.rules import Person
from app.text import fold
from app.units.models import Unit
from app.units.queries import under

PAGE_SIZE = 20


def known_people(people: Sequence[Person], root: Unit) -> list[Known]:
    """Accounts with a number of the list, and those of the subtree with a name of it."""
    phones = [person.phone for person in people if person.phone]
    names = sorted({fold(person.full_name) for person in people})
    below = select(Unit.id).where(under(root))
    found = _known(Account.sign_in_name.in_(phones), root)
    found |= _known(Account.search.in_(names) & Account.unit_id.in_(below), root)
    return list(found.values())


def _known(condition: ColumnElement[bool], root: Unit) -> dict[int, Known]:
    query = (
        select(
            *(Account.id, Account.sign_in_name, Account.full_name, Account.date_of_birth),
            *(Unit.code, Unit.full_name, Unit.path, Unit.series_code),
        )
        .join(Unit, Unit.id == Account.unit_id)
        .where(condition, Account.disabled_at.is_(None))
    )
    found = {}
    for account_id, name, full_name, born, code, unit_name, path, series in db.session.execute(query):
        is_inside = series == root.series_code and path.startswith(root.path)
        found[account_id] = Known(account_id, name, full_name, born, code if is_inside else "", unit_name)
    return found


def get_import(contest: Contest, unit: Unit, list_id: int, *, lock: bool = False) -> RosterImport:
    """Raises NoResultFound for a list of another place."""
    query = select(RosterImport).filter_by(id=list_id, contest_id=contest.id, unit_id=unit.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def confirmed_imports(contest: Contest, unit: Unit) -> Sequence[tuple[RosterImport, str]]:
    """(list, who confirmed it), the newest first, of this very unit."""
    query = select(RosterImport, Account.full_name).join(Account, Account.id == RosterImport.confirmed_by)
    query = query.where(RosterImport.contest_id == contest.id, RosterImport.unit_id == unit.id)
    rows = db.session.execute(query.order_by(RosterImport.id.desc()).limit(PAGE_SIZE))
    return [(row, name) for row, name in rows]


def members_of(row: RosterImport) -> Sequence[Account]:
    """Accounts that the list made and nobody has used yet, in the order of the list."""
    query = (
        select(Account)
        .join(RosterMember, RosterMember.account_id == Account.id)
        .where(RosterMember.import_id == row.id, RosterMember.is_new, Account.password_hash.is_(None))
        .where(Account.disabled_at.is_(None))
    )
    return db.session.scalars(query.order_by(RosterMember.row_number, Account.id)).all()


def count_members(row: RosterImport) -> tuple[int, int]:
    """(people that the list made an account for, those of them who have signed in)."""
    query = (
        select(func.count(), func.count(Account.password_hash))
        .select_from(RosterMember)
        .join(Account, Account.id == RosterMember.account_id)
        .where(RosterMember.import_id == row.id, RosterMember.is_new)
    )
    made, used = db.session.execute(query).one()
    return made, used


def used_accounts(account_ids: Collection[int]) -> set[int]:
    """Which of these accounts somebody has signed in to, or taken part with."""
    with_password = select(Account.id).where(Account.id.in_(account_ids), Account.password_hash.is_not(None))
    signed_in = select(SignedIn.account_id).where(SignedIn.account_id.in_(account_ids))
    enrolled = select(Enrolment.account_id).where(Enrolment.account_id.in_(account_ids))
    return set(db.session.scalars(with_password.union(signed_in, enrolled)))


def sheets_of(contest: Contest, unit: Unit, asked_by: int) -> Sequence[SlipSheet]:
    """Slips that this person asked for here, the newest first."""
    query = select(SlipSheet).filter_by(contest_id=contest.id, unit_id=unit.id, asked_by=asked_by)
    return db.session.scalars(query.order_by(SlipSheet.id.desc()).limit(PAGE_SIZE)).all()


def get_sheet(contest: Contest, unit: Unit, sheet_id: int, asked_by: int) -> SlipSheet:
    """Raises NoResultFound: links are only for who asked for them."""
    query = select(SlipSheet).filter_by(
        id=sheet_id, contest_id=contest.id, unit_id=unit.id, asked_by=asked_by
    )
    return db.session.scalars(query).one()


def people_of_sheet(account_ids: Iterable[int]) -> list[tuple[Account, str]]:
    """(account, its unit's name) of those that still wait for their first sign-in, in the order given."""
    ids = list(account_ids)
    query = select(Account, Unit.full_name).join(Unit, Unit.id == Account.unit_id)
    query = query.where(Account.id.in_(ids), Account.password_hash.is_(None), Account.disabled_at.is_(None))
    found: dict[int, Any] = {account.id: (account, name) for account, name in db.session.execute(query)}
    return [found[account_id] for account_id in ids if account_id in found]


def unit_names(root: Unit, codes: Collection[str]) -> dict[str, str]:
    """Code → full name of units of the subtree's series."""
    query = select(Unit.code, Unit.full_name).where(
        Unit.series_code == root.series_code, Unit.code.in_(codes)
    )
    return {code: name for code, name in db.session.execute(query)}
