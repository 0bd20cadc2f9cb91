"""The council's minutes and the signed decision, for the hands at those steps."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.commendation import council_services, dossier_queries, queries
from app.commendation.dossier_queries import Case
from app.commendation.forms import (
    DecisionForm,
    MeetingForm,
    PressForm,
    decision_form,
    meeting_form,
    vote_name,
)
from app.commendation.queries import Office
from app.commendation.staff import find_place, word_lists
from app.commendation.workflow_rules import State, Step
from app.errors import BadInput
from app.extensions import db
from app.participation.place_queries import Place
from app.permissions import Permission
from app.web.guards import require

bp = Blueprint(
    "commendation_council",
    __name__,
    url_prefix="/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/khen-thuong/co-quan/<body_public_id>",
    template_folder="templates",
)
Page = Response | tuple[str, int]


@bp.route("/hoi-dong", methods=["GET", "POST"])
@require(Permission.COMMENDATION_HANDLE, scope="unit")
def council(slug: str, series: str, unit_code: str, body_public_id: str) -> Page:
    """Record a meeting: who was there, and the votes for each dossier before the council."""
    place, office, cases = _read(slug, series, unit_code, body_public_id, State.COUNCIL)
    form = meeting_form(cases)
    if not form.validate_on_submit():
        return _page("council", place, office, cases, form, Step.COUNCIL)
    votes = form.votes()
    council_services.record_meeting(
        office,
        form.minutes(),
        votes,
        [case for case in cases if case.dossier.id in votes],
        queries.steps_of(office.body.id, current_user.account_id),
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    flash(f"Đã ghi biên bản với {len(votes)} hồ sơ.", "success")
    return _back(place, office, "council")


@bp.route("/quyet-dinh", methods=["GET", "POST"])
@require(Permission.COMMENDATION_HANDLE, scope="unit")
def decisions(slug: str, series: str, unit_code: str, body_public_id: str) -> Page:
    """Record the signed decision on the approved dossiers; those recorded and published before."""
    place, office, cases = _read(slug, series, unit_code, body_public_id, State.APPROVED)
    form = decision_form(cases)
    if not form.is_submitted():
        form.chosen.data = [case.dossier.public_id for case in cases]
    if not form.validate_on_submit():
        return _page("decisions", place, office, cases, form, Step.DECIDE)
    decision = council_services.decide(
        office,
        form.signed(),
        [case for case in cases if case.dossier.public_id in form.chosen.data],
        queries.steps_of(office.body.id, current_user.account_id),
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    flash(f"Đã ghi quyết định số {decision.decision_no}. Việc tiếp theo: công bố.", "success")
    return _back(place, office, "decisions")


@bp.post("/quyet-dinh/<decision_public_id>/cong-bo")
@require(Permission.COMMENDATION_HANDLE, scope="unit")
def publish(slug: str, series: str, unit_code: str, body_public_id: str, decision_public_id: str) -> Page:
    """Put everybody of a decision on the contest's public list."""
    place = find_place(slug, series, unit_code)
    office = queries.get_office_at(place, body_public_id, lock=True)
    decision = queries.get_decision(office.body, decision_public_id)
    if not PressForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    council_services.publish(
        office,
        decision,
        dossier_queries.cases_of_decision(decision, lock=True),
        queries.steps_of(office.body.id, current_user.account_id),
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    flash(f"Đã công bố quyết định số {decision.decision_no}.", "success")
    return _back(place, office, "decisions")


def _read(
    slug: str, series: str, unit_code: str, body_public_id: str, state: State
) -> tuple[Place, Office, list[Case]]:
    """The body with its dossiers in this state, locked when something may be written."""
    place, is_write = find_place(slug, series, unit_code), request.method == "POST"
    office = queries.get_office_at(place, body_public_id, lock=is_write)
    return place, office, dossier_queries.cases_of_body(office.body, state, lock=is_write)


def _page(
    name: str, place: Place, office: Office, cases: list[Case], form: MeetingForm | DecisionForm, step: Step
) -> Page:
    found: dict[str, Callable[..., Any]] = {"council": queries.meetings_of, "decisions": queries.decisions_of}
    page = render_template(
        f"commendation/{name}.html",
        place=place,
        office=office,
        cases=cases,
        form=form,
        vote_name=vote_name,
        before=found[name](office.body),
        cases_of=dossier_queries.cases_of_decision,
        may_act=step in queries.steps_of(office.body.id, current_user.account_id),
        **word_lists(),
    )
    return page, 422 if form.errors else 200


def _back(place: Place, office: Office, name: str) -> Response:
    address = url_for(f"commendation_council.{name}", body_public_id=office.body.public_id, **place.address)
    return redirect(address, 303)
