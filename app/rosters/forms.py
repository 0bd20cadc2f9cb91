"""Forms of a unit's lists: the file, the confirmation, what is asked for at a signing-up with help."""

from collections.abc import Sequence
from datetime import date

from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import Regexp, StopValidation, ValidationError

from app.accounts import rules as accounts
from app.accounts.consent_wording import TEXTS, Purpose
from app.rosters.assist_rules import CONSENT_WAYS, MAX_ASKED_BY
from app.rosters.reading_services import TOO_LARGE
from app.rosters.rules import MAX_FILE_BYTES
from app.text import clean, collapse
from app.units.models import Unit
from app.web.forms import BaseForm, DatePartsField, Required, TextLength, Ticked, collapse_spaces

MAX_NAME = 120
UNKNOWN_BIRTH = date(1, 1, 1)
UNIT_MISSING = "Bạn hãy chọn một đơn vị trong danh sách."
NO_CHOICE = SelectChoice("", "Chọn đơn vị")


class _Chosen:
    """A file must have been chosen, with something in it, and not too much."""

    def __call__(self, _form: BaseForm, field: FileField) -> None:
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise StopValidation("Bạn hãy chọn tệp.")
        size = field.data.stream.seek(0, 2)
        field.data.stream.seek(0)
        if size > MAX_FILE_BYTES:
            raise StopValidation(TOO_LARGE)
        if not size:
            raise StopValidation("Tệp này rỗng.")


class UploadForm(BaseForm):
    file = FileField(
        "Tệp danh sách (.xlsx)",
        [_Chosen()],
        description="Cần cột Họ và tên và cột Ngày sinh; nhiều nhất 5.000 người, 5 MB.",
    )

    @property
    def file_name(self) -> str:
        return collapse(clean(str(self.file.data.filename)))[-MAX_NAME:] or "danh-sach.xlsx"


class ConfirmForm(BaseForm):
    """The digest of what was shown."""

    digest = HiddenField(validators=[Regexp(r"[0-9a-f]{64}\Z")])


class ButtonForm(BaseForm):
    """Nothing but a button."""


def unit_choices(units: Sequence[tuple[Unit, str]]) -> dict[str, list[SelectChoice]] | list[SelectChoice]:
    """Units by their parent, for a select; one alone needs no choosing."""
    if len(units) == 1:
        return [SelectChoice(units[0][0].code, units[0][0].full_name)]
    groups: dict[str, list[SelectChoice]] = {"": [NO_CHOICE]}
    for unit, parent in units:
        groups.setdefault(parent, []).append(SelectChoice(unit.code, unit.full_name))
    return groups


class UnitSelectForm(BaseForm):
    """A form that asks for one unit of the place."""

    unit = SelectField("Đơn vị", validate_choice=False)
    chosen: Unit | None = None

    def offer(self, units: Sequence[tuple[Unit, str]]) -> None:
        self.units = {unit.code: unit for unit, _parent in units}
        self.unit.choices = unit_choices(units)

    def validate_unit(self, field: Field) -> None:
        self.chosen = self.units.get(field.data or "")
        if self.chosen is None:
            raise ValidationError(UNIT_MISSING)


class AssistForm(UnitSelectForm):
    """Somebody without a phone of their own, and how they agreed."""

    full_name = StringField(
        "Họ và tên",
        [Required("Bạn hãy ghi họ và tên.")],
        filters=[collapse_spaces],
        description="Ghi đầy đủ, có dấu.",
    )
    date_of_birth = DatePartsField(
        "Ngày sinh", [Required("Bạn hãy ghi ngày sinh.")], description="Ví dụ: 05 / 09 / 1987."
    )
    gender = SelectField(
        "Giới tính",
        choices=[SelectChoice("", "Không ghi")] + [SelectChoice(*item) for item in accounts.GENDERS.items()],
        invalid_choice_message="Bạn hãy chọn một mục trong danh sách.",
    )
    workplace = StringField(
        "Nơi công tác hoặc học tập", [TextLength(0, accounts.MAX_WORKPLACE)], filters=[collapse_spaces]
    )
    asked_by = StringField(
        "Ai nhờ đăng ký giúp",
        [Required("Bạn hãy ghi ai nhờ."), TextLength(2, MAX_ASKED_BY)],
        filters=[collapse_spaces],
        description="Ví dụ: chính người dự thi; con gái của người dự thi.",
    )
    consent_way = RadioField(
        "Người dự thi đã đồng ý bằng cách nào",
        choices=[SelectChoice(value, name) for value, name in CONSENT_WAYS.items()],
        validators=[Required("Bạn hãy chọn một cách.")],
        invalid_choice_message="Bạn hãy chọn một cách.",
    )
    agreed = BooleanField(
        "Người dự thi đồng ý để Ban Tổ chức xử lý họ tên, ngày sinh, đơn vị và bài thi cho cuộc thi này.",
        [Ticked("Chưa có sự đồng ý thì chưa đăng ký được.")],
    )
    agreed_publication = BooleanField(
        "Người dự thi đồng ý công khai tên rút gọn và đơn vị trên bảng kết quả.",
        description=TEXTS[Purpose.PUBLICATION].hint,
    )
    agreed_guardian = BooleanField(
        f"Cha, mẹ hoặc người giám hộ đồng ý (chỉ khi chưa đủ {accounts.ADULT_CONSENT_AGE} tuổi)."
    )
    today: date

    def validate_full_name(self, field: Field) -> None:
        _check(accounts.person_name, field.data)

    def validate_date_of_birth(self, field: Field) -> None:
        if field.data is not None:
            _check(accounts.check_birth_date, field.data, self.today)

    def validate_agreed_guardian(self, field: Field) -> None:
        born = self.date_of_birth.data
        if born is not None and accounts.needs_guardian(born, self.today) and not field.data:
            raise ValidationError("Người chưa đủ tuổi cần cha, mẹ hoặc người giám hộ đồng ý.")

    @property
    def consents(self) -> set[Purpose]:
        boxes = {
            Purpose.PARTICIPATION: self.agreed,
            Purpose.PUBLICATION: self.agreed_publication,
            Purpose.GUARDIAN: self.agreed_guardian,
        }
        return {purpose for purpose, box in boxes.items() if box.data}

    def registration(self) -> accounts.Registration:
        """What the valid form says."""
        return accounts.Registration(
            full_name=self.full_name.data,
            phone=None,
            date_of_birth=self.date_of_birth.data or UNKNOWN_BIRTH,
            unit_id=self.chosen.id if self.chosen else 0,
            gender=self.gender.data or None,
            workplace=self.workplace.data or None,
        )


def _check(rule: object, *values: object) -> None:
    """A refusal of the rules becomes the field's error."""
    try:
        rule(*values)  # type: ignore[operator]
    except accounts.Unfit as refusal:
        raise ValidationError(refusal.message) from None
