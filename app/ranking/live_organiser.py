"""The live page of a round for organisers: the figures of this minute, refreshed without reload."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, current_app, render_template
from flask_login import current_user

from app import clock
from app.contests.models import Round
from app.contests.queries import get_scheduled_round, state_of
from app.permissions import Permission
from app.ranking import live_round_queries
from app.ranking.live_round_queries import Behind, Now
from app.web.addresses import ROUND_NUMBER
from app.web.guards import require

REFRESH_SECONDS = 5
RELOAD_SECONDS = 20  # without script
NOW_AGAIN_AFTER = timedelta(seconds=3)
BEHIND_AGAIN_AFTER = timedelta(seconds=30)
OLD_AFTER = timedelta(seconds=60)

bp = Blueprint(
    "live_organiser",
    __name__,
    url_prefix=f"/ban-to-chuc/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>/dang-dien-ra",
    template_folder="templates",
)


class Watched(NamedTuple):
    """Figures with the moments they were read at: several people watching ask the database once."""

    now: Now
    now_at: datetime
    behind: Behind
    behind_at: datetime


@bp.get("")
@require(Permission.CONTESTS_VIEW, scope="contest")
def show(slug: str, number: int) -> str:
    """People, attempts, saves, errors, jobs and units without participants."""
    return _page("ranking/live_round.html", slug, number)


@bp.get("/so-lieu")
@require(Permission.CONTESTS_VIEW, scope="contest")
def figures(slug: str, number: int) -> str:
    """The figures alone, for the script of the page."""
    return _page("ranking/parts/live_figures.html", slug, number)


def _page(template: str, slug: str, number: int) -> str:
    found = get_scheduled_round(current_user.grants, Permission.CONTESTS_VIEW, slug, number)
    moment = clock.now()
    context: dict[str, Any] = {
        "managed": found.contest,
        "round": found,
        "state": str(state_of(found, moment)),
        "watched": watch(found, moment),
        "moment": moment,
        "old_after": OLD_AFTER,
        "refresh_seconds": REFRESH_SECONDS,
        "reload_seconds": RELOAD_SECONDS,
    }
    return render_template(template, **context)


def watch(found: Round, moment: datetime) -> Watched:
    """The figures, read again when they have come of age in this process."""
    store: dict[int, Watched] = current_app.extensions.setdefault("watched_rounds", {})
    known = store.get(found.id)
    if known is None or not timedelta(0) <= moment - known.behind_at < BEHIND_AGAIN_AFTER:
        behind, behind_at = live_round_queries.figures_behind(found.contest, found.id), moment
    else:
        behind, behind_at = known.behind, known.behind_at
    if known is None or not timedelta(0) <= moment - known.now_at < NOW_AGAIN_AFTER:
        fresh, now_at = live_round_queries.figures_now(found.id, moment), moment
    else:
        fresh, now_at = known.now, known.now_at
    store[found.id] = Watched(fresh, now_at, behind, behind_at)
    return store[found.id]
