"""Question files for organisers: bring one in after seeing what it would do, take it out again, export."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.errors import BadInput
from app.extensions import db
from app.localtime import local_day
from app.permissions import Permission
from app.questions import export_services, forms, import_queries, import_services, queries, rules
from app.questions.formats import reading_services, sample_services
from app.questions.formats.detection_rules import FORMAT_NAMES
from app.questions.import_forms import ConfirmForm, UndoForm, UploadForm, read_format, read_page
from app.questions.import_models import QuestionImport
from app.questions.import_plan_rules import OUTCOME_NAMES, Outcome, Plan
from app.web.guards import require
from app.web.requests import accepts_upload

WHOLE_FILE = "cả tệp"
LINES_PER_PAGE = 50
PROBLEMS_PER_PAGE = 200

bp = Blueprint("questions_import", __name__, url_prefix="/ban-to-chuc/cau-hoi", template_folder="templates")

Page = AnyResponse | tuple[str, int]


@bp.get("/nhap")
@require(Permission.QUESTIONS_EDIT, scope="global")
def upload() -> str:
    """Choose a file, and see what was brought in before."""
    form = UploadForm(formdata=None, valid_from=local_day(clock.now()))
    return _render_upload(form.offer(queries.all_topics()))


def _render_upload(form: UploadForm) -> str:
    page = read_page()
    imports, has_more = import_queries.list_imports(page)
    return render_template(
        "questions/import_upload.html",
        form=form,
        imports=imports,
        people=import_queries.names_of({each.confirmed_by for each in imports}),
        page=page,
        page_count=page + has_more,
        page_url=lambda number: url_for("questions_import.upload", trang=number),
        format_names=FORMAT_NAMES,
    )


@bp.post("/nhap")
@require(Permission.QUESTIONS_EDIT, scope="global")
@accepts_upload(reading_services.MAX_FILE_BYTES)
def submit_upload() -> Page:
    """Read the file and show what it would do; the bank stays as it is."""
    form = UploadForm().offer(queries.all_topics())
    if not form.validate_on_submit():
        return _render_upload(form), 422
    content = form.file.data.read()
    read = reading_services.read_file(content, form.format.data)
    unreadable = [problem.message for problem in read.problems if problem.where == WHOLE_FILE]
    if unreadable or not (read.questions or read.problems or read.unsupported):
        form.file.errors = unreadable or ["Không thấy câu hỏi nào trong tệp này."]
        return _render_upload(form), 422
    now = clock.now()
    row = import_services.keep_file(
        content,
        import_services.keep_pictures(read, now=now),
        form.defaults(local_day(now)),
        name=form.file_name,
        actor_id=current_user.account_id,
        now=now,
    )
    db.session.commit()
    return redirect(url_for("questions_import.show", import_id=row.id), 303)


@bp.get("/nhap/<int:import_id>")
@require(Permission.QUESTIONS_EDIT, scope="global")
def show(import_id: int) -> str:
    """What a file would do to the bank; or, once it was brought in, what it did."""
    row = import_queries.get_import(import_id)
    return _render_done(row) if row.confirmed_at else _render_plan(row, import_services.plan_of(row))


def _render_plan(row: QuestionImport, plan: Plan, *, has_changed: bool = False) -> str:
    page = read_page()
    pieces = plan.problems or plan.lines
    size = PROBLEMS_PER_PAGE if plan.problems else LINES_PER_PAGE
    start = (page - 1) * size
    return render_template(
        "questions/import_plan.html",
        row=row,
        plan=plan,
        problems=plan.problems[start : start + size],
        lines=plan.lines[:LINES_PER_PAGE] if plan.problems else plan.lines[start : start + size],
        has_changed=has_changed,
        form=ConfirmForm(formdata=None, digest=plan.digest),
        page=page,
        page_count=max(1, -(-len(pieces) // size)),
        page_url=lambda number: url_for("questions_import.show", import_id=row.id, trang=number),
        outcomes=Outcome,
        outcome_names=OUTCOME_NAMES,
        format_names=FORMAT_NAMES,
        letters=rules.LETTERS,
        topics={topic.code: topic.name for topic in queries.all_topics()} | plan.new_topics,
        level_names=rules.LEVEL_NAMES,
    )


def _render_done(row: QuestionImport) -> str:
    return render_template(
        "questions/import_done.html",
        row=row,
        people=import_queries.names_of({row.confirmed_by, row.undone_by}),
        format_names=FORMAT_NAMES,
    )


@bp.post("/nhap/<int:import_id>")
@require(Permission.QUESTIONS_EDIT, scope="global")
def confirm(import_id: int) -> Page:
    """Bring in exactly what was shown, or show the new outcome when the bank has changed since."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        raise BadInput("Bản xem trước không hợp lệ.")
    try:
        row = import_services.confirm_import(
            import_id, form.digest.data, actor_id=current_user.account_id, now=clock.now()
        )
        db.session.commit()
    except (import_services.BankChanged, IntegrityError):
        db.session.rollback()
        row = import_queries.get_import(import_id)
        return _render_plan(row, import_services.plan_of(row), has_changed=True), 409
    flash(
        f"Đã nhập {len(row.brought)} câu từ tệp {row.name}. Các câu đang chờ người thứ hai duyệt.", "success"
    )
    return redirect(url_for("questions_import.show", import_id=row.id), 303)


@bp.post("/nhap/<int:import_id>/rut-lai")
@require(Permission.QUESTIONS_EDIT, scope="global")
def undo(import_id: int) -> Page:
    """Take out the drafts of an import that nobody has approved or changed since."""
    if not UndoForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    try:
        row = import_services.undo_import(import_id, actor_id=current_user.account_id, now=clock.now())
        db.session.commit()
    except IntegrityError:  # somebody commented on one of them at this very moment
        db.session.rollback()
        raise import_services.BankChanged from None
    flash(f"Đã rút lại {len(row.brought) - len(row.kept)} câu của tệp {row.name}.", "success")
    return redirect(url_for("questions_import.show", import_id=row.id), 303)


@bp.get("/nhap/mau.xlsx")
@require(Permission.QUESTIONS_EDIT, scope="global")
def excel_sample() -> Response:
    """Our spreadsheet to fill in, with this bank's topics."""
    names = [topic.name for topic in queries.all_topics()]
    return _download(sample_services.excel(names), "mau-cau-hoi.xlsx", export_services.MEDIA_TYPES["xlsx"])


@bp.get("/nhap/mau.docx")
@require(Permission.QUESTIONS_EDIT, scope="global")
def word_sample() -> Response:
    """A short Word file with questions as they are read."""
    return _download(sample_services.word(), "mau-cau-hoi.docx", sample_services.WORD_TYPE)


@bp.get("/xuat")
@require(Permission.QUESTIONS_EDIT, scope="global")
def export() -> str | Response:
    """The filtered questions as a file (`dinh-dang`), or the choice of files."""
    filters, chosen = forms.read_filters(request.args), read_format()
    found = import_queries.exported_questions(filters)
    if chosen:
        content = export_services.write_file(found, chosen)
        name = f"cau-hoi-{local_day(clock.now()):%Y-%m-%d}.{export_services.ENDINGS[chosen]}"
        return _download(content, name, export_services.MEDIA_TYPES[chosen])
    return render_template(
        "questions/export.html",
        count=len(found),
        address=forms.address_of(filters),
        names=export_services.NAMES,
    )


def _download(content: bytes, name: str, media_type: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
