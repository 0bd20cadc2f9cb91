"""Forms of the headcounts pages; what a spreadsheet said goes from its preview to its confirmation signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from flask_wtf.file import FileField
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import AnyOf, StopValidation, ValidationError

from app.errors import BadInput
from app.participation import headcount_rules as rules
from app.participation.headcount_file_services import MAX_FILE_BYTES
from app.participation.headcount_services import Said
from app.units.models import Unit
from app.web.forms import BaseForm, BoundedInteger, DatePartsField, Required, TextLength, collapse_spaces

PREVIEW_SECONDS = 24 * 3600
TARGET_PREFIX = "don-vi-"


class _HoldsFrom(BaseForm):
    """The day from which headcounts hold, and what they rest on."""

    valid_from = DatePartsField("Tính từ ngày", [Required("Bạn hãy ghi ngày.")])
    note = StringField(
        "Căn cứ",
        [TextLength(0, rules.MAX_NOTE)],
        filters=[collapse_spaces],
        description="Ví dụ: theo báo cáo của chi bộ, danh sách cử tri.",
    )

    def __init__(self, today: date, **settings: Any) -> None:
        self.today = today
        super().__init__(**({"valid_from": today} | settings))

    def validate_valid_from(self, field: DatePartsField) -> None:
        problem = rules.day_problem(field.data, self.today) if field.data else ""
        if problem:
            raise ValidationError(problem)


class DeclareForm(_HoldsFrom):
    unit = SelectField("Đơn vị", invalid_choice_message="Bạn hãy chọn một đơn vị trong danh sách.")
    people = BoundedInteger(
        "Quân số",
        [Required("Bạn hãy ghi quân số.")],
        minimum=1,
        maximum=rules.MOST_PEOPLE,
        description="Số người của đơn vị trong diện vận động dự thi.",
    )

    def offer(self, units: Sequence[Unit]) -> "DeclareForm":
        self.unit.choices = [SelectChoice(unit.code, unit.full_name) for unit in units]
        return self


class UploadForm(_HoldsFrom):
    file = FileField("Tệp Excel đã điền", description="Tệp .xlsx theo mẫu, tối đa 2 MB.")

    def validate_file(self, field: FileField) -> None:
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise StopValidation("Bạn hãy chọn tệp.")
        size = field.data.stream.seek(0, 2)
        field.data.stream.seek(0)
        if size > MAX_FILE_BYTES:
            raise StopValidation(f"Tệp lớn hơn {MAX_FILE_BYTES // 1024 // 1024} MB.")


@dataclass(frozen=True)
class Preview:
    """What was shown to one person for one unit, to be declared exactly so."""

    said: Sequence[Said]
    valid_from: date
    note: str
    file_sha256: str


class ConfirmForm(BaseForm):
    """Declare what was shown; `preview` is the signed Preview."""

    preview = HiddenField()


def sign_preview(preview: Preview, *, root: Unit, actor_id: int) -> str:
    said = [[each.unit_id, each.people] for each in preview.said]
    content = [root.id, actor_id, preview.valid_from.isoformat(), preview.note, preview.file_sha256, said]
    return str(_signer().dumps(content))


def read_preview(text: str, *, root: Unit, actor_id: int) -> Preview:
    """Raises BadInput: altered, too old, another person's, or shown for another unit."""
    try:
        content = _signer().loads(text, max_age=PREVIEW_SECONDS)
    except BadData:
        content = [None, None]
    if content[:2] != [root.id, actor_id]:
        raise BadInput("Bản xem trước không còn dùng được: hãy gửi lại tệp.")
    _, _, day, note, file_sha256, said = content
    return Preview([Said(*each) for each in said], date.fromisoformat(day), note, file_sha256)


def _signer() -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt="headcounts")


class IdsField(SelectMultipleField):
    """Numbers of declarations; whether they are in scope is told by the query."""

    is_multiple = True

    def pre_validate(self, form: BaseForm) -> None:
        if not self.data:
            raise ValidationError("Bạn hãy đánh dấu ít nhất một đơn vị.")


class DecideForm(BaseForm):
    """Approve or refuse the marked declarations: the buttons are named `verdict`."""

    chosen = IdsField("Các khai báo", choices=[], coerce=int)
    verdict = StringField(validators=[AnyOf(["approve", "refuse"], message="Bạn hãy chọn một nút.")])
    reason = StringField(
        "Lý do không duyệt hoặc rút lại",
        [TextLength(0, rules.MAXIMUM_REASON)],
        filters=[collapse_spaces],
        description="Duyệt thì không cần ghi.",
    )

    def validate_reason(self, field: StringField) -> None:
        if self.verdict.data == "refuse" and len(field.data or "") < rules.MINIMUM_REASON:
            raise ValidationError("Bạn hãy ghi lý do, ít nhất 5 ký tự.")


def targets_form(units: Sequence[Unit], own: dict[int, int]) -> BaseForm:
    """A box for each unit; a blank one has no target."""
    fields = {
        f"{TARGET_PREFIX}{unit.code}": BoundedInteger(
            unit.full_name, minimum=1, maximum=rules.MOST_PEOPLE, default=own.get(unit.id)
        )
        for unit in units
    }
    form: BaseForm = type("TargetsForm", (BaseForm,), fields)()
    return form


def targets_of(form: BaseForm, units: Sequence[Unit]) -> dict[int, int | None]:
    return {unit.id: form[f"{TARGET_PREFIX}{unit.code}"].data for unit in units}
