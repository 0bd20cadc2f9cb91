"""What bringing a list in would do: who is new, who has an account already, who needs a look."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rosters.rules import Person, Problem, ReadList, identity
from app.text import fold


class Outcome(StrEnum):
    NEW = "new"
    KNOWN = "known"
    DOUBTFUL = "doubtful"


OUTCOME_NAMES = {
    Outcome.NEW: "Người mới",
    Outcome.KNOWN: "Đã có tài khoản",
    Outcome.DOUBTFUL: "Cần xem lại",
}
OTHER_OWNER = "Số điện thoại này đã được đăng ký với họ tên hoặc ngày sinh khác."
ELSEWHERE = "Số điện thoại này đã được đăng ký ở đơn vị khác."
SAME_PERSON = "Đã có người cùng họ tên, ngày sinh ở {unit}."
OTHER_PHONE = "Đã có người cùng họ tên, ngày sinh ở đơn vị này nhưng khác số điện thoại."


@dataclass(frozen=True)
class Known:
    """An account that a line may mean. `unit_code` is "" outside the list's subtree."""

    account_id: int
    sign_in_name: str
    full_name: str
    date_of_birth: date
    unit_code: str
    unit_name: str


@dataclass(frozen=True)
class Line:
    """A line of the list and what it comes to; `account_id` of somebody known, `note` of a doubt."""

    person: Person
    outcome: Outcome
    account_id: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Plan:
    lines: Sequence[Line]
    problems: Sequence[Problem]

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome is outcome for line in self.lines)

    @property
    def digest(self) -> str:
        """SHA-256 over every line and what it comes to: the same digest, the same effect."""
        content = [
            [line.person.row, line.outcome, line.account_id, line.note, str(line.person)]
            for line in self.lines
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def make_plan(read: ReadList, known: Sequence[Known]) -> Plan:
    """What each line comes to beside the accounts there are."""
    by_phone = {account.sign_in_name: account for account in known}
    by_name: dict[tuple[str, date], list[Known]] = {}
    for account in known:
        if account.unit_code:
            by_name.setdefault((fold(account.full_name), account.date_of_birth), []).append(account)
    return Plan([_line(person, by_phone, by_name) for person in read.people], read.problems)


def _line(
    person: Person, by_phone: Mapping[str, Known], by_name: Mapping[tuple[str, date], Sequence[Known]]
) -> Line:
    owner = by_phone.get(person.phone) if person.phone else None
    if owner is not None:
        return _line_of_owner(person, owner)
    alike = by_name.get(identity(person)[:2], [])
    here = next((account for account in alike if account.unit_code == person.unit_code), None)
    if here is not None and person.phone and here.sign_in_name.startswith("+"):
        return Line(person, Outcome.DOUBTFUL, note=OTHER_PHONE)
    if here is not None:
        return Line(person, Outcome.KNOWN, here.account_id)
    if alike:
        return Line(person, Outcome.DOUBTFUL, note=SAME_PERSON.format(unit=alike[0].unit_name))
    return Line(person, Outcome.NEW)


def _line_of_owner(person: Person, owner: Known) -> Line:
    """The number on the line is registered: to this very person, or to whom?"""
    if (fold(owner.full_name), owner.date_of_birth) != identity(person)[:2]:
        return Line(person, Outcome.DOUBTFUL, note=OTHER_OWNER)
    if not owner.unit_code:
        return Line(person, Outcome.DOUBTFUL, note=ELSEWHERE)
    return Line(person, Outcome.KNOWN, owner.account_id)
