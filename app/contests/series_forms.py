"""The form of a series: when its weeks open, one paper for all, and the table of rounds to correct."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from wtforms import BooleanField, Field, HiddenField, SelectChoice, SelectField, StringField
from wtforms.validators import ValidationError

from app.contests import holiday_rules, rules, series_rules
from app.contests.contest_forms import CHOOSE_AGAIN
from app.contests.round_forms import BACKWARDS, MAX_ATTEMPTS, MAX_MINUTES, NUMBER_MISSING, SECONDS_A_MINUTE
from app.contests.rules import Cell
from app.contests.series_rules import Plan, Slot
from app.errors import BadInput
from app.formats import WEEKDAYS, vn_date, vn_time
from app.localtime import from_local, local_day
from app.questions.models import Topic
from app.questions.rules import LEVEL_NAMES
from app.text import collapse, parse_integer
from app.web.fields import FIRST_YEAR, LAST_YEAR, MomentField, RowsField, parse_time
from app.web.forms import BaseForm, BoundedInteger, Required

TOPIC = "topic-"
ROUND_PARTS = ("title", "opens_on", "opens_time", "closes_on", "closes_time")
MAX_TITLE = 120
MAX_HOLIDAYS = 100
BAD_TIME = "Bạn ghi giờ như 07:00 hoặc 22h30."
BAD_DAY = "Bạn ghi ngày như 05/03/2026."
PAST = "Giờ mở đã qua."
OVERLAP = "Vòng này mở khi vòng trước chưa đóng."
NO_ROUND = "Bảng chưa có vòng thi nào."
NO_QUESTION = "Đề phải có ít nhất một câu."
NO_TOPIC = "Bạn hãy chọn ít nhất một chủ đề."
Window = tuple[datetime, datetime]
AS_FIRST = SelectChoice("", "Cùng thứ với vòng đầu")


class TimeField(StringField):
    """An hour of the day, or nothing; `hour` is what was read."""

    data: str | None
    hour: time | None = None

    def pre_validate(self, form: BaseForm) -> None:
        self.data = (self.data or "").strip()
        if not self.data:
            return
        try:
            hour, minute = parse_time(self.data)
            self.hour = time(hour, minute)
        except ValueError:
            raise ValidationError(BAD_TIME) from None


class DaysField(StringField):
    """Days written one after another, between commas or spaces; `days` is what was read."""

    data: str | None
    days: frozenset[date] = frozenset()

    def pre_validate(self, form: BaseForm) -> None:
        words = (self.data or "").replace(",", " ").replace(";", " ").split()
        if len(words) > MAX_HOLIDAYS:
            raise ValidationError(f"Bạn ghi nhiều nhất {MAX_HOLIDAYS} ngày.")
        try:
            self.days = frozenset(map(read_day, words))
        except ValueError:
            raise ValidationError("Bạn ghi từng ngày như 24/02/2026, cách nhau bằng dấu phẩy.") from None


def count_field(level: int) -> BoundedInteger:
    """How many questions of one level a paper has; a blank box is none."""
    return BoundedInteger(LEVEL_NAMES[level], minimum=0, maximum=rules.MAX_PAPER_SIZE)


class SeriesForm(BaseForm):
    """Everything but the topics; `series_form` adds a box for each."""

    action = StringField()
    planned = HiddenField()
    count = BoundedInteger(
        "Số vòng thi", [Required(NUMBER_MISSING)], minimum=1, maximum=series_rules.MAX_ROUNDS
    )
    first_opens_at = MomentField("Vòng đầu mở lúc", [Required("Bạn hãy ghi giờ mở.")])
    gap_hours = BoundedInteger(
        "Nghỉ giữa hai vòng",
        [Required(NUMBER_MISSING)],
        minimum=0,
        maximum=series_rules.MAX_GAP_HOURS,
        description="Mỗi vòng đóng trước khi vòng sau mở chừng này.",
    )
    closing_time = TimeField(
        "Đóng vào giờ", description="Ví dụ 22:00. Để trống thì đóng sát khoảng nghỉ: mở 10:00, đóng 09:00."
    )
    weekday = SelectField(
        "Các vòng sau mở vào",
        choices=[AS_FIRST, *(SelectChoice(str(n), name.capitalize()) for n, name in enumerate(WEEKDAYS))],
        invalid_choice_message=CHOOSE_AGAIN,
        description="Khi vòng đầu mở lệch ngày vì lễ phát động.",
    )
    opening_time = TimeField("Các vòng sau mở lúc", description="Để trống thì cùng giờ với vòng đầu.")
    avoids_holidays = BooleanField("Không mở vòng thi vào ngày nghỉ lễ, Tết")
    other_holidays = DaysField("Những ngày khác cũng không mở", description="Ví dụ 24/02/2026, 25/02/2026.")
    time_limit = BoundedInteger(
        "Thời gian làm bài", [Required(NUMBER_MISSING)], minimum=1, maximum=MAX_MINUTES
    )
    attempt_limit = BoundedInteger("Số lượt thi của mỗi người", minimum=1, maximum=MAX_ATTEMPTS)
    level_1, level_2, level_3 = (count_field(level) for level in LEVEL_NAMES)
    rounds = RowsField(
        "Bảng các vòng thi",
        parts=ROUND_PARTS,
        deciding=("opens_on", "opens_time", "closes_on", "closes_time"),
        shown=1,
        maximum=series_rules.MAX_ROUNDS,
    )
    topics: Sequence[Topic] = ()
    now: datetime

    @property
    def level_fields(self) -> dict[int, Field]:
        return {level: self[f"level_{level}"] for level in LEVEL_NAMES}

    @property
    def topic_fields(self) -> list[Field]:
        return [self[f"{TOPIC}{topic.code}"] for topic in self.topics]

    @property
    def has_topics(self) -> bool:
        return any(field.data for field in self.topic_fields)

    def validate_level_1(self, field: Field) -> None:
        if not field.errors and not self.cells():
            raise ValidationError(NO_QUESTION if self.has_topics else NO_TOPIC)
        if rules.paper_size(self.cells()) > rules.MAX_PAPER_SIZE:
            raise ValidationError(f"Một đề có nhiều nhất {rules.MAX_PAPER_SIZE} câu.")

    def plan(self) -> Plan:
        """What the fields say. Only for a form whose fields are valid."""
        first = self.first_opens_at.data or self.now
        last = local_day(first) + timedelta(weeks=2 * (self.count.data or 1) + 8)
        usual = holiday_rules.holidays_between(local_day(first), last) if self.avoids_holidays.data else {}
        return Plan(
            count=self.count.data or 1,
            first_opens_at=first,
            weekday=int(self.weekday.data) if self.weekday.data else None,
            opening_time=self.opening_time.hour,
            closing_time=self.closing_time.hour,
            gap=timedelta(hours=self.gap_hours.data or 0),
            holidays=self.other_holidays.days | usual.keys(),
        )

    @property
    def is_planned(self) -> bool:
        """Was the table made from what the fields say now?"""
        return bool(self.planned.data == fingerprint(self.plan()))

    def show_slots(self, slots: Sequence[Slot]) -> None:
        """Fill the table anew; titles stay as typed."""
        table = self.rounds
        titles = {number: table.value(number, "title") for number in table.rows}
        table.rows = {
            number: {"title": titles.get(number, "")} | slot_row(slot) for number, slot in enumerate(slots, 1)
        }
        table.count = len(slots)
        self.planned.data = fingerprint(self.plan())

    def read_windows(self) -> dict[int, Window]:
        """Line number → window; a wrong line gets its sentence beside the box and makes the form wrong."""
        windows: dict[int, Window] = {}
        latest = self.now
        for number, row in self.rounds.data.items():
            opens_at, closes_at = (self._read_moment(number, row, name) for name in ("opens", "closes"))
            if opens_at is None or closes_at is None:
                continue
            if opens_at <= self.now:
                self.rounds.refuse(number, "opens_on", PAST)
            elif opens_at < latest:
                self.rounds.refuse(number, "opens_on", OVERLAP)
            if closes_at <= opens_at:
                self.rounds.refuse(number, "closes_on", BACKWARDS)
            latest = max(latest, closes_at)
            windows[number] = (opens_at, closes_at)
        self._check_titles()
        wrong = [f"Dòng {number}: {text}" for (number, _part), text in self.rounds.row_errors.items()]
        if wrong or not windows:
            self.rounds.errors = (wrong or [NO_ROUND])[:1]
        return windows

    def _read_moment(self, number: int, row: Mapping[str, str], name: str) -> datetime | None:
        try:
            return read_moment(row, name)
        except BadInput as problem:
            part = f"{name}_on" if str(problem) == BAD_DAY else f"{name}_time"
            self.rounds.refuse(number, part, str(problem))
            return None

    def windows_as_typed(self) -> list[Window]:
        """The windows of the lines that can be read, whatever else is wrong with them."""
        windows = []
        for row in self.rounds.rows.values():
            try:
                windows.append((read_moment(row, "opens"), read_moment(row, "closes")))
            except BadInput:
                continue
        return windows

    def _check_titles(self) -> None:
        for number in self.rounds.data:
            if len(self.rounds.value(number, "title")) > MAX_TITLE:
                self.rounds.refuse(number, "title", f"Bạn viết dài quá: tối đa {MAX_TITLE} ký tự.")

    def cells(self) -> list[Cell]:
        """The blueprint of every round: the chosen topics together, one line a level."""
        topics = tuple(topic.code for topic in self.topics if self[f"{TOPIC}{topic.code}"].data)
        counts = {level: field.data or 0 for level, field in self.level_fields.items()}
        return [Cell(topics, level, count) for level, count in counts.items() if topics and count]

    def round_values(
        self, windows: Mapping[int, Window], *, has_prediction: bool
    ) -> Iterator[dict[str, Any]]:
        """Columns of Round for each line of the table. Only for a valid form."""
        blueprint = [
            {"topics": list(cell.topics), "level": cell.level, "count": cell.count} for cell in self.cells()
        ]
        for number, (opens_at, closes_at) in windows.items():
            yield {
                "title": collapse(self.rounds.value(number, "title")),
                "opens_at": opens_at,
                "closes_at": closes_at,
                "last_start_at": None,
                "time_limit": (self.time_limit.data or 0) * SECONDS_A_MINUTE,
                "attempt_limit": self.attempt_limit.data,
                "minimum_answered": 1,
                "shuffles_questions": True,
                "shuffles_options": True,
                "has_prediction": has_prediction,
                "blueprint": blueprint,
            }


def series_form(topics: Sequence[Topic], data: Mapping[str, Any], *, now: datetime) -> SeriesForm:
    """The form filled with `data` until something is sent; every topic is ticked unless `data` says which."""
    boxes = {f"{TOPIC}{topic.code}": BooleanField(topic.name) for topic in topics}
    wanted = data.get("topics", {topic.code for topic in topics})
    ticked = {f"{TOPIC}{topic.code}": topic.code in wanted for topic in topics}
    kind = type("SeriesForm", (SeriesForm,), boxes | {"topics": topics, "now": now})
    form: SeriesForm = kind(data=dict(data) | ticked)
    return form


def slot_row(slot: Slot) -> dict[str, str]:
    return {
        "opens_on": vn_date(slot.opens_at),
        "opens_time": vn_time(slot.opens_at),
        "closes_on": vn_date(slot.closes_at),
        "closes_time": vn_time(slot.closes_at),
    }


def read_moment(row: Mapping[str, str], name: str) -> datetime:
    """The moment in the boxes `name`_on and `name`_time of a line. Raises BadInput(BAD_DAY or BAD_TIME)."""
    day = read_day(row[f"{name}_on"])
    try:
        hour, minute = parse_time(row[f"{name}_time"])
    except ValueError:
        raise BadInput(BAD_TIME) from None
    return from_local(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute)


def read_day(text: str) -> date:
    """("5/3/2026") → date. Raises BadInput(BAD_DAY)."""
    try:
        day, month, year = text.replace("-", "/").split("/")
        return date(
            parse_integer(year, FIRST_YEAR, LAST_YEAR), parse_integer(month, 1, 12), parse_integer(day, 1, 31)
        )
    except ValueError:
        raise BadInput(BAD_DAY) from None


def fingerprint(plan: Plan) -> str:
    """A short text that changes with anything the plan says."""
    parts = (
        plan.count,
        plan.first_opens_at.isoformat(),
        plan.weekday,
        plan.opening_time,
        plan.closing_time,
        plan.gap,
        sorted(plan.holidays),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()
