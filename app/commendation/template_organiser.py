"""The Word templates of a contest's commendations: take one home, put one's own in its place, go back."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.commendation import template_queries as queries
from app.commendation import template_rules as rules
from app.commendation import template_services as services
from app.commendation.dossier_queries import names_of
from app.commendation.template_forms import DefaultForm, TemplateForm
from app.commendation.template_rules import Kind
from app.contests.models import Contest
from app.contests.queries import get_managed_contest
from app.errors import BadInput
from app.extensions import db
from app.files.services import get_file_body
from app.permissions import Permission
from app.web.guards import require
from app.web.requests import accepts_upload

EDIT = Permission.COMMENDATION_EDIT

bp = Blueprint(
    "templates_organiser",
    __name__,
    url_prefix="/ban-to-chuc/cuoc-thi/<slug>/khen-thuong/mau",
    template_folder="templates",
)
Page = AnyResponse | tuple[str, int]


@bp.get("")
@require(EDIT, scope="contest")
def index(slug: str) -> str:
    """Every kind of document with the template in force."""
    contest = get_managed_contest(current_user.grants, EDIT, slug)
    return render_template(
        "commendation/templates.html",
        managed=contest,
        kinds=[(kind, queries.find_own_template(contest.id, kind)) for kind in Kind],
        names=rules.KIND_NAMES,
        slugs=rules.KIND_SLUGS,
    )


@bp.get("/<template_kind>")
@require(EDIT, scope="contest")
def show(slug: str, template_kind: str) -> Page:
    """One kind of document: its template, its fields, the files chosen before."""
    contest = get_managed_contest(current_user.grants, EDIT, slug)
    return _page(contest, _kind(template_kind), TemplateForm(formdata=None))


def _page(contest: Contest, kind: Kind, form: TemplateForm) -> Page:
    versions = queries.versions_of(contest.id, kind)
    page = render_template(
        "commendation/template.html",
        managed=contest,
        kind=kind,
        kind_slug=rules.KIND_SLUGS[kind],
        name=rules.KIND_NAMES[kind],
        own=queries.find_own_template(contest.id, kind),
        versions=versions,
        authors=names_of({each.chosen_by for each in versions}),
        scalars=rules.scalars_of(kind),
        lists=rules.rows_of(kind),
        form=form,
    )
    return page, 422 if form.errors else 200


def _kind(slug: str) -> Kind:
    """Raises NoResultFound."""
    for kind, name in rules.KIND_SLUGS.items():
        if name == slug:
            return kind
    raise NoResultFound


@bp.post("/<template_kind>")
@require(EDIT, scope="contest")
@accepts_upload(rules.MAX_FILE_BYTES)
def choose(slug: str, template_kind: str) -> Page:
    """Put a file in the place of the template, once it was filled with samples without a fault."""
    kind = _kind(template_kind)
    contest = get_managed_contest(current_user.grants, EDIT, slug)
    form = TemplateForm()
    if not form.validate_on_submit():
        return _page(contest, kind, form)
    content = form.file.data.read()
    try:
        services.try_template(kind, content)
    except rules.TemplateRefused as refusal:
        form.file.errors = [refusal.message]
        return _page(contest, kind, form)
    contest = get_managed_contest(current_user.grants, EDIT, slug, lock=True)
    actor = {"actor_id": current_user.account_id, "now": clock.now()}
    services.choose_template(contest, kind, content, form.file_name, **actor)
    db.session.commit()
    flash("Mẫu mới đã được điền thử và đang dùng. Văn bản đã tạo trước đây không đổi.", "success")
    return _back(slug, template_kind)


@bp.post("/<template_kind>/mac-dinh")
@require(EDIT, scope="contest")
def choose_default(slug: str, template_kind: str) -> AnyResponse:
    """Back to the template that comes with the system."""
    kind = _kind(template_kind)
    contest = get_managed_contest(current_user.grants, EDIT, slug, lock=True)
    if not DefaultForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    services.choose_default(contest, kind, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash("Đã trở lại mẫu có sẵn.", "success")
    return _back(slug, template_kind)


@bp.get("/<template_kind>/tep.docx")
@require(EDIT, scope="contest")
def download(slug: str, template_kind: str) -> Response:
    """The template in force, to be changed in Word."""
    kind = _kind(template_kind)
    contest = get_managed_contest(current_user.grants, EDIT, slug)
    return _word(services.template_of(contest.id, kind)[0], f"mau-{template_kind}.docx")


@bp.get("/<template_kind>/ban/<int(min=1, max=9999):number>")
@require(EDIT, scope="contest")
def version(slug: str, template_kind: str, number: int) -> Response:
    """A file that was chosen before."""
    kind = _kind(template_kind)
    contest = get_managed_contest(current_user.grants, EDIT, slug)
    chosen = queries.get_version(contest.id, kind, number)
    return _word(get_file_body(chosen.sha256 or ""), f"mau-{template_kind}-{number}.docx")


def _word(content: bytes, name: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = services.DOCX_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _back(slug: str, template_kind: str) -> AnyResponse:
    return redirect(url_for("templates_organiser.show", slug=slug, template_kind=template_kind), 303)
