"""Choosing for staff: people and collectives with the flag, in a stated order, until the quota is full."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from app import clock
from app.commendation import candidate_queries, queries, rules, services, wording
from app.commendation.forms import ChooseForm, choose_form
from app.commendation.queries import Office
from app.commendation.staff import LAST_PAGE, find_place, word_lists
from app.commendation.workflow_rules import Step
from app.extensions import db
from app.participation.place_queries import Place
from app.permissions import Permission
from app.text import parse_integer
from app.web.guards import require

bp = Blueprint(
    "commendation_choice",
    __name__,
    url_prefix="/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/khen-thuong",
    template_folder="templates",
)
Page = Response | tuple[str, int]
COLLECTIVE = "tap-the"


@bp.route("/co-quan/<body_public_id>/chon", methods=["GET", "POST"])
@require(Permission.COMMENDATION_HANDLE, scope="unit")
def choose(slug: str, series: str, unit_code: str, body_public_id: str) -> Page:
    """People, or with ?loai=tap-the collectives, that have the flag; tick and choose."""
    place, is_write = find_place(slug, series, unit_code), request.method == "POST"
    office = queries.get_office_at(place, body_public_id, lock=is_write)
    is_collective = request.args.get("loai", "") == COLLECTIVE
    page = parse_integer(request.args.get("trang", "1"), 1, LAST_PAGE)
    candidates, last_page = _candidates(office, page, is_collective=is_collective)
    form = choose_form(_choosable(candidates))
    if not form.validate_on_submit():
        return _choose_page(place, office, form, candidates, page, last_page, is_collective=is_collective)
    actor_id = current_user.account_id
    chosen = (
        candidate_queries.collectives_to_choose(office, form.chosen.data)
        if is_collective
        else candidate_queries.people_to_choose(office, form.chosen.data, actor_id)
    )
    steps = queries.steps_of(office.body.id, actor_id)
    opened = services.choose(office, chosen, steps, actor_id=actor_id, now=clock.now())
    db.session.commit()
    flash(f"Đã chọn {len(opened)}. Việc tiếp theo: mở từng hồ sơ và yêu cầu viết báo cáo.", "success")
    return redirect(url_for("commendation.index", **place.address), 303)


Candidates = list[candidate_queries.Candidate] | list[candidate_queries.CollectiveCandidate]


def _candidates(office: Office, page: int, *, is_collective: bool) -> tuple[Candidates, int]:
    """(one page; number of pages). Raises NoResultFound beyond the last page."""
    found: Candidates
    if is_collective:
        found, last_page = candidate_queries.collective_candidates(office), 1
    else:
        found, last_page = candidate_queries.people_page(office, current_user.account_id, page)
    if page > last_page:
        raise NoResultFound
    return found, last_page


def _choosable(candidates: Candidates) -> list[str]:
    return [
        one.unit.code if isinstance(one, candidate_queries.CollectiveCandidate) else one.account.public_id
        for one in candidates
        if not one.is_blocked
    ]


def _choose_page(
    place: Place,
    office: Office,
    form: ChooseForm,
    candidates: Candidates,
    page: int,
    last_page: int,
    *,
    is_collective: bool,
) -> Page:
    rendered = render_template(
        "commendation/choose.html",
        place=place,
        office=office,
        quota=office.quota(is_collective=is_collective),
        may_choose=Step.CHOOSE in queries.steps_of(office.body.id, current_user.account_id),
        form=form,
        candidates=candidates,
        is_collective=is_collective,
        blocking=rules.BLOCKING,
        conflict_names=wording.CONFLICT_NAMES,
        order=wording.COLLECTIVE_ORDER_SENTENCE if is_collective else wording.ORDER_SENTENCE,
        page=page,
        last_page=last_page,
        **word_lists(),
    )
    return rendered, 422 if form.errors else 200
