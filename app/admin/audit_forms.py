"""Reading the filters of the audit trail from the address."""

from datetime import date

from app.admin.audit_action_wording import ACTION_NAMES
from app.admin.queries import AuditFilters
from app.errors import BadInput
from app.text import parse_integer

MAX_TEXT = 120
MAX_ID = 10**15


def read_filters(arguments: dict[str, str]) -> tuple[AuditFilters, str]:
    """(the filters, what is wrong with the day as typed). Raises BadInput for what no page sends."""
    if any(len(text) > MAX_TEXT for text in arguments.values()):
        raise BadInput("Bộ lọc quá dài.")
    action = arguments.get("viec", "")
    if action and action not in ACTION_NAMES:
        raise BadInput("Không có việc này.")
    before = arguments.get("truoc", "")
    day, problem = _read_day(arguments.get("ngay", "").strip())
    filters = AuditFilters(
        actor=arguments.get("nguoi", ""),
        action=action,
        subject=arguments.get("ve", ""),
        contest=arguments.get("cuoc-thi", ""),
        day=day,
        before=parse_integer(before, 1, MAX_ID) if before else None,
    )
    return filters, problem


def _read_day(text: str) -> tuple[date | None, str]:
    if not text:
        return None, ""
    try:
        day, month, year = (parse_integer(part.strip(), 1, 9998) for part in text.split("/"))
        return date(year, month, day), ""
    except ValueError:
        return None, "Ngày này không có thật. Bạn ghi như 05/08/2026."
