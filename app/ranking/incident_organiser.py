"""The incident rule at work, for organisers: extend a round, or cancel it with two people."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.attempts.incident_services import cancel_round
from app.contests import incident_services
from app.contests.incident_queries import find_cancellation, find_open_proposal
from app.contests.incident_rules import REFUSALS
from app.contests.incident_wording import incident_rule
from app.contests.markdown_rules import to_html
from app.contests.models import Round
from app.contests.queries import get_scheduled_round, state_of
from app.errors import BadInput
from app.extensions import db
from app.permissions import Permission
from app.ranking.forms import ExtendForm
from app.ranking.incident_forms import AnswerForm, ProposalForm
from app.ranking.review_queries import count_running_attempts, names_of
from app.web.addresses import ROUND_NUMBER
from app.web.guards import require

bp = Blueprint(
    "incident_organiser",
    __name__,
    url_prefix=f"/ban-to-chuc/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>/su-co",
    template_folder="templates",
)
Page = Response | tuple[str, int]


def managed(slug: str, number: int, *, lock: bool = False) -> Round:
    """The scheduled round in the person's scope. Raises NoResultFound."""
    return get_scheduled_round(current_user.grants, Permission.CONTESTS_SCHEDULE, slug, number, lock=lock)


@bp.get("")
@require(Permission.CONTESTS_SCHEDULE, scope="contest")
def show(slug: str, number: int) -> Page:
    """What may be done when something went wrong, and what waits for a second person."""
    return _page(managed(slug, number), ProposalForm())


def _page(found: Round, form: ProposalForm) -> Page:
    now = clock.now()
    proposal = find_open_proposal(found)
    state = state_of(found, now)
    text = render_template(
        "ranking/incident.html",
        managed=found.contest,
        round=found,
        state=state,
        refusal=REFUSALS.get(state, ""),
        rule=to_html(incident_rule(found.contest.incident_rule)),
        running=count_running_attempts(found, now),
        proposal=proposal,
        names=names_of({proposal.proposed_by if proposal else None}),
        is_own=proposal is not None and proposal.proposed_by == current_user.account_id,
        cancellation=find_cancellation(found),
        form=form,
        extend_form=ExtendForm(closes_at=found.closes_at, formdata=None),
    )
    return text, 422 if form.errors else 200


@bp.post("/de-nghi-huy")
@require(Permission.CONTESTS_SCHEDULE, scope="contest")
def propose(slug: str, number: int) -> Page:
    """The first person's part of cancelling."""
    found = managed(slug, number, lock=True)
    form = ProposalForm()
    if not form.validate_on_submit():
        return _page(found, form)
    incident_services.propose_cancellation(
        found,
        reason=form.reason.data or "",
        holds_again=form.holds_again.data,
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    return _back(found, "Đã ghi đề nghị hủy. Cần một người khác của Ban Tổ chức xác nhận ở trang này.")


@bp.post("/xac-nhan-huy")
@require(Permission.CONTESTS_SCHEDULE, scope="contest")
def confirm(slug: str, number: int) -> Response:
    """The second person's part: from now on the round does not count."""
    found = managed(slug, number, lock=True)
    done = cancel_round(found, _proposal_read(), actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    label = found.contest.label
    again = f" Bản nháp {label} {done.again.number} đã được tạo để tổ chức lại." if done.again else ""
    return _back(found, f"Đã hủy {label} {number}. {done.ended} lượt đang làm đã dừng.{again}")


@bp.post("/bo-de-nghi")
@require(Permission.CONTESTS_SCHEDULE, scope="contest")
def drop(slug: str, number: int) -> Response:
    """The round stands."""
    found = managed(slug, number, lock=True)
    incident_services.drop_proposal(
        found, _proposal_read(), actor_id=current_user.account_id, now=clock.now()
    )
    db.session.commit()
    return _back(found, "Đã bỏ đề nghị hủy. Vòng thi giữ nguyên.")


def _proposal_read() -> int:
    """The number of the proposal that the person had before them. Raises BadInput."""
    form = AnswerForm()
    if not form.validate_on_submit() or form.proposal.data is None:
        raise BadInput("Biểu mẫu không hợp lệ.")
    return int(form.proposal.data)


def _back(found: Round, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("incident_organiser.show", slug=found.contest.slug, number=found.number), 303)
