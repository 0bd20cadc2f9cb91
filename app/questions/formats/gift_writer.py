"""Questions in GIFT, for Moodle; `gift_reader` reads back every field."""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from app.questions.formats.gift_rules import COMMENT, COMMENT_FIELDS, escape
from app.questions.rules import LETTERS, BankQuestion

# A text that begins so would be read as the sign of a format or a weight.
SIGNS = ("[", "%")


def write(questions: Sequence[BankQuestion]) -> bytes:
    """A category for each run of questions of one topic; everything Moodle has no place for in a comment."""
    pieces: list[str] = []
    for topic, group in groupby(questions, key=lambda question: question.topic):
        pieces.append(f"$CATEGORY: {topic}\n")
        pieces.extend("\n".join(_lines(question)) + "\n" for question in group)
    return "\n".join(pieces).encode()


def _lines(question: BankQuestion) -> Iterator[str]:
    yield f"{COMMENT}{_own_fields(question)}"
    yield f"::{escape(question.key)}::[plain]{escape(question.stem)} {{"
    for letter, option in zip(LETTERS, question.options, strict=False):
        yield f"\t{_sign(question, letter)}{_text(option)}"
    if question.explanation:
        yield f"\t####{_text(question.explanation)}"
    yield "}"


def _sign(question: BankQuestion, letter: str) -> str:
    """A right answer's share of the mark; a wrong one among several takes it all away."""
    is_right = letter in question.answer
    if len(question.answer) == 1:
        return "=" if is_right else "~"
    return f"~%{100 / len(question.answer):.5f}%" if is_right else "~%-100%"


def _text(text: str) -> str:
    return ("[plain]" if text.startswith(SIGNS) else "") + escape(text)


def _own_fields(question: BankQuestion) -> str:
    values = {name: getattr(question, name) for name in COMMENT_FIELDS}
    return json.dumps(
        {name: value for name, value in values.items() if value}, ensure_ascii=False, default=str
    )
