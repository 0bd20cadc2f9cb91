"""What people write for an answer, a level, a kind or a date, as the bank keeps it."""

import re
from collections.abc import Sequence
from datetime import date

from app.errors import BadInput
from app.questions.formats.encoding_rules import tidy
from app.questions.rules import ASKS_NAMES, LETTERS
from app.text import collapse, fold

TRUE_FALSE = ("Đúng", "Sai")
TRUE_WORDS = ("đúng", "dung", "đ", "true")
FALSE_WORDS = ("sai", "s", "false")

_LEVELS = {
    1: ("1", "i", "nhan biet", "biet", "nb", "de", "muc 1", "muc do 1", "cap do 1"),
    2: ("2", "ii", "thong hieu", "hieu", "th", "trung binh", "tb", "muc 2", "muc do 2", "cap do 2"),
    3: ("3", "iii", "van dung", "vd", "kho", "muc 3", "muc do 3", "cap do 3", "van dung cao", "vdc"),
}
_ASKS = {fold(word): code for code, name in ASKS_NAMES.items() for word in (code, name)}
_BEFORE_ANSWER = re.compile(
    r"^(?:(?:các\s+)?(?:đáp án|phương án|lựa chọn|chọn|câu|ý)(?:\s+đúng)?(?:\s+là)?(?:\s*[:.]\s*|\s+))+",
    re.IGNORECASE,
)
_ANSWER_LETTERS = re.compile(r"[A-Fa-f](?:(?:\s*[,;/&+\-–]\s*|\s+(?:và\s+)?)?[A-Fa-f])*\s*\.?")
_ANSWER_NUMBERS = re.compile(r"[1-6](?:\.0)?(?:\s*[,;/&+\-–]\s*[1-6])*\s*\.?")
_LABELLED = re.compile(r"([A-Fa-f])\s*[.):/]\s+(\S.*)")
_DAY_FIRST = re.compile(
    r"(?:ngày\s*)?(\d{1,2})\s*(?:[./-]|tháng)\s*(\d{1,2})\s*(?:[./-]|năm)\s*(\d{4})", re.IGNORECASE
)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?")


def parse_answer(text: str, options: Sequence[str]) -> str:
    """The letters, in order, that an answer names: "b", "A, C", "AC", "2", "2.0", or an option's own text.

    Raises BadInput with what the person reads when it names none, or one that there is not.
    """
    written = tidy(text)
    bare = _BEFORE_ANSWER.sub("", written) or written
    by_sign = _letters_in(bare)
    by_text = _letters_of_texts(written, options) or _letters_of_texts(bare, options)
    if by_sign and by_text and by_sign != by_text:
        raise BadInput(f"Đáp án “{written}” có thể là phương án {by_sign} hoặc {by_text}: hãy ghi chữ cái.")
    letters = by_sign or by_text
    if not letters:
        raise BadInput(f"Đáp án “{written}” không phải chữ cái, số thứ tự hay nội dung của phương án nào.")
    return _offered(letters, options)


def parse_letters(text: str, options: Sequence[str]) -> str:
    """The letters, in order, of a field that holds nothing else. Raises BadInput."""
    letters = _letters_in(tidy(text))
    if not letters:
        raise BadInput(f"“{tidy(text)}” không phải chữ cái của phương án nào.")
    return _offered(letters, options)


def _offered(letters: str, options: Sequence[str]) -> str:
    """The same letters. Raises BadInput for one that there is not."""
    for letter in letters:
        if letter not in LETTERS[: len(options)]:
            raise BadInput(f"Đáp án là {letter} nhưng câu chỉ có {len(options)} phương án.")
    return letters


def find_true_false(text: str) -> str:
    """ "A" for a word that says true, "B" for one that says false, "" for any other."""
    word = collapse(text).lower().strip(" .")
    return "A" if word in TRUE_WORDS else "B" if word in FALSE_WORDS else ""


def _letters_in(text: str) -> str:
    if _ANSWER_LETTERS.fullmatch(text):
        named = {letter.upper() for letter in text if letter.upper() in LETTERS}
    elif _ANSWER_NUMBERS.fullmatch(text):
        named = {LETTERS[int(digit) - 1] for digit in text.replace(".0", "") if digit.isdigit()}
    else:
        return ""
    return "".join(sorted(named))


def _letters_of_texts(text: str, options: Sequence[str]) -> str:
    """The option whose text this is, with or without its letter in front."""
    found = _LABELLED.fullmatch(text)
    for letter, option in zip(LETTERS, options, strict=False):
        if _same_words(text, option):
            return letter
        if found and _same_words(found[2], option):
            if letter != found[1].upper():
                raise BadInput(f"Đáp án “{text}” là nội dung của phương án {letter}.")
            return letter
    return ""


def _same_words(first: str, second: str) -> bool:
    """The same but for capital letters and a final full stop."""
    return first.casefold().rstrip(" .;") == second.casefold().rstrip(" .;")


def find_level(text: str) -> int | None:
    """1, 2 or 3 for "Nhận biết", "TH", "Mức 3", "2.0", "Vận dụng cao"…; None for any other text."""
    word = re.sub(r"\(.*\)|\.0$", "", fold(text)).strip(" .:")
    return next((level for level, words in _LEVELS.items() if word in words), None)


def parse_level(text: str) -> int:
    level = find_level(text)
    if level is None:
        raise BadInput(f"Mức độ “{tidy(text)}” không phải Nhận biết (1), Thông hiểu (2) hay Vận dụng (3).")
    return level


def parse_asks(text: str) -> str:
    """The code of rules.ASKS_NAMES that a code or its Vietnamese name stands for."""
    found = _ASKS.get(fold(text))
    if found is None:
        raise BadInput(f"Loại “{tidy(text)}” không phải {', '.join(ASKS_NAMES.values())}.")
    return found


def parse_date(text: str) -> date:
    """A day written 10/11/2022, 10-11-2022, 2022-11-10 or "ngày 10 tháng 11 năm 2022"."""
    written = tidy(text).strip(" .")
    day_first, year_first = _DAY_FIRST.fullmatch(written), _YEAR_FIRST.fullmatch(written)
    try:
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
        if year_first:
            return date(int(year_first[1]), int(year_first[2]), int(year_first[3]))
    except ValueError:
        pass
    raise BadInput(f"“{written}” không phải một ngày viết như 10/11/2022.")
