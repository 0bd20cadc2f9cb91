"""The coverage board: what the bank has by topic, level and state, against what coming rounds need."""

from flask import Blueprint, render_template

from app import clock
from app.contests import coverage_queries
from app.permissions import Permission
from app.questions.queries import QuestionState, all_topics, bank_counts
from app.questions.rules import LEVEL_NAMES
from app.web.guards import require

bp = Blueprint("coverage_organiser", __name__, url_prefix="/ban-to-chuc/cau-hoi", template_folder="templates")


@bp.get("/do-phu")
@require(Permission.QUESTIONS_EDIT, scope="global")
def show() -> str:
    """The board; every figure leads to the questions behind it."""
    topics = all_topics()
    return render_template(
        "contests/coverage.html",
        needs=coverage_queries.coming_needs(clock.now()),
        topics=topics,
        topic_names={topic.code: topic.name for topic in topics},
        counts=bank_counts(),
        states=QuestionState,
        level_names=LEVEL_NAMES,
        columns=[("Chủ đề", ""), *[(name, "num") for name in LEVEL_NAMES.values()]],
    )
