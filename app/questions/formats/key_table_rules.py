"""Tables of answers: "Câu | 1 | 2 | 3" over "Đáp án | B | C | A", in columns, or "1.B" in each cell."""

import re
from collections.abc import Sequence

from app.questions.formats.line_rules import key_list, plain
from app.questions.rules import LETTERS

_NUMBER = re.compile(r"(?:câu\s*)?(\d{1,4})\s*[.:)]?", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Fa-f](?:\s*[,;/&+]?\s*[A-Fa-f])*\s*\.?")
_TITLES = frozenset(
    ("cau", "cau so", "cau hoi", "so cau", "stt", "tt", "dap an", "dap an dung", "da", "d/a", "ket qua")
)


def key_table(rows: Sequence[Sequence[str]]) -> dict[int, str]:
    """Number to letters; empty when the table holds anything else, or fewer than two answers."""
    cells = {
        (row, at): text for row, texts in enumerate(rows) for at, text in enumerate(texts) if text.strip()
    }
    answers: dict[int, str] = {}
    used = set()
    for (row, at), text in cells.items():
        number = _NUMBER.fullmatch(text.strip())
        for place in ((row, at + 1), (row + 1, at)) if number else ():
            letters = _LETTERS.fullmatch(cells.get(place, ""))
            if number and letters and place not in used:
                answers[int(number[1])] = "".join(sorted(set(letters[0].upper()) & set(LETTERS)))
                used |= {(row, at), place}
                break
    for place, text in cells.items():
        if place not in used and not _is_title(text):
            listed = key_list(text, least=1)
            if not listed:
                return {}
            answers |= listed
    return answers if len(answers) > 1 else {}


def _is_title(text: str) -> bool:
    return " ".join(plain(text).strip(" .:").split()) in _TITLES
