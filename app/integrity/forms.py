"""The decision about a case, with its reason."""

from collections.abc import Sequence
from typing import Any

from wtforms import SelectChoice, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import AnyOf

from app.integrity.queries import CasePerson
from app.integrity.rules import Verdict
from app.ranking.rules import MAXIMUM_REASON, MINIMUM_REASON
from app.web.forms import BaseForm, Required, TextLength, collapse_spaces


class CheckboxesField(SelectMultipleField):
    """Any of the case's people, one box each; `render_field` draws the boxes."""

    is_multiple = True


class ReviewForm(BaseForm):
    """What to do with a case: the buttons are named `verdict`; `people` are contestant numbers."""

    verdict = StringField(validators=[AnyOf([*map(str, Verdict)], message="Bạn hãy chọn một nút.")])
    people = CheckboxesField("Áp dụng cho", coerce=int)
    reason = TextAreaField(
        "Lý do",
        [Required("Bạn hãy ghi lý do."), TextLength(MINIMUM_REASON, MAXIMUM_REASON)],
        filters=[collapse_spaces],
        description="Bắt buộc, được lưu cùng tên bạn và giờ.",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        if self.verdict.data in (Verdict.VOID, Verdict.NOT_RANKED) and not self.people.data:
            self.people.errors = [*self.people.errors, "Bạn hãy chọn ít nhất một người."]
            return False
        return is_valid


def review_form(people: Sequence[CasePerson], **settings: Any) -> ReviewForm:
    """The form with the case's people to choose from; a case about one person has them chosen."""
    numbers = [person.contestant_no for person in people]
    form = ReviewForm(people=numbers if len(numbers) == 1 else [], **settings)
    form.people.choices = [
        SelectChoice(person.contestant_no, f"{person.full_name}, số {person.contestant_no}")
        for person in people
    ]
    return form


class SearchForm(BaseForm):
    """Search the round again."""


class OpenForm(BaseForm):
    """Open a case; the opening goes on record."""
