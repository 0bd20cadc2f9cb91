"""The form of a round: window, limits, blueprint."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, StringField
from wtforms.validators import ValidationError

from app.contests import policy, rules
from app.contests.models import Contest, Round
from app.contests.rules import Cell
from app.questions.models import Topic
from app.questions.rules import LEVEL_NAMES
from app.web.fields import MomentField, RowsField
from app.web.forms import BaseForm, BoundedInteger, Required, TextLength, collapse_spaces

MAX_CELLS = 12
SHOWN_CELLS = 3
MAX_MINUTES = 240
SECONDS_A_MINUTE = 60
MAX_ATTEMPTS = 100
TOPIC = "topic-"
NUMBER_MISSING = "Bạn hãy ghi một số."
BACKWARDS = "Giờ đóng phải sau giờ mở."
LAST_START_OUTSIDE = "Giờ này phải sau giờ mở và không sau giờ đóng."


class RoundForm(BaseForm):
    """Everything but the blueprint; `round_form` adds it."""

    action = StringField()
    title = StringField("Chủ đề của vòng", [TextLength(0, 120)], filters=[collapse_spaces])
    opens_at = MomentField("Mở lúc", [Required("Bạn hãy ghi giờ mở.")])
    closes_at = MomentField("Đóng lúc", [Required("Bạn hãy ghi giờ đóng.")])
    last_start_at = MomentField(
        "Vào thi muộn nhất lúc", description="Để trống thì vào thi được đến lúc đóng."
    )
    time_limit = BoundedInteger(
        "Thời gian làm bài", [Required(NUMBER_MISSING)], minimum=1, maximum=MAX_MINUTES
    )
    attempt_limit = BoundedInteger(
        "Số lượt thi của mỗi người",
        minimum=1,
        maximum=MAX_ATTEMPTS,
        description="Để trống nếu không giới hạn.",
    )
    minimum_answered = BoundedInteger(
        "Số câu tối thiểu phải trả lời để lượt thi hợp lệ",
        [Required(NUMBER_MISSING)],
        minimum=1,
        maximum=rules.MAX_PAPER_SIZE,
    )
    shuffles_questions = BooleanField("Trộn thứ tự câu hỏi")
    shuffles_options = BooleanField("Trộn thứ tự phương án")
    has_prediction = BooleanField("Có câu hỏi phụ (dự đoán)")
    cells: RowsField
    topics: Sequence[Topic] = ()

    def validate_closes_at(self, field: Field) -> None:
        opens_at = self.opens_at.data
        if opens_at is not None and field.data is not None and field.data <= opens_at:
            raise ValidationError(BACKWARDS)

    def validate_last_start_at(self, field: Field) -> None:
        opens_at, closes_at = self.opens_at.data, self.closes_at.data
        if None not in (field.data, opens_at, closes_at) and not opens_at < field.data <= closes_at:
            raise ValidationError(LAST_START_OUTSIDE)

    def validate_cells(self, field: RowsField) -> None:
        self.read_cells()
        for (number, _part), message in field.row_errors.items():
            raise ValidationError(f"Dòng {number}: {message}")

    def read_cells(self) -> dict[int, Cell]:
        """Line number → cell of the lines that can be read; the others get their sentence beside the box."""
        read = {number: self._read_cell(number) for number in self.cells.data}
        return {number: cell for number, cell in read.items() if cell is not None}

    def _read_cell(self, number: int) -> Cell | None:
        topics = tuple(
            topic.code for topic in self.topics if self.cells.value(number, f"{TOPIC}{topic.code}")
        )
        if not topics:
            self.cells.refuse(number, "topics", "Bạn hãy chọn ít nhất một chủ đề.")
        level = self.cells.integer(number, "level", min(LEVEL_NAMES), max(LEVEL_NAMES))
        count = self.cells.integer(number, "count", 1, rules.MAX_PAPER_SIZE)
        return Cell(topics, level, count) if topics and level and count else None

    def values(self) -> dict[str, Any]:
        """Columns of Round. Only for a valid form."""
        names = ("opens_at", "closes_at", "last_start_at", "attempt_limit", "minimum_answered")
        switches = ("shuffles_questions", "shuffles_options", "has_prediction")
        return {name: self[name].data for name in (*names, *switches)} | {
            "title": self.title.data or "",
            "time_limit": (self.time_limit.data or 0) * SECONDS_A_MINUTE,
            "blueprint": [
                {"topics": list(cell.topics), "level": cell.level, "count": cell.count}
                for cell in self.read_cells().values()
            ],
        }


class ScheduleForm(BaseForm):
    """A button: nothing but the token."""


def round_form(topics: Sequence[Topic], data: dict[str, Any]) -> RoundForm:
    """The form with a blueprint of these topics, filled with `data` (see *_data) until something is sent."""
    boxes = [f"{TOPIC}{topic.code}" for topic in topics]
    cells = RowsField(
        "Ma trận đề",
        parts=("level", "count", *boxes),
        deciding=("count", *boxes),
        shown=SHOWN_CELLS,
        maximum=MAX_CELLS,
    )
    form: RoundForm = type("RoundForm", (RoundForm,), {"cells": cells, "topics": topics})(data=data)
    return form


def first_round_data(contest: Contest) -> dict[str, Any]:
    """A blank round: what most contests choose."""
    return {
        "time_limit": 15,
        "attempt_limit": 3,
        "minimum_answered": 1,
        "shuffles_questions": True,
        "shuffles_options": True,
        "has_prediction": policy.from_json(contest.policy).target is not None,
    }


def round_data(found: Round) -> dict[str, Any]:
    """A stored round as the form's fields hold it."""
    names = ("title", "opens_at", "closes_at", "last_start_at", "attempt_limit", "minimum_answered")
    switches = ("shuffles_questions", "shuffles_options", "has_prediction")
    return {name: getattr(found, name) for name in (*names, *switches)} | {
        "time_limit": found.time_limit // SECONDS_A_MINUTE,
        "cells": [
            {"level": str(cell.level), "count": str(cell.count)}
            | {f"{TOPIC}{topic}": "1" for topic in cell.topics}
            for cell in rules.cells_of(found.blueprint)
        ],
    }


def copied_data(found: Round, before: Round | None) -> dict[str, Any]:
    """A copy of the round for the next window; the last start keeps its distance from the closing."""
    opens_at, closes_at = rules.next_window(
        found.opens_at, found.closes_at, before.opens_at if before else None
    )
    last_start = closes_at - (found.closes_at - found.last_start_at) if found.last_start_at else None
    return round_data(found) | {
        "title": "",
        "opens_at": opens_at,
        "closes_at": closes_at,
        "last_start_at": last_start,
    }
