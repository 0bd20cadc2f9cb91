"""What one line of a question text is: a question's start, a field, a heading, a list of answers."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from app.questions.formats.answer_rules import find_level
from app.questions.rules import LETTERS

STYLES = ("câu", "bài", "số")
FIELD_WORDS = {
    "answer": "dap an dung|dap an|d/a|phuong an dung|tra loi dung|tra loi|key|answer|chon dap an|chon",
    "explanation": "giai thich dap an|giai thich|loi giai|huong dan giai|huong dan tra loi|ly giai",
    "source": "nguon trich dan|nguon|can cu phap ly|can cu|trich dan|tai lieu tham khao|tham khao",
    "topic": "chu de|linh vuc|chuyen de",
    "level": "muc do nhan thuc|muc do|do kho",
    "key": "ma cau hoi|ma cau",
    "valid_from": "dung tu ngay|hieu luc tu|co hieu luc tu",
    "valid_until": "dung den ngay|hieu luc den|het hieu luc",
}
_NAMES = {word: name for name, words in FIELD_WORDS.items() for word in words.split("|")}
_WORDS = "|".join(sorted(_NAMES, key=len, reverse=True))
# Both over text without marks, see `plain`.
_FIELD = re.compile(rf"(?:^|(?<=[\s.;,(\[]))({_WORDS})(?:\s+la)?\s*:\s*")
_ANSWER_WITHOUT_COLON = re.compile(
    r"\s*(?:=>|->|→)?\s*(?:(?:chon\s+)?(?:dap an|phuong an)(?:\s+dung)?|d/a|da|chon|key)(?:\s+la)?[\s.:\-–]+"
    r"(?=[a-f](?:\s*[,;&]?\s*[a-f])*\s*\.?\s*\Z)"
)
_STARTS = {
    "câu": re.compile(r"\s*(?:cau hoi|cau|question)\s*(?:so\s*)?(\d{1,4})(?!\d)\s*"),
    "bài": re.compile(r"\s*bai\s*(?:so\s*)?(\d{1,4})(?!\d)\s*"),
    "số": re.compile(r"\s*(\d{1,4})\s*(?=[.)/:](?!\d))"),
}
_AFTER_START = re.compile(r"(?:\(([^()]{1,40})\)|\[([^\[\]]{1,40})\])?\s*[.:)/\-–]*\s*")
_POINTS = re.compile(r"[\d.,]+\s*(?:diem|d)")
_HEADING = re.compile(r"\s*(?:phan|chuong|chu de|chuyen de|linh vuc)\s+(?:[ivx]+|\d+)\s*[.:\-–)]\s*(?=\S)")
_ROMAN_HEADING = re.compile(r"\s*[IVX]+\s*[.)\-–]\s*(?=\S)")
_DOCUMENT_TITLE = re.compile(r"\b(?:cau hoi|ngan hang|bo de|de thi|cuoc thi|hoi thi)\b")
_KEY_TITLE = re.compile(r"\s*(?:phan |bang |huong dan )?(?:dap an|key|answers?)(?: [a-z ]{1,40})?\s*[:.]?\s*")
_KEY_TOKEN = re.compile(
    r"(?:câu\s*|c)?(\d{1,4})\s*[.:)\-–—=/]*\s*([A-Fa-f](?:\s*(?:[,;/&+]|và)?\s*[A-Fa-f])*)(?![^\W\d_])",
    re.IGNORECASE,
)
_BETWEEN_TOKENS = re.compile(r"[\s,;.|\-–—]*")
BULLET = re.compile(r"\s*[-+•◦▪●○□☐–]\s+(?=\S)")


@dataclass(frozen=True)
class Mark:
    """A stretch of a line that stands out, and how: "in đậm"."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    """A line or paragraph as written, tabs kept, with the number its program shows in front.

    `numbering` tells what that number is when the program made it: "letter", "item", or ""; `pictures` are
    those that stand in it, as ReadQuestion has them.
    """

    where: str
    text: str
    marks: tuple[Mark, ...] = ()
    numbering: str = ""
    is_heading: bool = False
    pictures: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Start:
    """The start of a question: its number, what stands in parentheses behind, and where the stem begins."""

    number: int
    level: str
    end: int


class _Plain(dict[int, int]):
    def __missing__(self, code: int) -> int:
        letter = unicodedata.normalize("NFD", chr(code).lower().replace("đ", "d"))[0]
        self[code] = ord(letter)
        return self[code]


_PLAIN = _Plain()


@lru_cache(maxsize=64)  # each line is looked at for several things in a row
def plain(text: str) -> str:
    """Lower case without marks, one character for each of the text."""
    return text.translate(_PLAIN)


def find_start(text: str, style: str) -> Start | None:
    """The start of a question in this style of STYLES."""
    found = _STARTS[style].match(plain(text))
    if found is None:
        return None
    after = _AFTER_START.match(text, found.end())
    if after is None:
        return None
    if after.end() == found.end() < len(text) and text[found.end()].islower():
        return None  # "Câu 1 và câu 2 …" goes on with a sentence
    inside = after[1] or after[2] or ""
    level = inside if find_level(inside) is not None else ""
    is_of_stem = inside and not level and not _POINTS.fullmatch(plain(inside))
    return Start(int(found[1]), level, found.end() if is_of_stem else after.end())


def find_fields(text: str, start: int) -> list[tuple[str, int, int]]:
    """(field, start of its label, start of its text) of every labelled field from `start`.

    In the middle of a line a label has a capital: "hai nguồn: nước và điện" is none.
    """
    flat = plain(text)
    found = [
        (_NAMES[match[1]], match.start(1), match.end())
        for match in _FIELD.finditer(flat, start)
        if text[match.start(1)].isupper() or not text[start : match.start(1)].strip()
    ]
    bare = _ANSWER_WITHOUT_COLON.match(flat, start)
    return found or ([("answer", bare.start(), bare.end())] if bare else [])


def find_heading(text: str) -> str | None:
    """The title behind "PHẦN I.", "Chủ đề 2:" or "IV.", None when the text is no heading."""
    found = _HEADING.match(plain(text)) or _ROMAN_HEADING.match(text)
    return text[found.end() :].strip() if found else None


def is_key_title(text: str) -> bool:
    """ "ĐÁP ÁN", "BẢNG ĐÁP ÁN TRẮC NGHIỆM": answers follow."""
    flat = plain(text)
    return bool(_KEY_TITLE.fullmatch(flat)) and not _ANSWER_WITHOUT_COLON.match(flat)


def is_document_title(text: str) -> bool:
    """ "NGÂN HÀNG CÂU HỎI THI TÌM HIỂU …"."""
    return bool(_DOCUMENT_TITLE.search(plain(text)))


def is_blank(text: str) -> bool:
    """Nothing to read: spaces, a ruled line, "--- HẾT ---"."""
    return "".join(filter(str.isalnum, plain(text))) in ("", "het")


def key_list(text: str, *, least: int) -> dict[int, str]:
    """Number to letters of a list such as "1B – 2C" or "Câu 1: A, C; Câu 2: B", with or without a title.

    Empty when the text holds anything else, or fewer than `least` answers.
    """
    title = _KEY_TITLE.match(plain(text))
    position = title.end() if title else 0
    answers: dict[int, str] = {}
    while True:
        position = _end(_BETWEEN_TOKENS, text, position)
        if position == len(text):
            return answers if len(answers) >= least else {}
        token = _KEY_TOKEN.match(text, position)
        if token is None or int(token[1]) in answers:
            return {}
        named = {letter for letter in token[2].upper() if letter in LETTERS}
        answers[int(token[1])] = "".join(sorted(named))
        position = token.end()


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
