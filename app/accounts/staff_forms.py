"""The form of staff who register somebody."""

from datetime import date

from app.accounts import queries
from app.accounts.forms import PersonForm
from app.permissions import Grant, Permission
from app.units.models import Unit


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
