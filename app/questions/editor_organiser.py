"""The question editor: write a question, see it as a citizen does, talk about it, go back to older words."""

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.errors import BadInput, DomainError
from app.extensions import db
from app.localtime import local_day
from app.permissions import Permission
from app.questions import editor_queries, near_rules, picture_services, queries, rules, services
from app.questions.editor_forms import CommentForm, QuestionForm, RestoreForm, form_data
from app.questions.rules import BankQuestion
from app.web.guards import require
from app.web.requests import accepts_upload

bp = Blueprint("questions_editor", __name__, url_prefix="/ban-to-chuc/cau-hoi", template_folder="templates")

# Stands for the key of a question that has none yet.
NO_KEY = "moi"

Page = Response | tuple[str, int]


@bp.get("/moi")
@require(Permission.QUESTIONS_EDIT, scope="global")
def new() -> str:
    """An empty question."""
    form = QuestionForm(formdata=None, base=0, valid_from=local_day(clock.now()))
    return _render(form.offer(queries.all_topics()), "")


@bp.post("/moi")
@require(Permission.QUESTIONS_EDIT, scope="global")
@accepts_upload(picture_services.MAX_BYTES)
def create() -> Page:
    """Keep a new question as a draft; or show what was typed as a citizen would see it."""
    return _answer(QuestionForm().offer(queries.all_topics()), "")


@bp.get("/<key>/sua")
@require(Permission.QUESTIONS_EDIT, scope="global")
def edit(key: str) -> str:
    """The newest version, to be changed."""
    question = queries.get_question(key)
    latest = queries.latest_versions([question.id])[question.id]
    data = form_data(queries.as_written(latest), latest.number)
    return _render(QuestionForm(formdata=None, data=data).offer([question.topic]), key)


@bp.post("/<key>/sua")
@require(Permission.QUESTIONS_EDIT, scope="global")
@accepts_upload(picture_services.MAX_BYTES)
def save(key: str) -> Page:
    """Keep the change as the next version; or show what was typed as a citizen would see it."""
    question = queries.get_question(key)
    return _answer(QuestionForm().offer([question.topic]), key)


def _answer(form: QuestionForm, key: str) -> Page:
    form.refuse_unknown_fields()
    action = form.action.data or "save"
    fault = _take_picture(form)
    if action == "add_option":
        form.options.add_row()
        return _render(form, key), 200
    is_sound = action == "preview" or form.validate_on_submit()
    if fault:
        form.picture.errors = [fault]
    if fault or not is_sound:
        return _render(form, key), 422
    if action == "preview":
        return _render(form, key), 200
    return _keep(form, key)


def _keep(form: QuestionForm, key: str) -> Page:
    base = form.base.data or 0
    question = form.to_question(key or services.new_key(form.topic.data))
    if form.refuse_broken(question):
        return _render(form, key), 422
    try:
        version = services.create_version(
            question, author_id=current_user.account_id, now=clock.now(), base=base if key else None
        )
    except DomainError as refusal:
        db.session.rollback()
        return _render(form, key, refusal=refusal), 409
    db.session.commit()
    flash(f"Đã lưu bản {version.number} của câu {question.key}. Bản mới cần người thứ hai duyệt.", "success")
    for other, _stem in _near(question):
        flash(f"Câu này gần giống câu {other}: bạn hãy so hai câu trước khi duyệt.", "warning")
    return redirect(url_for("questions_organiser.show", key=question.key), 303)


def _take_picture(form: QuestionForm) -> str:
    """Keep the file that was chosen, so that it need not be chosen again; why not, "" if all is well."""
    content = form.picture_bytes
    if form.remove_image.data:
        form.image_sha256.data, form.remove_image.data = "", False
    elif content:
        try:
            form.image_sha256.data = picture_services.store_picture(content, now=clock.now())
        except BadInput as error:
            return str(error)
        db.session.commit()
    elif form.image_sha256.data and not editor_queries.is_picture(form.image_sha256.data):
        raise BadInput("Không có hình này.")
    return ""


def _render(form: QuestionForm, key: str, refusal: DomainError | None = None) -> str:
    question = form.to_question(key or NO_KEY)
    return render_template(
        "questions/edit.html",
        form=form,
        key=key,
        refusal=refusal,
        letters=rules.LETTERS,
        max_options=len(rules.LETTERS),
        **_shown(question),
    )


def _shown(question: BankQuestion) -> dict[str, object]:
    """What the preview says about a question that is being typed."""
    return {
        "question": question,
        "near": _near(question),
        "problems": rules.check_question(question) if question.stem else [],
    }


def _near(question: BankQuestion) -> list[tuple[str, str]]:
    return near_rules.near_to(question.stem, editor_queries.live_stems(question.key)) if question.stem else []


@bp.post("/xem-thu")
@bp.post("/<key>/xem-thu")
@require(Permission.QUESTIONS_EDIT, scope="global")
def preview(key: str = "") -> str:
    """What was typed as a citizen would see it, and questions like it; changes nothing."""
    form = QuestionForm().offer(queries.all_topics())
    form.refuse_unknown_fields()
    return render_template("questions/parts/preview.html", **_shown(form.to_question(key or NO_KEY)))


@bp.get("/hinh/<digest>")
@require(Permission.QUESTIONS_EDIT, scope="global")
def picture(digest: str) -> Response:
    """A stored picture that no question may show yet. Raises NoResultFound."""
    media_type, body = editor_queries.get_picture(digest, only_used=False)
    response = make_response(body)
    response.mimetype = media_type
    return response


@bp.post("/<key>/gop-y")
@require(Permission.QUESTIONS_EDIT, scope="global")
def comment(key: str) -> Response:
    """Say something about the question."""
    form = CommentForm()
    if not form.validate_on_submit():
        flash(next(iter(form.errors.values()))[0], "error")
    else:
        services.add_comment(key, form.text.data, author_id=current_user.account_id, now=clock.now())
        db.session.commit()
        flash("Đã ghi góp ý.", "success")
    return redirect(url_for("questions_organiser.show", key=key, _anchor="gop-y"), 303)


@bp.post("/<key>/dung-lai")
@require(Permission.QUESTIONS_EDIT, scope="global")
def restore(key: str) -> Response:
    """Make an older wording the newest version; it needs approval like any other."""
    form = RestoreForm()
    if not form.validate_on_submit():
        raise BadInput("Thiếu số bản.")
    version = queries.get_version(key, form.number.data or 0)
    question = queries.as_written(version)
    made = services.create_version(question, author_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash(f"Đã lấy lại lời của bản {version.number} thành bản {made.number}, chờ duyệt.", "success")
    return redirect(url_for("questions_organiser.show", key=key), 303)
