"""Campaigns for the staff of a unit: whom they found below it, who is nearly there, and why."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, Response, render_template, request, send_file, url_for
from flask_login import current_user

from app import clock
from app.emulation import attestation_queries, queries, result_queries, result_services
from app.emulation.attestation_forms import AttestationForm, NameForm
from app.emulation.change_wording import change_text
from app.emulation.criteria_rules import Criteria
from app.emulation.difference_rules import grouped, next_steps
from app.emulation.explain_queries import Evidence, Explanation, explain_account, explain_unit
from app.emulation.models import Campaign
from app.emulation.result_queries import PEOPLE_SHOWN, Line, Shown
from app.emulation.wording import STATE_NAMES, combination_text
from app.errors import BadInput
from app.extensions import db
from app.participation.place_queries import Place, get_place
from app.permissions import Permission
from app.text import fold, parse_integer
from app.units.models import Unit
from app.web.forms import BaseForm
from app.web.guards import require
from app.web.limits import limiter

READ = Permission.CAMPAIGNS_READ
PUBLIC_ID = "string(length=32)"
AREA = "/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/thi-dua"
LARGEST_ID = 2**53
EXPORT_LIMIT = "20 per minute"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

bp = Blueprint("campaigns_staff", __name__, url_prefix=AREA, template_folder="templates")


@dataclass(frozen=True)
class View:
    """A campaign as seen from a unit."""

    place: Place
    campaign: Campaign
    version: int
    criteria: Criteria
    now: datetime

    def url(self, endpoint: str, **more: Any) -> str:
        return url_for(endpoint, **self.place.address, campaign_id=self.campaign.public_id, **more)


@dataclass(frozen=True)
class Subject:
    """The person or the collective (`kind`) that a page is about; `address` tells which."""

    kind: str
    title: str
    place_name: str
    address: dict[str, str]
    account_id: int | None = None
    unit_id: int | None = None
    is_self: bool = False

    @property
    def key(self) -> dict[str, int | None]:
        return {"account_id": self.account_id, "unit_id": self.unit_id}


def view_of(slug: str, series: str, unit_code: str, campaign_id: str, permission: Permission) -> View:
    """Raises NoResultFound for what the reader's grants do not cover."""
    place = get_place(current_user.grants, permission, slug, series, unit_code)
    campaign = queries.get_campaign_at(place.contest.id, place.unit, campaign_id)
    version, criteria = queries.latest_criteria(campaign)
    return View(place, campaign, version, criteria, clock.now())


@bp.get("")
@require(READ, scope="unit")
def index(slug: str, series: str, unit_code: str) -> str:
    """The campaigns that reach into the unit."""
    place = get_place(current_user.grants, READ, slug, series, unit_code)
    campaigns = queries.campaigns_at(place.contest.id, place.unit)
    return render_template(
        "emulation/staff_campaigns.html",
        place=place,
        campaigns=campaigns,
        counts={campaign.id: queries.count_results(campaign, place.unit) for campaign in campaigns},
        units={campaign.id: queries.unit_of(campaign) for campaign in campaigns},
    )


@bp.get(f"/<{PUBLIC_ID}:campaign_id>")
@require(READ, scope="unit")
def people(slug: str, series: str, unit_code: str, campaign_id: str) -> str:
    """People below the unit: with the flag, nearly, or waiting for somebody's word."""
    view = view_of(slug, series, unit_code, campaign_id, READ)
    shown, after = _read_shown()
    part = view.criteria.individual
    lines = result_queries.lines_at(view.campaign, view.place.unit, part, shown, after=after)
    return _list(view, lines, NameForm(formdata=None), shown=shown, after=after)


def _read_shown() -> tuple[Shown, int]:
    """Raises BadInput."""
    try:
        shown = Shown(request.args.get("loc", Shown.MET))
    except ValueError:
        raise BadInput("Không có danh sách này.") from None
    return shown, parse_integer(request.args.get("sau", "0"), 0, LARGEST_ID)


@bp.post(f"/<{PUBLIC_ID}:campaign_id>/tim")
@require(READ, scope="unit")
def find(slug: str, series: str, unit_code: str, campaign_id: str) -> tuple[str, int]:
    """People below the unit by name; a name never stands in an address."""
    view, form = view_of(slug, series, unit_code, campaign_id, READ), NameForm()
    if not form.validate_on_submit():
        return _list(view, [], form, shown=None, after=0), 422
    lines = result_queries.lines_named(view.campaign, view.place.unit, form.q.data or "")
    return _list(view, lines, form, shown=None, after=0), 200


def _list(view: View, lines: list[Line], form: NameForm, *, shown: Shown | None, after: int) -> str:
    part = view.criteria.individual
    ids = [line.account.id for line in lines]
    return render_template(
        "emulation/staff_people.html",
        view=view,
        place=view.place,
        shown=shown,
        kinds=Shown,
        lines=lines,
        steps={line.account.id: next_steps(part, line.result.met_bits) for line in lines},
        under_review=result_queries.accounts_under_review(view.place.contest.id, ids),
        counts=queries.count_results(view.campaign, view.place.unit),
        after=after,
        next_after=lines[-1].account.id if shown and len(lines) == PEOPLE_SHOWN else None,
        form=form,
    )


@bp.post(f"/<{PUBLIC_ID}:campaign_id>/ket-qua.xlsx")
@require(READ, scope="unit")
@limiter.limit(EXPORT_LIMIT)
def export(slug: str, series: str, unit_code: str, campaign_id: str) -> Response:
    """One of the lists as a spreadsheet, written to a temporary file as it is read."""
    view = view_of(slug, series, unit_code, campaign_id, READ)
    shown, _after = _read_shown()
    if not BaseForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    target = TemporaryFile()  # noqa: SIM115 -- closed with the response
    what = result_services.Export(view.campaign, view.place.unit, view.criteria.individual, shown)
    result_services.write_people(target, what, actor_id=current_user.account_id, now=view.now)
    db.session.commit()
    target.seek(0)
    name = "-".join(fold(f"thi dua {shown} {view.place.unit.full_name}").split())
    return send_file(target, mimetype=XLSX_TYPE, as_attachment=True, download_name=f"{name}.xlsx")


@bp.get(f"/<{PUBLIC_ID}:campaign_id>/tap-the")
@require(READ, scope="unit")
def collectives(slug: str, series: str, unit_code: str, campaign_id: str) -> str:
    """The collectives below the unit, with what each has reached."""
    view = view_of(slug, series, unit_code, campaign_id, READ)
    results = queries.unit_results(view.campaign, view.place.unit)
    part = view.criteria.collective
    return render_template(
        "emulation/staff_collectives.html",
        view=view,
        place=view.place,
        results=results,
        steps={unit.id: next_steps(part, result.met_bits) for result, unit in results},
        counts=queries.count_results(view.campaign, view.place.unit),
    )


def person_subject(view: View, public_id: str) -> Subject:
    """Raises NoResultFound for somebody who is not below the unit."""
    account, home = attestation_queries.get_person_at(view.campaign, view.place.unit, public_id)
    return Subject(
        "person",
        account.full_name,
        home.full_name,
        {"public_id": account.public_id},
        account_id=account.id,
        is_self=account.id == current_user.account_id,
    )


def collective_subject(view: View, code: str) -> Subject:
    """Raises NoResultFound for a unit that is not below the reader's."""
    unit = attestation_queries.get_collective_at(view.campaign, view.place.unit, code)
    return Subject("collective", unit.full_name, "", {"collective_code": unit.code}, unit_id=unit.id)


@bp.get(f"/<{PUBLIC_ID}:campaign_id>/nguoi/<{PUBLIC_ID}:public_id>")
@require(READ, scope="unit")
def person(slug: str, series: str, unit_code: str, campaign_id: str, public_id: str) -> str:
    """One person: every criterion with its reason and evidence, and what people have attested."""
    view = view_of(slug, series, unit_code, campaign_id, READ)
    return subject_page(view, person_subject(view, public_id))


@bp.get(f"/<{PUBLIC_ID}:campaign_id>/tap-the/<collective_code>")
@require(READ, scope="unit")
def collective(slug: str, series: str, unit_code: str, campaign_id: str, collective_code: str) -> str:
    """As person, of one collective."""
    view = view_of(slug, series, unit_code, campaign_id, READ)
    return subject_page(view, collective_subject(view, collective_code))


def subject_page(view: View, subject: Subject, form: AttestationForm | None = None) -> str:
    """The page of one person or collective; `form` is one that was sent and is wrong."""
    is_collective = subject.unit_id is not None
    explanation = _explain(view, subject)
    changes = result_queries.changes_about(view.campaign, **subject.key)
    label = view.place.contest.label
    return render_template(
        "emulation/staff_subject.html",
        view=view,
        place=view.place,
        subject=subject,
        part=view.criteria.collective if is_collective else view.criteria.individual,
        explanation=explanation,
        attested=attestation_queries.attested_criteria(view.criteria, is_collective=is_collective),
        words=attestation_queries.words_about(view.campaign, **subject.key),
        changes=[(change.at, change_text(change, label)) for change in changes],
        under_review=_under_review(view, subject, explanation),
        links=partial(_link_of, view),
        form=form or AttestationForm(formdata=None),
        state_names=STATE_NAMES,
        grouped=grouped,
        combination_text=combination_text,
    )


def _explain(view: View, subject: Subject) -> Explanation:
    if subject.account_id is not None:
        return explain_account(view.campaign, subject.account_id, now=view.now)
    return explain_unit(view.campaign, db.session.get_one(Unit, subject.unit_id), now=view.now)


def _under_review(view: View, subject: Subject, explanation: Explanation) -> set[str]:
    """Public ids of the person, and of those the person brought, whom an open case names."""
    if subject.account_id is None:
        return set()
    brought = {line.public_id for lines in explanation.referrals.values() for line in lines}
    people_ids = {subject.address["public_id"], *brought}
    return result_queries.people_under_review(view.place.contest.id, people_ids)


def _link_of(view: View, evidence: Evidence) -> str:
    """Where the evidence can be seen; "" for what stands on the page itself."""
    if evidence.kind != "result":
        return ""
    return url_for("ranking.result", slug=view.place.contest.slug, number=int(evidence.value))
