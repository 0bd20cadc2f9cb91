"""Public holidays on which an organiser does not want a round to open."""

from datetime import date, timedelta

# Days that the Labour Code of 2019, article 112, names by the solar calendar.
SOLAR = {
    (1, 1): "Tết Dương lịch",
    (4, 30): "Ngày Chiến thắng",
    (5, 1): "Ngày Quốc tế lao động",
    (9, 1): "Quốc khánh",
    (9, 2): "Quốc khánh",
}
# The first day of the lunar year and the tenth day of its third month, in Viet Nam's time.
LUNAR_NEW_YEARS = (
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
    date(2030, 2, 2),
)
HUNG_KINGS_DAYS = (
    date(2025, 4, 7),
    date(2026, 4, 26),
    date(2027, 4, 16),
    date(2028, 4, 4),
    date(2029, 4, 23),
    date(2030, 4, 12),
)
# The eve and the first four days: the five days that the law gives.
NEW_YEAR_DAYS = range(-1, 4)
NEW_YEAR = "Tết Nguyên đán"
HUNG_KINGS = "Giỗ Tổ Hùng Vương"


def holidays_between(first: date, last: date) -> dict[date, str]:
    """Day → its name, in order, both ends included; lunar days as far as the tables above go."""
    named = {
        start + timedelta(days=offset): NEW_YEAR for start in LUNAR_NEW_YEARS for offset in NEW_YEAR_DAYS
    }
    named |= dict.fromkeys(HUNG_KINGS_DAYS, HUNG_KINGS)
    named |= {
        date(year, month, day): name
        for year in range(first.year, last.year + 1)
        for (month, day), name in SOLAR.items()
    }
    return {day: named[day] for day in sorted(named) if first <= day <= last}
