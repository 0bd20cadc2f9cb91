"""Forms of the criteria editor and of a new campaign."""

from collections.abc import Sequence
from typing import Any, Self

from wtforms import Field, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Regexp

from app.emulation.preset_rules import PRESETS
from app.emulation.sheet_rules import Sheet, is_name, read_sheet
from app.units.models import Unit
from app.web.forms import BaseForm, BoundedInteger, Required, TextLength, collapse_spaces

MAX_NAME, MAX_PLAN = 160, 300
MOST_VERSIONS = 100_000


class SheetField(Field):
    """All cards of the editor; `data` is the sheet."""

    reads_own_name = False
    data: Sheet

    def __init__(self, label: str = "", validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.part_names: list[str] = []

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata:
            self.part_names = [name for name in formdata if is_name(name)]
            self.data = read_sheet({name: formdata[name] for name in self.part_names})


class CriteriaForm(BaseForm):
    """`base` is the version that is being changed, `preset` what the first one was begun from."""

    base = BoundedInteger("", minimum=0, maximum=MOST_VERSIONS)
    preset = HiddenField(validators=[Regexp(r"[a-z0-9-]{0,40}\Z")])
    action = StringField()
    sheet = SheetField()


class SaveForm(BaseForm):
    """Why the criteria change; `asked_at` tells which state of the draft the page showed."""

    asked_at = HiddenField()

    reason = TextAreaField(
        "Lý do",
        [Required("Bạn hãy ghi lý do."), TextLength(5, 1000)],
        filters=[collapse_spaces],
        description="Ví dụ: theo Kế hoạch số 55/KH-UBND. Lý do được lưu cùng bản tiêu chí.",
    )


class CampaignForm(BaseForm):
    """A new campaign for one of the units below the contest's."""

    unit = SelectField("Dành cho", description="Người và tập thể của đơn vị này được xét.")

    name = StringField(
        "Tên đợt thi đua",
        [Required("Bạn hãy ghi tên đợt thi đua."), TextLength(3, MAX_NAME)],
        filters=[collapse_spaces],
    )
    plan = StringField(
        "Theo kế hoạch",
        [TextLength(0, MAX_PLAN)],
        filters=[collapse_spaces],
        description="Ví dụ: Kế hoạch số 55/KH-UBND ngày 20/3/2024 của UBND huyện.",
    )
    preset = RadioField(
        "Bắt đầu từ mẫu",
        choices=[SelectChoice(code, f"{found.name}. {found.about}") for code, found in PRESETS.items()],
        default=next(iter(PRESETS)),
        description="Tạo xong, bạn sửa được từng tiêu chí.",
    )

    def offer(self, units: Sequence[Unit]) -> Self:
        """Offer these units, those further down indented."""
        top = min((unit.depth for unit in units), default=0)
        self.unit.choices = [
            SelectChoice(unit.code, "\u2003" * (unit.depth - top) + unit.full_name) for unit in units
        ]
        return self
