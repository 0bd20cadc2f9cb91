"""Forms on the way to publication: every act has its reason."""

from collections.abc import Sequence
from typing import Any

from flask import request
from wtforms import HiddenField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Regexp

from app.attempts.models import Attempt
from app.errors import BadInput
from app.formats import vn_seconds
from app.ranking.rules import KIND_NAMES, MAXIMUM_REASON, MINIMUM_REASON, Kind
from app.text import collapse, parse_integer
from app.web.fields import MomentField
from app.web.forms import BaseForm, Required, TextLength, collapse_spaces

MAX_SEARCH = 80
LAST_PAGE = 1_000_000
FIRST_FREEZE = "Chốt kết quả sau khi vòng thi đóng"
REASON_MISSING = "Bạn hãy ghi lý do."
AUDITED = "Lý do được lưu cùng tên bạn và giờ."


class FreezeForm(BaseForm):
    """Ask for the numbers to be fixed."""

    reason = TextAreaField(
        "Lý do chốt",
        [Required(REASON_MISSING), TextLength(MINIMUM_REASON, MAXIMUM_REASON)],
        filters=[collapse_spaces],
        description=AUDITED,
    )


class DecisionForm(BaseForm):
    """One decision about one person: `choice` is "void:<attempt>", "not_ranked" or "no_prize"."""

    choice = RadioField("Quyết định", [InputRequired("Bạn hãy chọn một quyết định.")])
    reason = TextAreaField(
        "Lý do",
        [Required(REASON_MISSING), TextLength(MINIMUM_REASON, MAXIMUM_REASON)],
        filters=[collapse_spaces],
        description=AUDITED,
    )


def decision_form(attempts: Sequence[Attempt], **settings: Any) -> DecisionForm:
    """The form with what can be decided about the person who made these closed attempts."""
    form = DecisionForm(**settings)
    voids = [
        SelectChoice(
            choice_of(Kind.VOID, attempt.public_id),
            f"{KIND_NAMES[Kind.VOID]} thứ {attempt.number}, {attempt.score} câu đúng, "
            f"nộp {vn_seconds(attempt.finished_at or attempt.deadline_at)}",
        )
        for attempt in attempts
        if attempt.closed_at is not None
    ]
    others = [SelectChoice(str(kind), KIND_NAMES[kind]) for kind in (Kind.NOT_RANKED, Kind.NO_PRIZE)]
    form.choice.choices = voids + others
    return form


def choice_of(kind: str, attempt: str | None) -> str:
    """A decision's name in forms; `attempt` is the public id of the voided one."""
    return f"{kind}:{attempt}" if attempt else kind


def read_choice(choice: str | None) -> tuple[Kind, str]:
    """(kind, public id of the attempt, empty for people) of a choice that was checked."""
    kind, _, attempt = str(choice).partition(":")
    return Kind(kind), attempt


class UndoForm(BaseForm):
    """Take a decision back; `choice` names it as in DecisionForm."""

    choice = HiddenField(
        validators=[Regexp(r"(void:[0-9a-f]{32}|not_ranked|no_prize)\Z", message="Không có quyết định này.")]
    )
    reason = TextAreaField(
        "Lý do gỡ bỏ",
        [Required(REASON_MISSING), TextLength(MINIMUM_REASON, MAXIMUM_REASON)],
        filters=[collapse_spaces],
    )


class ApproveForm(BaseForm):
    """Publish the numbers whose code was shown; the first revision needs no reason."""

    body_sha256 = HiddenField(validators=[Regexp(r"[0-9a-f]{64}\Z", message="Mã số liệu không hợp lệ.")])
    reason = TextAreaField("Lý do thay bản trước", [TextLength(0, MAXIMUM_REASON)], filters=[collapse_spaces])


class ExtendForm(BaseForm):
    """Move the closing of an open round."""

    closes_at = MomentField("Giờ đóng mới", [Required("Bạn hãy ghi giờ đóng mới.")])
    reason = TextAreaField(
        "Lý do kéo dài",
        [Required(REASON_MISSING), TextLength(MINIMUM_REASON, MAXIMUM_REASON)],
        filters=[collapse_spaces],
        description="Lý do được lưu cùng tên bạn và giờ.",
    )


class AnnexForm(BaseForm):
    """Make the annex again."""


def read_search() -> str:
    """?tim=, one space between words. Raises BadInput."""
    text = collapse(request.args.get("tim", ""))
    if len(text) > MAX_SEARCH:
        raise BadInput("Từ tìm kiếm quá dài.")
    return text


def read_page() -> int:
    """?trang=, 1 without it. Raises BadInput."""
    text = request.args.get("trang", "")
    return parse_integer(text, 1, LAST_PAGE) if text else 1
