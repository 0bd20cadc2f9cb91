"""Where the options of a question begin in running text: "A. … B. …", "a) …", "*C/ …"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.questions.rules import LETTERS

# In the middle of a line only what nothing else looks like; at its start also "a." and "A -".
_LABEL = re.compile(r"(?:^|(?<=\s))(\*?)\s*(?:([A-Fa-f])\s*[.)/:]|\(([A-Fa-f])\)|\[([A-Fa-f])\])(\*?)\s*")
_LABEL_AT_START = re.compile(r"\s*(\*?)\s*([A-Fa-f])\s?[\-–](?=\s)(\*?)\s*")
_STARRED_END = re.compile(r"\s*(?:\(\s*(?:\*|x|đúng|đ)\s*\)|\[\s*x\s*\]|[*✓✔√])\s*\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Label:
    """The label of an option: from `start` up to its text at `end`."""

    letter: str
    start: int
    end: int
    is_starred: bool
    is_capital: bool = True


def find_labels(text: str, start: int, expected: str, *, goes_on: bool) -> list[Label]:
    """The labels `expected`, the letter after it and so on, in the order they stand from `start`.

    A first option that does not open the line counts only with the second after it, on this line or,
    when `goes_on`, the next: a lone "A." may end a sentence.
    """
    found = _all_labels(text, start)
    labels: list[Label] = []
    for letter in LETTERS[LETTERS.index(expected) :] if expected else "":
        after = labels[-1].end if labels else start
        fitting = [label for label in found if label.letter == letter and label.start >= after]
        if labels:  # an option is never empty: "B. C. Mác" is one
            fitting = [label for label in fitting if text[after : label.start].strip()]
        if not fitting:
            break
        labels.append(_clearest(text, fitting))
    opens = bool(labels) and not text[start : labels[0].start].strip()
    if expected == "A" and not opens and len(labels) == 1 and not goes_on:
        return []
    return labels


def label_at_start(text: str, start: int = 0) -> Label | None:
    """The label that opens the text, whatever its letter."""
    found = _all_labels(text, start)
    return found[0] if found and not text[start : found[0].start].strip() else None


def split_options(text: str) -> tuple[str, list[str]]:
    """What stands before the options of a text, and the options; without at least two the text alone."""
    labels = find_labels(text, 0, "A", goes_on=False)
    if len(labels) < 2:
        return text, []
    return text[: labels[0].start], texts_of(text, labels)


def texts_of(text: str, labels: Sequence[Label]) -> list[str]:
    ends = [*(label.start for label in labels[1:]), len(text)]
    return [text[label.end : end] for label, end in zip(labels, ends, strict=True)]


def without_star(text: str) -> tuple[str, bool]:
    """The text without a final "*", "(đúng)", "[x]" or tick, and whether it had one."""
    bare = _STARRED_END.sub("", text)
    return (bare, True) if bare != text and bare.strip() else (text, False)


def _all_labels(text: str, start: int) -> list[Label]:
    dashed = _LABEL_AT_START.match(text, start)
    labels = [_label(dashed, dashed[2])] if dashed else []
    return labels + [
        _label(match, match[2] or match[3] or match[4])
        for match in _LABEL.finditer(text, start)
        if not dashed or match.start() >= dashed.end()
    ]


def _label(match: re.Match[str], letter: str) -> Label:
    star = bool(match[1] or match[match.lastindex or 0] == "*")
    return Label(letter.upper(), match.start(), match.end(), star, letter.isupper())


def _clearest(text: str, fitting: Sequence[Label]) -> Label:
    """The first that stands apart by a tab, a line end or several spaces; else the first."""
    apart = [label for label in fitting if re.search(r"(?:^|[\t\n]| {2,})\Z", text[: label.start])]
    return (apart or fitting)[0]
