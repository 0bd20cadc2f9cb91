"""A question while it is being put together from a file, and what is found wrong when it is complete."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from app.errors import BadInput
from app.questions.formats.answer_rules import (
    TRUE_FALSE,
    find_true_false,
    parse_answer,
    parse_asks,
    parse_date,
    parse_letters,
    parse_level,
)
from app.questions.formats.encoding_rules import check_unicode, tidy
from app.questions.formats.file_rules import ReadFile, ReadQuestion
from app.questions.rules import LETTERS

Value = TypeVar("Value")
MAX_QUESTIONS = 10_000
TOO_MANY = f"Tệp có quá {MAX_QUESTIONS} câu: hãy chia thành nhiều tệp."
NO_OPTIONS = "Câu này không có phương án để chọn. Câu tự luận, câu dự đoán không nhập được: hãy xóa đi."


@dataclass
class Draft:
    """Texts as written, each with its own place; `fields` by their names in ReadQuestion.

    `marks` are what tells the right options beside a written answer, by what it is ("in đậm": "B").
    """

    where: str
    options: list[tuple[str, str]] = field(default_factory=list)  # (text, where)
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)  # name → (text, where)
    marks: dict[str, str] = field(default_factory=dict)
    images: list[tuple[str, bytes]] = field(default_factory=list)

    def put(self, name: str, text: str, where: str = "") -> None:
        """Set a field, or go on with it when it has begun."""
        before, place = self.fields.get(name, ("", where or self.where))
        self.fields[name] = (f"{before} {text}" if before else text, place)

    def text(self, name: str) -> str:
        return self.fields.get(name, ("", ""))[0]

    def place(self, name: str) -> str:
        return self.fields.get(name, ("", self.where))[1]


def finish(draft: Draft, file: ReadFile) -> None:
    """Add the question to the file, or everything that is wrong with it to the file's problems.

    Raises BadInput when the file holds more than MAX_QUESTIONS.
    """
    before = len(file.problems)
    stem = _text(draft, "stem", file)
    if not stem and len(file.problems) == before:
        file.refuse(draft.place("stem"), "Thiếu nội dung câu hỏi.")
    options = _options(draft, file)
    _tried(check_unicode, " ".join([stem, *options]), draft.where, file)
    question = ReadQuestion(
        where=draft.where,
        stem=stem,
        options=options,
        answer=_answer(draft, options, file) if options else "",
        key=_text(draft, "key", file),
        topic=_text(draft, "topic", file),
        level=_parsed(draft, "level", parse_level, file),
        asks=_parsed(draft, "asks", parse_asks, file) or "",
        explanation=_text(draft, "explanation", file),
        source=_text(draft, "source", file),
        valid_from=_parsed(draft, "valid_from", parse_date, file),
        valid_until=_parsed(draft, "valid_until", parse_date, file),
        pinned=_parsed(draft, "pinned", lambda text: parse_letters(text, options), file) or "",
        images=tuple(draft.images),
    )
    if len(file.problems) == before:
        if len(file.questions) == MAX_QUESTIONS:
            raise BadInput(TOO_MANY)
        file.questions.append(question)


def _text(draft: Draft, name: str, file: ReadFile) -> str:
    return _tried(tidy, draft.text(name), draft.place(name), file) or ""


def _parsed(draft: Draft, name: str, parse: Callable[[str], Value], file: ReadFile) -> Value | None:
    """What a field says, None when it is empty or, as a problem tells, cannot be read."""
    text = draft.text(name)
    return _tried(parse, text, draft.place(name), file) if text.strip() else None


def _tried(parse: Callable[[str], Value], text: str, where: str, file: ReadFile) -> Value | None:
    try:
        return parse(text)
    except BadInput as error:
        file.refuse(where, str(error))
        return None


def _options(draft: Draft, file: ReadFile) -> tuple[str, ...]:
    """The texts of the options; empty when something is wrong with them."""
    before = len(file.problems)
    written = draft.options
    if not written and find_true_false(draft.text("answer")):
        return TRUE_FALSE
    if not written:
        file.refuse(draft.where, NO_OPTIONS)
    elif len(written) == 1:
        file.refuse(written[0][1], "Câu này chỉ có một phương án.")
    elif len(written) > len(LETTERS):
        file.refuse(draft.where, f"Câu này có {len(written)} phương án, nhiều nhất là {len(LETTERS)}.")
    first: dict[str, str] = {}
    for letter, (text, where) in zip(LETTERS, written, strict=False):
        option = _tried(tidy, text, where, file)
        if option == "":
            file.refuse(where, f"Phương án {letter} để trống.")
        elif option is not None and option.casefold() in first:
            file.refuse(where, f"Phương án {letter} trùng với phương án {first[option.casefold()]}.")
        first.setdefault((option or "").casefold(), letter)
    return tuple(tidy(text) for text, _ in written) if len(file.problems) == before else ()


def _answer(draft: Draft, options: tuple[str, ...], file: ReadFile) -> str:
    """What the written answer and the marks say; they must agree."""
    before = len(file.problems)
    written = _parsed(draft, "answer", lambda text: _written_answer(text, options), file)
    if len(file.problems) > before:
        return ""
    said = ({"đáp án ghi": written} if written else {}) | draft.marks
    if not said:
        file.refuse(draft.place("answer"), "Câu này không có đáp án.")
        return ""
    if len(set(said.values())) > 1:
        each = ", ".join(f"{name} là {letters}" for name, letters in said.items())
        file.refuse(draft.place("answer"), f"Đáp án không thống nhất: {each}.")
    return next(iter(said.values()))


def _written_answer(text: str, options: tuple[str, ...]) -> str:
    return (find_true_false(text) if options == TRUE_FALSE else "") or parse_answer(text, options)
