"""The weights of a contest's collective board, for organisers."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.contests.queries import get_managed_contest
from app.extensions import db
from app.participation import board_queries, board_services
from app.participation.board_forms import WeightsForm
from app.participation.board_rules import Measure, formula_of
from app.permissions import Permission
from app.web.guards import require

bp = Blueprint(
    "boards_organiser",
    __name__,
    url_prefix="/ban-to-chuc/cuoc-thi/<slug>/giai-tap-the",
    template_folder="templates",
)


@bp.route("", methods=["GET", "POST"])
@require(Permission.CONTESTS_EDIT, scope="contest")
def weights(slug: str) -> Response | tuple[str, int]:
    """Show what was set, and set it anew for the rounds that have not closed."""
    contest = get_managed_contest(current_user.grants, Permission.CONTESTS_EDIT, slug)
    now = clock.now()
    current = board_queries.weights_at(contest.id, now)
    form = WeightsForm(**(asdict(current) if current else {}))
    if form.validate_on_submit():
        board_services.set_weights(contest, form.weights(), actor_id=current_user.account_id, now=now)
        db.session.commit()
        flash("Đã lưu cách tính bảng tập thể.", "success")
        return redirect(url_for("boards_organiser.weights", slug=slug), 303)
    page = render_template(
        "participation/board_weights.html",
        managed=contest,
        form=form,
        formula=formula_of(Measure.MIXED, current) if current else [],
        history=board_queries.weights_of(contest.id),
    )
    return page, 422 if form.is_submitted() else 200
