"""Keep a list that was read, bring it in when a person confirms, take it out again. Callers commit."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from app.accounts import services as accounts
from app.accounts.models import Account, ResetLink
from app.accounts.rules import Registration
from app.audit.services import record
from app.contests.models import Contest
from app.errors import DomainError
from app.extensions import db
from app.localtime import local_day
from app.rosters import import_queries, rules
from app.rosters.models import RosterImport, RosterMember
from app.rosters.plan_rules import Line, Outcome, Plan, make_plan
from app.rosters.unit_queries import choices
from app.units.models import Unit

NOTHING_CHANGED = "Chưa có gì thay đổi."


class AlreadyConfirmed(DomainError):
    message = "Danh sách này đã được ghi nhận."
    safe = NOTHING_CHANGED


class HasProblems(DomainError):
    message = "Danh sách còn lỗi nên chưa ghi nhận được ai."
    safe = NOTHING_CHANGED


class NothingToBring(DomainError):
    message = "Danh sách không có ai để ghi nhận."
    safe = NOTHING_CHANGED


class PeopleChanged(DomainError):
    message = "Đã có thay đổi về tài khoản từ khi bạn mở trang xem trước."
    safe = NOTHING_CHANGED


class NotConfirmed(DomainError):
    message = "Danh sách này chưa được ghi nhận."
    safe = NOTHING_CHANGED


class AlreadyUndone(DomainError):
    message = "Danh sách này đã được rút lại."
    safe = NOTHING_CHANGED


class InUse(DomainError):
    message = "Không rút lại được: đã có người của danh sách đăng nhập hoặc có việc gắn với tài khoản."
    safe = "Các tài khoản vẫn còn nguyên."
    todo = "Bạn có thể chuyển từng người sang đơn vị khác ở mục Người dự thi."


def keep_list(
    contest: Contest,
    unit: Unit,
    content: bytes,
    rows: Sequence[tuple[int, Sequence[str]]],
    *,
    name: str,
    actor_id: int,
    now: datetime,
) -> RosterImport:
    """Keep what a list says for a person to look at; nothing else changes."""
    units = choices(unit)
    own = unit.code if any(choice.code == unit.code for choice in units) else ""
    read = rules.read_list(rows, units, own, local_day(now))
    row = RosterImport(
        contest_id=contest.id,
        unit_id=unit.id,
        name=name,
        file_sha256=hashlib.sha256(content).hexdigest(),
        rows=rules.to_json(read),
        created_by=actor_id,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def plan_of(row: RosterImport, unit: Unit) -> Plan:
    """What confirming the list would do now. Raises AlreadyConfirmed."""
    if row.rows is None:
        raise AlreadyConfirmed
    read = rules.from_json(row.rows)
    return make_plan(read, import_queries.known_people(read.people, unit))


def confirm_list(row: RosterImport, unit: Unit, digest: str, *, actor_id: int, now: datetime) -> None:
    """Make exactly the accounts that were shown. The caller holds the list's row.

    Raises AlreadyConfirmed, HasProblems, NothingToBring, PeopleChanged.
    """
    one_at_a_time = select(Contest.id).where(Contest.id == row.contest_id)
    db.session.execute(one_at_a_time.with_for_update(key_share=True))
    plan = plan_of(row, unit)
    if plan.problems:
        raise HasProblems
    if plan.digest != digest:
        raise PeopleChanged
    counts = {outcome.value: plan.count(outcome) for outcome in Outcome}
    if not counts[Outcome.NEW] and not counts[Outcome.KNOWN]:
        raise NothingToBring
    made = _make_accounts([line for line in plan.lines if line.outcome is Outcome.NEW], unit, now)
    members = [(line.person.row, line.account_id, False) for line in plan.lines if line.account_id]
    members += [(line.person.row, account.id, True) for line, account in made]
    values = [
        {"import_id": row.id, "account_id": account_id, "row_number": number, "is_new": is_new}
        for number, account_id, is_new in members
    ]
    db.session.execute(insert(RosterMember), values)
    row.confirmed_by, row.confirmed_at, row.counts, row.rows = actor_id, now, counts, None
    _record("rosters.confirmed", row, unit, actor_id, now)


def _make_accounts(lines: Sequence[Line], unit: Unit, now: datetime) -> list[tuple[Line, Account]]:
    """Raises PeopleChanged when somebody else registered one of the numbers at this very moment."""
    codes = {line.person.unit_code for line in lines}
    query = select(Unit.code, Unit.id).where(Unit.series_code == unit.series_code, Unit.code.in_(codes))
    unit_ids = {code: unit_id for code, unit_id in db.session.execute(query)}
    made = []
    for line in lines:
        person = line.person
        registration = Registration(
            full_name=person.full_name,
            phone=person.phone,
            date_of_birth=person.date_of_birth,
            unit_id=unit_ids[person.unit_code],
            gender=person.gender,
            workplace=person.workplace,
        )
        made.append((line, accounts.new_account(registration, None, now)))
    try:
        with db.session.begin_nested():
            db.session.add_all(account for _line, account in made)
    except IntegrityError:
        raise PeopleChanged from None
    return made


def undo_list(row: RosterImport, unit: Unit, *, actor_id: int, now: datetime) -> None:
    """Take the accounts out again that the list made, while nobody has used one. The caller holds the row.

    Raises NotConfirmed, AlreadyUndone, InUse.
    """
    if row.confirmed_at is None:
        raise NotConfirmed
    if row.undone_at is not None:
        raise AlreadyUndone
    query = select(RosterMember.account_id).where(RosterMember.import_id == row.id, RosterMember.is_new)
    made = sorted(db.session.scalars(query))
    # Links first: whoever uses one at this moment holds it, and then the account.
    db.session.execute(delete(ResetLink).where(ResetLink.account_id.in_(made)))
    held = select(Account.id).where(Account.id.in_(made)).order_by(Account.id)
    db.session.execute(held.with_for_update())
    if import_queries.used_accounts(made):
        raise InUse
    try:
        with db.session.begin_nested():
            db.session.execute(delete(RosterMember).where(RosterMember.account_id.in_(made)))
            db.session.execute(delete(Account).where(Account.id.in_(made)))
    except IntegrityError:
        raise InUse from None
    row.undone_by, row.undone_at = actor_id, now
    _record("rosters.undone", row, unit, actor_id, now)


def _record(action: str, row: RosterImport, unit: Unit, actor_id: int, now: datetime) -> None:
    details = {"list": row.id, "unit_code": unit.code, "file": row.file_sha256, **(row.counts or {})}
    record(action, actor_id=actor_id, subject=f"contest:{row.contest_id}", now=now, **details)


def forget_unconfirmed(*, now: datetime) -> int:
    """Delete lists that nobody confirmed within a day; how many."""
    old = delete(RosterImport).where(
        RosterImport.confirmed_at.is_(None), RosterImport.created_at < now - rules.KEPT_UNCONFIRMED
    )
    return len(db.session.scalars(old.returning(RosterImport.id)).all())
