"""Around a result on paper, for organisers: substitutes kept, the signed decision, the text for the press."""

from flask import Blueprint, Response, current_app, make_response, render_template, url_for
from flask_login import current_user

from app import clock
from app.contests.models import Round
from app.extensions import db
from app.jobs.runner import ring
from app.permissions import Permission
from app.ranking import paper_services, press_queries, queries, services
from app.ranking.desk_organiser import Page, back_to_desk, desk_page, managed
from app.ranking.models import Revision
from app.ranking.paper_forms import DecisionCorrectionForm, SubstitutesForm, decision_form
from app.ranking.press_wording import press_text
from app.web.addresses import ROUND_NUMBER
from app.web.guards import require

bp = Blueprint(
    "paper_organiser",
    __name__,
    url_prefix=f"/ban-to-chuc/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>/ket-qua",
    template_folder="templates",
)


@bp.post("/du-phong")
@require(Permission.RESULTS_FREEZE, scope="contest")
def keep_substitutes(slug: str, number: int) -> Page:
    """Choose how many people each league keeps in reserve."""
    found = managed(Permission.RESULTS_FREEZE, slug, number, lock=True)
    form = SubstitutesForm()
    if not form.validate_on_submit():
        return desk_page(found, substitutes_form=form)
    freeze = queries.find_computed_freeze(found.id)
    if freeze is None:
        raise services.NotFrozen
    people = form.people.data or 0
    act = {"actor_id": current_user.account_id, "now": clock.now()}
    paper_services.keep_substitutes(found, freeze, people, **act)
    db.session.commit()
    return back_to_desk(found, f"Mỗi bảng giải giữ {people} người dự phòng.")


@bp.post("/quyet-dinh")
@require(Permission.RESULTS_FREEZE, scope="contest")
def sign(slug: str, number: int) -> Page:
    """Write down the decision that was signed for the newest revision; the annex is made again."""
    found = managed(Permission.RESULTS_FREEZE, slug, number, lock=True)
    revision = _published(found)
    form = decision_form(is_correction=bool(queries.signed_decisions_of(revision)))
    if not form.validate_on_submit() or form.signed_on.data is None:
        return desk_page(found, decision_form=form)
    reason = form.correction_reason.data if isinstance(form, DecisionCorrectionForm) else ""
    paper_services.record_decision(
        found,
        revision,
        decision_no=form.decision_no.data or "",
        signed_on=form.signed_on.data,
        signer_title=form.signer_title.data or "",
        reason=reason or "",
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    ring()
    return back_to_desk(found, "Đã ghi quyết định. Phụ lục đang được tạo lại với số và ngày này.")


@bp.get("/thong-cao")
@require(Permission.RESULTS_FREEZE, scope="contest")
def press(slug: str, number: int) -> str:
    """The text for the press, to copy."""
    found = managed(Permission.RESULTS_FREEZE, slug, number)
    revision = _published(found)
    return render_template(
        "ranking/press.html",
        managed=found.contest,
        round=found,
        revision=revision,
        text=_press_text(found, revision),
    )


@bp.get("/thong-cao.txt")
@require(Permission.RESULTS_FREEZE, scope="contest")
def press_file(slug: str, number: int) -> Response:
    """The text for the press as a file."""
    found = managed(Permission.RESULTS_FREEZE, slug, number)
    revision = _published(found)
    response = make_response(_press_text(found, revision))
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    name = f"{slug}-{number}-thong-cao-ban-{revision.number}.txt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _published(found: Round) -> Revision:
    """The revision in force. Raises NoResultFound before the first."""
    return queries.get_revision(found.id, found.published_revision or 0)


def _press_text(found: Round, revision: Revision) -> str:
    page = url_for("ranking.result", slug=found.contest.slug, number=found.number)
    address = f"{current_app.config['KHEO'].public_url}{page}"
    return press_text(press_queries.press_facts(found, revision), address)
