"""Forms of administrators: giving roles, narrowing the list of them."""

from datetime import date

from wtforms import Field, SelectChoice, SelectField, StringField, SubmitField, ValidationError

from app.accounts import queries, rules
from app.accounts.models import Account
from app.admin.queries import all_contests
from app.contests.models import Contest
from app.permissions import ROLE_NAMES, Role
from app.units.models import Unit
from app.units.queries import all_series, find_unit
from app.web.forms import MAX_SEARCH, BaseForm, DatePartsField, Required, TextLength, collapse_spaces

ALL_CONTESTS = SelectChoice("", "Mọi cuộc thi")
PHONE_MISSING = "Bạn hãy ghi số điện thoại."
SEARCH_HINT = "Tên (không dấu cũng được), số điện thoại hoặc mã tài khoản."


class FindForm(BaseForm):
    """Narrow the list of grants by a name, a number or a role."""

    q = StringField(
        "Tìm người", [TextLength(0, MAX_SEARCH)], filters=[collapse_spaces], description=SEARCH_HINT
    )
    held_role = SelectField(
        "Vai trò",
        choices=[SelectChoice("", "Mọi vai trò"), *(SelectChoice(r.value, ROLE_NAMES[r]) for r in Role)],
    )


class RoleForm(BaseForm):
    """Give a role. Staff hold a unit of any level with everything below it, organisers one contest or all."""

    phone = StringField("Số điện thoại hoặc mã tài khoản", [Required(PHONE_MISSING)])
    role = SelectField(
        "Vai trò",
        choices=[SelectChoice(role.value, ROLE_NAMES[role]) for role in Role],
        validate_choice=False,
    )
    contest = SelectField("Cuộc thi", validate_choice=False)
    series = SelectField("Danh mục đơn vị", validate_choice=False)
    unit_search = StringField("Đơn vị phụ trách", [TextLength(0, MAX_SEARCH)], filters=[collapse_spaces])
    find_units = SubmitField("Tìm đơn vị")
    unit = StringField("Đơn vị", [TextLength(0, MAX_SEARCH)])
    last_day = DatePartsField("Đến hết ngày", description="Bỏ trống nếu chưa có ngày kết thúc.")
    holder: Account | None = None

    def __init__(self, *, today: date, is_blank: bool = False) -> None:
        super().__init__(**({"formdata": None} if is_blank else {}))
        self.today = today
        known = all_series()
        self.series.choices = [SelectChoice(series.code, series.name) for series in known]
        self.contests = all_contests()
        own_names = [SelectChoice(contest.slug, contest.name) for contest in self.contests]
        self.contest.choices = [ALL_CONTESTS, *own_names]
        self.series.data = self.series.data or (known[-1].code if known else "")

    @property
    def asks_for_units(self) -> bool:
        return bool(self.find_units.data and self.unit_search.data)

    @property
    def chosen_unit(self) -> Unit | None:
        return find_unit(self.series.data, self.unit.data) if self.unit.data else None

    @property
    def chosen_contest(self) -> Contest | None:
        return next((contest for contest in self.contests if contest.slug == self.contest.data), None)

    def validate_contest(self, field: Field) -> None:
        if field.data and self.chosen_contest is None:
            raise ValidationError("Bạn hãy chọn một cuộc thi trong danh sách.")

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
