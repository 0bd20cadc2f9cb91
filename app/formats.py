"""How dates, numbers and money are written for people."""

from datetime import date, datetime, timedelta

from app.localtime import local, local_day

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def vn_date(value: date | datetime) -> str:
    day = local_day(value) if isinstance(value, datetime) else value
    return f"{day:%d/%m/%Y}"


def vn_time(value: datetime) -> str:
    return f"{local(value):%H:%M}"


def vn_seconds(value: datetime) -> str:
    return f"{local(value):%H:%M:%S}"


def vn_datetime(value: datetime) -> str:
    return f"{local(value):%H:%M, %d/%m/%Y}"


def vn_weekday(value: date | datetime) -> str:
    day = local_day(value) if isinstance(value, datetime) else value
    return WEEKDAYS[day.weekday()]


def vn_number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def vn_percent(share: float) -> str:
    """0.614 → 61,4%."""
    return f"{share * 100:.1f}".replace(".", ",") + "%"


def vn_money(dong: int) -> str:
    return f"{vn_number(dong)} đ"


def vn_duration(value: int | timedelta) -> str:
    """Whole seconds in words: 185 → "3 phút 05 giây"."""
    seconds = int(value.total_seconds()) if isinstance(value, timedelta) else value
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} ngày {hours} giờ"
    if hours:
        return f"{hours} giờ {minutes:02d} phút"
    if minutes:
        return f"{minutes} phút {rest:02d} giây"
    return f"{rest} giây"


def receipt_code(code: str) -> str:
    """Twelve characters in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
