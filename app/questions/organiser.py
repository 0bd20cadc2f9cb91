"""The question bank for organisers: look through it, read a question, approve as the second person."""

import hashlib
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from app import clock
from app.errors import DomainError, NotAllowed
from app.extensions import db
from app.permissions import Permission, may
from app.questions import bulk_services, editor_queries, forms, queries, rules, services
from app.questions.diff_rules import changes_between
from app.questions.editor_forms import CommentForm
from app.questions.filter_queries import EXPOSURE_NAMES, VALIDITY_NAMES
from app.questions.queries import BankLine, QuestionState
from app.web.guards import require

bp = Blueprint("questions_organiser", __name__, url_prefix="/ban-to-chuc", template_folder="templates")


class ListChanged(DomainError):
    message = "Danh sách câu chờ duyệt đã thay đổi từ khi bạn mở trang."
    safe = "Chưa câu nào được duyệt ở lần bấm này."
    todo = "Bạn hãy mở lại trang duyệt và đọc danh sách mới."


@bp.get("/cau-hoi")
@require(Permission.QUESTIONS_EDIT, scope="global")
def index() -> str:
    """The bank with search and filters."""
    return _render_index(forms.BulkForm(formdata=None))


def _render_index(form: forms.BulkForm) -> str:
    filters, page = forms.read_filters(request.args), forms.read_page()
    address = forms.address_of(filters)
    count = queries.count_questions(filters)

    def page_url(number: int) -> str:
        return url_for("questions_organiser.index", trang=number, **address)

    return render_template(
        "questions/index.html",
        form=form,
        validity_names=VALIDITY_NAMES,
        exposure_names=EXPOSURE_NAMES,
        filters=filters,
        address=address,
        page=page,
        page_url=page_url,
        columns=[("Chủ đề", ""), *[(name, "num") for name in rules.LEVEL_NAMES.values()]],
        page_count=-(-count // queries.PAGE_SIZE),
        count=count,
        lines=queries.list_questions(filters, page),
        approvable_count=queries.count_approvable(filters, current_user.account_id),
        topics=queries.all_topics(),
        counts=queries.bank_counts(),
        states=QuestionState,
        state_names=queries.STATE_NAMES,
        level_names=rules.LEVEL_NAMES,
    )


@bp.post("/cau-hoi/cac-cau-da-chon")
@require(Permission.QUESTIONS_EDIT, scope="global")
def act_on_ticked() -> Response | tuple[str, int]:
    """Approve or retire the ticked questions, each as it was shown; say what was left out and why."""
    form = forms.BulkForm()
    if not form.validate_on_submit():
        return _render_index(form), 422
    actor_id, now = current_user.account_id, clock.now()
    if form.act.data == "retire":
        done = bulk_services.retire_ticked(
            form.tick.data, actor_id=actor_id, reason=form.reason.data, now=now
        )
    elif may(current_user.grants, Permission.QUESTIONS_APPROVE):
        done = bulk_services.approve_ticked(form.tick.data, actor_id=actor_id, now=now)
    else:
        raise NotAllowed
    db.session.commit()
    flash(f"Đã {'rút' if form.act.data == 'retire' else 'duyệt'} {len(done.keys)} câu.", "success")
    for key, reason in done.left:
        flash(f"Để nguyên câu {key}: {reason}", "warning")
    return redirect(
        url_for("questions_organiser.index", **forms.address_of(forms.read_filters(request.args))), 303
    )


@bp.get("/cau-hoi/<key>")
@require(Permission.QUESTIONS_EDIT, scope="global")
def show(key: str) -> str:
    """One question in the version asked for (`ban`), the newest without it."""
    return _render_question(key, forms.RetireForm())


def _render_question(key: str, retire_form: forms.RetireForm) -> str:
    question = queries.get_question(key)
    versions = queries.versions_of(question)
    number = forms.read_version(default=versions[0].number)
    version = next((each for each in versions if each.number == number), None)
    if version is None:
        raise NoResultFound
    written = queries.as_written(version)
    before = next((each for each in versions if each.number == number - 1), None)
    return render_template(
        "questions/show.html",
        written=written,
        problems=rules.check_question(written),
        changes=changes_between(queries.as_written(before), written) if before else [],
        comments=editor_queries.comments_of(question),
        uses=editor_queries.uses_of(question),
        comment_form=CommentForm(formdata=None),
        question=question,
        version=version,
        versions=versions,
        people=queries.names_of(versions),
        is_own=version.created_by == current_user.account_id,
        letters=rules.LETTERS,
        level_names=rules.LEVEL_NAMES,
        asks_names=rules.ASKS_NAMES,
        approve_form=forms.ApproveForm(number=version.number),
        retire_form=retire_form,
    )


@bp.post("/cau-hoi/<key>/duyet")
@require(Permission.QUESTIONS_APPROVE, scope="global")
def approve(key: str) -> Response | tuple[str, int]:
    """Approve the version that was shown."""
    form = forms.ApproveForm()
    if not form.validate_on_submit():
        return _render_question(key, forms.RetireForm()), 422
    version = queries.get_version(key, form.number.data or 0)
    services.approve_version(version.id, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash(f"Đã duyệt câu {key}.", "success")
    return redirect(url_for("questions_organiser.show", key=key), 303)


@bp.post("/cau-hoi/<key>/rut")
@require(Permission.QUESTIONS_EDIT, scope="global")
def retire(key: str) -> Response | tuple[str, int]:
    """Take the question out of later draws."""
    form = forms.RetireForm()
    if not form.validate_on_submit():
        return _render_question(key, form), 422
    services.retire_question(key, actor_id=current_user.account_id, reason=form.reason.data, now=clock.now())
    db.session.commit()
    flash(f"Đã rút câu {key}. Đề đã phát vẫn giữ nguyên.", "success")
    return redirect(url_for("questions_organiser.show", key=key), 303)


@bp.get("/duyet-cau-hoi")
@require(Permission.QUESTIONS_APPROVE, scope="global")
def review() -> str:
    """Read the drafts of a filter in full before approving them together."""
    return _render_review(forms.read_filters(request.args))


def _render_review(filters: queries.Filters) -> str:
    lines = _shown(filters)
    address = forms.address_of(filters)
    return render_template(
        "questions/review.html",
        lines=lines,
        address=address,
        left=queries.count_approvable(filters, current_user.account_id) - len(lines),
        letters=rules.LETTERS,
        level_names=rules.LEVEL_NAMES,
        form=forms.ReviewForm(formdata=None, **address, digest=_digest(lines)),
    )


@bp.post("/duyet-cau-hoi")
@require(Permission.QUESTIONS_APPROVE, scope="global")
def approve_reviewed() -> Response | tuple[str, int]:
    """Approve exactly the drafts that were shown. Raises ListChanged."""
    form = forms.ReviewForm()
    filters = forms.read_filters(request.form)
    if not form.validate_on_submit():
        return _render_review(filters), 422
    lines = _shown(filters)
    if not lines or _digest(lines) != form.digest.data:
        raise ListChanged
    ids = [line.version.id for line in lines]
    services.approve_versions(ids, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash(f"Đã duyệt {len(ids)} câu.", "success")
    return redirect(url_for("questions_organiser.review", **forms.address_of(filters)), 303)


def _shown(filters: queries.Filters) -> list[BankLine]:
    """One page of drafts that the person here may approve."""
    return queries.approvable(filters, current_user.account_id, limit=queries.PAGE_SIZE)


def _digest(lines: Sequence[BankLine]) -> str:
    """SHA-256 in hex over the versions of a list, in its order."""
    text = "\n".join(f"{line.version.id} {line.version.content_hash}" for line in lines)
    return hashlib.sha256(text.encode()).hexdigest()
