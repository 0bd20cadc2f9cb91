"""Forms of staff and administrators: finding people, helping them in, giving roles."""

from datetime import date

from wtforms import Field, SelectChoice, SelectField, StringField, SubmitField, ValidationError

from app.accounts import queries, rules
from app.accounts.forms import PHONE_MISSING, PersonForm
from app.accounts.models import Account
from app.permissions import ROLE_NAMES, Grant, Permission, Role
from app.units.models import Unit
from app.units.queries import all_series, find_unit
from app.web.forms import BaseForm, DatePartsField, Required, TextLength, collapse_spaces

MAX_SEARCH = 80
MAX_REASON = 300


class SearchForm(BaseForm):
    q = StringField(
        "Tìm người",
        [Required("Bạn hãy gõ tên, số điện thoại hoặc mã tài khoản."), TextLength(2, MAX_SEARCH)],
        filters=[collapse_spaces],
        description="Tên (không dấu cũng được), số điện thoại hoặc mã tài khoản.",
    )


class ReasonForm(BaseForm):
    reason = StringField(
        "Lý do",
        [Required("Bạn hãy ghi lý do."), TextLength(5, MAX_REASON)],
        filters=[collapse_spaces],
        description="Được ghi vào nhật ký.",
    )


class IssueForm(PersonForm):
    """A person without a phone, registered by staff inside their scope."""

    def __init__(self, *, today: date, grants: tuple[Grant, ...]) -> None:
        super().__init__(today=today)
        self.grants = grants

    def _allowed(self, unit: Unit | None) -> Unit | None:
        unit = super()._allowed(unit)
        if unit and not queries.is_unit_in_scope(self.grants, Permission.ACCOUNTS_RESET, unit):
            return None
        return unit


class RoleForm(BaseForm):
    """Give a role. A staff role covers a unit of any level and everything below it."""

    phone = StringField("Số điện thoại hoặc mã tài khoản", [Required(PHONE_MISSING)])
    role = SelectField(
        "Vai trò",
        choices=[SelectChoice(role.value, ROLE_NAMES[role]) for role in Role],
        validate_choice=False,
    )
    series = SelectField("Danh mục đơn vị", validate_choice=False)
    unit_search = StringField("Đơn vị phụ trách", [TextLength(0, MAX_SEARCH)], filters=[collapse_spaces])
    find_units = SubmitField("Tìm đơn vị")
    unit = StringField("Đơn vị", [TextLength(0, MAX_SEARCH)])
    last_day = DatePartsField("Đến hết ngày", description="Bỏ trống nếu chưa có ngày kết thúc.")
    holder: Account | None = None

    def __init__(self, *, today: date) -> None:
        super().__init__()
        self.today = today
        known = all_series()
        self.series.choices = [SelectChoice(series.code, series.name) for series in known]
        self.series.data = self.series.data or (known[-1].code if known else "")

    @property
    def asks_for_units(self) -> bool:
        return bool(self.find_units.data and self.unit_search.data)

    @property
    def chosen_unit(self) -> Unit | None:
        return find_unit(self.series.data, self.unit.data) if self.unit.data else None

    def validate_phone(self, field: Field) -> None:
        name = rules.find_sign_in_name(field.data)
        self.holder = queries.find_account(name) if name else None
        if self.holder is None or self.holder.disabled_at is not None:
            raise ValidationError("Không có tài khoản này. Người nhận vai trò phải đăng ký trước.")

    def validate_role(self, field: Field) -> None:
        if field.data not in set(Role):
            raise ValidationError("Bạn hãy chọn vai trò.")

    def validate_unit(self, field: Field) -> None:
        if field.data and self.chosen_unit is None:
            raise ValidationError("Không có đơn vị này.")
        if self.role.data == Role.STAFF and self.chosen_unit is None:
            raise ValidationError("Bạn hãy tìm và chọn đơn vị mà cán bộ này phụ trách.")

    def validate_last_day(self, field: Field) -> None:
        if field.data is not None and field.data < self.today:
            raise ValidationError("Ngày này đã qua.")
