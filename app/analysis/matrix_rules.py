"""Read a score matrix from CSV: attempts in lines, questions in columns. Errors name the line."""

import csv
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import Any

DELIMITERS = ",;\t"
MOST_ERRORS = 50


class MatrixError(ValueError):
    """What is wrong with the file: one sentence a line, each with the line as an editor shows it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_matrix(
    lines: Iterable[str], *, has_ids: bool, blank_is_zero: bool, highest_mark: float
) -> tuple[list[str], Iterator[dict[str, float]]]:
    """(names of the questions, one {question: mark} per attempt).

    Columns are separated by commas, semicolons or tabs, whichever the first line has most. A blank cell
    was not given to that person, or counts as 0 when `blank_is_zero`. Raises MatrixError at once for a
    bad first line, and while the attempts are read for the others, all of them together.
    """
    source = iter(lines)
    first = next(source, "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(chain([first], source), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(reader, [])][1 if has_ids else 0 :]
    except csv.Error as error:
        raise MatrixError([f"line 1: {error}"]) from None
    if not names or not all(names):
        raise MatrixError(["line 1: every question needs a name in the first line"])
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise MatrixError([f"line 1: two questions are called {twice}"])
    return names, _attempts(reader, names, has_ids, blank_is_zero, highest_mark)


def _attempts(
    reader: Any, names: list[str], has_ids: bool, blank_is_zero: bool, highest_mark: float
) -> Iterator[dict[str, float]]:
    problems: list[str] = []
    count = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            found = _marks(cells[1 if has_ids else 0 :], names, blank_is_zero, highest_mark)
            if isinstance(found, str):
                problems.append(f"line {reader.line_num}: {found}")
                if len(problems) == MOST_ERRORS:
                    break
            else:
                yield found
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: {error}")
    if not count:
        problems.append("line 2: there is no attempt below the first line")
    if problems:
        raise MatrixError(problems)


def _marks(
    cells: list[str], names: list[str], blank_is_zero: bool, highest_mark: float
) -> dict[str, float] | str:
    """The marks of one line, or what is wrong with it."""
    if len(cells) != len(names):
        return f"{len(cells)} cells instead of {len(names)}"
    marks = {}
    for name, cell in zip(names, cells, strict=True):
        written = cell.strip()
        if not written and not blank_is_zero:
            continue
        mark = find_mark(written or "0")
        if mark is None or not 0 <= mark <= highest_mark:
            return f"{name}: {written!r} is no mark from 0 to {highest_mark:g}"
        marks[name] = mark
    return marks if marks else "no question has a mark"


def find_mark(text: str) -> float | None:
    """("1", "0.5", "0,5", "1/3") → the mark, or None."""
    plain = text.replace(",", ".", 1)
    if not plain.isascii() or not set(plain) <= set("0123456789./") or len(plain) > 20:
        return None
    try:
        return float(Fraction(plain))
    except (ValueError, ZeroDivisionError):
        return None
