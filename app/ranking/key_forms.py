"""Forms of the answer key: propose a correction, decide about one."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectChoice, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from app.contests.rules import KEY_VOIDED
from app.ranking.rules import MAXIMUM_REASON, MINIMUM_REASON
from app.web.forms import BaseForm, Required, TextLength, collapse_spaces

MAXIMUM_KEY_REASON, MAXIMUM_GROUND = 500, 400
CHANGE, VOID = "change", "void"


class CheckboxesField(SelectMultipleField):
    """Boxes to tick, one an option."""

    is_multiple = True


class ProposalForm(BaseForm):
    """Other right options for one question, or no question at all."""

    kind = RadioField(
        "Đề nghị",
        [InputRequired("Bạn hãy chọn một trong hai cách.")],
        choices=[
            SelectChoice(CHANGE, "Đổi đáp án đúng sang những phương án đánh dấu bên dưới"),
            SelectChoice(VOID, "Hủy câu hỏi: ai có câu này trong đề đều được tính một điểm"),
        ],
    )
    letters = CheckboxesField("Phương án đúng", description="Chỉ cần đánh dấu khi đổi đáp án.")
    reason = TextAreaField(
        "Lý do",
        [Required("Bạn hãy ghi lý do."), TextLength(MINIMUM_REASON, MAXIMUM_KEY_REASON)],
        filters=[collapse_spaces],
        description="Lý do và căn cứ được công khai cạnh câu hỏi khi đề nghị được duyệt.",
    )
    ground = TextAreaField(
        "Căn cứ",
        [
            Required("Bạn hãy ghi căn cứ: văn bản, điều khoản hoặc biên bản."),
            TextLength(MINIMUM_REASON, MAXIMUM_GROUND),
        ],
        filters=[collapse_spaces],
        description="Ví dụ: Điều 10 Luật Thực hiện dân chủ ở cơ sở 2022; biên bản họp của tổ ra đề.",
    )

    def validate_letters(self, field: CheckboxesField) -> None:
        """Options are needed only where they change."""
        if self.kind.data == CHANGE and not field.data:
            raise ValidationError("Bạn hãy đánh dấu ít nhất một phương án đúng.")

    def chosen(self) -> str:
        """The right letters in bank order, or "*"."""
        return KEY_VOIDED if self.kind.data == VOID else "".join(sorted(self.letters.data or []))


def proposal_form(options: Sequence[tuple[str, str, bool]], **settings: Any) -> ProposalForm:
    """The form for a question with these options: (letter, text, is it right now)."""
    form = ProposalForm(**settings)
    form.letters.choices = [SelectChoice(letter, f"{letter}. {text}") for letter, text, _right in options]
    return form


class RefusalForm(BaseForm):
    """Say no to a proposal."""

    reason = TextAreaField(
        "Lý do không duyệt",
        [Required("Bạn hãy ghi lý do."), TextLength(MINIMUM_REASON, MAXIMUM_REASON)],
        filters=[collapse_spaces],
    )


class ProposalActForm(BaseForm):
    """Approve, withdraw or compute again: nothing to fill in."""
