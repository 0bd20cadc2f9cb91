"""A whole series for organisers: propose the weeks, correct them, create the drafts, schedule all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.contests import policy, queries, rules, series_rules, series_services
from app.contests.models import Contest, Round
from app.contests.organiser import SAVE, Page, answer, is_right, managed
from app.contests.round_forms import SECONDS_A_MINUTE, ScheduleForm
from app.contests.series_forms import SeriesForm, series_form
from app.errors import BadInput
from app.extensions import db
from app.localtime import from_local, local, local_day
from app.permissions import Permission
from app.questions.queries import all_topics
from app.questions.rules import LEVEL_NAMES
from app.web.guards import require

bp = Blueprint(
    "series_organiser", __name__, url_prefix="/ban-to-chuc/cuoc-thi/<slug>", template_folder="templates"
)
PLAN = "plan"
USUAL_HOUR = 7
USUAL_COUNTS = {1: 5, 2: 3, 3: 2}
USUAL_ROUNDS = 5
NOTICE_DAYS = 3
HOUR = timedelta(hours=1)


@bp.route("/lap-lich", methods=["GET", "POST"])
@require(Permission.CONTESTS_EDIT, scope="contest")
def series(slug: str) -> Page:
    """Propose the weeks of a series; the second button creates a draft for each line of the table."""
    contest, now = managed(slug), clock.now()
    form = series_form(all_topics(), _data_to_begin_with(contest, now), now=now)
    if not form.is_submitted():
        return _page(contest, form, series_rules.series_of(form.plan()))
    if not is_right(form, SAVE, PLAN):
        return _page(contest, form, None)
    if form.action.data == PLAN or not form.is_planned:
        return _page(contest, form, series_rules.series_of(form.plan()))
    windows = form.read_windows()
    if form.errors:
        return _page(contest, form, None)
    has_prediction = policy.from_json(contest.policy).target is not None
    values = list(form.round_values(windows, has_prediction=has_prediction))
    created = series_services.create_series(contest, values, actor_id=current_user.account_id, now=now)
    db.session.commit()
    flash(f"Đã tạo {len(created)} {contest.label} thi. Việc tiếp theo: lên lịch.", "success")
    return redirect(url_for("rounds_organiser.rounds", slug=slug), 303)


def _page(contest: Contest, form: SeriesForm, slots: Sequence[series_rules.Slot] | None) -> Page:
    """The page; `slots` fill the table anew, None leaves it as typed."""
    if slots is not None:
        form.show_slots(slots)
    cells = form.cells()
    return answer(
        "contests/series.html",
        form,
        managed=contest,
        moved={n: slot.moved_from for n, slot in enumerate(slots or (), 1) if slot.moved_from},
        cells=cells,
        supplies=_weakest(contest, cells, form.windows_as_typed()),
        exposure=series_rules.exposure_of(cells),
        paper_size=rules.paper_size(cells),
        pool_factor=rules.POOL_FACTOR,
        level_names=LEVEL_NAMES,
    )


def _weakest(
    contest: Contest, cells: list[rules.Cell], windows: Sequence[tuple[datetime, datetime]]
) -> list[series_rules.Supply]:
    """Per cell the supply of the round that has least to spare; the contest's other drafts go first."""
    if not cells or not windows:
        return []
    drafts = [found for found in queries.rounds_of(contest) if found.scheduled_at is None]
    before = [(rules.cells_of(found.blueprint), [0] * len(found.blueprint)) for found in drafts]
    own = [(cells, queries.count_candidates(contest.id, None, cells, window)) for window in windows]
    supplies = series_rules.supplies_of([*before, *own])[len(before) :]
    return [min(of_cell, key=lambda supply: supply.spare) for of_cell in zip(*supplies, strict=True)]


def _data_to_begin_with(contest: Contest, now: datetime) -> dict[str, Any]:
    """After the contest's last round, like the rounds of the contest `chep`, or what most contests choose."""
    own = queries.rounds_of(contest)
    model = own
    chosen = request.args.get("chep", "")
    if not own and chosen:
        source = queries.get_managed_contest(current_user.grants, Permission.CONTESTS_VIEW, chosen)
        model = queries.rounds_of(source)
    data = _data_of(model) if model else _usual_data()
    return data | {"first_opens_at": _first_opening(own, now)}


def _usual_data() -> dict[str, Any]:
    counts = {f"level_{level}": count for level, count in USUAL_COUNTS.items()}
    usual = {"count": USUAL_ROUNDS, "gap_hours": 1, "time_limit": 15, "attempt_limit": 3}
    return {**usual, **counts, "avoids_holidays": True}


def _data_of(model: Sequence[Round]) -> dict[str, Any]:
    """The habits of a series that exists, as the form's fields hold them."""
    last = model[-1]
    cells = rules.cells_of(last.blueprint)
    counts = {
        f"level_{level}": sum(cell.count for cell in cells if cell.level == level) for level in LEVEL_NAMES
    }
    gap = model[1].opens_at - model[0].closes_at if len(model) > 1 else HOUR
    hours = max(0, min(round(gap / HOUR), series_rules.MAX_GAP_HOURS))
    return {
        "count": min(len(model), series_rules.MAX_ROUNDS),
        "gap_hours": hours,
        "time_limit": last.time_limit // SECONDS_A_MINUTE,
        "attempt_limit": last.attempt_limit,
        "avoids_holidays": True,
        "topics": {topic for cell in cells for topic in cell.topics},
        **counts,
    }


def _first_opening(own: Sequence[Round], now: datetime) -> datetime:
    """A week after the last round, or seven o'clock on the first Monday that leaves a few days."""
    if own and own[-1].opens_at + rules.WEEK > now:
        return own[-1].opens_at + rules.WEEK
    day = local_day(now) + timedelta(days=NOTICE_DAYS)
    day += timedelta(days=-day.weekday() % 7)
    hour = local(own[-1].opens_at).hour if own else USUAL_HOUR
    return from_local(day.year, day.month, day.day, hour)


@bp.post("/len-lich")
@require(Permission.CONTESTS_SCHEDULE, scope="contest")
def schedule_all(slug: str) -> Response:
    """Schedule every draft whose checklist is green."""
    contest = queries.get_managed_contest(current_user.grants, Permission.CONTESTS_SCHEDULE, slug, lock=True)
    if not ScheduleForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    found = series_services.schedule_ready(contest, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    for message, kind in _told(contest, found):
        flash(message, kind)
    return redirect(url_for("rounds_organiser.rounds", slug=slug), 303)


def _told(contest: Contest, found: series_services.Scheduled) -> list[tuple[str, str]]:
    messages = []
    if found.done:
        numbers = ", ".join(str(each.number) for each in found.done)
        messages.append((f"Đã lên lịch {contest.label} {numbers}. Mã cam kết đã được công bố.", "success"))
    for each, missing in found.waiting:
        labels = ", ".join(check.label.lower() for check in missing)
        week = f"{contest.label.capitalize()} {each.number}"
        messages.append((f"{week} chưa lên lịch được, còn: {labels}.", "warning"))
    return messages
