"""What one cell of a list says: birth dates, genders, numbers as offices and Excel write them."""

import re
from datetime import date, timedelta

from app.accounts import rules as accounts
from app.errors import BadInput
from app.text import fold

# Excel counts days from here; a birth date in a cell that is not formatted as a date is such a number.
EXCEL_DAY_0 = date(1899, 12, 30)
EXCEL_DAYS = range(10_000, 60_000)
_GENDERS = {"nam": "male", "nu": "female", "khac": "other", "": None}
_DAY = re.compile(r"([0-9]{1,2})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{4})\Z", re.ASCII)
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\Z", re.ASCII)
_NUMBER = re.compile(r"[0-9]{5}\Z", re.ASCII)


def parse_birth_date(text: str, today: date) -> date:
    """A day as dd/mm/yyyy in any of its usual spellings, or as Excel's number. Raises BadInput, Unfit."""
    if not text:
        raise BadInput("Chưa ghi ngày sinh.")
    born = _day_of(text)
    if born is None:
        if re.fullmatch(r"[0-9]{4}", text, re.ASCII):
            raise BadInput("Mới có năm sinh. Hãy ghi đủ ngày/tháng/năm.")
        raise BadInput(f"“{text}” không phải ngày. Hãy ghi như 05/09/1987.")
    accounts.check_birth_date(born, today)
    return born


def _day_of(text: str) -> date | None:
    if _NUMBER.match(text) and int(text) in EXCEL_DAYS:
        return EXCEL_DAY_0 + timedelta(days=int(text))
    match, iso = _DAY.match(text), _ISO_DAY.match(text)
    parts = match.groups() if match else iso.groups()[::-1] if iso else None
    if parts is None:
        return None
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        return None


def parse_gender(text: str) -> str | None:
    """ "Nữ" → "female", "" → None. Raises BadInput."""
    plain = fold(text)
    if plain not in _GENDERS:
        raise BadInput(f"“{text}” không rõ. Hãy ghi Nam, Nữ hoặc để trống.")
    return _GENDERS[plain]


def parse_phone(text: str) -> str | None:
    """The number in E.164, "" → None; Excel drops the zero in front of numbers. Raises BadInput."""
    if not text:
        return None
    phone = accounts.find_phone(text)
    if phone is None:
        raise BadInput(f"“{text}” không phải số di động Việt Nam. Hãy sửa lại hoặc để trống.")
    return phone


def parse_workplace(text: str) -> str:
    """Raises BadInput."""
    if len(text) > accounts.MAX_WORKPLACE:
        raise BadInput(f"Dài quá: tối đa {accounts.MAX_WORKPLACE} ký tự.")
    return text
