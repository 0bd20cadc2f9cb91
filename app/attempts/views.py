"""The attempt's pages: start, sit, save, hand in, result, receipt."""

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.accounts.rules import Origin, address_prefix
from app.attempts import forms, queries, rules, services
from app.cache import remembered
from app.contests import wording
from app.contests.incident_queries import Cancellation, find_cancellation
from app.contests.models import Round
from app.errors import BadInput
from app.extensions import db, login_manager
from app.web import devices
from app.web.errors import error_response, wants_json
from app.web.limits import SEARCH_LIMIT, limiter
from app.web.sessions import current_token_hash

bp = Blueprint("attempts", __name__, template_folder="templates")
NUMBER_MARK = "\ue000"  # stands for a question's number; the input gateway lets no such sign into a text
START_FIELDS = {"csrf_token", "unit", "unit_search"}
CODE = re.compile(r"[2-9A-HJ-NP-Z]{12}\Z")

REFUSALS = {
    "closed": "Bài thi đã được nộp. Các câu đã báo “Đã lưu” trước đó được tính.",
    "cancelled": "Vòng thi đã bị hủy. Các câu đã báo “Đã lưu” vẫn được giữ lại.",
    "late": "Đã hết thời gian làm bài. Các câu đã báo “Đã lưu” trước đó được tính.",
    "mismatch": "Lần lưu này đã được ghi với nội dung khác. Bạn tải lại trang để xem câu trả lời đã lưu.",
    "not_offered": "Có câu trả lời không nằm trong đề. Bạn tải lại trang rồi chọn lại.",
}


@bp.post("/cuoc-thi/<slug>/tuan/<int:number>/luot-thi")
def start(slug: str, number: int) -> BaseResponse:
    """Start the next attempt, or go on with the open one."""
    token_hash = current_token_hash()
    if not set(request.form) <= START_FIELDS or any(len(values) > 1 for _, values in request.form.lists()):
        raise BadInput("Biểu mẫu có trường không hợp lệ.")
    if token_hash is None:
        return _sign_in_first()
    unit_code = request.form.get("unit") or None
    started = services.start_attempt(token_hash, slug, number, unit_code, _origin(), now=clock.now())
    db.session.commit()
    if started is None:
        return _signed_out_or_missing()
    return redirect(url_for("attempts.show", public_id=started.public_id), 303)


@bp.get("/luot-thi/<public_id>")
def show(public_id: str) -> BaseResponse | str:
    """The paper with what is saved; a finished attempt leads to its result."""
    now = clock.now()
    own = _find_own(public_id, now)
    if own is None:
        return _signed_out_or_missing()
    if own.is_over:
        return redirect(url_for("attempts.result", public_id=public_id))
    questions = queries.page_questions(own, with_key=False)
    policy = queries.policy_of(own.row.round_id)
    return render_template(
        "attempts/show.html",
        attempt=own.row,
        question_count=len(questions),
        question_steps=[_question_step(question, len(questions)) for question in questions],
        sheet=own.sheet,
        last_saved_at=own.last_saved_at,
        answered_count=sum(bool(question.chosen) for question in questions),
        prediction_question=wording.prediction_question(policy, own.row.label, own.row.round_number),
        prediction_counted=wording.TARGET_COUNTED[policy.target] if policy.target else "",
        prediction_unit=wording.TARGET_UNITS[policy.target] if policy.target else "",
        prediction_note=wording.TARGET_DEFINITIONS[policy.target] if policy.target else "",
        attempt_line=f"{own.row.label.capitalize()} {own.row.round_number}, lượt {own.row.number}",
        turns_left=own.turns_left,
        deadline_at=own.row.deadline_at,
        is_past_deadline=now >= own.row.deadline_at,
        now=now,
    )


@bp.post("/luot-thi/<public_id>/cau-tra-loi")
def save(public_id: str) -> BaseResponse:
    """Store one save; "saved" is acknowledged only after the commit."""
    now = clock.now()
    is_json = wants_json()
    sheet = forms.from_json() if is_json else forms.from_form(public_id)
    token_hash = current_token_hash()
    if token_hash is None:
        return _sign_in_first()
    try:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            saved = services.save(
                connection, token_hash, public_id, sheet.save_id, sheet.answers, sheet.prediction, now=now
            )
    except services.SaveRefused as refusal:
        return _refused(refusal.code, public_id)
    if not is_json:
        return redirect(url_for("attempts.show", public_id=public_id, _anchor="da-luu"), 303)
    return jsonify(
        saved=saved.saved_at.isoformat(),
        server_now=clock.now().isoformat(),
        deadline=saved.deadline_at.isoformat(),
    )


@bp.post("/luot-thi/<public_id>/nop-bai")
def submit(public_id: str) -> BaseResponse:
    """Hand the attempt in; doing it twice leads to the same receipt."""
    now = clock.now()
    sheet = forms.from_form(public_id)
    token_hash = current_token_hash()
    if token_hash is None:
        return _sign_in_first()
    try:
        done = services.submit_attempt(
            token_hash, public_id, sheet.save_id, sheet.answers, sheet.prediction, now=now
        )
    except services.SaveRefused as refusal:
        db.session.rollback()
        return _refused(refusal.code, public_id)
    db.session.commit()
    if done is None:
        return _signed_out_or_missing()
    return redirect(url_for("attempts.result", public_id=public_id), 303)


@bp.get("/luot-thi/<public_id>/ket-qua")
def result(public_id: str) -> BaseResponse | str:
    """Receipt first, then the score where the contest shows it; keys only after the round has closed."""
    now = clock.now()
    own = _find_own(public_id, now)
    if own is None:
        return _signed_out_or_missing()
    if not own.is_over:
        return redirect(url_for("attempts.show", public_id=public_id))
    is_round_over = now > own.row.round_closes_at + rules.GRACE
    return render_template(
        "attempts/result.html",
        attempt=own.row,
        closing=own.closing,
        contest=_contest_of(own),
        turns_left=own.turns_left,
        cancellation=_cancellation_of(own),
        may_start=own.row.cancelled_at is None
        and now < (own.row.last_start_at or own.row.round_closes_at)
        and own.turns_left != 0,
        question_count=len(own.row.offered),
        is_round_over=is_round_over,
        shows_score=own.row.shows_own_score or is_round_over,
        questions=queries.page_questions(own, with_key=True) if is_round_over else [],
    )


def _cancellation_of(own: queries.OwnAttempt) -> Cancellation | None:
    """How the round was cancelled; None for one that was held."""
    if own.row.cancelled_at is None:
        return None
    return find_cancellation(db.session.get_one(Round, own.row.round_id))


def _contest_of(own: queries.OwnAttempt) -> dict[str, str]:
    """What the frame of a page wants to know of the contest."""
    row = own.row
    return {
        "slug": row.slug,
        "name": row.contest_name,
        "place": row.place,
        "organiser": row.organiser,
        "label": row.label,
    }


@bp.get("/bien-nhan")
@bp.get("/bien-nhan/<code>")
@limiter.limit(SEARCH_LIMIT)
def receipt(code: str = "") -> str | Response:
    """Anybody who holds a receipt code can check that the stored answers are the ones handed in."""
    written = (code or request.args.get("ma", "")).replace("-", "").replace(" ", "").upper()
    if not written:
        return render_template("attempts/receipt_form.html")
    found = queries.find_receipt(written) if CODE.match(written) else None
    if found is None:
        return error_response(
            404,
            message="Không có biên nhận nào mang mã này.",
            todo="Bạn xem lại từng ký tự; mã có 12 ký tự, không có số 0, số 1 và chữ I, L, O.",
        )
    attempt, attempt_round, contest = found
    digest = rules.receipt_digest(attempt.receipt_code, attempt.answers or "", attempt.prediction)
    return render_template(
        "attempts/receipt.html",
        attempt=attempt,
        attempt_round=attempt_round,
        contest=contest,
        is_sound=digest == attempt.digest,
    )


def _question_step(question: queries.PageQuestion, count: int) -> Markup:
    """The question's part of the page. Rendering it is the dearest part of a start, so a process keeps
    it per displayed wording; only its number and what is chosen differ between papers."""

    def render() -> str:
        macros: Any = current_app.jinja_env.get_template("macros/quiz.html").module
        step: Markup = macros.question_step(
            NUMBER_MARK, count, question.stem, question.options, "", question.is_multiple, image, alt
        )
        return str(step)

    alt = question.image_alt
    sha256 = question.image_sha256
    image = url_for("questions_views.picture", digest=sha256) if sha256 else ""
    step = remembered("question step", (question.stem, question.options, count, image, alt), render)
    step = step.replace(NUMBER_MARK, str(question.position))
    for letter in question.chosen:
        step = step.replace(f'value="{letter}"', f'value="{letter}" checked')
    return Markup(step)  # noqa: S704 -- the macro escaped every text


def _origin() -> Origin:
    return Origin(address_prefix(request.remote_addr), devices.device_hash())


def _find_own(public_id: str, now: datetime) -> queries.OwnAttempt | None:
    token_hash = current_token_hash()
    return queries.find_own_attempt(token_hash, public_id, now) if token_hash else None


def _signed_out_or_missing() -> BaseResponse:
    """Tell apart a session that has ended from an attempt that is not one's own."""
    if not current_user.is_authenticated:
        return _sign_in_first()
    raise NoResultFound


def _sign_in_first() -> BaseResponse:
    answer: BaseResponse = login_manager.unauthorized()
    return answer


def _refused(code: str, public_id: str) -> BaseResponse:
    if code == "missing":
        return _signed_out_or_missing()
    if code in ("closed", "late") and not wants_json():
        return redirect(url_for("attempts.result", public_id=public_id), 303)
    if code in ("closed", "late") and queries.is_of_cancelled_round(public_id):
        code = "cancelled"
    return error_response(400 if code == "not_offered" else 409, code=code, message=REFUSALS[code])
