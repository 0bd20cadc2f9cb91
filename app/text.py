"""Vietnamese text: one form on input, searching without marks, names sorted by given name."""

import re
import unicodedata

from app.errors import BadInput

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền hỏi ngã sắc nặng: dictionary order
_LETTER_ORDER = {letter: chr(ord("A") + index) for index, letter in enumerate(_LETTERS)}
_ALLOWED_CONTROLS = frozenset("\n\t")
_INVISIBLE = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_ASCII_INTEGER = re.compile(r"-?[0-9]{1,18}\Z")


def clean(value: str) -> str:
    """NFC text with \\n line ends. Raises BadInput on control, invisible or broken characters."""
    normalised = unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
    if normalised.isprintable() and "\ufffd" not in normalised:
        return normalised  # almost every text, told at once: nothing printable is among what follows
    for character in normalised:
        if character in _ALLOWED_CONTROLS:
            continue
        if (
            character == "\ufffd"
            or character in _INVISIBLE
            or unicodedata.category(character) in ("Cc", "Cs", "Co")
        ):
            raise BadInput("Nội dung có ký tự không hợp lệ.")
    return normalised


def collapse(value: str) -> str:
    """One space between words, none at the ends."""
    return " ".join(value.split())


def fold(value: str) -> str:
    """The text as people search it: lower case, no marks, đ as d, one space between words."""
    decomposed = unicodedata.normalize("NFD", value.lower().replace("đ", "d"))
    return collapse("".join(character for character in decomposed if not unicodedata.combining(character)))


def name_sort_key(full_name: str) -> str:
    """A text that sorts names as a Vietnamese list does: given name, then family and middle names.

    Letters first, tones only between equal letters (the order of ICU's vi collation).
    """
    words = collapse(full_name).split(" ")
    return text_sort_key(" ".join([words[-1], *words[:-1]]))


def text_sort_key(value: str) -> str:
    """A text that sorts words in reading order, as a Vietnamese dictionary does."""
    return "\x1f".join(_word_key(word) for word in collapse(value).split(" "))


def _word_key(word: str) -> str:
    letters, tones = [], []
    for character in unicodedata.normalize("NFC", word.lower()):
        decomposed = unicodedata.normalize("NFD", character)
        tone = next((mark for mark in decomposed if mark in _TONES), "")
        base = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES))
        letters.append(_LETTER_ORDER.get(base, base))
        if tone:  # where in the syllable it is written does not matter: Thuỷ, Thủy
            tones.append(str(_TONES.index(tone) + 1))
    return "".join(letters) + "\x1e" + "".join(tones)


def parse_integer(value: str, minimum: int, maximum: int) -> int:
    """An integer in ASCII digits within bounds. Raises BadInput otherwise."""
    if not _ASCII_INTEGER.match(value):
        raise BadInput("Số không hợp lệ.")
    number = int(value)
    if not minimum <= number <= maximum:
        raise BadInput("Số nằm ngoài khoảng cho phép.")
    return number


def public_name(full_name: str) -> str:
    """How a board shows a person: family name and initials (Hoàng T. L.)."""
    family, *rest = collapse(full_name).split(" ")
    return " ".join([family, *(f"{word[0].upper()}." for word in rest)])


def initials(full_name: str) -> str:
    words = collapse(full_name).split(" ")
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()
