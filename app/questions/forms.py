"""Forms of the bank pages, and the filters of their addresses."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask import request
from wtforms import Field, HiddenField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import Regexp, ValidationError

from app import clock
from app.errors import BadInput
from app.localtime import local_day
from app.questions.filter_queries import Exposure, Validity
from app.questions.queries import PAGE_SIZE, Filters, QuestionState
from app.questions.rules import CODE, LEVEL_NAMES, MAX_CODE_LENGTH
from app.text import collapse, parse_integer
from app.web.forms import BaseForm, BoundedInteger, Required, TextLength, collapse_spaces

MAX_SEARCH_LENGTH = 100
MAX_PAGE = 10_000
MAX_VERSION = 10_000

Name = TypeVar("Name", bound=StrEnum)


class ApproveForm(BaseForm):
    """Approve one version, the one that was shown."""

    number = BoundedInteger("Bản", [Required("Thiếu số bản.")], minimum=1, maximum=MAX_VERSION)


class ReviewForm(BaseForm):
    """Approve the drafts of a filter; `digest` says which ones were shown."""

    q = HiddenField()
    topic = HiddenField()
    level = HiddenField()
    state = HiddenField()
    used = HiddenField()
    valid = HiddenField()
    digest = HiddenField(validators=[Regexp(r"[0-9a-f]{64}\Z", message="Danh sách không hợp lệ.")])


class TicksField(Field):
    """Ticked lines of the list, each "key/number of the version that was shown"; `data` are (key, number)."""

    is_multiple = True
    data: list[tuple[str, int]]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = []
        for value in dict.fromkeys(valuelist):
            key, _, number = value.partition("/")
            if not CODE.match(key) or len(key) > MAX_CODE_LENGTH:
                raise ValueError("Danh sách câu không hợp lệ.")
            self.data.append((key, parse_integer(number, 1, MAX_VERSION)))


class BulkForm(BaseForm):
    """One act on the ticked questions; retiring them needs a reason."""

    act = RadioField(choices=[SelectChoice("approve", "Duyệt"), SelectChoice("retire", "Rút")])
    tick = TicksField("Câu đã chọn", default=list)
    reason = TextAreaField("Lý do rút", filters=[collapse_spaces])

    def validate_tick(self, field: TicksField) -> None:
        if not field.data:
            raise ValidationError("Bạn hãy đánh dấu ít nhất một câu.")
        if len(field.data) > PAGE_SIZE:
            raise ValidationError(f"Mỗi lần nhiều nhất {PAGE_SIZE} câu.")

    def validate_reason(self, field: TextAreaField) -> None:
        if self.act.data == "retire":
            TextLength(5, 300)(self, field)


class RetireForm(BaseForm):
    """Take a question out of the bank."""

    reason = TextAreaField(
        "Lý do rút câu",
        [Required("Bạn hãy ghi lý do."), TextLength(5, 300)],
        filters=[collapse_spaces],
        description="Lý do được ghi vào nhật ký.",
    )


def read_filters(fields: Mapping[str, str]) -> Filters:
    """Filters from an address or a form. Raises BadInput."""
    text, topic = collapse(fields.get("q", "")), fields.get("topic", "")
    if len(text) > MAX_SEARCH_LENGTH or len(topic) > MAX_CODE_LENGTH:
        raise BadInput("Từ tìm kiếm quá dài.")
    level = fields.get("level", "")
    state = fields.get("state", "")
    if state and state not in list(QuestionState):
        raise BadInput("Không có trạng thái này.")
    return Filters(
        text=text,
        topic=topic,
        level=parse_integer(level, min(LEVEL_NAMES), max(LEVEL_NAMES)) if level else None,
        state=QuestionState(state) if state else None,
        exposure=_member(Exposure, fields.get("used", "")),
        validity=_member(Validity, fields.get("valid", "")),
        on=local_day(clock.now()) if fields.get("valid") else None,
    )


def _member(names: type[Name], value: str) -> Name | None:
    """Raises BadInput."""
    if value and value not in list(names):
        raise BadInput("Không có mục lọc này.")
    return names(value) if value else None


def read_page() -> int:
    """The page asked for, counted from 1. Raises BadInput."""
    return parse_integer(request.args.get("trang", "1"), 1, MAX_PAGE)


def read_version(default: int) -> int:
    """The number of the version asked for. Raises BadInput."""
    return parse_integer(request.args.get("ban", str(default)), 1, MAX_VERSION)


def address_of(filters: Filters) -> dict[str, Any]:
    """The filters as the fields of an address, empty ones left out."""
    fields = {
        "q": filters.text,
        "topic": filters.topic,
        "level": str(filters.level or ""),
        "state": str(filters.state or ""),
        "used": str(filters.exposure or ""),
        "valid": str(filters.validity or ""),
    }
    return {name: value for name, value in fields.items() if value}
