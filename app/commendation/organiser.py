"""Awarding bodies for organisers: quotas, deadlines, and who stands at each step."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.commendation import office_services, queries, wording
from app.commendation.deadline_rules import DEFAULT_DAYS
from app.commendation.forms import (
    DAYS_PREFIX,
    BodyForm,
    HandForm,
    NewBodyForm,
    PressForm,
    hand_form,
    new_body_form,
)
from app.commendation.queries import Office
from app.commendation.workflow_rules import Step
from app.contests.models import Contest
from app.contests.queries import get_managed_contest
from app.emulation.models import Campaign
from app.emulation.queries import campaigns_of, unit_of
from app.errors import BadInput
from app.extensions import db
from app.permissions import Permission, covers_contest
from app.units.models import Unit
from app.units.queries import children_of, find_unit, is_within
from app.web.guards import require

bp = Blueprint(
    "commendation_organiser",
    __name__,
    url_prefix="/ban-to-chuc/cuoc-thi/<slug>/khen-thuong",
    template_folder="templates",
)
Page = Response | tuple[str, int]
HAND_ID = "int(min=1, max=9999999999)"
COUNCIL = "Hội đồng Thi đua - Khen thưởng"


def _managed(slug: str) -> Contest:
    return get_managed_contest(current_user.grants, Permission.COMMENDATION_EDIT, slug)


@bp.get("")
@require(Permission.COMMENDATION_EDIT, scope="contest")
def index(slug: str) -> str:
    """The contest's awarding bodies with what is taken of their quotas."""
    contest = _managed(slug)
    return render_template(
        "commendation/bodies.html",
        managed=contest,
        offices=queries.offices_of(contest.id),
        has_campaign=bool(campaigns_of(contest.id, is_closed=False)),
        may_edit=covers_contest(current_user.grants, Permission.CONTESTS_EDIT, contest.id),
    )


@bp.route("/co-quan-moi", methods=["GET", "POST"])
@require(Permission.COMMENDATION_EDIT, scope="contest")
def new(slug: str) -> Page:
    """Name a body that commends in one of the campaigns."""
    contest = _managed(slug)
    campaigns = campaigns_of(contest.id, is_closed=False)
    form = new_body_form(campaigns, _units_of(campaigns), data=_usual())
    if not form.validate_on_submit():
        return _form_page(contest, form)
    campaign = next(one for one in campaigns if one.public_id == form.campaign.data)
    unit = find_unit(contest.series_code, form.unit.data)
    if unit is None or not is_within(unit, unit_of(campaign)):
        form.unit.errors = ["Đơn vị này không thuộc đợt thi đua đã chọn."]
        return _form_page(contest, form)
    try:
        body = office_services.create_body(
            campaign, unit, form.values(), actor_id=current_user.account_id, now=clock.now()
        )
    except office_services.NameTaken as taken:
        form.name.errors = [taken.message]
        return _form_page(contest, form)
    db.session.commit()
    flash("Đã thêm cơ quan khen thưởng. Việc tiếp theo: phân người làm từng bước.", "success")
    return _to_body(contest, body.public_id)


def _units_of(campaigns: Sequence[Campaign]) -> list[Unit]:
    """The campaigns' units and those right below, once each."""
    own = [unit_of(campaign) for campaign in campaigns]
    found = {unit.id: unit for root in own for unit in (root, *children_of(root))}
    return sorted(found.values(), key=lambda unit: (unit.depth, unit.sort_key))


def _usual() -> dict[str, Any]:
    return {
        "award": wording.AWARD,
        "council": COUNCIL,
        "form_no": wording.FORM_NO,
        "decree": wording.DECREE,
        "approval_percent": 51,
        **{f"{DAYS_PREFIX}{state}": days for state, days in DEFAULT_DAYS.items()},
    }


def _form_page(contest: Contest, form: NewBodyForm) -> Page:
    page = render_template("commendation/new_body.html", managed=contest, form=form)
    return page, 422 if form.errors else 200


@bp.get("/co-quan/<body_public_id>")
@require(Permission.COMMENDATION_EDIT, scope="contest")
def body(slug: str, body_public_id: str) -> Page:
    """One body: its settings, and who stands at each step."""
    contest = _managed(slug)
    return _body_page(contest, queries.get_office(contest, body_public_id))


def _body_page(
    contest: Contest, office: Office, form: BodyForm | None = None, hand: HandForm | None = None
) -> Page:
    people = queries.people_who_may_handle(office, clock.now())
    stored = vars(office.body) | {
        f"{DAYS_PREFIX}{state}": office.body.deadlines.get(state, days)
        for state, days in DEFAULT_DAYS.items()
    }
    page = render_template(
        "commendation/body.html",
        managed=contest,
        office=office,
        form=form or BodyForm(formdata=None, data=stored),
        hand_form=hand or hand_form(people, formdata=None),
        has_people=bool(people),
        hands=queries.hands_of(office.body),
        steps=[step for step in Step if step is not Step.REPORT],
        step_names=wording.STEP_NAMES,
        step_hints=wording.STEP_HINTS,
    )
    return page, 422 if form or hand else 200


@bp.post("/co-quan/<body_public_id>")
@require(Permission.COMMENDATION_EDIT, scope="contest")
def change(slug: str, body_public_id: str) -> Page:
    """Change quotas, deadlines, names."""
    contest = _managed(slug)
    office = queries.get_office(contest, body_public_id, lock=True)
    form = BodyForm()
    if not form.validate_on_submit():
        return _body_page(contest, office, form)
    office_services.change_body(office, form.values(), actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash("Đã lưu.", "success")
    return _to_body(contest, body_public_id)


@bp.post("/co-quan/<body_public_id>/nguoi-lam")
@require(Permission.COMMENDATION_EDIT, scope="contest")
def give_hand(slug: str, body_public_id: str) -> Page:
    """Let somebody stand at a step."""
    contest, now = _managed(slug), clock.now()
    office = queries.get_office(contest, body_public_id, lock=True)
    form = hand_form(queries.people_who_may_handle(office, now))
    if not form.validate_on_submit():
        return _body_page(contest, office, hand=form)
    account = queries.get_person_to_handle(office, form.person.data, now)
    try:
        office_services.give_hand(
            office, Step(form.step.data), account, actor_id=current_user.account_id, now=now
        )
    except office_services.AlreadyStands as refusal:
        form.person.errors = [f"{refusal.message} {refusal.todo}"]
        return _body_page(contest, office, hand=form)
    db.session.commit()
    flash(f"{account.full_name} làm bước: {wording.STEP_NAMES[Step(form.step.data)]}.", "success")
    return _to_body(contest, body_public_id)


@bp.post(f"/co-quan/<body_public_id>/nguoi-lam/<{HAND_ID}:hand_id>/thoi")
@require(Permission.COMMENDATION_EDIT, scope="contest")
def end_hand(slug: str, body_public_id: str, hand_id: int) -> Response:
    """Somebody stands at a step no more; what they did stays."""
    contest = _managed(slug)
    office = queries.get_office(contest, body_public_id, lock=True)
    hand = queries.get_hand(office.body, hand_id)
    if not PressForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    office_services.end_hand(office, hand, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash("Đã thôi phân công. Những việc đã làm vẫn giữ nguyên.", "success")
    return _to_body(contest, body_public_id)


def _to_body(contest: Contest, public_id: str) -> Response:
    address = url_for("commendation_organiser.body", slug=contest.slug, body_public_id=public_id)
    return redirect(address, 303)
