"""Forms of own units."""

from collections.abc import Sequence

from wtforms import Field, SelectChoice, SelectField, StringField, ValidationError

from app.rosters.forms import unit_choices
from app.units.models import Unit
from app.units.own_rules import OWN_KINDS, unit_name
from app.units.rules import MAX_NAME_LENGTH
from app.web.forms import BaseForm, Required, TextLength, collapse_spaces


class NameForm(BaseForm):
    name = StringField(
        "Tên đơn vị",
        [Required("Bạn hãy ghi tên đơn vị."), TextLength(0, MAX_NAME_LENGTH)],
        filters=[collapse_spaces],
        description="Ghi đầy đủ, ví dụ: Trường THCS Bắc Quỳnh.",
    )

    def validate_name(self, field: Field) -> None:
        try:
            unit_name(field.data)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class AddForm(NameForm):
    kind = SelectField(
        "Loại đơn vị",
        choices=[SelectChoice(kind, f"{kind[0].upper()}{kind[1:]}") for kind in OWN_KINDS],
        invalid_choice_message="Bạn hãy chọn một loại trong danh sách.",
    )
    parent = SelectField("Thuộc đơn vị", validate_choice=False)
    chosen: Unit | None = None

    def offer(self, parents: Sequence[tuple[Unit, str]]) -> None:
        self.units = {unit.code: unit for unit, _above in parents}
        self.parent.choices = unit_choices(parents)

    def validate_parent(self, field: Field) -> None:
        self.chosen = self.units.get(field.data or "")
        if self.chosen is None:
            raise ValidationError("Bạn hãy chọn một đơn vị trong danh sách.")
