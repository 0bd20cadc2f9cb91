"""The answer key of a closed round for organisers: read, propose a correction, decide as a second person."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from app import clock
from app.contests.models import Round
from app.contests.queries import get_latest_key
from app.errors import BadInput
from app.extensions import db
from app.jobs.queries import find_job
from app.jobs.runner import ring
from app.permissions import Permission, covers_contest
from app.ranking import key_queries, proposal_services, review_queries, rules
from app.ranking.desk_models import KeyProposal
from app.ranking.desk_organiser import RELOAD_AFTER, Page, managed, prize_words
from app.ranking.forms import read_page
from app.ranking.key_forms import ProposalActForm, ProposalForm, RefusalForm, proposal_form
from app.ranking.key_queries import KeyQuestion
from app.web.addresses import ROUND_NUMBER
from app.web.guards import require

PLACE = "int(min=1, max=9999)"

bp = Blueprint(
    "keys_organiser",
    __name__,
    url_prefix=f"/ban-to-chuc/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>/dap-an",
    template_folder="templates",
)


def _closed(permission: Permission, slug: str, number: int, *, lock: bool = False) -> Round:
    """The round, once its key may be seen. Raises NoResultFound, KeySecret."""
    found = managed(permission, slug, number, lock=lock)
    rules.check_key_public(found.closes_at, clock.now())
    return found


@bp.get("")
@require(Permission.RESULTS_DECIDE, scope="contest")
def index(slug: str, number: int) -> str:
    """Every question of the round with its right options, and the corrections proposed."""
    found = managed(Permission.RESULTS_DECIDE, slug, number)
    if not rules.is_over(found.closes_at, clock.now()):
        return render_template("ranking/keys_secret.html", managed=found.contest, round=found)
    page, last_page = read_page(), key_queries.count_pages(found.id)
    if page > last_page:
        raise NoResultFound
    proposals = key_queries.proposals_of(found.id)
    return render_template(
        "ranking/keys.html",
        managed=found.contest,
        round=found,
        questions=key_queries.key_questions(found.id, page),
        question_count=key_queries.count_questions(found.id),
        page=page,
        last_page=last_page,
        proposals=[(one, key_queries.number_of(found.id, one.version_id)) for one in proposals],
        names=review_queries.names_of({one.proposed_by for one in proposals}),
    )


@bp.get(f"/cau/<{PLACE}:place>")
@require(Permission.RESULTS_DECIDE, scope="contest")
def question(slug: str, number: int, place: int) -> str:
    """One question, and the form to propose another key for it."""
    found = _closed(Permission.RESULTS_DECIDE, slug, number)
    asked = _get_question(found, place)
    return _question(found, asked, proposal_form(asked.options, formdata=None))[0]


def _get_question(found: Round, place: int) -> KeyQuestion:
    asked = key_queries.find_key_question(found.id, place)
    if asked is None:
        raise NoResultFound
    return asked


def _question(found: Round, asked: KeyQuestion, form: ProposalForm) -> tuple[str, int]:
    text = render_template(
        "ranking/key_question.html",
        managed=found.contest,
        round=found,
        question=asked,
        form=form,
        open_proposal=key_queries.find_open_proposal(found.id, asked.version.id),
    )
    return text, 422 if form.errors else 200


@bp.post(f"/cau/<{PLACE}:place>")
@require(Permission.RESULTS_DECIDE, scope="contest")
def propose(slug: str, number: int, place: int) -> Page:
    """Propose other right options, or to void the question."""
    found = _closed(Permission.RESULTS_DECIDE, slug, number, lock=True)
    asked = _get_question(found, place)
    form = proposal_form(asked.options)
    if not form.validate_on_submit():
        return _question(found, asked, form)
    proposal = proposal_services.propose(
        found,
        asked.version.id,
        form.chosen(),
        reason=form.reason.data or "",
        ground=form.ground.data or "",
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    ring()
    return _to_proposal(found, proposal, "Đã ghi đề nghị. Đang tính ai được, ai mất.")


def _to_proposal(found: Round, proposal: KeyProposal, message: str) -> Response:
    flash(message, "success")
    back = url_for(
        "keys_organiser.proposal",
        slug=found.contest.slug,
        number=found.number,
        proposal_number=proposal.number,
    )
    return redirect(back, 303)


@bp.get(f"/de-nghi/<{PLACE}:proposal_number>")
@require(Permission.RESULTS_DECIDE, scope="contest")
def proposal(slug: str, number: int, proposal_number: int) -> str:
    """One proposal with what it would change."""
    found = _closed(Permission.RESULTS_DECIDE, slug, number)
    return _proposal(found, key_queries.get_proposal(found.id, proposal_number))[0]


def _proposal(found: Round, shown: KeyProposal, form: RefusalForm | None = None) -> tuple[str, int]:
    place = key_queries.number_of(found.id, shown.version_id)
    asked = _get_question(found, place)
    job = find_job(proposal_services.PREVIEW_JOB, proposal_services.preview_key(shown))
    text = render_template(
        "ranking/key_proposal.html",
        managed=found.contest,
        round=found,
        proposal=shown,
        question=asked,
        proposed=key_queries.options_of(asked.version, shown.letters),
        failure=job.error if job is not None and shown.preview is None else None,
        is_current=shown.base_version == get_latest_key(found.id).version,
        is_own=shown.proposed_by == current_user.account_id,
        may_approve=covers_contest(current_user.grants, Permission.RESULTS_APPROVE, found.contest_id),
        names=review_queries.names_of({shown.proposed_by, shown.decided_by}),
        form=form or RefusalForm(formdata=None),
        reload_after=RELOAD_AFTER,
        **prize_words(found),
    )
    return text, 422 if form else 200


@bp.post(f"/de-nghi/<{PLACE}:proposal_number>/duyet")
@require(Permission.RESULTS_APPROVE, scope="contest", sensitive=True)
def approve(slug: str, number: int, proposal_number: int) -> Response:
    """Make the proposed letters the key, as the second person; the round is graded again."""
    found = _closed(Permission.RESULTS_APPROVE, slug, number, lock=True)
    shown = _checked(found, proposal_number)
    proposal_services.approve(found, shown, approver_id=current_user.account_id, now=clock.now())
    db.session.commit()
    ring()
    return _to_proposal(
        found, shown, "Đã duyệt. Đang chấm lại cả vòng; sau đó cần chốt lại số liệu và công bố bản mới."
    )


@bp.post(f"/de-nghi/<{PLACE}:proposal_number>/khong-duyet")
@require(Permission.RESULTS_APPROVE, scope="contest")
def refuse(slug: str, number: int, proposal_number: int) -> Page:
    """Say no, with a reason."""
    found = _closed(Permission.RESULTS_APPROVE, slug, number, lock=True)
    shown = key_queries.get_proposal(found.id, proposal_number)
    form = RefusalForm()
    if not form.validate_on_submit():
        return _proposal(found, shown, form)
    act = {"actor_id": current_user.account_id, "reason": form.reason.data or ""}
    proposal_services.refuse(shown, **act, now=clock.now())
    db.session.commit()
    return _to_proposal(found, shown, "Đã ghi: không duyệt đề nghị này.")


@bp.post(f"/de-nghi/<{PLACE}:proposal_number>/rut-lai")
@require(Permission.RESULTS_DECIDE, scope="contest")
def withdraw(slug: str, number: int, proposal_number: int) -> Response:
    """Take one's own proposal back."""
    found = _closed(Permission.RESULTS_DECIDE, slug, number, lock=True)
    shown = _checked(found, proposal_number)
    proposal_services.withdraw(shown, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    return _to_proposal(found, shown, "Đã rút lại đề nghị.")


@bp.post(f"/de-nghi/<{PLACE}:proposal_number>/tinh-lai")
@require(Permission.RESULTS_DECIDE, scope="contest")
def preview(slug: str, number: int, proposal_number: int) -> Response:
    """Compute again what the proposal would change."""
    found = _closed(Permission.RESULTS_DECIDE, slug, number, lock=True)
    shown = _checked(found, proposal_number)
    proposal_services.request_preview(shown, now=clock.now())
    db.session.commit()
    ring()
    return _to_proposal(found, shown, "Đang tính lại.")


def _checked(found: Round, proposal_number: int) -> KeyProposal:
    """The proposal that an empty form was sent about. Raises NoResultFound, BadInput."""
    if not ProposalActForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    return key_queries.get_proposal(found.id, proposal_number)
