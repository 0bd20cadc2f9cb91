"""The papers of commendation for staff: made on request, downloaded by whoever handles the dossiers."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.commendation import document_queries as queries
from app.commendation import document_rules as rules
from app.commendation import document_services as services
from app.commendation.document_forms import BodyPaperForm, CasePaperForm
from app.commendation.document_models import CommendationDocument
from app.commendation.document_rules import Paper
from app.commendation.dossier_queries import get_case_at
from app.commendation.models import AwardingBody
from app.commendation.queries import decisions_of, get_decision, get_office_at, meetings_of
from app.errors import BadInput
from app.extensions import db
from app.files.services import get_file_body
from app.jobs.runner import ring
from app.participation.place_queries import Place, get_place
from app.permissions import Permission
from app.web.guards import require

HANDLE = Permission.COMMENDATION_HANDLE
ENDINGS = {services.PDF_TYPE: "pdf", services.DOCX_TYPE: "docx"}
DOCUMENT_ID = "int(min=1)"

bp = Blueprint(
    "commendation_papers",
    __name__,
    url_prefix="/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/khen-thuong",
    template_folder="templates",
)


@bp.app_template_global("papers_of_case")
def papers_of_case(dossier_id: int) -> dict[Paper, CommendationDocument]:
    """The dossier's papers, for its own page."""
    return queries.papers_of_case(dossier_id)


def _place(slug: str, series: str, unit_code: str) -> Place:
    return get_place(current_user.grants, HANDLE, slug, series, unit_code)


@bp.post("/ho-so/<public_id>/van-ban")
@require(HANDLE, scope="unit")
def make_of_case(slug: str, series: str, unit_code: str, public_id: str) -> AnyResponse:
    """Ask for the report or the letter of one dossier."""
    place = _place(slug, series, unit_code)
    case = get_case_at(place, public_id, lock=True)
    form = CasePaperForm()
    if not form.validate_on_submit():
        raise BadInput("Không có loại văn bản này.")
    request_paper = services.request_report if form.paper.data == Paper.REPORT else services.request_letter
    request_paper(case, actor_id=current_user.account_id, now=clock.now())
    return _asked(url_for("commendation.dossier", dossier_public_id=public_id, **place.address))


def _asked(address: str) -> AnyResponse:
    db.session.commit()
    ring()
    flash("Văn bản đang được tạo, thường mất dưới một phút. Bạn tải lại trang để xem.", "success")
    return redirect(address, 303)


@bp.get(f"/ho-so/<public_id>/van-ban/<{DOCUMENT_ID}:document_id>")
@require(HANDLE, scope="unit")
def download_of_case(slug: str, series: str, unit_code: str, public_id: str, document_id: int) -> Response:
    """A paper of one dossier."""
    case = get_case_at(_place(slug, series, unit_code), public_id)
    return _file(queries.get_document_of_case(case, document_id), f"{case.dossier.number:03}")


@bp.get("/co-quan/<public_id>/van-ban")
@require(HANDLE, scope="unit")
def of_body(slug: str, series: str, unit_code: str, public_id: str) -> str:
    """The papers of an awarding body: proposal and list, minutes of meetings, decisions."""
    place = _place(slug, series, unit_code)
    office = get_office_at(place, public_id)
    return render_template(
        "commendation/body_papers.html",
        place=place,
        office=office,
        lines=_lines(office.body),
        made=queries.papers_of_body(office.body),
    )


def _lines(body: AwardingBody) -> list[dict[str, Any]]:
    """Every paper that can be asked for: its kind and name, and what it is of."""
    lines = [
        {"paper": paper, "name": rules.PAPER_NAMES[paper], "note": "", "key": None, "of": ""}
        for paper in (Paper.PROPOSAL, Paper.LIST)
    ]
    for meeting in meetings_of(body):
        about = f"Phiên họp {meeting.number}"
        lines.append(_line(Paper.MINUTES, about, meeting.held_on, meeting.id, meeting.public_id))
    for decision in decisions_of(body):
        about = f"Số {decision.decision_no}"
        lines.append(_line(Paper.DECISION, about, decision.signed_on, decision.id, decision.public_id))
    return lines


def _line(paper: Paper, about: str, day: Any, key: int, public_id: str) -> dict[str, Any]:
    note = f"{about}, ngày {day:%d/%m/%Y}"
    return {"paper": paper, "name": rules.PAPER_NAMES[paper], "note": note, "key": key, "of": public_id}


@bp.post("/co-quan/<public_id>/van-ban")
@require(HANDLE, scope="unit")
def make_of_body(slug: str, series: str, unit_code: str, public_id: str) -> AnyResponse:
    """Ask for a paper of an awarding body."""
    place = _place(slug, series, unit_code)
    body = get_office_at(place, public_id).body
    form = BodyPaperForm()
    if not form.validate_on_submit():
        raise BadInput("Không có loại văn bản này.")
    act = {"actor_id": current_user.account_id, "now": clock.now()}
    paper, of = Paper(form.paper.data), form.of.data or ""
    if paper is Paper.MINUTES:
        services.request_minutes(body, queries.get_meeting(body, of), **act)
    elif paper is Paper.DECISION:
        services.request_decision(body, get_decision(body, of), **act)
    else:
        services.request_list(body, paper, **act)
    return _asked(url_for("commendation_papers.of_body", public_id=public_id, **place.address))


@bp.get(f"/co-quan/<public_id>/van-ban/<{DOCUMENT_ID}:document_id>")
@require(HANDLE, scope="unit")
def download_of_body(slug: str, series: str, unit_code: str, public_id: str, document_id: int) -> Response:
    """A paper of an awarding body."""
    body = get_office_at(_place(slug, series, unit_code), public_id).body
    return _file(queries.get_document_of_body(body, document_id), "")


def _file(document: CommendationDocument, mark: str) -> Response:
    media_type = services.PDF_TYPE if document.kind == Paper.LETTER else services.DOCX_TYPE
    name = "-".join(part for part in (rules.PAPER_SLUGS[Paper(document.kind)], mark) if part)
    response = make_response(get_file_body(document.sha256 or ""))
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ENDINGS[media_type]}"'
    return response
