"""Forms of citizens and of the committee about complaints."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from app.complaints.rules import (
    EFFECT_NAMES,
    MAXIMUM_GROUND,
    MAXIMUM_TEXT,
    MINIMUM_GROUND,
    MINIMUM_TEXT,
    OUTCOME_NAMES,
    SUBJECT_NAMES,
    Effect,
    Outcome,
    Subject,
    Verdict,
)
from app.formats import vn_datetime
from app.ranking.review_queries import DecisionLine
from app.ranking.rules import KIND_NAMES, Kind
from app.web.forms import BaseForm, BoundedInteger, Required, TextLength

CHOOSE = "Bạn hãy chọn một dòng."
LAST_POSITION = 200


def stripped(value: str | None) -> str | None:
    """A WTForms filter: no spaces around; lines stay."""
    return value.strip() if value else value


def message_field(label: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label, [Required(missing), TextLength(MINIMUM_TEXT, MAXIMUM_TEXT)], filters=[stripped]
    )


class ComplaintForm(BaseForm):
    """A complaint about one's own attempt."""

    subject = RadioField(
        "Bạn khiếu nại về việc gì?",
        [InputRequired(CHOOSE)],
        choices=[SelectChoice(str(subject), name) for subject, name in SUBJECT_NAMES.items()],
    )
    position = BoundedInteger(
        "Câu số mấy trong đề của bạn",
        minimum=1,
        maximum=LAST_POSITION,
        description="Chỉ ghi khi khiếu nại về một câu hỏi hoặc đáp án.",
    )
    text = message_field("Nội dung", "Bạn hãy viết điều bạn thấy chưa đúng.")

    def __init__(self, question_count: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.question_count = question_count

    def validate_position(self, field: BoundedInteger) -> None:
        if field.data is None:
            return
        if field.data > self.question_count:
            raise ValidationError(f"Đề của bạn có {self.question_count} câu.")
        if self.subject.data and self.subject.data != Subject.QUESTION:
            raise ValidationError("Số câu chỉ ghi khi bạn chọn “Câu hỏi hoặc đáp án”.")


class MessageForm(BaseForm):
    """The citizen adds to a complaint, or answers."""

    text = message_field("Bạn muốn bổ sung hoặc trả lời gì?", "Bạn hãy viết nội dung.")


class WithdrawForm(BaseForm):
    """The citizen takes a complaint back."""


class TakeForm(BaseForm):
    """The committee takes a complaint up."""


class TalkForm(BaseForm):
    """The committee asks the citizen, or tells them something."""

    kind = RadioField(
        "Loại tin",
        [InputRequired(CHOOSE)],
        choices=[
            SelectChoice("asks", "Hỏi và chờ trả lời"),
            SelectChoice("tells", "Thông báo, không cần trả lời"),
        ],
        default="asks",
    )
    text = message_field("Nội dung gửi người khiếu nại", "Bạn hãy viết nội dung.")


class DecideForm(BaseForm):
    """The decision; `effect` is an Effect, "undo:void:<attempt>" or "undo:<kind>" for a decision in force."""

    outcome = RadioField(
        "Kết luận",
        [InputRequired(CHOOSE)],
        choices=[
            SelectChoice(str(outcome), OUTCOME_NAMES[outcome])
            for outcome in (Outcome.ACCEPTED, Outcome.PARTLY, Outcome.REFUSED)
        ],
    )
    effect = RadioField("Ảnh hưởng đến kết quả", [InputRequired(CHOOSE)])
    ground = TextAreaField(
        "Căn cứ",
        [Required("Bạn hãy ghi căn cứ."), TextLength(MINIMUM_GROUND, MAXIMUM_GROUND)],
        filters=[stripped],
        description="Điều của Thể lệ, biên bản, hoặc điều thấy được ở bài thi.",
    )
    answer = message_field("Trả lời người khiếu nại", "Bạn hãy viết câu trả lời.")

    def validate_effect(self, field: RadioField) -> None:
        if self.outcome.data == Outcome.REFUSED and field.data != Effect.NONE:
            raise ValidationError("Không chấp nhận khiếu nại thì kết quả giữ nguyên.")

    def verdict(self, decisions: Sequence[DecisionLine]) -> Verdict:
        """What was written; `decisions` are those that decide_form offered."""
        undone = next((line.decision.id for line in decisions if undo_of(line) == self.effect.data), None)
        return Verdict(
            Outcome(self.outcome.data),
            Effect.UNDO if undone else Effect(self.effect.data),
            text=self.answer.data or "",
            ground=self.ground.data or "",
            undone_decision_id=undone,
        )


def undo_of(line: DecisionLine) -> str:
    """The choice that takes this decision back: nothing else about the person can be meant by it."""
    return ":".join(part for part in (Effect.UNDO, line.decision.kind, line.attempt) if part)


def decide_form(decisions: Sequence[DecisionLine], **settings: Any) -> DecideForm:
    """The form with what can be done about a person who stands under these decisions."""
    form = DecideForm(**settings)
    undo = [SelectChoice(undo_of(line), f"Gỡ bỏ: {_name_of(line)}") for line in decisions]
    others = [
        SelectChoice(str(effect), EFFECT_NAMES[effect])
        for effect in (Effect.NONE, Effect.VOID, Effect.KEY, Effect.REVISION)
    ]
    form.effect.choices = [*others[:2], *undo, *others[2:]]
    return form


def _name_of(line: DecisionLine) -> str:
    """ "Hủy lượt thi thứ 2, 21:04, 14/04/2024"."""
    which = f" thứ {line.attempt_number}" if line.attempt_number else ""
    return f"{KIND_NAMES[Kind(line.decision.kind)]}{which}, {vn_datetime(line.decision.decided_at)}"
