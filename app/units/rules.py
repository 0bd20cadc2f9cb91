"""The national trees of units: what makes rows a tree, how a unit is named, found and sorted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.text import fold, text_sort_key

LEVELS: dict[int, frozenset[str]] = {
    2: frozenset({"tỉnh", "thành phố"}),
    3: frozenset({"quận", "huyện", "thị xã", "thành phố"}),
    5: frozenset({"xã", "phường", "thị trấn", "đặc khu"}),
}
KINDS = frozenset().union(*LEVELS.values())
MAX_NAME_LENGTH = 80
CODE = re.compile(r"[0-9]+\Z")


@dataclass(frozen=True)
class Series:
    """A dated tree. A date is None where the tree has no end on that side."""

    code: str
    name: str
    valid_from: date | None
    valid_to: date | None


BEFORE_JULY_2025 = Series("vn-2024", "Đơn vị hành chính đến 30/6/2025", None, date(2025, 6, 30))
FROM_JULY_2025 = Series("vn-2025", "Đơn vị hành chính từ 01/7/2025", date(2025, 7, 1), None)


@dataclass(frozen=True)
class UnitRow:
    """One line of a units file; codes are text with leading zeros and their length gives the level."""

    code: str
    kind: str
    name: str
    parent_code: str
    line: int


@dataclass(frozen=True)
class SuccessionRow:
    """One old unit and one unit it went to. `is_whole` None: not known whether all or a part."""

    old_code: str
    new_code: str
    is_whole: bool | None
    line: int


@dataclass(frozen=True)
class Problem:
    """What is wrong at a line of a file."""

    line: int
    message: str


@dataclass(frozen=True)
class BuiltUnit:
    """A row with everything that follows from its place in the tree."""

    code: str
    parent_code: str
    kind: str
    name: str
    full_name: str
    path: str
    depth: int
    is_leaf: bool
    search: str
    sort_key: str
    valid_to: date | None


def check_tree(rows: Sequence[UnitRow]) -> list[Problem]:
    """Everything that keeps the rows from being one tree of units."""
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for row in rows:
        problems += [Problem(row.line, message) for message in _faults(row)]
        if row.code in lines:
            problems.append(Problem(row.line, f"Mã {row.code} đã có ở dòng {lines[row.code]}."))
        lines.setdefault(row.code, row.line)
    for row in rows:
        if row.parent_code and row.parent_code not in lines:
            problems.append(Problem(row.line, f"Không có đơn vị cấp trên {row.parent_code}."))
    return sorted(problems, key=lambda problem: problem.line)


def _faults(row: UnitRow) -> Iterator[str]:
    level = len(row.code)
    if not CODE.match(row.code) or level not in LEVELS:
        yield f"Mã “{row.code}” phải có 2, 3 hoặc 5 chữ số."
        return
    if row.kind not in LEVELS[level]:
        yield f"Loại “{row.kind}” không hợp với mã {row.code}."
    if not 1 <= len(row.name) <= MAX_NAME_LENGTH:
        yield "Tên đơn vị bị thiếu hoặc quá dài."
    if bool(row.parent_code) != (level != min(LEVELS)):
        yield "Chỉ đơn vị cấp tỉnh không có đơn vị cấp trên."
    elif row.parent_code and len(row.parent_code) >= level:
        yield f"Đơn vị {row.parent_code} không thể là cấp trên của {row.code}."


def check_successions(
    rows: Sequence[SuccessionRow], old_codes: frozenset[str], new_codes: frozenset[str]
) -> list[Problem]:
    """Pairs that name an unknown unit or stand twice."""
    problems: list[Problem] = []
    lines: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.old_code not in old_codes:
            problems.append(Problem(row.line, f"Không có đơn vị cũ {row.old_code}."))
        if row.new_code not in new_codes:
            problems.append(Problem(row.line, f"Không có đơn vị mới {row.new_code}."))
        pair = (row.old_code, row.new_code)
        if pair in lines:
            problems.append(Problem(row.line, f"Cặp này đã có ở dòng {lines[pair]}."))
        lines.setdefault(pair, row.line)
    return problems


def build_tree(rows: Sequence[UnitRow], dissolved: Mapping[str, date]) -> list[BuiltUnit]:
    """The units of a checked tree, parents before children."""
    parents = {row.parent_code for row in rows}
    built: dict[str, BuiltUnit] = {}
    for row in sorted(rows, key=lambda row: (len(row.code), row.code)):
        parent = built.get(row.parent_code)
        built[row.code] = BuiltUnit(
            code=row.code,
            parent_code=row.parent_code,
            kind=row.kind,
            name=row.name,
            full_name=full_name(row.kind, row.name),
            path=f"{parent.path if parent else '/'}{row.code}/",
            depth=parent.depth + 1 if parent else 1,
            is_leaf=row.code not in parents,
            search=search_text(row.kind, row.name, parent.full_name if parent else ""),
            sort_key=sort_key(row.kind, row.name),
            valid_to=dissolved.get(row.code),
        )
    return list(built.values())


def full_name(kind: str, name: str) -> str:
    """("xã", "Bắc Quỳnh") → "Xã Bắc Quỳnh"."""
    return f"{kind[:1].upper()}{kind[1:]} {name}"


def sort_key(kind: str, name: str) -> str:
    """Vietnamese order of names, numbers by value: Phường 2 before Phường 10."""
    padded = re.sub(r"\d+", lambda digits: digits[0].zfill(3), name)
    return text_sort_key(f"{padded} {kind}")


def search_key(text: str) -> str:
    """The words that are compared: no marks, i for y (Quí, Quý), no apostrophes (H'leo), no signs."""
    plain = re.sub(r"['’ʼ]", "", fold(text)).replace("y", "i")
    return " ".join(re.findall(r"[^\W_]+", plain))


def search_text(kind: str, name: str, parent_full_name: str) -> str:
    """What a unit is found by, a space before every word: " bac quinh / xa huien bac son"."""
    return f" {search_key(name)} / {search_key(kind)} {search_key(parent_full_name)}".rstrip()


@dataclass(frozen=True)
class Search:
    """A search as typed: every word must begin a word of the unit; `name` and `kind` rank."""

    words: tuple[str, ...]
    kind: str
    name: str


_KIND_KEYS = sorted((search_key(kind) for kind in KINDS), key=len, reverse=True)


def parse_search(text: str) -> Search:
    """("Xã Bắc Q") → words xa, bac, q, kind "xa", name "bac q": a kind in front is no part of the name."""
    key = search_key(text)
    kind = next((kind for kind in _KIND_KEYS if key.startswith(f"{kind} ")), "")
    return Search(words=tuple(key.split()), kind=kind, name=key[len(kind) :].strip())


def range_end(path: str) -> str:
    """The first text after every path of the subtree: paths end in "/", and "0" is the next character."""
    return f"{path[:-1]}0"


def paths_above(path: str) -> Iterator[str]:
    """ "/20/182/" → "/20/", "/20/182/": the unit itself and every unit above it."""
    return (path[: index + 1] for index, letter in enumerate(path) if letter == "/" and index)
