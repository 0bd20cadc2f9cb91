"""Own units: agencies, schools, unions, companies that stand below a territorial unit of a contest's tree."""

from app.errors import DomainError
from app.text import collapse
from app.units.rules import KINDS, MAX_NAME_LENGTH

OWN_KINDS = (
    "cơ quan",
    "trường học",
    "cơ sở y tế",
    "đoàn thể",
    "doanh nghiệp",
    "lực lượng vũ trang",
    "thôn, tổ dân phố",
    "đơn vị khác",
)
MIN_NAME_LENGTH = 3
MAX_OWN_NUMBER = 9_999
NOTHING_CHANGED = "Chưa có gì thay đổi."


class NotTerritorial(DomainError):
    message = "Đơn vị trực thuộc chỉ lập được dưới tỉnh, huyện, xã, phường."
    safe = NOTHING_CHANGED


class NotOwn(DomainError):
    message = "Đây là đơn vị hành chính, không đổi tên hoặc đóng ở đây được."
    safe = NOTHING_CHANGED


class NameTaken(DomainError):
    message = "Đã có đơn vị trực thuộc cùng tên ở đây."
    safe = NOTHING_CHANGED


class AlreadyClosed(DomainError):
    message = "Đơn vị này đã đóng."
    safe = NOTHING_CHANGED


class NotClosed(DomainError):
    message = "Đơn vị này đang hoạt động."
    safe = NOTHING_CHANGED


class TooManyUnits(DomainError):
    message = "Ở đây đã có quá nhiều đơn vị trực thuộc."
    safe = NOTHING_CHANGED


def is_own(kind: str) -> bool:
    """Is a unit of this kind one that staff added, rather than one of the national trees?"""
    return kind in OWN_KINDS and kind not in KINDS


def unit_name(value: str) -> str:
    """The name in its one form, with a capital. Raises ValueError with what is wrong."""
    name = collapse(value)
    if not MIN_NAME_LENGTH <= len(name) <= MAX_NAME_LENGTH:
        raise ValueError(f"Tên đơn vị dài từ {MIN_NAME_LENGTH} đến {MAX_NAME_LENGTH} ký tự.")
    if not name[0].isalpha():
        raise ValueError("Tên đơn vị phải bắt đầu bằng chữ.")
    return f"{name[0].upper()}{name[1:]}"


def next_code(parent_code: str, taken: list[str]) -> str:
    """("06325", ["06325-1"]) → "06325-2". Raises TooManyUnits."""
    numbers = [int(code.rpartition("-")[2]) for code in taken]
    number = max(numbers, default=0) + 1
    if number > MAX_OWN_NUMBER:
        raise TooManyUnits
    return f"{parent_code}-{number}"
