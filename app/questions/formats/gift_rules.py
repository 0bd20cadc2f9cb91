"""GIFT, the text format of Moodle: escapes, the parts of a question, and the comment with our own fields.

Our comment stands above a question, `// kheo: {"level": 1, "asks": "name", "source": "…"}`, in JSON; the key
is the question's title, the topic its category, the explanation its general feedback.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from app.errors import BadInput

COMMENT = "// kheo: "
COMMENT_FIELDS = ("level", "asks", "source", "valid_from", "valid_until", "pinned")
FORMATS = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d*)?)%")
ESCAPED = "\\~=#{}:"
# What an escaped character is while the text is taken apart: characters that no text may hold.
_HIDDEN = {sign: chr(0xF0000 + index) for index, sign in enumerate(f"{ESCAPED}n")}
_SHOWN = {ord(hidden): sign for sign, hidden in _HIDDEN.items()} | {ord(_HIDDEN["n"]): "\n"}
_ESCAPE = re.compile(r"\\([\\~=#{}:n])")


@dataclass(frozen=True)
class Block:
    """Lines between two blank ones, without comments; `line` is the number of the first, from 1."""

    line: int
    text: str
    comments: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """One answer: its sign "=" or "~", weight in percent, text and comment; `line` from the first, as 0."""

    sign: str
    weight: float | None
    text: str
    feedback: str
    line: int


def escape(text: str) -> str:
    return re.sub(r"([\\~=#{}:])", r"\\\1", text)


def hide_escapes(text: str) -> str:
    """The text with escaped characters set aside, so that those left are signs. Raises BadInput."""
    if not _SHOWN.keys().isdisjoint(map(ord, text)):
        raise BadInput("Nội dung có ký tự không hợp lệ.")
    return _ESCAPE.sub(lambda match: _HIDDEN[match[1]], text)


def show(text: str) -> str:
    return text.translate(_SHOWN)


def blocks(text: str) -> Iterator[Block]:
    """The questions and category lines of a file."""
    lines: list[str] = []
    comments: list[str] = []
    first = 1
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.lstrip().startswith("//"):
            comments.append(line.strip())
            lines += [""] if lines else []
        elif line.lstrip().startswith("$CATEGORY:"):
            if lines:
                yield Block(first, "\n".join(lines), tuple(comments))
            yield Block(number, line.strip(), ())
            lines, comments = [], []
        elif line.strip():
            first = first if lines else number
            lines.append(line)
        elif lines:
            yield Block(first, "\n".join(lines), tuple(comments))
            lines, comments = [], []


def own_fields(block: Block) -> dict[str, str]:
    """What our comment above the question says; a comment that is not ours, or spoilt, says nothing."""
    for comment in block.comments:
        if not comment.startswith(COMMENT):
            continue
        try:
            values = json.loads(comment.removeprefix(COMMENT))
        except (ValueError, RecursionError):
            continue
        if isinstance(values, dict):
            return {name: str(values[name]) for name in COMMENT_FIELDS if name in values}
    return {}


def category_of(text: str) -> str:
    """The last name of "$CATEGORY: $course$/top/Dân chủ", "" for the one that every course has."""
    path = text.removeprefix("$CATEGORY:").strip()
    name = re.split(r"(?<!/)/(?!/)", path)[-1].replace("//", "/").strip()
    return "" if name == "top" or name.startswith(("$", "Default for ", "Mặc định cho ")) else name


def choices(text: str) -> list[Choice]:
    """The answers between the braces of a question."""
    starts = [match.start() for match in re.finditer(r"[=~]", text)]
    found = []
    for start, end in pairwise([*starts, len(text)]):
        weight = WEIGHT.match(text, start + 1, end)
        body, _, feedback = text[weight.end() if weight else start + 1 : end].partition("#")
        share = float(weight[1]) if weight else None
        found.append(Choice(text[start], share, body, feedback, text.count("\n", 0, start)))
    return found
