"""Which passwords are refused: too short, too long, too common, or the person's own data."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

from app.accounts.rules import Unfit, find_phone
from app.text import fold

MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 128
COMMON_FILE = Path(__file__).parent / "common_passwords.txt"
CONTEST_WORDS = frozenset(
    {"danvan", "danvankheo", "kheo", "cuocthi", "tracnghiem", "tinhuy", "huyenuy", "bandanvan"}
    | {"langson", "mattran", "dangvien", "congchuc", "khenthuong", "thidua"}
)

_SWAPPED_SIGNS = str.maketrans("@4310$5!", "aaeiossi")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_SIGNS = re.compile(r"[ -/:-@\[-`{-~]+")  # spaces and punctuation of ASCII
_MIN_LEFT = 4
_MIN_NAME_WORD = 2
_STEPS = frozenset({0, 1, -1})


def check_password(password: str, *, sign_in_name: str, full_name: str, date_of_birth: date) -> None:
    """Raises Unfit with what to do instead. Any character is welcome; none is demanded."""
    if len(password) < MINIMUM_LENGTH:
        raise Unfit(f"Mật khẩu ngắn quá: ít nhất {MINIMUM_LENGTH} ký tự.")
    if len(password) > MAXIMUM_LENGTH:
        raise Unfit(f"Mật khẩu dài quá: tối đa {MAXIMUM_LENGTH} ký tự.")
    if is_common(password):
        raise Unfit(
            "Mật khẩu này quá phổ biến, người khác dễ đoán. Bạn hãy ghép vài từ chỉ mình bạn nghĩ ra."
        )
    if is_own_data(password, sign_in_name, full_name, date_of_birth):
        raise Unfit(
            "Mật khẩu gần với số điện thoại, tên, ngày sinh của bạn hoặc tên cuộc thi nên dễ đoán. "
            "Bạn hãy chọn từ khác."
        )


def is_common(password: str) -> bool:
    """In the list, a listed word with figures or signs around it, a repetition, a run, a date or a phone."""
    return any(_is_weak(form) for form in _forms(password))


def is_own_data(password: str, sign_in_name: str, full_name: str, date_of_birth: date) -> bool:
    """Almost nothing is left once the person's own words and figures are taken out."""
    whole = left = _SIGNS.sub("", fold(password))
    for own in sorted(_own_words(sign_in_name, full_name, date_of_birth), key=len, reverse=True):
        left = left.replace(own, "")
    return left != whole and len(left) < _MIN_LEFT


def _forms(password: str) -> Iterator[str]:
    """The password as it may be listed: folded, signs read as letters, figures and signs taken off."""
    folded = fold(password).replace(" ", "")
    read = folded.translate(_SWAPPED_SIGNS)
    yield folded
    stems = (read, _SIGNS.sub("", folded), _SIGNS.sub("", read))
    cut = (_EDGES.sub("", folded), _EDGES.sub("", folded).translate(_SWAPPED_SIGNS), _EDGES.sub("", read))
    yield from filter(None, (*stems, *cut))


def _is_weak(form: str) -> bool:
    return (
        form in common_words()
        or _is_repetition(form)
        or _is_run(form)
        or _is_date(form)
        or find_phone(form) is not None
    )


def _is_repetition(form: str) -> bool:
    """One to four characters again and again, or nothing but spaces."""
    if 0 < len(form) < MINIMUM_LENGTH:
        return False
    return any(form == (form[:size] * len(form))[: len(form)] for size in range(5))


def _is_run(form: str) -> bool:
    """One step all the way: "12345678", "hgfedcba"."""
    steps = {ord(after) - ord(before) for before, after in pairwise(form)}
    return len(form) >= MINIMUM_LENGTH and len(steps) == 1 and steps <= _STEPS


def _is_date(form: str) -> bool:
    """Eight digits that are a day of the last or this century, in either order."""
    if len(form) != MINIMUM_LENGTH or not (form.isascii() and form.isdigit()):
        return False
    first, second, year_last = int(form[:2]), int(form[2:4]), int(form[4:])
    year_first, month, day = int(form[:4]), int(form[4:6]), int(form[6:])
    orders = ((year_last, second, first), (year_last, first, second), (year_first, month, day))
    return any(_is_day(*order) for order in orders)


def _is_day(year: int, month: int, day: int) -> bool:
    return 1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31


def _own_words(sign_in_name: str, full_name: str, date_of_birth: date) -> set[str]:
    bare = sign_in_name.lower().lstrip("+")
    day, month, year = f"{date_of_birth:%d}", f"{date_of_birth:%m}", f"{date_of_birth:%Y}"
    words = {bare, "0" + bare.removeprefix("84"), bare.removeprefix("84"), bare[-6:]}
    words |= {day + month + year, year + month + day, day + month + year[2:], day + month, year}
    words |= {f"{date_of_birth.day}{date_of_birth.month}{year}"}
    words |= {word for word in fold(full_name).split(" ") if len(word) >= _MIN_NAME_WORD}
    return words | CONTEST_WORDS


@cache
def common_words() -> frozenset[str]:
    """The list of the commonest passwords and their stems, folded."""
    lines = COMMON_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
