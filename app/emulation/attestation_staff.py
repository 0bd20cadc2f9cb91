"""Attest what no machine can count, and look at the files that others gave."""

import io
from typing import Any

from flask import Blueprint, flash, redirect, send_file
from flask_login import current_user
from werkzeug.wrappers import Response

from app.emulation import attestation_queries, attestation_services
from app.emulation.attestation_forms import YES, AttestationForm
from app.emulation.attestation_rules import MAX_EVIDENCE_BYTES, Claim
from app.emulation.staff import (
    AREA,
    PUBLIC_ID,
    READ,
    Subject,
    View,
    collective_subject,
    person_subject,
    view_of,
)
from app.emulation.staff import subject_page as shown
from app.errors import BadInput
from app.extensions import db
from app.permissions import Permission
from app.web.guards import require
from app.web.requests import accepts_upload

ATTEST = Permission.ATTESTATIONS_EDIT
PERSON = f"/<{PUBLIC_ID}:campaign_id>/nguoi/<{PUBLIC_ID}:public_id>"
COLLECTIVE = f"/<{PUBLIC_ID}:campaign_id>/tap-the/<collective_code>"
EVIDENCE = f"minh-chung/<{PUBLIC_ID}:attestation_id>"

bp = Blueprint("attestations_staff", __name__, url_prefix=AREA, template_folder="templates")
Page = Response | tuple[str, int]


@bp.post(f"{PERSON}/xac-nhan")
@require(ATTEST, scope="unit")
@accepts_upload(MAX_EVIDENCE_BYTES)
def attest_person(slug: str, series: str, unit_code: str, campaign_id: str, public_id: str) -> Page:
    """Give one's word on a criterion of a person below the unit, never of oneself."""
    view = view_of(slug, series, unit_code, campaign_id, ATTEST)
    return _attest(view, person_subject(view, public_id))


@bp.post(f"{COLLECTIVE}/xac-nhan")
@require(ATTEST, scope="unit")
@accepts_upload(MAX_EVIDENCE_BYTES)
def attest_collective(slug: str, series: str, unit_code: str, campaign_id: str, collective_code: str) -> Page:
    """As attest_person, of a collective."""
    view = view_of(slug, series, unit_code, campaign_id, ATTEST)
    return _attest(view, collective_subject(view, collective_code))


def _attest(view: View, subject: Subject) -> Page:
    form = AttestationForm()
    if not form.validate_on_submit():
        return shown(view, subject, form), 422
    claim = Claim(
        code=form.code.data or "", is_met=form.is_met.data == YES, text=form.text.data or "", **subject.key
    )
    act: dict[str, Any] = {"actor_id": current_user.account_id, "now": view.now}
    try:
        attestation_services.attest(view.campaign, claim, form.evidence_file, **act)
    except BadInput as refusal:
        form.evidence.errors = [str(refusal)]
        return shown(view, subject, form), 422
    db.session.commit()
    flash("Đã ghi xác nhận của bạn. Kết quả chung được tính lại trong ít phút.", "success")
    return redirect(view.url(f"campaigns_staff.{subject.kind}", **subject.address), 303)


@bp.get(f"{PERSON}/{EVIDENCE}")
@require(READ, scope="unit")
def person_evidence(
    slug: str, series: str, unit_code: str, campaign_id: str, public_id: str, attestation_id: str
) -> Response:
    """The file that came with an attestation of this person."""
    view = view_of(slug, series, unit_code, campaign_id, READ)
    return _download(view, person_subject(view, public_id), attestation_id)


@bp.get(f"{COLLECTIVE}/{EVIDENCE}")
@require(READ, scope="unit")
def collective_evidence(
    slug: str, series: str, unit_code: str, campaign_id: str, collective_code: str, attestation_id: str
) -> Response:
    """As person_evidence, of a collective."""
    view = view_of(slug, series, unit_code, campaign_id, READ)
    return _download(view, collective_subject(view, collective_code), attestation_id)


def _download(view: View, subject: Subject, attestation_id: str) -> Response:
    found = attestation_queries.get_attestation(view.campaign, attestation_id, **subject.key)
    name, media_type, body = attestation_queries.get_evidence(found)
    return send_file(io.BytesIO(body), mimetype=media_type, as_attachment=True, download_name=name)
