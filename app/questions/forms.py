"""Forms of the bank pages, and the filters of their addresses."""

from collections.abc import Mapping
from typing import Any

from flask import request
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Regexp

from app.errors import BadInput
from app.questions.queries import Filters, QuestionState
from app.questions.rules import LEVEL_NAMES, MAX_CODE_LENGTH
from app.text import collapse, parse_integer
from app.web.forms import BaseForm, BoundedInteger, Required, TextLength, collapse_spaces

MAX_SEARCH_LENGTH = 100
MAX_PAGE = 10_000
MAX_VERSION = 10_000


class ApproveForm(BaseForm):
    """Approve one version, the one that was shown."""

    number = BoundedInteger("Bản", [Required("Thiếu số bản.")], minimum=1, maximum=MAX_VERSION)


class ReviewForm(BaseForm):
    """Approve the drafts of a filter; `digest` says which ones were shown."""

    q = HiddenField()
    topic = HiddenField()
    level = HiddenField()
    state = HiddenField()
    digest = HiddenField(validators=[Regexp(r"[0-9a-f]{64}\Z", message="Danh sách không hợp lệ.")])


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
    )


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
    }
    return {name: value for name, value in fields.items() if value}
