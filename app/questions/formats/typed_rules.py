"""A typed question as far as it has been read, and what it comes to when it is complete."""

import re
from dataclasses import dataclass, field

from app.questions.formats.draft_rules import Draft, finish
from app.questions.formats.file_rules import ReadFile
from app.questions.formats.line_rules import BULLET, Line
from app.questions.formats.mark_rules import Typed, marked_letters
from app.questions.formats.option_rules import Label, without_star
from app.questions.rules import LETTERS

KEY_LIST = "bảng đáp án"
_ITEM_NUMBER = re.compile(r"\s*\d{1,3}\s*[.)]\s*")


@dataclass
class Written:
    """`target` is the field that a line without a label goes on with, "" when no line can.

    `stem` has (text, line, whether it is an item of a list); `faults` are (where, message).
    """

    number: int
    draft: Draft
    target: str = "stem"
    stem: list[tuple[str, Line, bool]] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def place(self, line: Line) -> str:
        """A paragraph has no number that Word shows: the question's goes with it."""
        return f"câu {self.number} ({line.where})" if line.where.startswith("đoạn") else line.where

    @property
    def expected(self) -> str:
        """The letter of the next option, "" after the last there can be."""
        return LETTERS[len(self.typed)] if len(self.typed) < len(LETTERS) else ""


def add_option(written: Written, line: Line, label: Label, end: int) -> None:
    """The option from its label up to `end` of the line."""
    text, is_starred = without_star(line.text[label.end : end])
    typed = Typed((line, label.start, label.end), [(line, label.end, end)], is_starred or label.is_starred)
    written.typed.append(typed)
    written.draft.options.append((text, written.place(line)))
    written.target = "options"


def extend_option(written: Written, line: Line, start: int, end: int) -> None:
    """The last option goes on with this stretch of the line."""
    before, where = written.draft.options[-1]
    text, is_starred = without_star(line.text[start:end])
    written.draft.options[-1] = (f"{before} {text}", where)
    written.typed[-1].texts.append((line, start, end))
    written.typed[-1].is_starred |= is_starred


def note_wrong_turn(written: Written, line: Line, letter: str) -> None:
    """An option's label that is not the next one."""
    if not written.expected or letter < written.expected:
        message = f"Phương án {letter} lặp lại: có thể câu sau thiếu số thứ tự (“Câu {written.number + 1}.”)."
    else:
        message = f"Có phương án {letter} nhưng không thấy phương án {written.expected}."
    written.faults.append((written.place(line), message))


def complete(written: Written, keys: list[tuple[str, str]], file: ReadFile) -> None:
    """Add the question, or what is wrong with it, to the file; `keys` are (letters, where) of answer lists.

    Raises BadInput when the file holds too many questions.
    """
    if not written.typed:
        _take_items(written)
    for text, line, _ in written.stem:
        written.draft.put("stem", text.strip(), written.place(line))
    for letters, where in keys:
        if "answer" in written.draft.fields:
            written.draft.marks[KEY_LIST] = letters
        else:
            written.draft.put("answer", letters, where)
    written.draft.marks |= marked_letters(written.typed)
    for where, message in written.faults:
        file.refuse(where, message)
    if not written.faults:
        finish(written.draft, file)


def _take_items(written: Written) -> None:
    """Options without letters: the items of the list that ends the stem."""
    count = 0
    while count < len(written.stem) and written.stem[-1 - count][2]:
        count += 1
    if count < 2 or count == len(written.stem):
        return
    for text, line, _ in written.stem[-count:]:
        number = _ITEM_NUMBER.match(text) or BULLET.match(text)
        end = number.end() if number else 0
        add_option(written, line, Label("", 0, end, False), len(line.text))
    del written.stem[-count:]
