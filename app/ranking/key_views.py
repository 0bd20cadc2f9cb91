"""The public answer key of a closed round."""

from flask import Blueprint, render_template
from sqlalchemy.exc import NoResultFound

from app import clock
from app.contests.queries import get_public_round
from app.ranking import key_queries, rules
from app.ranking.forms import read_page
from app.web.addresses import ROUND_NUMBER

bp = Blueprint(
    "keys",
    __name__,
    url_prefix=f"/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>/dap-an",
    template_folder="templates",
)


@bp.get("")
def index(slug: str, number: int) -> str:
    """Every question of the pool with right options, explanation, source; refused until the round is over."""
    found = get_public_round(slug, number)
    rules.check_key_public(found.closes_at, clock.now())
    page, last_page = read_page(), key_queries.count_pages(found.id)
    if page > last_page:
        raise NoResultFound
    return render_template(
        "ranking/public_keys.html",
        contest=found.contest,
        round=found,
        questions=key_queries.key_questions(found.id, page),
        question_count=key_queries.count_questions(found.id),
        corrected=key_queries.corrected_questions(found.id),
        page=page,
        last_page=last_page,
    )
