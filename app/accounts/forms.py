"""Forms of registering, signing in and passwords: bytes to plain values."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    PasswordField,
    SelectChoice,
    SelectField,
    StringField,
    SubmitField,
    ValidationError,
)

from app.accounts import consent_wording as wording
from app.accounts import password_rules, queries, rules
from app.accounts.consent_wording import TEXTS, Purpose
from app.accounts.models import Account
from app.errors import BadInput
from app.units.models import Unit
from app.units.queries import find_parent, find_series, find_unit, is_selectable, is_within
from app.units.rules import BEFORE_JULY_2025, FROM_JULY_2025
from app.web.forms import BaseForm, DatePartsField, Required, TextLength, collapse_spaces

MAX_CODE = 20
MAX_SEARCH = 80
UNKNOWN_BIRTH = date(1, 1, 1)
NAME_MISSING = "Bạn hãy ghi họ và tên."
PHONE_MISSING = "Bạn hãy ghi số điện thoại."
PHONE_WRONG = "Số này không phải số điện thoại di động Việt Nam. Ví dụ: 0912 345 678."
BIRTH_MISSING = "Bạn hãy ghi ngày sinh."
UNIT_MISSING = "Bạn hãy chọn một đơn vị trong danh mục."
PASSWORD_MISSING = "Bạn hãy đặt mật khẩu."  # noqa: S105
SIGN_IN_WRONG = "Số điện thoại hoặc mật khẩu không đúng."
CODE_UNKNOWN = "Không có mã giới thiệu này. Bạn xem lại mã, hoặc để trống."


def series_on(day: date) -> str:
    """The units that people choose from on `day` where nothing says otherwise."""
    newest, start = FROM_JULY_2025, FROM_JULY_2025.valid_from
    return newest.code if start is not None and day >= start else BEFORE_JULY_2025.code


@contextmanager
def beside_the_field() -> Iterator[None]:
    """A refusal of the rules becomes the field's error."""
    try:
        yield
    except rules.Unfit as refusal:
        raise ValidationError(refusal.message) from None


class UnitForm(BaseForm):
    """A unit of one series, below a root if there is one; searched for in the form itself without script."""

    series = HiddenField()
    root = HiddenField()
    unit = StringField("Đơn vị dự thi", description="Gõ tên xã, trường hoặc cơ quan. Không dấu cũng được.")
    unit_search = StringField()
    find_unit = SubmitField()
    chosen_unit: Unit | None = None
    order: tuple[str, ...] = ()

    def __init__(self, *, today: date) -> None:
        super().__init__()
        self.today = today
        self.series.data = self.series.data or series_on(today)

    def __iter__(self) -> Iterator[Field]:
        """In the order of the page, so that errors are listed as they stand below."""
        places = {name: place for place, name in enumerate(self.order)}
        return iter(sorted(super().__iter__(), key=lambda field: places.get(field.name, len(places))))

    def read_unit(self) -> None:
        """Find the chosen unit and its root. Raises BadInput when the hidden fields were tampered with."""
        texts = (self.series.data, self.root.data, self.unit.data, self.unit_search.data)
        if any(len(text or "") > MAX_SEARCH for text in texts) or find_series(self.series.data) is None:
            raise BadInput("Danh mục đơn vị không hợp lệ.")
        if self.root.data and self.root_unit is None:
            raise BadInput("Danh mục đơn vị không hợp lệ.")
        self.chosen_unit = self._allowed(find_unit(self.series.data, self.unit.data or ""))

    @property
    def root_unit(self) -> Unit | None:
        return find_unit(self.series.data, self.root.data) if self.root.data else None

    @property
    def chosen(self) -> dict[str, str] | None:
        """The chosen unit in two lines, for the picker."""
        if self.chosen_unit is None:
            return None
        parent = find_parent(self.chosen_unit)
        return {"name": self.chosen_unit.full_name, "parent": parent.full_name if parent else ""}

    @property
    def asks_for_units(self) -> bool:
        """The person pressed "Tìm", without script."""
        return bool(self.find_unit.data and self.unit_search.data)

    def validate_unit(self, field: Field) -> None:
        if self.chosen_unit is None:
            raise ValidationError(UNIT_MISSING)

    def _allowed(self, unit: Unit | None) -> Unit | None:
        root = self.root_unit
        if unit is None or not is_selectable(unit) or (root and not is_within(unit, root)):
            return None
        return unit


class PersonForm(UnitForm):
    """Who somebody is: what registering and staff's help ask alike."""

    full_name = StringField(
        "Họ và tên", [Required(NAME_MISSING)], filters=[collapse_spaces], description="Ghi đầy đủ, có dấu."
    )
    date_of_birth = DatePartsField(
        "Ngày sinh", [Required(BIRTH_MISSING)], description="Ví dụ: 05 / 09 / 1987."
    )
    gender = SelectField(
        "Giới tính",
        choices=[SelectChoice("", "Không ghi")] + [SelectChoice(*item) for item in rules.GENDERS.items()],
        validate_choice=False,
    )
    workplace = StringField(
        "Nơi công tác hoặc học tập", [TextLength(0, rules.MAX_WORKPLACE)], filters=[collapse_spaces]
    )
    order: tuple[str, ...] = ("full_name", "date_of_birth", "unit", "workplace", "gender")

    def validate_full_name(self, field: Field) -> None:
        with beside_the_field():
            rules.person_name(field.data)

    def validate_date_of_birth(self, field: Field) -> None:
        if field.data is not None:
            with beside_the_field():
                rules.check_birth_date(field.data, self.today)

    def validate_gender(self, field: Field) -> None:
        if field.data and field.data not in rules.GENDERS:
            raise BadInput("Giới tính không hợp lệ.")

    def registration(self, phone: str | None) -> rules.Registration:
        """What the valid form says."""
        return rules.Registration(
            full_name=self.full_name.data,
            phone=phone,
            date_of_birth=self.date_of_birth.data or UNKNOWN_BIRTH,
            unit_id=self.chosen_unit.id if self.chosen_unit else 0,
            gender=self.gender.data or None,
            workplace=self.workplace.data or None,
        )


class ConsentForm(BaseForm):
    """The boxes of consent, unticked; which are needed depends on the age."""

    consent = BooleanField(TEXTS[Purpose.PARTICIPATION].sentence)
    consent_publication = BooleanField(
        TEXTS[Purpose.PUBLICATION].sentence, description=TEXTS[Purpose.PUBLICATION].hint
    )
    consent_guardian = BooleanField(
        TEXTS[Purpose.GUARDIAN].sentence, description=TEXTS[Purpose.GUARDIAN].hint
    )

    @property
    def is_minor(self) -> bool:
        """Under the age at which one's own consent is enough."""
        raise NotImplementedError

    @property
    def consents(self) -> set[Purpose]:
        boxes = {
            Purpose.PARTICIPATION: self.consent,
            Purpose.PUBLICATION: self.consent_publication,
            Purpose.GUARDIAN: self.consent_guardian,
        }
        return {purpose for purpose, box in boxes.items() if box and box.data}

    def validate_consent(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(wording.PARTICIPATION_MISSING)

    def validate_consent_guardian(self, field: Field) -> None:
        if self.is_minor and not field.data:
            raise ValidationError(wording.GUARDIAN_MISSING)


class RegisterForm(PersonForm, ConsentForm):
    """One page, one person."""

    order = ("phone", *PersonForm.order, "referral_code", "password")

    phone = StringField("Số điện thoại", [Required(PHONE_MISSING)])
    password = PasswordField(
        "Mật khẩu",
        [Required(PASSWORD_MISSING)],
        description="Ít nhất 8 ký tự. Dấu cách và chữ có dấu đều được.",
    )
    referral_code = StringField("Người giới thiệu", description="Mã của người mời bạn, nếu có.")
    next = HiddenField()
    referrer: Account | None = None

    def validate_phone(self, field: Field) -> None:
        if rules.find_phone(field.data) is None:
            raise ValidationError(PHONE_WRONG)
        if queries.find_account(self.canonical_phone) is not None:
            raise ValidationError(rules.PhoneTaken.message)

    def validate_password(self, field: Field) -> None:
        with beside_the_field():
            password_rules.check_password(
                field.data,
                sign_in_name=self.canonical_phone,
                full_name=self.full_name.data or "",
                date_of_birth=self.date_of_birth.data or UNKNOWN_BIRTH,
            )

    def validate_referral_code(self, field: Field) -> None:
        if field.data and not self.read_referrer():
            raise ValidationError(CODE_UNKNOWN)

    def read_referrer(self) -> Account | None:
        code = rules.find_code(self.referral_code.data or "")
        self.referrer = queries.find_referrer(code) if code else None
        return self.referrer

    @property
    def canonical_phone(self) -> str:
        return rules.find_phone(self.phone.data or "") or ""

    @property
    def is_minor(self) -> bool:
        born = self.date_of_birth.data
        return born is not None and rules.needs_guardian(born, self.today)


class SignInForm(BaseForm):
    phone = StringField("Số điện thoại", [Required(PHONE_MISSING)])
    password = PasswordField("Mật khẩu", [Required("Bạn hãy ghi mật khẩu.")])
    next = HiddenField()

    def validate_phone(self, field: Field) -> None:
        if rules.find_sign_in_name(field.data) is None:
            raise ValidationError("Bạn ghi số điện thoại (ví dụ 0912 345 678) hoặc mã tài khoản được cấp.")

    @property
    def sign_in_name(self) -> str:
        return rules.find_sign_in_name(self.phone.data or "") or ""


class NewPasswordForm(BaseForm):
    """The new password of a known account."""

    password = PasswordField(
        "Mật khẩu mới",
        [Required(PASSWORD_MISSING)],
        description="Ít nhất 8 ký tự. Dấu cách và chữ có dấu đều được.",
    )
    account: Account

    def validate_password(self, field: Field) -> None:
        with beside_the_field():
            password_rules.check_password(
                field.data,
                sign_in_name=self.account.sign_in_name,
                full_name=self.account.full_name,
                date_of_birth=self.account.date_of_birth,
            )


class ChangePasswordForm(NewPasswordForm):
    current_password = PasswordField("Mật khẩu hiện tại", [Required("Bạn hãy ghi mật khẩu hiện tại.")])


class LinkForm(NewPasswordForm, ConsentForm):
    """A one-time link: the password, and the consents of somebody who has given none yet."""

    def __init__(self, *, account: Account, today: date) -> None:
        super().__init__()
        self.account, self.today = account, today
        if queries.has_consent(account.id, Purpose.PARTICIPATION):
            del self.consent, self.consent_publication, self.consent_guardian

    @property
    def is_minor(self) -> bool:
        return rules.needs_guardian(self.account.date_of_birth, self.today)


class EmptyForm(BaseForm):
    """A button: nothing but the token."""


class DeviceForm(BaseForm):
    device = HiddenField()
