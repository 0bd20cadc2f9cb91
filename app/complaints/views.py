"""Complaints of citizens: file from one's own attempt, follow, add, withdraw."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from app import clock
from app.complaints import queries, rules, services
from app.complaints.forms import ComplaintForm, MessageForm, WithdrawForm
from app.complaints.models import Complaint
from app.contests.models import Round
from app.errors import BadInput
from app.extensions import db

bp = Blueprint("complaints", __name__, template_folder="templates")
Page = Response | tuple[str, int]


@bp.app_template_global("complaints_about")
def complaints_about(account_id: int, round_id: int) -> list[queries.OwnComplaint]:
    """The account's complaints about a round, for the page of one's own result."""
    return queries.own_complaints(account_id, round_id)


@bp.get("/khieu-nai")
@login_required
def index() -> str:
    """One's complaints, and the rounds one may complain about now."""
    now = clock.now()
    rounds = queries.rounds_to_complain_about(current_user.account_id, now)
    return render_template(
        "complaints/index.html",
        complaints=queries.own_complaints(current_user.account_id),
        open_rounds=[(attempt, found, queries.find_window(found)) for attempt, found in rounds],
        **_words(),
    )


@bp.route("/luot-thi/<public_id>/khieu-nai", methods=["GET", "POST"])
@login_required
def new(public_id: str) -> Page:
    """File a complaint about one's own attempt, or learn when that is possible."""
    attempt = queries.get_own_closed_attempt(current_user.account_id, public_id)
    form = ComplaintForm(len(attempt.offered))
    now = clock.now()
    if form.validate_on_submit():
        complaint = services.file_complaint(
            queries.get_round_of(attempt, lock=True),
            attempt,
            subject=rules.Subject(form.subject.data),
            position=form.position.data,
            text=form.text.data or "",
            now=now,
        )
        db.session.commit()
        flash(f"Đã nhận khiếu nại số {complaint.number} của bạn.", "success")
        return _to(complaint)
    found = queries.get_round_of(attempt)
    page = render_template(
        "complaints/new.html",
        contest=found.contest,
        round=found,
        attempt=attempt,
        form=form,
        window=queries.find_window(found),
        complaints=queries.own_complaints(current_user.account_id, found.id),
        now=now,
        **_words(),
    )
    return page, 422 if form.errors else 200


def _words() -> dict[str, Any]:
    return {
        "states": rules.State,
        "state_names": rules.OWN_STATE_NAMES,
        "subject_names": rules.SUBJECT_NAMES,
        "outcome_names": rules.OUTCOME_NAMES,
        "answer_days": rules.ANSWER_DAYS,
    }


def _to(complaint: Complaint) -> Response:
    return redirect(url_for("complaints.show", public_id=complaint.public_id), 303)


@bp.get("/khieu-nai/<public_id>")
@login_required
def show(public_id: str) -> str:
    """One's own complaint with everything that was written about it."""
    return _show(queries.get_own_complaint(current_user.account_id, public_id))[0]


def _show(complaint: Complaint, form: MessageForm | None = None) -> tuple[str, int]:
    found = next(
        each
        for each in queries.own_complaints(complaint.account_id, complaint.round_id)
        if each.complaint.id == complaint.id
    )
    events = queries.events_of(complaint)
    page = render_template(
        "complaints/show.html",
        own=found,
        contest=found.contest,
        attempt=queries.get_attempt_of(complaint),
        events=events,
        decision=queries.find_decision(complaint),
        form=form or MessageForm(formdata=None),
        may_write=rules.may_write_more([rules.EventKind(event.kind) for event in events]),
        event_names=rules.EVENT_NAMES,
        by_citizen=rules.BY_CITIZEN,
        effect_names=rules.EFFECT_NAMES,
        is_published_again=_is_published_again(found.round, complaint),
        **_words(),
    )
    return page, 422 if form else 200


def _is_published_again(found: Round, complaint: Complaint) -> bool:
    """Has a new revision come since the decision?"""
    decision = queries.find_decision(complaint)
    return decision is not None and (found.published_revision or 0) > decision.revision


@bp.post("/khieu-nai/<public_id>/bo-sung")
@login_required
def add(public_id: str) -> Page:
    """Add to one's own complaint, or answer the committee."""
    complaint = queries.get_own_complaint(current_user.account_id, public_id, lock=True)
    form = MessageForm()
    if not form.validate_on_submit():
        return _show(complaint, form)
    services.add_message(complaint, form.text.data or "", now=clock.now())
    db.session.commit()
    flash("Đã gửi cho Ban Tổ chức.", "success")
    return _to(complaint)


@bp.post("/khieu-nai/<public_id>/rut")
@login_required
def withdraw(public_id: str) -> Response:
    """Take one's own complaint back."""
    complaint = queries.get_own_complaint(current_user.account_id, public_id, lock=True)
    if not WithdrawForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    services.withdraw(complaint, now=clock.now())
    db.session.commit()
    flash("Bạn đã rút khiếu nại này.", "success")
    return _to(complaint)
