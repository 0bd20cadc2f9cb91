"""Who may declare and approve a headcount, what a declaration must be, what a filled-in spreadsheet says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.errors import DomainError
from app.formats import vn_number
from app.permissions import Grant, Permission
from app.text import fold

MOST_PEOPLE = 10_000_000
MAX_NOTE = 200
MINIMUM_REASON, MAXIMUM_REASON = 5, 500
FIRST_DAY = date(2000, 1, 1)
FURTHEST = timedelta(days=366)

MAX_ROWS = 2_000
MAX_TITLE_ROWS = 10
CODE_TITLE, NAME_TITLE, PEOPLE_TITLE = "Mã đơn vị", "Tên đơn vị", "Quân số mới"
PEOPLE_TITLES = frozenset({"quan so moi", "quan so"})

Row = tuple[int, Sequence[str]]  # its number as Excel shows it, its texts


class AlreadyDecided(DomainError):
    message = "Khai báo này đã có người quyết định."
    todo = "Hãy tải lại trang để xem kết quả."


class Superseded(DomainError):
    message = "Đơn vị đã khai lại sau khai báo này."
    todo = "Hãy tải lại trang và quyết định về khai báo mới nhất."


class SecondPersonNeeded(DomainError):
    message = "Bạn không tự duyệt quân số mình khai được."
    todo = "Hãy nhờ một cán bộ cấp trên hoặc Ban Tổ chức duyệt."


class NotSuperior(DomainError):
    message = "Quân số này do cấp trên của đơn vị hoặc Ban Tổ chức duyệt."


class NothingNew(DomainError):
    message = "Quân số này đã được khai đúng như vậy."
    todo = "Nếu đang chờ duyệt, hãy báo cấp trên; không cần khai lại."


def is_superior(
    grants: tuple[Grant, ...], permission: Permission, *, series: str, parent_path: str | None
) -> bool:
    """Does one grant cover the unit's parent? `parent_path` None: the unit stands at the top."""
    return any(
        grant.allows(permission)
        and (
            grant.unit_path is None
            or (
                parent_path is not None
                and grant.unit_series == series
                and parent_path.startswith(grant.unit_path)
            )
        )
        for grant in grants
    )


def parent_path(path: str) -> str | None:
    """ "/20/182/06634/" → "/20/182/"; None at the top."""
    above = path.strip("/").rpartition("/")[0]
    return f"/{above}/" if above else None


def check_may_decide(*, declared_by: int, actor_id: int, is_superior: bool, approves: bool) -> None:
    """Raises SecondPersonNeeded, NotSuperior. Whoever declared may take it back, but not approve it."""
    if declared_by == actor_id:
        if approves:
            raise SecondPersonNeeded
    elif not is_superior:
        raise NotSuperior


def day_problem(day: date, today: date) -> str:
    """What is wrong with the day from which a headcount holds; empty when nothing is."""
    if not FIRST_DAY <= day <= today + FURTHEST:
        return "Ngày này quá xa: bạn hãy xem lại năm."
    return ""


def is_over(people: int, headcount: int | None) -> bool:
    """More people than the unit has: some have probably chosen the wrong unit."""
    return headcount is not None and people > headcount


@dataclass(frozen=True)
class Line:
    """One unit of a spreadsheet with its number; `row` as Excel counts."""

    row: int
    code: str
    name: str
    people: int


@dataclass
class Read:
    """What a spreadsheet says: lines that are right, and (row, sentence) of everything that is wrong."""

    lines: list[Line] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read_rows(rows: Sequence[Row], names: Mapping[str, str]) -> Read:
    """`names` are the units that may be declared, by code. Rows without a number are left out."""
    read = Read()
    header = _find_header(rows)
    if header is None:
        message = f"Không thấy dòng tiêu đề có cột “{CODE_TITLE}” và cột “{PEOPLE_TITLE}”: hãy dùng tệp mẫu."
        read.problems.append((rows[0][0] if rows else 1, message))
        return read
    start, columns = header
    seen: dict[str, int] = {}
    for number, texts in rows[start + 1 :]:
        cells = {name: texts[at].strip() if at < len(texts) else "" for name, at in columns.items()}
        if not cells["people"]:
            continue
        code = _known_code(cells["code"], names)
        problems = list(_problems(cells, code, names, seen))
        read.problems += [(number, message) for message in problems]
        if not problems:
            seen[code] = number
            read.lines.append(Line(number, code, names[code], _count(cells["people"])))
    if not read.lines and not read.problems:
        read.problems.append((rows[start][0], f"Cột “{PEOPLE_TITLE}” chưa có số nào."))
    return read


def _find_header(rows: Sequence[Row]) -> tuple[int, dict[str, int]] | None:
    """The position of the row with the titles, and the column of each."""
    for index, (_, texts) in enumerate(rows[: MAX_TITLE_ROWS + 1]):
        titles = [fold(text) for text in texts]
        code = next((at for at, title in enumerate(titles) if title == fold(CODE_TITLE)), None)
        people = next((at for at, title in enumerate(titles) if title in PEOPLE_TITLES), None)
        if code is not None and people is not None:
            name = next((at for at, title in enumerate(titles) if title == fold(NAME_TITLE)), len(titles))
            return index, {"code": code, "name": name, "people": people}
    return None


def _known_code(text: str, names: Mapping[str, str]) -> str:
    """The code as we write it: Excel drops the zeros in front of a number."""
    if text in names:
        return text
    same = [code for code in names if code.lstrip("0") == text.lstrip("0")]
    return same[0] if text.isascii() and text.isdigit() and len(same) == 1 else ""


def _problems(
    cells: Mapping[str, str], code: str, names: Mapping[str, str], seen: Mapping[str, int]
) -> Iterator[str]:
    if not cells["code"]:
        yield "Thiếu mã đơn vị."
    elif not code:
        yield f"Mã “{cells['code']}” không có trong các đơn vị bạn phụ trách."
    elif code in seen:
        yield f"{names[code]} đã có ở dòng {seen[code]}."
    elif cells["name"] and fold(cells["name"]) not in fold(names[code]):
        yield f"Mã {code} là của {names[code]}, không phải “{cells['name']}”."
    if not 1 <= _count(cells["people"]) <= MOST_PEOPLE:
        yield (
            f"Quân số “{cells['people']}” phải là một số từ 1 đến {vn_number(MOST_PEOPLE)}, "
            "không có chữ, không có phần lẻ."
        )


def _count(text: str) -> int:
    """("1.234", "1 234", "1234") → 1234; 0 when it is no count."""
    groups = text.replace("\u00a0", " ").replace(" ", ".").split(".")
    is_grouped = len(groups) > 1 and 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    digits = "".join(groups) if len(groups) == 1 or is_grouped else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0
