"""The criteria editor: change cards, see whom the change would move, save it with a reason."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.contests.models import Contest
from app.emulation import draft_queries, draft_services, queries, sheet_wording
from app.emulation.criteria_forms import CriteriaForm, SaveForm
from app.emulation.criteria_json_rules import BadCriteria, criterion_from_json, from_json, to_json
from app.emulation.criteria_rules import Criteria, Part
from app.emulation.difference_rules import differences
from app.emulation.draft_models import CriteriaDraft
from app.emulation.models import Campaign
from app.emulation.organiser import EDIT, RELOAD_AFTER, Page, managed_campaign
from app.emulation.preset_rules import PRESETS
from app.emulation.sheet_rules import PART_KEYS, PARTS, change_sheet, sheet_of
from app.emulation.sheet_value_rules import content_of
from app.emulation.wording import KIND_NAMES, combination_text, rule_text
from app.errors import BadInput
from app.extensions import db
from app.jobs.queries import find_job, has_given_up
from app.jobs.runner import ring
from app.web.guards import require

READ, COUNT = "read", "count"
KINDS = {"i": sheet_wording.INDIVIDUAL_KINDS, "c": sheet_wording.COLLECTIVE_KINDS}

bp = Blueprint(
    "criteria",
    __name__,
    url_prefix="/ban-to-chuc/cuoc-thi/<slug>/thi-dua/<string(length=32):campaign_id>/tieu-chi",
    template_folder="templates",
)


@bp.get("")
@require(EDIT, scope="contest")
def edit(slug: str, campaign_id: str) -> str:
    """The cards: one's own draft where ?nhap says so, else the criteria in force."""
    contest, campaign = managed_campaign(slug, campaign_id)
    base, criteria = queries.latest_criteria(campaign)
    draft = draft_queries.find_draft(campaign, current_user.account_id) if "nhap" in request.args else None
    if draft is not None:
        base, criteria = draft.base, from_json(draft.criteria)
    preset = request.args.get("mau", "")
    data = {"base": base, "sheet": sheet_of(to_json(criteria)), "preset": preset if preset in PRESETS else ""}
    return _editor(contest, campaign, CriteriaForm(formdata=None, data=data))


@bp.post("")
@require(EDIT, scope="contest")
def change(slug: str, campaign_id: str) -> Page:
    """Do what a button says: move cards, read the sentences again, or ask whom the change would move."""
    contest, campaign = managed_campaign(slug, campaign_id)
    form = CriteriaForm()
    if not form.validate_on_submit() or form.base.data is None:
        raise BadInput("Biểu mẫu không hợp lệ.")
    action = form.action.data or READ
    if action == COUNT:
        return _ask(contest, campaign, form)
    opened = change_sheet(form.sheet.data, action) if action != READ else ""
    return _editor(contest, campaign, form, opened=opened), 200


def _ask(contest: Contest, campaign: Campaign, form: CriteriaForm) -> Page:
    content = content_of(form.sheet.data)
    if form.sheet.data.has_errors:
        return _editor(contest, campaign, form), 422
    try:
        criteria = from_json(content)
    except BadCriteria as refusal:
        return _editor(contest, campaign, form, refusal.message), 422
    act: dict[str, Any] = {"account_id": current_user.account_id, "now": clock.now()}
    draft_services.ask_effect(campaign, criteria, base=form.base.data or 0, **act)
    db.session.commit()
    ring()
    return redirect(_address("effect", contest, campaign), 303)


def _address(endpoint: str, contest: Contest, campaign: Campaign) -> str:
    return url_for(f"criteria.{endpoint}", slug=contest.slug, campaign_id=campaign.public_id)


def _editor(
    contest: Contest, campaign: Campaign, form: CriteriaForm, refusal: str = "", opened: str = ""
) -> str:
    preset = PRESETS.get(form.preset.data or "")
    notes: dict[str, list[tuple[str, str]]] = {}
    for note in preset.notes if preset else ():
        notes.setdefault(note.code, []).append((note.parameter, note.text))
    sentences, combination = _sentences(campaign, form)
    return render_template(
        "emulation/criteria.html",
        managed=contest,
        campaign=campaign,
        form=form,
        refusal=refusal,
        kinds=KINDS,
        kind_names=KIND_NAMES,
        boxes=sheet_wording.BOXES,
        sentences=sentences,
        combination=combination,
        notes=notes,
        opened=opened,
    )


def _sentences(campaign: Campaign, form: CriteriaForm) -> tuple[dict[str, str], dict[str, str]]:
    """(box prefix → what the card asks, part letter → how its groups combine), where the boxes are right."""
    words, content = draft_queries.words_of(campaign), content_of(form.sheet.data)
    sentences = {}
    for letter in PARTS:
        for number, group in enumerate(content[PART_KEYS[letter]]["groups"], 1):
            for place, card in enumerate(group["criteria"], 1):
                shown = form.sheet.data.parts[letter].groups[number - 1].cards[place - 1]
                if not shown.errors:
                    sentences[f"{letter}-{number}-{place}"] = rule_text(criterion_from_json(card), words)
    try:
        criteria = from_json(content)
    except BadCriteria:
        criteria = Criteria()
    parts: dict[str, Part] = {"i": criteria.individual, "c": criteria.collective}
    return sentences, {letter: combination_text(part) for letter, part in parts.items()}


@bp.get("/thay-doi")
@require(EDIT, scope="contest")
def effect(slug: str, campaign_id: str) -> Response | str:
    """Whom one's change would move, as soon as it is counted; back to the cards without a change."""
    contest, campaign = managed_campaign(slug, campaign_id)
    draft = draft_queries.find_draft(campaign, current_user.account_id)
    if draft is None:
        return redirect(_address("edit", contest, campaign))
    return _effect_page(contest, campaign, draft, SaveForm(formdata=None, data={"asked_at": _mark(draft)}))


def _mark(draft: CriteriaDraft) -> str:
    """Which state of the draft a page showed."""
    return draft.asked_at.isoformat()


def _effect_page(contest: Contest, campaign: Campaign, draft: CriteriaDraft, form: SaveForm) -> str:
    key = draft_queries.job_key(campaign.id, current_user.account_id)
    job = find_job(draft_queries.SIMULATION_JOB, key)
    latest, old = queries.latest_criteria(campaign)
    people = draft.effect["people"] if draft.effect else {}
    units = draft.effect["units"] if draft.effect else {}
    return render_template(
        "emulation/effect.html",
        managed=contest,
        campaign=campaign,
        draft=draft,
        latest=latest,
        differences=differences(old, from_json(draft.criteria), draft_queries.words_of(campaign)),
        people=people,
        units=units,
        gained=draft_queries.people_named(people.get("gained_ids", [])),
        lost=draft_queries.people_named(people.get("lost_ids", [])),
        gained_units=draft_queries.units_named(units.get("gained_ids", [])),
        lost_units=draft_queries.units_named(units.get("lost_ids", [])),
        has_failed=job is not None and has_given_up(job, clock.now()),
        form=form,
        reload_after=RELOAD_AFTER,
    )


@bp.post("/thay-doi")
@require(EDIT, scope="contest")
def save(slug: str, campaign_id: str) -> Page:
    """Make the change that was shown the next version."""
    contest, campaign = managed_campaign(slug, campaign_id)
    form, draft = SaveForm(), draft_queries.find_draft(campaign, current_user.account_id)
    form.refuse_unknown_fields()
    if draft is None:
        return redirect(_address("edit", contest, campaign), 303)
    if not form.validate_on_submit():
        return _effect_page(contest, campaign, draft, form), 422
    version = draft_services.save_draft(
        campaign,
        reason=form.reason.data or "",
        asked_at=_moment(form.asked_at.data or ""),
        account_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    ring()
    flash(f"Đã lưu tiêu chí bản {version.version}. Kết quả đang được tính lại.", "success")
    return redirect(url_for("campaigns.show", slug=slug, campaign_id=campaign.public_id), 303)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("Biểu mẫu không hợp lệ.") from None
