"""Fields of several boxes that work without script: a moment, and lines of like boxes."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from wtforms import Field

from app.errors import BadInput
from app.formats import vn_number
from app.localtime import from_local, local
from app.text import parse_integer

MOMENT_PARTS = ("day", "month", "year", "time")
FIRST_YEAR, LAST_YEAR = 2000, 2100
TIME = re.compile(r"([0-9]{1,2})(?:[:hg.]([0-9]{1,2})?)?\Z", re.ASCII)
END_OF_DAY = 24
BAD_MOMENT = "Ngày giờ này không có thật. Bạn ghi ngày, tháng, năm bằng số và giờ như 07:00 hoặc 22:30."


def parse_time(text: str) -> tuple[int, int]:
    """("7:00", "22h30", "7h", "24:00") → (hour, minute). Raises ValueError."""
    found = TIME.match(text.replace(" ", "").lower())
    if found is None:
        raise ValueError(BAD_MOMENT)
    hour, minute = int(found[1]), int(found[2] or 0)
    if minute > 59 or hour * 60 + minute > END_OF_DAY * 60:
        raise ValueError(BAD_MOMENT)
    return hour, minute


class MomentField(Field):
    """A moment in Viet Nam to the minute in four boxes, NAME_day … NAME_time; `data` is aware UTC."""

    is_moment = True
    reads_own_name = False

    def __init__(self, label: str, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.part_names = [f"{self.name}_{part}" for part in MOMENT_PARTS]
        self.part_values = ["", "", "", ""]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data if data is not None else self.default, extra_filters)
        if formdata is not None:
            self.part_values = [formdata.get(name, "").strip() for name in self.part_names]
            self.raw_data = [" ".join(self.part_values).strip()]
            self.data = self._parse()
        elif isinstance(self.data, datetime):
            moment = local(self.data)
            self.part_values = [
                str(moment.day),
                str(moment.month),
                str(moment.year),
                f"{moment:%H:%M}",
            ]

    def _parse(self) -> datetime | None:
        if not any(self.part_values):
            return None
        try:
            day, month = (parse_integer(part, 1, 31) for part in self.part_values[:2])
            year = parse_integer(self.part_values[2], FIRST_YEAR, LAST_YEAR)
            hour, minute = parse_time(self.part_values[3])
            return from_local(year, month, day) + timedelta(hours=hour, minutes=minute)
        except ValueError:
            self.process_errors = [BAD_MOMENT]
            return None


class RowsField(Field):
    """Lines of boxes named NAME-<n>-<part>, n from 1; `data` has what was typed in lines that say something.

    A line is blank, and left out, while all its `deciding` parts are. `count` lines are shown;
    `row_errors[(n, part)]` is the sentence beside a box.
    """

    reads_own_name = False

    data: Any

    def __init__(
        self,
        label: str,
        *,
        parts: Sequence[str],
        deciding: Sequence[str],
        shown: int,
        maximum: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.parts, self.deciding, self.maximum = tuple(parts), tuple(deciding), maximum
        self.count = shown
        self.rows: dict[int, dict[str, str]] = {}
        self.row_errors: dict[tuple[int, str], str] = {}

    @property
    def part_names(self) -> list[str]:
        return [self.box_name(n, part) for n in range(1, self.maximum + 1) for part in self.parts]

    def box_name(self, number: int, part: str) -> str:
        return f"{self.name}-{number}-{part}"

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        numbers = range(1, self.maximum + 1)
        if formdata is not None:
            boxes = {n: {part: self.box_name(n, part) for part in self.parts} for n in numbers}
            self.rows = {
                n: {part: formdata.get(name, "").strip() for part, name in boxes[n].items()} for n in numbers
            }
            posted = [n for n in numbers if any(name in formdata for name in boxes[n].values())]
            self.count = max(posted, default=self.count)
        else:
            given = list(self.data or [])
            self.rows = {n: {p: row.get(p, "") for p in self.parts} for n, row in enumerate(given, 1)}
            self.count = max(self.count, len(given))
        self.data = {n: row for n, row in self.rows.items() if any(row[part] for part in self.deciding)}

    def value(self, number: int, part: str) -> str:
        """What stands in a box."""
        return self.rows.get(number, {}).get(part, "")

    def add_row(self) -> None:
        """Show one more line, up to the maximum."""
        self.count = min(self.count + 1, self.maximum)

    def refuse(self, number: int, part: str, message: str) -> None:
        """Put a sentence beside a box; the field as a whole is then wrong too."""
        self.row_errors[(number, part)] = message

    def integer(self, number: int, part: str, minimum: int, maximum: int) -> int | None:
        """The box as an integer, dots between thousands accepted; refuses it and gives None otherwise."""
        try:
            return parse_integer(self.value(number, part).replace(".", ""), minimum, maximum)
        except BadInput:
            self.refuse(number, part, f"Bạn hãy ghi một số từ {vn_number(minimum)} đến {vn_number(maximum)}.")
            return None
