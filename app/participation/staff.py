"""The staff's first pages: which unit, and how many of it have taken part."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.contests.models import Round
from app.contests.queries import find_current_contest, state_of
from app.errors import BadInput
from app.localtime import local_day
from app.participation.chart_staff import grown, people_before, trend_of, weeks_of
from app.participation.choice_queries import Choice, choices_of
from app.participation.dashboard_queries import Dashboard, moment_of, read_dashboard
from app.participation.place_queries import Place, get_place
from app.participation.rules import GENDERS, group_lines
from app.participation.table_rules import ORDERS, ordered
from app.participation.todo_queries import find_todo
from app.participation.tree_queries import Layout, layout_of, trees_of
from app.permissions import Permission, covers_unit
from app.text import parse_integer
from app.units.models import Unit, UnitSeries
from app.units.queries import ancestors_of
from app.web.guards import require

READ = Permission.PARTICIPATION_READ
LAST_ROUND = 9_999

bp = Blueprint("participation", __name__, template_folder="templates")


@dataclass(frozen=True)
class View:
    """What the address asks for besides the place; `day` None: as of now."""

    day: date | None
    tree: str
    order: str


@bp.get("/can-bo")
@require(READ, scope="unit")
def home() -> Response | str:
    """Straight to one's unit in the contest of these weeks when there is only one."""
    choices = choices_of(current_user.grants, READ)
    current = find_current_contest(clock.now())
    nearest = [choice for choice in choices if current is not None and choice.contest.id == current.id]
    if len(nearest) == 1:
        return redirect(_address_of(nearest[0]))
    return _choice_page(choices)


@bp.get("/can-bo/don-vi")
@require(READ, scope="unit")
def choose() -> str:
    """Every contest and unit that one's grants lead to."""
    return _choice_page(choices_of(current_user.grants, READ))


def _choice_page(choices: list[Choice]) -> str:
    return render_template("participation/choose.html", choices=choices)


def _address_of(choice: Choice) -> str:
    unit = choice.unit
    values: dict[str, Any] = {"slug": choice.contest.slug, "series": unit.series_code, "unit_code": unit.code}
    return url_for("participation.show", **values)


@bp.get("/can-bo/cuoc-thi/<slug>/<series>/<unit_code>")
@require(READ, scope="unit")
def show(slug: str, series: str, unit_code: str) -> str:
    """How many people and attempts, of how many, below one unit in one week."""
    place, now = get_place(current_user.grants, READ, slug, series, unit_code), clock.now()
    found = _read_round(place, now)
    context = {"place": place, "above": _covered(place, ancestors_of(place.unit)), "now": now}
    if found is None:
        return render_template("participation/before.html", **context)
    trees = trees_of(place)
    view = _read_view(place, trees)
    layout = layout_of(place, view.tree)
    moment = moment_of(place, found, view.day, now)
    read = read_dashboard(place, layout, moment)
    return render_template(
        "participation/dashboard.html",
        **context,
        **_table(place, layout, read, view),
        round=found,
        state=str(state_of(found, now)),
        view=view,
        moment=moment,
        read=read,
        trees=trees,
        orders=ORDERS,
        genders=list(GENDERS.values()),
        group_lines=group_lines(read.groups),
        weeks_chart=weeks_of(place, read, now),
        trend_chart=trend_of(place, read, moment),
        grown_now=grown(read.by_day[found.id], moment.days, moment.day),
        grown_before=people_before(read, moment),
        today=local_day(now),
        todo=find_todo(place, now),
    )


def _table(place: Place, layout: Layout, read: Dashboard, view: View) -> dict[str, Any]:
    """The rows in the order asked for, and the addresses of those one may open."""
    units = [group.unit for group in layout.groups]
    return {
        "layout": layout,
        "lines": ordered(read.lines, view.order),
        "addresses": {
            unit.id: place.address | {"series": unit.series_code, "unit_code": unit.code}
            for unit in _covered(place, units)
        },
    }


def _covered(place: Place, units: Iterable[Unit]) -> list[Unit]:
    """Those whose own page the reader may open."""
    grants, contest_id = current_user.grants, place.contest.id
    return [
        unit
        for unit in units
        if covers_unit(grants, READ, contest_id, series=unit.series_code, path=unit.path)
    ]


def _read_round(place: Place, now: datetime) -> Round | None:
    """The week in the address, else the newest that has opened; None before the first."""
    written = request.args.get("tuan", "")
    return place.get_round(parse_integer(written, 1, LAST_ROUND)) if written else place.find_latest_round(now)


def _read_view(place: Place, trees: Iterable[UnitSeries]) -> View:
    """Raises BadInput for an order or a tree that there is not."""
    own = place.unit.series_code
    tree = request.args.get("cay", "") or own
    order = request.args.get("xep", "") or next(iter(ORDERS))
    if order not in ORDERS or tree not in {own, *(series.code for series in trees)}:
        raise BadInput("Địa chỉ trang không hợp lệ.")
    return View(_read_day(), tree, order)


def _read_day() -> date | None:
    written = request.args.get("ngay", "")
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise BadInput("Ngày không hợp lệ.") from error
