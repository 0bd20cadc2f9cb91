"""Which options stand out in the way a question was typed: bold, underlined, coloured, starred."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.questions.formats.line_rules import Line
from app.questions.rules import LETTERS

STAR = "dấu sao"
# From here on a text as a whole stands out; less is a word stressed inside it.
MIN_SHARE = 0.6


@dataclass
class Typed:
    """How one option was typed: where its label stands, and the stretches of lines that hold its text."""

    label: tuple[Line, int, int]
    texts: list[tuple[Line, int, int]] = field(default_factory=list)
    is_starred: bool = False


def marked_letters(options: Sequence[Typed]) -> dict[str, str]:
    """Kind of mark to the letters of the options that have it; a mark that all have, or none, says nothing.

    Where no text stands out as a whole, a label that does tells the same.
    """
    kinds = {mark.kind: None for option in options for line, *_ in _parts(option) for mark in line.marks}
    found = {STAR: _letters([option.is_starred for option in options])}
    for kind in kinds:
        texts = [_share(option.texts, kind) >= MIN_SHARE for option in options]
        labels = [_share([option.label], kind) > 0 for option in options]
        found[kind] = _letters(texts if any(texts) else labels)
    return {kind: letters for kind, letters in found.items() if 0 < len(letters) < len(options)}


def _parts(option: Typed) -> list[tuple[Line, int, int]]:
    return [option.label, *option.texts]


def _letters(flags: Sequence[bool]) -> str:
    return "".join(letter for letter, flag in zip(LETTERS, flags, strict=False) if flag)


def _share(parts: Sequence[tuple[Line, int, int]], kind: str) -> float:
    """How much of the letters and figures of these stretches has the mark."""
    whole = marked = 0
    for line, start, end in parts:
        whole += _count(line.text, start, end)
        marked += sum(
            _count(line.text, max(mark.start, start), min(mark.end, end))
            for mark in line.marks
            if mark.kind == kind
        )
    return marked / whole if whole else 0.0


def _count(text: str, start: int, end: int) -> int:
    return sum(map(str.isalnum, text[start:end])) if start < end else 0
