"""Forms of staff and administrators: finding people, helping them in, giving roles."""

from datetime import date

from wtforms import StringField

from app.accounts import queries
from app.accounts.forms import PersonForm
from app.permissions import Grant, Permission
from app.units.models import Unit
from app.web.forms import BaseForm, Required, TextLength, collapse_spaces

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
