"""Commendation for staff: what waits for them, the unit's dossiers, one dossier with its acts."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from app import clock
from app.commendation import (
    candidate_queries,
    dossier_queries,
    evidence_queries,
    evidence_rules,
    queries,
    report_rules,
    services,
    wording,
    workflow_rules,
)
from app.commendation.dossier_queries import Case
from app.commendation.forms import ActForm, act_form
from app.commendation.workflow_rules import Act, State, Step
from app.errors import BadInput
from app.extensions import db
from app.localtime import local_day
from app.participation.place_queries import Place, get_place
from app.permissions import Permission
from app.text import parse_integer
from app.web.guards import require

bp = Blueprint(
    "commendation",
    __name__,
    url_prefix="/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/khen-thuong",
    template_folder="templates",
)
Page = Response | tuple[str, int]
LAST_PAGE = 1_000_000
# Acts with a page of their own.
ELSEWHERE = frozenset({Act.SUBMIT, Act.APPROVE, Act.DECIDE, Act.PUBLISH})


def find_place(slug: str, series: str, unit_code: str) -> Place:
    return get_place(current_user.grants, Permission.COMMENDATION_HANDLE, slug, series, unit_code)


def word_lists() -> dict[str, Any]:
    """What every page of dossiers says things with."""
    return {
        "today": local_day(clock.now()),
        "states": State,
        "state_names": wording.STATE_NAMES,
        "state_badges": wording.STATE_BADGES,
        "step_names": wording.STEP_NAMES,
        "waits_for": wording.WAITS_FOR,
        "act_names": wording.ACT_NAMES,
        "ground_names": wording.GROUND_NAMES,
    }


@bp.get("")
@require(Permission.COMMENDATION_HANDLE, scope="unit")
def index(slug: str, series: str, unit_code: str) -> str:
    """What waits for the reader, the bodies with their quotas, the unit's dossiers, what happened lately."""
    place = find_place(slug, series, unit_code)
    state, page = _read_state(), parse_integer(request.args.get("trang", "1"), 1, LAST_PAGE)
    cases, last_page = dossier_queries.cases_at(place, state, page)
    if page > last_page:
        raise NoResultFound
    return render_template(
        "commendation/index.html",
        place=place,
        offices=queries.offices_at(place),
        steps=queries.all_steps_of(current_user.account_id),
        waiting=dossier_queries.waiting_at(place, current_user.account_id),
        notices=dossier_queries.notices_at(place, current_user.account_id),
        counts=dossier_queries.count_states_at(place),
        cases=cases,
        state=state,
        page=page,
        last_page=last_page,
        **word_lists(),
    )


def _read_state() -> State | None:
    """?trang-thai=. Raises BadInput for none of the states."""
    given = request.args.get("trang-thai", "")
    if given and given not in list(State):
        raise BadInput("Không có cách lọc này.")
    return State(given) if given else None


@bp.get("/ho-so/<dossier_public_id>")
@require(Permission.COMMENDATION_HANDLE, scope="unit")
def dossier(slug: str, series: str, unit_code: str, dossier_public_id: str) -> Page:
    """One dossier: report, frozen evidence and what changed since, everything that happened, what to do."""
    place = find_place(slug, series, unit_code)
    return _dossier_page(place, dossier_queries.get_case_at(place, dossier_public_id))


def _dossier_page(place: Place, case: Case, form: ActForm | None = None) -> Page:
    now, actor_id = clock.now(), current_user.account_id
    steps = dossier_queries.steps_at(case, actor_id)
    submitted = dossier_queries.find_submitted_report(case)
    frozen = dossier_queries.evidence_of(submitted) if submitted else []
    fresh = evidence_queries.items_now(case, now)
    acts = _possible_acts(case, steps)
    page = render_template(
        "commendation/dossier.html",
        place=place,
        case=case,
        steps=steps,
        acts=[act for act in acts if act not in ELSEWHERE],
        elsewhere=[act for act in acts if act in ELSEWHERE],
        acts_of=Act,
        act_hints=wording.ACT_HINTS,
        form=form or act_form([act for act in acts if act not in ELSEWHERE], formdata=None),
        hands=queries.hands_of(case.body),
        waiting_steps=workflow_rules.waiting_steps(case.state),
        report=report_rules.from_json(submitted.content) if submitted else None,
        submitted=submitted,
        report_lines=wording.report_lines,
        evidence=frozen or fresh,
        differences=evidence_rules.differences(frozen, fresh) if submitted else [],
        still_met=_is_still_met(case),
        events=dossier_queries.events_of(case),
        votes=dossier_queries.votes_of(case),
        decision=dossier_queries.find_decision_of(case),
        **word_lists(),
    )
    return page, 422 if form else 200


def _possible_acts(case: Case, steps: frozenset[Step]) -> list[Act]:
    """What the reader may do now, those of steps that another must do left out."""
    mine = frozenset(
        step for step in steps if workflow_rules.can_step(current_user.account_id, step, case.people)
    )
    return workflow_rules.next_acts(case.state, mine)


def _is_still_met(case: Case) -> bool:
    return candidate_queries.is_met(case.campaign, case.dossier.account_id, case.unit)


@bp.post("/ho-so/<dossier_public_id>/viec")
@require(Permission.COMMENDATION_HANDLE, scope="unit")
def act(slug: str, series: str, unit_code: str, dossier_public_id: str) -> Page:
    """Do one of the acts that need a reason at most."""
    place = find_place(slug, series, unit_code)
    case = dossier_queries.get_case_at(place, dossier_public_id, lock=True)
    steps = dossier_queries.steps_at(case, current_user.account_id)
    form = act_form([one for one in Act if one not in ELSEWHERE])
    if not form.validate_on_submit():
        return _dossier_page(place, case, form)
    what = Act(form.act.data)
    services.act(
        case,
        what,
        steps,
        actor_id=current_user.account_id,
        now=clock.now(),
        reason=form.reason.data,
        ground=form.chosen_ground,
    )
    db.session.commit()
    flash(f"{wording.ACT_NAMES[what]}: đã ghi, người liên quan được báo.", "success")
    return to_dossier(place, case)


def to_dossier(place: Place, case: Case) -> Response:
    address = url_for("commendation.dossier", dossier_public_id=case.dossier.public_id, **place.address)
    return redirect(address, 303)
