"""From closing to publication for organisers: freeze, review, decide, approve; extend an open round."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.attempts.services import extend_round
from app.contests.models import Round
from app.enrolments.exclusion_queries import find_unranked
from app.enrolments.exclusion_rules import MODE_NAMES, Mode
from app.extensions import db
from app.jobs.runner import ring
from app.permissions import Permission
from app.ranking import queries, review_queries, rules, services
from app.ranking.desk_organiser import Page, back_to_desk, desk_page, managed, prize_words
from app.ranking.forms import (
    AnnexForm,
    ApproveForm,
    DecisionForm,
    ExtendForm,
    FreezeForm,
    UndoForm,
    decision_form,
    read_choice,
)
from app.web.addresses import ROUND_NUMBER
from app.web.guards import require

CONTESTANT_NO = "int(min=100000, max=99999999)"

bp = Blueprint(
    "ranking_organiser",
    __name__,
    url_prefix=f"/ban-to-chuc/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>/ket-qua",
    template_folder="templates",
)


@bp.get("")
@require(Permission.RESULTS_FREEZE, scope="contest")
def index(slug: str, number: int) -> str:
    """The five steps of a round, and what is to do in the current one."""
    return desk_page(managed(Permission.RESULTS_FREEZE, slug, number))[0]


@bp.post("/chot")
@require(Permission.RESULTS_FREEZE, scope="contest")
def freeze(slug: str, number: int) -> Page:
    """Ask for the numbers to be fixed; a job computes them."""
    found = managed(Permission.RESULTS_FREEZE, slug, number, lock=True)
    form = FreezeForm()
    if not form.validate_on_submit():
        return desk_page(found, freeze_form=form)
    services.request_freeze(
        found, actor_id=current_user.account_id, reason=form.reason.data or "", now=clock.now()
    )
    db.session.commit()
    ring()
    return back_to_desk(found, "Đã nhận yêu cầu chốt số liệu. Trang tự tải lại khi xong.")


@bp.post("/duyet")
@require(Permission.RESULTS_APPROVE, scope="contest", sensitive=True)
def approve(slug: str, number: int) -> Page:
    """Publish as the second person."""
    found = managed(Permission.RESULTS_APPROVE, slug, number, lock=True)
    form = ApproveForm()
    if not form.validate_on_submit():
        return desk_page(found, approve_form=form)
    frozen = queries.find_computed_freeze(found.id)
    if frozen is None:
        raise services.NotFrozen
    revision = services.approve_and_publish(
        found,
        frozen,
        body_sha256=form.body_sha256.data or "",
        approver_id=current_user.account_id,
        reason=form.reason.data or "",
        now=clock.now(),
    )
    db.session.commit()
    ring()
    return back_to_desk(found, f"Đã công bố bản {revision.number}.")


@bp.post("/phu-luc")
@require(Permission.RESULTS_FREEZE, scope="contest")
def annex(slug: str, number: int) -> Page:
    """Make the annex of the newest revision again."""
    found = managed(Permission.RESULTS_FREEZE, slug, number, lock=True)
    form = AnnexForm()
    if not form.validate_on_submit():
        return desk_page(found, annex_form=form)
    revision = queries.get_revision(found.id, found.published_revision or 0)
    services.request_annex(revision, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    ring()
    return back_to_desk(found, "Phụ lục đang được tạo lại.")


@bp.post("/keo-dai")
@require(Permission.CONTESTS_SCHEDULE, scope="contest")
def extend(slug: str, number: int) -> Page:
    """Move the closing of an open round and of its running attempts."""
    found = managed(Permission.CONTESTS_SCHEDULE, slug, number, lock=True)
    form = ExtendForm()
    if not form.validate_on_submit():
        return desk_page(found, extend_form=form)
    moved = extend_round(
        found,
        form.closes_at.data or found.closes_at,
        reason=form.reason.data or "",
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    return back_to_desk(found, f"Đã kéo dài vòng thi. {moved} lượt đang làm được tính lại giờ nộp.")


@bp.get(f"/thi-sinh/<{CONTESTANT_NO}:contestant_no>")
@require(Permission.RESULTS_DECIDE, scope="contest")
def person(slug: str, number: int, contestant_no: int) -> str:
    """One person in the round: attempts, place, decisions."""
    found = managed(Permission.RESULTS_DECIDE, slug, number)
    return _person(found, contestant_no)[0]


def listed_as(mode: Mode | None) -> str:
    """What the exclusion list says of a person in this round; empty without an entry."""
    return f"Danh sách loại trừ: {MODE_NAMES[mode].lower()}" if mode else ""


def _person(
    found: Round, contestant_no: int, form: DecisionForm | None = None, undo_form: UndoForm | None = None
) -> tuple[str, int]:
    enrolment, full_name, unit = review_queries.get_person(found, contestant_no)
    review = review_queries.review_of(found, clock.now())
    attempts = review_queries.attempts_of(found, enrolment.id)
    text = render_template(
        "ranking/person.html",
        managed=found.contest,
        round=found,
        enrolment=enrolment,
        full_name=full_name,
        unit=unit,
        listed_as=listed_as(find_unranked(found.id, enrolment.id)),
        attempts=attempts,
        line=review_queries.find_frozen_line(review.freeze, enrolment.id) if review.freeze else None,
        review=review,
        decisions=review_queries.decision_lines(found, enrolment.id),
        form=form or decision_form(attempts, formdata=None),
        undo_form=undo_form or UndoForm(formdata=None),
        kind_names=rules.KIND_NAMES,
        kind_effects=rules.KIND_EFFECTS,
        **prize_words(found),
    )
    return text, 422 if form or undo_form else 200


@bp.post(f"/thi-sinh/<{CONTESTANT_NO}:contestant_no>")
@require(Permission.RESULTS_DECIDE, scope="contest")
def decide(slug: str, number: int, contestant_no: int) -> Page:
    """Void an attempt, or take the person out of the ranking or the prizes."""
    found = managed(Permission.RESULTS_DECIDE, slug, number, lock=True)
    enrolment = review_queries.get_person(found, contestant_no)[0]
    form = decision_form(review_queries.attempts_of(found, enrolment.id))
    if not form.validate_on_submit():
        return _person(found, contestant_no, form=form)
    kind, attempt = read_choice(form.choice.data)
    act = {"actor_id": current_user.account_id, "reason": form.reason.data or "", "now": clock.now()}
    if kind is rules.Kind.VOID:
        services.void_attempt(found, queries.get_closed_attempt(found.id, attempt), **act)
    else:
        services.decide_person(found, kind, enrolment.id, **act)
    db.session.commit()
    return _back_to_person(found, contestant_no, "Đã ghi quyết định. Cần chốt lại số liệu để áp dụng.")


@bp.post(f"/thi-sinh/<{CONTESTANT_NO}:contestant_no>/go-bo")
@require(Permission.RESULTS_DECIDE, scope="contest")
def undo(slug: str, number: int, contestant_no: int) -> Page:
    """Take a decision about this person back."""
    found = managed(Permission.RESULTS_DECIDE, slug, number, lock=True)
    enrolment = review_queries.get_person(found, contestant_no)[0]
    form = UndoForm()
    if not form.validate_on_submit():
        return _person(found, contestant_no, undo_form=form)
    kind, attempt = read_choice(form.choice.data)
    voided = queries.get_closed_attempt(found.id, attempt).id if attempt else None
    decision = queries.find_active_decision(found.id, kind, enrolment_id=enrolment.id, attempt_id=voided)
    if decision is None:
        raise services.AlreadyUndone
    services.undo_decision(
        found,
        decision,
        actor_id=current_user.account_id,
        reason=form.reason.data or "",
        now=clock.now(),
    )
    db.session.commit()
    return _back_to_person(found, contestant_no, "Đã gỡ bỏ quyết định. Cần chốt lại số liệu để áp dụng.")


def _back_to_person(found: Round, contestant_no: int, message: str) -> Response:
    flash(message, "success")
    back = url_for(
        "ranking_organiser.person",
        slug=found.contest.slug,
        number=found.number,
        contestant_no=contestant_no,
    )
    return redirect(back, 303)
