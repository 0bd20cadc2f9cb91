"""Forms of cancelling a round. Bytes to plain values."""

from wtforms import BooleanField, TextAreaField

from app.contests.incident_rules import MAXIMUM_REASON, MINIMUM_REASON
from app.ranking.forms import REASON_MISSING
from app.web.forms import BaseForm, BoundedInteger, Required, TextLength, collapse_spaces

MAX_PROPOSALS = 1000


class ProposalForm(BaseForm):
    """Ask for the round to be cancelled."""

    reason = TextAreaField(
        "Lý do hủy",
        [Required(REASON_MISSING), TextLength(MINIMUM_REASON, MAXIMUM_REASON)],
        filters=[collapse_spaces],
        description="Người dự thi đọc được lý do này.",
    )
    holds_again = BooleanField("Tổ chức lại: tạo một bản nháp mới như vòng này, với câu hỏi chưa dùng")


class AnswerForm(BaseForm):
    """Confirm or drop the proposal that was read."""

    proposal = BoundedInteger("Đề nghị", [Required("Thiếu số đề nghị.")], minimum=1, maximum=MAX_PROPOSALS)
