"""The public collective board of a round whose result is published."""

from flask import Blueprint, render_template
from sqlalchemy.exc import NoResultFound

from app import clock
from app.contests.queries import get_public_round, get_scope_unit
from app.participation import board_queries
from app.participation.board_rules import formula_of
from app.participation.board_staff import measure_asked, words_of
from app.participation.report_queries import place_of
from app.web.addresses import ROUND_NUMBER

bp = Blueprint(
    "boards_public",
    __name__,
    url_prefix=f"/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>",
    template_folder="templates",
)


@bp.get("/bang-tap-the")
def board(slug: str, number: int) -> str:
    """The units right below the contest's own, by ?kieu=. Before publication there is no such page."""
    found = get_public_round(slug, number)
    if found.published_revision is None or found.cancelled_at is not None:
        raise NoResultFound
    measure = measure_asked()
    place = place_of(found.contest, get_scope_unit(found.contest))
    shown = board_queries.board_of(place, found, measure, clock.now())
    return render_template(
        "participation/board_public.html",
        contest=found.contest,
        round=found,
        board=shown,
        **words_of(measure),
        formula=formula_of(measure, shown.weights),
    )
