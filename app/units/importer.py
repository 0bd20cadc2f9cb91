"""Read the national unit files; everything wrong with them is told at once."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from app.errors import BadInput
from app.text import clean
from app.units import rules

DATA = Path(__file__).parent / "data"
SERIES_FILES = {"units-2024.csv": rules.BEFORE_JULY_2025, "units-2025.csv": rules.FROM_JULY_2025}
SUCCESSIONS_FILE = "successions.csv"
DISSOLVED_FILE = "dissolved.csv"
WHOLE = {"1": True, "0": False, "": None}

Row = TypeVar("Row")


class BadUnitFiles(ValueError):
    """The files cannot be imported; `problems` are lines "file:line: what is wrong"."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class NationalUnits:
    """Both trees, in the order of SERIES_FILES, and what became of the old units."""

    trees: Mapping[rules.Series, Sequence[rules.BuiltUnit]]
    successions: Sequence[rules.SuccessionRow]


def read_national_units(folder: Path = DATA) -> NationalUnits:
    """Raises BadUnitFiles."""
    problems: list[str] = []

    def read(name: str, columns: tuple[str, ...], parse: Callable[[list[str], int], Row]) -> list[Row]:
        rows, found = _read_rows(folder / name, columns, parse)
        problems.extend(f"{name}:{problem.line}: {problem.message}" for problem in found)
        return rows

    units = {name: read(name, ("code", "type", "name", "parent_code"), _unit_row) for name in SERIES_FILES}
    successions = read(SUCCESSIONS_FILE, ("old_code", "new_code", "whole"), _succession_row)
    dissolved = dict(read(DISSOLVED_FILE, ("code", "valid_to"), _dissolved_row))
    for name, rows in units.items():
        found = rules.check_tree(rows)
        problems += [f"{name}:{problem.line}: {problem.message}" for problem in found]
    old, new = (frozenset(row.code for row in rows) for rows in units.values())
    found = rules.check_successions(successions, old, new)
    problems += [f"{SUCCESSIONS_FILE}:{problem.line}: {problem.message}" for problem in found]
    problems += [f"{DISSOLVED_FILE}:1: Không có đơn vị {code}." for code in dissolved if code not in old]
    if problems:
        raise BadUnitFiles(problems)
    trees = {
        series: rules.build_tree(units[name], dissolved if series is rules.BEFORE_JULY_2025 else {})
        for name, series in SERIES_FILES.items()
    }
    return NationalUnits(trees=trees, successions=successions)


def _read_rows(
    path: Path, columns: tuple[str, ...], parse: Callable[[list[str], int], Row]
) -> tuple[list[Row], list[rules.Problem]]:
    """The rows that can be read, and what is wrong with the others."""
    rows: list[Row] = []
    problems: list[rules.Problem] = []
    try:
        lines = list(_lines(path))
    except OSError:
        return [], [rules.Problem(1, "Không đọc được tệp.")]
    except UnicodeDecodeError:
        return [], [rules.Problem(1, "Tệp không phải UTF-8.")]
    if not lines or tuple(lines[0][1]) != columns:
        return [], [rules.Problem(1, f"Dòng đầu phải là {','.join(columns)}.")]
    for line, values in lines[1:]:
        try:
            if len(values) != len(columns):
                raise BadInput(f"Dòng này phải có {len(columns)} cột.")
            rows.append(parse([clean(value) for value in values], line))
        except ValueError as error:
            problems.append(rules.Problem(line, str(error)))
    return rows, problems


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        for values in reader:
            yield reader.line_num, values


def _unit_row(values: list[str], line: int) -> rules.UnitRow:
    code, kind, name, parent_code = values
    return rules.UnitRow(code, kind, name, parent_code, line)


def _succession_row(values: list[str], line: int) -> rules.SuccessionRow:
    old_code, new_code, whole = values
    if whole not in WHOLE:
        raise BadInput("Cột whole chỉ nhận 1, 0 hoặc để trống.")
    return rules.SuccessionRow(old_code, new_code, WHOLE[whole], line)


def _dissolved_row(values: list[str], _line: int) -> tuple[str, date]:
    code, valid_to = values
    try:
        return code, date.fromisoformat(valid_to)
    except ValueError:
        raise BadInput("Ngày phải viết dạng 2020-12-31.") from None
