"""Collective boards for unit staff: the units below one, by whichever measure, at any moment."""

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy.exc import NoResultFound

from app import clock
from app.contests.models import Round
from app.errors import BadInput
from app.participation import board_queries
from app.participation.board_rules import MEASURE_NAMES, Measure, formula_of, value_words
from app.participation.place_queries import Place, get_place
from app.permissions import Permission
from app.text import parse_integer
from app.web.guards import require

WHOLE = "ca-cuoc-thi"
LOWEST = "co-so"
MAX_ROUND = 9999

bp = Blueprint(
    "boards",
    __name__,
    url_prefix="/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/bang-tap-the",
    template_folder="templates",
)


@bp.get("")
@require(Permission.PARTICIPATION_READ, scope="unit")
def index(slug: str, series: str, unit_code: str) -> str:
    """The board of a round (?tuan=, the newest without it) or of the whole contest, by ?kieu=, of ?cap=."""
    place = get_place(current_user.grants, Permission.PARTICIPATION_READ, slug, series, unit_code)
    now, measure = clock.now(), measure_asked()
    has_lower = board_queries.has_lower_units(place)
    is_lowest = has_lower and request.args.get("cap") == LOWEST
    latest = place.find_latest_round(now)
    found = _round_asked(place, latest)
    board = board_queries.board_of(place, found, measure, now, is_lowest=is_lowest)
    return render_template(
        "participation/board.html",
        place=place,
        board=board,
        rounds=[one for one in place.rounds if one.opens_at <= now],
        period=str(found.number) if found else WHOLE,
        whole=WHOLE,
        level=LOWEST if is_lowest else "",
        lowest=LOWEST,
        has_lower=has_lower,
        has_opened=latest is not None,
        is_open=any(one.opens_at <= now < one.closes_at for one in ([found] if found else place.rounds)),
        **words_of(measure),
        formula=formula_of(measure, board.weights),
    )


def words_of(measure: Measure) -> dict[str, object]:
    return {"measure": measure, "measure_names": MEASURE_NAMES, "value_words": value_words}


def measure_asked() -> Measure:
    """?kieu=, people without it. Raises BadInput."""
    try:
        return Measure(request.args.get("kieu", Measure.PEOPLE))
    except ValueError:
        raise BadInput("Không có cách xếp này.") from None


def _round_asked(place: Place, latest: Round | None) -> Round | None:
    """Raises NoResultFound for a round that has not opened, BadInput for what names none."""
    text = request.args.get("tuan", "")
    if text == WHOLE or (not text and latest is None):
        return None
    if not text:
        return latest
    found = place.get_round(parse_integer(text, 1, MAX_ROUND))
    if latest is None or found.number > latest.number:
        raise NoResultFound
    return found
