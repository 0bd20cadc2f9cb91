"""The calendar of every contest's rounds, by month or by week."""

from datetime import date

from flask import Blueprint, render_template, request
from flask_login import current_user

from app import clock
from app.contests import calendar_rules, holiday_rules, queries
from app.contests.calendar_queries import rounds_between
from app.contests.calendar_rules import Planned, Span
from app.errors import BadInput
from app.localtime import local_day
from app.permissions import Permission
from app.text import parse_integer
from app.web.fields import FIRST_YEAR, LAST_YEAR
from app.web.guards import require

bp = Blueprint("calendar_organiser", __name__, url_prefix="/ban-to-chuc", template_folder="templates")


@bp.get("/lich")
@require(Permission.CONTESTS_VIEW, scope="contest")
def show() -> str:
    """Openings, closings, freezes due, holidays and overlaps: ?kieu=tuan or thang, ?ngay=2026-03-09."""
    now = clock.now()
    span, today = _span(), local_day(now)
    days = calendar_rules.days_of(span, _day(today))
    rounds = rounds_between(current_user.grants, Permission.CONTESTS_VIEW, calendar_rules.window_of(days))
    planned = [
        Planned(place, found.opens_at, found.closes_at, queries.state_of(found, now))
        for place, found in enumerate(rounds)
    ]
    before, after = calendar_rules.neighbours(span, days)
    return render_template(
        "contests/calendar.html",
        span=span,
        days=days,
        today=today,
        before=before,
        after=after,
        rounds=rounds,
        entries=calendar_rules.entries_by_day(planned),
        overlaps=calendar_rules.overlaps_of(planned),
        holidays=holiday_rules.holidays_between(days[0], days[-1]),
        has_many_contests=len({found.contest_id for found in rounds}) > 1,
    )


def _span() -> Span:
    """?kieu=, a month without it. Raises BadInput."""
    try:
        return Span(request.args.get("kieu", Span.MONTH))
    except ValueError:
        raise BadInput("Lịch chỉ xem theo tuần hoặc theo tháng.") from None


def _day(today: date) -> date:
    """?ngay=, today without it. Raises BadInput."""
    text = request.args.get("ngay", "")
    if not text:
        return today
    try:
        year, month, day = text.split("-")
        return date(
            parse_integer(year, FIRST_YEAR, LAST_YEAR), parse_integer(month, 1, 12), parse_integer(day, 1, 31)
        )
    except ValueError:
        raise BadInput("Ngày này không có thật.") from None
