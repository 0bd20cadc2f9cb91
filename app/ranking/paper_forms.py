"""Forms around the paper of a result: substitutes kept, the decision that was signed."""

from typing import Any

from wtforms import StringField, TextAreaField

from app.ranking.paper_services import MAXIMUM_SUBSTITUTES
from app.ranking.rules import MAXIMUM_REASON, MINIMUM_REASON
from app.web.forms import (
    BaseForm,
    BoundedInteger,
    DatePartsField,
    Required,
    TextLength,
    collapse_spaces,
)

USUAL_SIGNER = "Trưởng Ban Tổ chức"


class SubstitutesForm(BaseForm):
    """How many people each league keeps in reserve."""

    people = BoundedInteger(
        "Số người dự phòng",
        [Required("Bạn hãy ghi số người, 0 nếu không cần.")],
        minimum=0,
        maximum=MAXIMUM_SUBSTITUTES,
    )


class SignedDecisionForm(BaseForm):
    """The decision on paper; a correction of an earlier entry says why."""

    decision_no = StringField(
        "Số quyết định",
        [Required("Bạn hãy ghi số quyết định."), TextLength(1, 60)],
        filters=[collapse_spaces],
        description="Ví dụ: 12/QĐ-BTC.",
    )
    signed_on = DatePartsField("Ngày ký", [Required("Bạn hãy ghi ngày ký.")])
    signer_title = StringField(
        "Chức danh người ký",
        [Required("Bạn hãy ghi chức danh người ký."), TextLength(3, 120)],
        filters=[collapse_spaces],
    )


class DecisionCorrectionForm(SignedDecisionForm):
    """Another entry after the first one."""

    correction_reason = TextAreaField(
        "Lý do sửa",
        [Required("Bạn hãy ghi lý do sửa."), TextLength(MINIMUM_REASON, MAXIMUM_REASON)],
        filters=[collapse_spaces],
    )


def decision_form(*, is_correction: bool, **settings: Any) -> SignedDecisionForm:
    """The form for a revision's first entry, or for one that corrects it."""
    return DecisionCorrectionForm(**settings) if is_correction else SignedDecisionForm(**settings)
