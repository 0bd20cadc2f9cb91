"""Rows of a question table to questions: one row each, or one row for each option."""

from collections.abc import Callable, Iterable, Sequence

from app.questions.formats.answer_rules import find_level
from app.questions.formats.draft_rules import Draft, finish
from app.questions.formats.file_rules import ReadFile
from app.questions.formats.line_rules import find_heading
from app.questions.formats.option_rules import split_options
from app.questions.formats.template_rules import EXAMPLE, Header, names_columns, unknown_columns
from app.questions.rules import LETTERS
from app.text import fold

EXAMPLE_ROW = "dòng ví dụ của mẫu"
TEXT_FIELDS = ("key", "topic", "level", "asks", "stem", "explanation", "source")
DATE_FIELDS = ("valid_from", "valid_until", "pinned")
MARK_NAME = "cột đánh dấu"
_MARKS = frozenset(("x", "v", "✓", "✔", "√", "*", "dung", "true", "co"))
# In a column that only holds marks, these are marks too; elsewhere they name an option.
_MARKS_ALONE = _MARKS | {"1", "d"}

Place = Callable[[int, int], str]


def read_rows(
    header: Header, rows: Iterable[tuple[int, Sequence[str]]], place: Place, file: ReadFile
) -> None:
    """Add the questions of a table to the file; `rows` are those under the header, with their own index.

    Raises BadInput when the file holds too many questions.
    """
    running: dict[str, tuple[str, str]] = {}
    draft: Draft | None = None
    for index, row in rows:
        if not any(cell.strip() for cell in row) or _is_header_again(header, row):
            continue
        if _is_alone(header, row):
            running |= _heading(row, place(index, header.column("stem") or 0))
            continue
        if draft and _goes_on(header, row):
            _add_option(draft, header, row, index, place)
            continue
        if draft:
            finish(draft, file)
        draft = _draft(header, row, index, place, running)
        file.unsupported.update(f"cột “{name}”" for name in unknown_columns(header, row))
        if fold(draft.text("key")) == fold(EXAMPLE):
            file.unsupported[EXAMPLE_ROW] += 1
            draft = None
    if draft:
        finish(draft, file)


def _cell(header: Header, row: Sequence[str], name: str) -> str:
    column = header.column(name)
    return row[column] if column is not None and column < len(row) else ""


def _is_header_again(header: Header, row: Sequence[str]) -> bool:
    """The header repeated on a later page."""
    return fold(_cell(header, row, "stem")) == header.stem_title and names_columns(row)


def _is_alone(header: Header, row: Sequence[str]) -> bool:
    """A row that asks nothing: a running number alone, or a title across the table."""
    filled = [column for column, cell in enumerate(row) if cell.strip()]
    if len(filled) != 1:
        return False
    return header.columns.get(filled[0], "number") == "number" or find_heading(row[filled[0]]) is not None


def _heading(row: Sequence[str], where: str) -> dict[str, tuple[str, str]]:
    """The topic or level that a title across the table tells for the rows below it."""
    text = next(cell.strip() for cell in row if cell.strip())
    if text.removesuffix(".0").isdigit():
        return {}
    title = find_heading(text) or text
    return {"topic" if find_level(title) is None else "level": (title, where)}


def _goes_on(header: Header, row: Sequence[str]) -> bool:
    """The next option of the question above: one row for each option."""
    is_option = header.column("options") is not None and _cell(header, row, "options").strip()
    return bool(is_option) and not _cell(header, row, "stem").strip()


def _draft(
    header: Header, row: Sequence[str], index: int, place: Place, running: dict[str, tuple[str, str]]
) -> Draft:
    draft = Draft(place(index, header.column("stem") or 0))
    draft.fields |= running
    for name in (*TEXT_FIELDS, *DATE_FIELDS):
        text = _cell(header, row, name)
        if text.strip():
            draft.fields[name] = (text, place(index, header.column(name) or 0))
    if header.column("options") is not None:
        _add_option(draft, header, row, index, place)
    else:
        _put_answer(draft, header, row, index, place)
        draft.options = _options(header, row, index, place)
    if not draft.options:
        stem, options = split_options(draft.text("stem"))
        if options:
            draft.fields["stem"] = (stem, draft.place("stem"))
            draft.options = [(option, draft.place("stem")) for option in options]
    _add_marks(draft, header, row)
    return draft


def _put_answer(draft: Draft, header: Header, row: Sequence[str], index: int, place: Place) -> None:
    column = header.column("answer")
    if column is not None:
        draft.fields["answer"] = (_cell(header, row, "answer"), place(index, column))


def _options(header: Header, row: Sequence[str], index: int, place: Place) -> list[tuple[str, str]]:
    """The options of a row in columns of their own; empty cells after the last one are none."""
    cells = [(_cell(header, row, name), place(index, header.column(name) or 0)) for name in header.letters]
    while cells and not cells[-1][0].strip():
        cells.pop()
    return cells


def _add_option(draft: Draft, header: Header, row: Sequence[str], index: int, place: Place) -> None:
    """The options of one cell; a mark in the answer's column of that row tells a single one as right."""
    column = header.column("options") or 0
    text = _cell(header, row, "options")
    before, options = split_options(text)
    lines = [line for line in text.splitlines() if line.strip()]
    found = options if options and not before else lines
    draft.options += [(option, place(index, column)) for option in found]
    answer = _cell(header, row, "answer").strip()
    if len(found) == 1 and fold(answer) in _MARKS and len(draft.options) <= len(LETTERS):
        draft.marks[MARK_NAME] = draft.marks.get(MARK_NAME, "") + LETTERS[len(draft.options) - 1]
    elif answer:
        _put_answer(draft, header, row, index, place)


def _add_marks(draft: Draft, header: Header, row: Sequence[str]) -> None:
    marked = [letter for letter in LETTERS if fold(_cell(header, row, f"={letter}")) in _MARKS_ALONE]
    if marked:
        draft.marks[MARK_NAME] = "".join(marked)
