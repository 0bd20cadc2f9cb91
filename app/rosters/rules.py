"""A unit's list as offices keep it in Excel: its columns, what a line says, what is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from app.accounts import rules as accounts
from app.errors import BadInput
from app.formats import vn_number
from app.rosters.cell_rules import parse_birth_date, parse_gender, parse_phone, parse_workplace
from app.text import clean, collapse, fold

MAX_ROWS = 5_000
KEPT_UNCONFIRMED = timedelta(days=1)
MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_TITLE_ROWS = 30
MAX_CELL = 200
SHOWN_UNITS = 5

FIELDS = ("full_name", "date_of_birth", "gender", "phone", "unit", "workplace")
COLUMN_NAMES = {
    "full_name": "Họ và tên",
    "date_of_birth": "Ngày sinh",
    "gender": "Giới tính",
    "phone": "Số điện thoại",
    "unit": "Đơn vị",
    "workplace": "Chức vụ, nơi làm việc",
}
_TITLES = {
    "full_name": ("ho va ten", "ho ten", "hoten", "ho va ten khai sinh", "ho ten nguoi du thi"),
    "family": ("ho", "ho dem", "ho va dem", "ho lot", "ho va ten dem", "ho va chu dem"),
    "given": ("ten",),
    "date_of_birth": (
        *("ngay sinh", "ngay thang nam sinh", "ngay thang sinh", "nam sinh", "sinh ngay"),
        *("ngay sinh dd mm yyyy", "ns"),
    ),
    "gender": ("gioi tinh", "gioi", "phai", "nam nu"),
    "phone": (
        "so dien thoai",
        "dien thoai",
        "sdt",
        "so dt",
        "dt",
        "di dong",
        "so di dong",
        "dien thoai di dong",
    ),
    "unit": ("don vi", "don vi du thi", "xa phuong", "xa", "phuong", "xa phuong thi tran"),
    "workplace": (
        *("chuc vu", "noi lam viec", "chuc vu noi lam viec", "chuc vu don vi cong tac", "noi cong tac"),
        *("don vi cong tac", "noi cong tac hoac hoc tap", "chuc vu noi cong tac", "lop", "nghe nghiep"),
    ),
}
_FIELD_OF_TITLE = {title: name for name, titles in _TITLES.items() for title in titles}

NO_HEADER = (
    "Không thấy dòng tiêu đề có cột “Họ và tên” và cột “Ngày sinh”. Bạn hãy chép danh sách vào tệp mẫu."
)
NO_ROWS = "Dưới dòng tiêu đề chưa có người nào."
TOO_MANY = f"Danh sách có hơn {vn_number(MAX_ROWS)} người: hãy chia thành nhiều tệp."


@dataclass(frozen=True)
class Problem:
    """What is wrong, and in which row of the Excel sheet; row 0 means the whole file."""

    row: int
    message: str


@dataclass(frozen=True)
class Person:
    """One line that can be read: `unit_code` is a unit of the list's subtree, the phone is in E.164."""

    row: int
    full_name: str
    date_of_birth: date
    gender: str | None
    phone: str | None
    unit_code: str
    workplace: str


@dataclass(frozen=True)
class Choice:
    """A unit that a line may name."""

    code: str
    names: frozenset[str]
    shown: str


@dataclass
class ReadList:
    """What a list says, in the order of its rows."""

    people: list[Person] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, row: int, message: str) -> None:
        self.problems.append(Problem(row, message))


def read_list(
    rows: Sequence[tuple[int, Sequence[str]]], units: Sequence[Choice], default_unit: str, today: date
) -> ReadList:
    """The people of a sheet; `rows` are (row of the sheet from 1, texts). Everything wrong is told at once.

    `default_unit` is the code for lines that name no unit, "" when they have to.
    """
    found = ReadList()
    header = find_header(rows)
    if header is None:
        found.refuse(0, NO_HEADER)
        return found
    start, columns = header
    names = _units_by_name(units)
    for number, cells in rows[start:]:
        values = _values_of(cells, columns)
        if any(values.get(name) for name in ("full_name", "date_of_birth", "phone")):
            _read_person(number, values, names, default_unit, today, found)
    if not found.people and not found.problems:
        found.refuse(0, NO_ROWS)
    if len(found.people) > MAX_ROWS:
        found.refuse(0, TOO_MANY)
    _refuse_repeated(found)
    found.problems.sort(key=lambda problem: problem.row)
    return found


def find_header(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, dict[str, int]] | None:
    """(index of the first row below the header, field → column); None when no row is a header."""
    for index, (_number, cells) in enumerate(rows[: MAX_TITLE_ROWS + 1]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(cells):
            name = _FIELD_OF_TITLE.get(_title(cell))
            if name is not None:
                columns.setdefault(name, column)
        has_name = "full_name" in columns or {"family", "given"} <= columns.keys()
        if has_name and "date_of_birth" in columns:
            return index + 1, columns
    return None


def _title(cell: str) -> str:
    """ "Họ và tên (*)" → "ho va ten"."""
    plain = re.sub(r"\(.*?\)", " ", fold(cell))
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def _values_of(cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    values = {name: collapse(cells[at]) if at < len(cells) else "" for name, at in columns.items()}
    if "full_name" not in columns:
        values["full_name"] = collapse(f"{values['family']} {values['given']}")
    return values


def _read_person(
    number: int,
    values: Mapping[str, str],
    names: Mapping[str, list[Choice]],
    default_unit: str,
    today: date,
    found: ReadList,
) -> None:
    problems: list[str] = []

    def take(name: str, read: Any) -> Any:
        try:
            text = clean(values.get(name, ""))
            if len(text) > MAX_CELL:
                raise BadInput("viết dài quá")
            return read(text)
        except (BadInput, accounts.Unfit) as error:
            problems.append(f"{COLUMN_NAMES[name]}: {_lower_first(str(error))}")
            return None

    full_name = take("full_name", accounts.person_name)
    born = take("date_of_birth", lambda text: parse_birth_date(text, today))
    gender = take("gender", parse_gender)
    phone = take("phone", parse_phone)
    unit_code = take("unit", lambda text: _unit_of(text, names, default_unit))
    workplace = take("workplace", parse_workplace)
    for problem in problems:
        found.refuse(number, problem)
    if not problems:
        found.people.append(Person(number, full_name, born, gender, phone, unit_code, workplace))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _units_by_name(units: Sequence[Choice]) -> dict[str, list[Choice]]:
    found: dict[str, list[Choice]] = {}
    for unit in units:
        for name in {fold(name) for name in unit.names} | {unit.code.lower()}:
            found.setdefault(name, []).append(unit)
    return found


def _unit_of(text: str, names: Mapping[str, list[Choice]], default_unit: str) -> str:
    """The code of the unit a line names. Raises BadInput."""
    if not text:
        if not default_unit:
            raise BadInput("Chưa ghi đơn vị (xã, phường hoặc đơn vị trực thuộc).")
        return default_unit
    found = names.get(fold(text), [])
    if not found:
        raise BadInput(f"“{text}” không phải đơn vị thuộc phạm vi của bạn.")
    if len(found) > 1:
        shown = "; ".join(f"{unit.shown} (mã {unit.code})" for unit in found[:SHOWN_UNITS])
        raise BadInput(f"“{text}” trùng tên nhiều đơn vị. Hãy ghi mã thay cho tên: {shown}.")
    return found[0].code


def _refuse_repeated(found: ReadList) -> None:
    """Nobody stands twice in a list, no number belongs to two."""
    people: dict[tuple[str, date, str], int] = {}
    phones: dict[str, int] = {}
    for person in found.people:
        first = people.setdefault(identity(person), person.row)
        if first != person.row:
            found.refuse(person.row, f"Trùng họ tên, ngày sinh và đơn vị với dòng {first}.")
        if person.phone is not None:
            first = phones.setdefault(person.phone, person.row)
            if first != person.row:
                found.refuse(person.row, f"Trùng số điện thoại với dòng {first}.")


def identity(person: Person) -> tuple[str, date, str]:
    """What tells people of one unit apart: name without marks, birth date, unit."""
    return fold(person.full_name), person.date_of_birth, person.unit_code


def to_json(found: ReadList) -> dict[str, Any]:
    people = [asdict(person) | {"date_of_birth": person.date_of_birth.isoformat()} for person in found.people]
    return {"people": people, "problems": [[problem.row, problem.message] for problem in found.problems]}


def from_json(stored: Mapping[str, Any]) -> ReadList:
    people = [
        Person(**(person | {"date_of_birth": date.fromisoformat(person["date_of_birth"])}))
        for person in stored["people"]
    ]
    return ReadList(people, [Problem(row, message) for row, message in stored["problems"]])
