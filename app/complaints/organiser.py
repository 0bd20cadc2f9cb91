"""The committee's complaint desk: lists, one case with its evidence, take, talk, decide."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from app import clock
from app.complaints import desk_queries, desk_services, queries, rules, timeline_queries
from app.complaints.desk_queries import Case, Filters
from app.complaints.forms import DecideForm, TakeForm, TalkForm, decide_form
from app.contests.models import Round
from app.contests.queries import get_scheduled_round
from app.enrolments import exclusion_rules
from app.errors import BadInput
from app.extensions import db
from app.permissions import Permission
from app.ranking.review_queries import names_of
from app.ranking.rules import KIND_NAMES
from app.text import parse_integer
from app.web.addresses import ROUND_NUMBER
from app.web.guards import require

bp = Blueprint("complaints_organiser", __name__, url_prefix="/ban-to-chuc", template_folder="templates")
Page = Response | tuple[str, int]
LAST_PAGE = 1_000_000
FILTER_NAMES = {
    "": "Chưa giải quyết",
    rules.State.NEW: rules.STATE_NAMES[rules.State.NEW],
    rules.State.TAKEN: rules.STATE_NAMES[rules.State.TAKEN],
    rules.State.ASKED: rules.STATE_NAMES[rules.State.ASKED],
    desk_queries.LATE: "Quá hạn trả lời",
    desk_queries.CLOSED: "Đã kết thúc",
}


@bp.get("/khieu-nai")
@require(Permission.COMPLAINTS_ANSWER, scope="contest")
def index() -> str:
    """Complaints of every contest in the person's scope."""
    return _list(None)


@bp.get(f"/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>/khieu-nai")
@require(Permission.COMPLAINTS_ANSWER, scope="contest")
def of_round(slug: str, number: int) -> str:
    """Complaints about one round."""
    found = get_scheduled_round(current_user.grants, Permission.COMPLAINTS_ANSWER, slug, number)
    return _list(found)


def _list(found: Round | None) -> str:
    now = clock.now()
    filters = _read_filters(found)
    page = parse_integer(request.args.get("trang", "1"), 1, LAST_PAGE)
    lines, last_page = desk_queries.desk_page(current_user.grants, filters, page, now)
    if page > last_page:
        raise NoResultFound
    return render_template(
        "complaints/desk.html",
        managed=found.contest if found else None,
        round=found,
        lines=lines,
        counts=desk_queries.counts_of(current_user.grants, filters.round_id, now),
        filters=filters,
        filter_names=FILTER_NAMES,
        page=page,
        last_page=last_page,
        window=queries.find_window(found) if found else None,
        is_late=rules.is_late,
        now=now,
        **_words(),
    )


def _read_filters(found: Round | None) -> Filters:
    """?trang-thai= and ?viec=. Raises BadInput for what the page does not offer."""
    state, subject = request.args.get("trang-thai", ""), request.args.get("viec", "")
    if state not in FILTER_NAMES or (subject and subject not in rules.SUBJECT_NAMES):
        raise BadInput("Không có cách lọc này.")
    return Filters(state, subject, found.id if found else None)


def _words() -> dict[str, Any]:
    return {
        "states": rules.State,
        "state_names": rules.STATE_NAMES,
        "subject_names": rules.SUBJECT_NAMES,
        "outcome_names": rules.OUTCOME_NAMES,
        "effect_names": rules.EFFECT_NAMES,
        "event_names": rules.EVENT_NAMES,
        "kind_names": KIND_NAMES,
    }


def _get_case(public_id: str, *, lock: bool = False) -> Case:
    return desk_queries.get_case(current_user.grants, public_id, lock=lock)


@bp.get("/khieu-nai/<public_id>")
@require(Permission.COMPLAINTS_ANSWER, scope="contest")
def case(public_id: str) -> str:
    """One complaint with the attempt's paper, saves, receipt, place and decisions."""
    return _case(_get_case(public_id))[0]


def _case(found: Case, talk: TalkForm | None = None, decide: DecideForm | None = None) -> tuple[str, int]:
    now = clock.now()
    events = queries.events_of(found.complaint)
    decision = queries.find_decision(found.complaint)
    actors = {event.author_id for event in events} | {found.complaint.taken_by}
    page = render_template(
        "complaints/case.html",
        case=found,
        managed=found.round.contest,
        round=found.round,
        evidence=timeline_queries.evidence_of(found, now),
        events=events,
        decision=decision,
        names=names_of(actors),
        exclusions=desk_queries.exclusions_of(found),
        exclusion_names=exclusion_rules.KIND_NAMES,
        involvement=desk_queries.find_involvement(found, current_user.account_id),
        talk_form=talk or TalkForm(formdata=None),
        decide_form=decide or decide_form(desk_queries.active_decisions(found), formdata=None),
        is_late=rules.is_late(found.complaint.due_on, found.complaint.closed_at, now),
        needs_revision=decision is not None
        and decision.effect != rules.Effect.NONE
        and (found.round.published_revision or 0) <= decision.revision,
        **_words(),
    )
    return page, 422 if talk or decide else 200


def _back(found: Case, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("complaints_organiser.case", public_id=found.complaint.public_id), 303)


@bp.post("/khieu-nai/<public_id>/tiep-nhan")
@require(Permission.COMPLAINTS_ANSWER, scope="contest")
def take(public_id: str) -> Response:
    """Take the complaint up."""
    found = _get_case(public_id, lock=True)
    if not TakeForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    desk_services.take(found, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    return _back(found, "Bạn đã tiếp nhận khiếu nại này.")


@bp.post("/khieu-nai/<public_id>/trao-doi")
@require(Permission.COMPLAINTS_ANSWER, scope="contest")
def talk(public_id: str) -> Page:
    """Ask the citizen, or tell them something."""
    found = _get_case(public_id, lock=True)
    form = TalkForm()
    if not form.validate_on_submit():
        return _case(found, talk=form)
    desk_services.write_to_citizen(
        found,
        form.text.data or "",
        asks=form.kind.data == "asks",
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    return _back(found, "Đã gửi cho người khiếu nại.")


@bp.post("/khieu-nai/<public_id>/quyet-dinh")
@require(Permission.COMPLAINTS_ANSWER, scope="contest")
def decide(public_id: str) -> Page:
    """End the complaint with an answer and its effect on the result."""
    found = _get_case(public_id, lock=True)
    decisions = desk_queries.active_decisions(found)
    form = decide_form(decisions)
    if not form.validate_on_submit():
        return _case(found, decide=form)
    desk_services.decide(found, form.verdict(decisions), actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    return _back(found, "Đã ghi quyết định. Người khiếu nại đọc được câu trả lời ở tài khoản của mình.")
