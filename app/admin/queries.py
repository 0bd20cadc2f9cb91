"""What administrators see: who holds which role, and the audit trail with its filters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from app.accounts.models import Account, RoleGrant
from app.accounts.rules import find_sign_in_name
from app.admin.audit_wording import plain_subject
from app.audit.models import AuditEntry
from app.contests.models import Contest, Round
from app.extensions import db
from app.localtime import from_local
from app.permissions import Grant, Role, is_live
from app.text import fold
from app.units.models import Unit

ENTRIES_SHOWN = 50
HELD_SHOWN = 200


class Held(NamedTuple):
    """A grant with its holder, its scope and who gave it."""

    grant: RoleGrant
    holder: Account
    unit: Unit | None
    contest: Contest | None
    granter: Account | None

    @property
    def scope(self) -> str:
        if self.unit is not None:
            return self.unit.full_name
        if self.contest is not None:
            return self.contest.name
        return "Mọi cuộc thi" if self.grant.role == Role.ORGANISER else "Toàn hệ thống"


def roles_held(now: datetime, *, is_over: bool = False, role: str = "", text: str = "") -> list[Held]:
    """Grants in force or to come (or those that are over) by role and name; HELD_SHOWN at most."""
    ended = RoleGrant.valid_to.is_not(None) & (RoleGrant.valid_to <= now)
    query = _grants().where(ended if is_over else ~ended)
    if role:
        query = query.where(RoleGrant.role == role)
    if text:
        name = find_sign_in_name(text)
        own_name = Account.search.contains(fold(text), autoescape=True)
        query = query.where(Account.sign_in_name == name if name else own_name)
    query = query.order_by(RoleGrant.role, Account.sort_key, RoleGrant.id).limit(HELD_SHOWN)
    return [Held(*row) for row in db.session.execute(query)]


def _grants() -> Select[Any]:
    granter = aliased(Account)
    return (
        select(RoleGrant, Account, Unit, Contest, granter)
        .join(Account, Account.id == RoleGrant.account_id)
        .outerjoin(Unit, Unit.id == RoleGrant.unit_id)
        .outerjoin(Contest, Contest.id == RoleGrant.contest_id)
        .outerjoin(granter, granter.id == RoleGrant.granted_by)
    )


def grants_of(account_id: int) -> list[Held]:
    """Everything the person was ever given, the newest first."""
    query = _grants().where(RoleGrant.account_id == account_id).order_by(RoleGrant.id.desc())
    return [Held(*row) for row in db.session.execute(query)]


def live_of(held: Iterable[Held], now: datetime) -> list[tuple[Grant, str]]:
    """The grants that count now, with the words of their scope."""
    return [
        (Grant(Role(one.grant.role)), one.scope)
        for one in held
        if is_live(one.grant.valid_from, one.grant.valid_to, now)
    ]


def all_contests() -> Sequence[Contest]:
    """The newest first."""
    return db.session.scalars(select(Contest).order_by(Contest.id.desc())).all()


@dataclass(frozen=True)
class AuditFilters:
    """What of the trail is looked at; empty values do not narrow."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    contest: str = ""
    day: date | None = None
    before: int | None = None


def audit_page(filters: AuditFilters) -> tuple[Sequence[AuditEntry], bool]:
    """(the newest entries that fit, whether there are older ones)."""
    query = select(AuditEntry)
    if filters.actor:
        query = query.where(
            AuditEntry.actor_id.in_(select(Account.id).where(Account.public_id == filters.actor))
        )
    if filters.action:
        query = query.where(AuditEntry.action == filters.action)
    if filters.subject:
        query = query.where(AuditEntry.subject == filters.subject)
    if filters.contest:
        query = query.where(AuditEntry.subject.in_(_subjects_of(filters.contest)))
    if filters.day:
        start = from_local(filters.day.year, filters.day.month, filters.day.day)
        query = query.where(AuditEntry.at >= start, AuditEntry.at < start + timedelta(days=1))
    if filters.before is not None:
        query = query.where(AuditEntry.id < filters.before)
    found = db.session.scalars(query.order_by(AuditEntry.id.desc()).limit(ENTRIES_SHOWN + 1)).all()
    return found[:ENTRIES_SHOWN], len(found) > ENTRIES_SHOWN


def _subjects_of(slug: str) -> list[str]:
    """The contest and its rounds, as the trail names them."""
    contest_ids = db.session.scalars(select(Contest.id).where(Contest.slug == slug)).all()
    rounds = select(Round.id).where(Round.contest_id.in_(contest_ids))
    return [
        *(f"contest:{contest_id}" for contest_id in contest_ids),
        *(f"round:{round_id}" for round_id in db.session.scalars(rounds)),
    ]


def actors() -> Sequence[Account]:
    """Everybody who ever held a role: the people to filter by."""
    query = select(Account).where(Account.id.in_(select(RoleGrant.account_id)))
    return db.session.scalars(query.order_by(Account.sort_key, Account.id)).all()


def names_of(entries: Sequence[AuditEntry]) -> dict[int, str]:
    """Actor → name."""
    ids = {entry.actor_id for entry in entries if entry.actor_id is not None}
    query = select(Account.id, Account.full_name).where(Account.id.in_(ids))
    return {account_id: name for account_id, name in db.session.execute(query)}


def subject_words(entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Subject → how people call it: a name, a contest, a round, or the kind of thing and its code."""
    by_kind: dict[str, set[str]] = {}
    for entry in entries:
        kind, _, key = entry.subject.partition(":")
        by_kind.setdefault(kind, set()).add(key)
    words = {entry.subject: plain_subject(entry.subject) for entry in entries}
    people = select(Account.public_id, Account.full_name).where(
        Account.public_id.in_(by_kind.get("account", ()))
    )
    words |= {f"account:{public_id}": name for public_id, name in db.session.execute(people)}
    contests = select(Contest.id, Contest.name).where(Contest.id.in_(_numbers(by_kind.get("contest", ()))))
    words |= {f"contest:{contest_id}": name for contest_id, name in db.session.execute(contests)}
    rounds = (
        select(Round.id, Round.number, Contest.label, Contest.name)
        .join(Contest, Contest.id == Round.contest_id)
        .where(Round.id.in_(_numbers(by_kind.get("round", ()))))
    )
    for round_id, number, label, name in db.session.execute(rounds):
        words[f"round:{round_id}"] = f"{label.capitalize()} {number}, {name}"
    return words


def _numbers(keys: Iterable[str]) -> list[int]:
    return [int(key) for key in keys if key.isdecimal()]
