"""Contests for organisers: the list, facts, ranking and prizes, rules text."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.contests import markdown_rules, policy, queries, services, wording
from app.contests.contest_forms import DraftFactsForm, FactsForm, NewContestForm, RulesForm
from app.contests.incident_wording import incident_rule
from app.contests.models import Contest
from app.contests.policy import Policy
from app.contests.ranking_forms import RankingForm, policy_data
from app.errors import BadInput, NotAllowed
from app.extensions import db
from app.permissions import Permission, contests_in_scope
from app.web.forms import BaseForm
from app.web.guards import require

bp = Blueprint("contests_organiser", __name__, url_prefix="/ban-to-chuc", template_folder="templates")

Page = Response | tuple[str, int]
SAVE = "save"


def may_create() -> bool:
    """A new contest needs a grant that covers all contests."""
    return contests_in_scope(current_user.grants, Permission.CONTESTS_EDIT) is None


def managed(slug: str) -> Contest:
    """The contest, locked when something may be written. Raises NoResultFound for another's."""
    is_write = request.method == "POST"
    return queries.get_managed_contest(current_user.grants, Permission.CONTESTS_EDIT, slug, lock=is_write)


@bp.get("")
@require(Permission.CONTESTS_VIEW, scope="contest")
def home() -> Response:
    return redirect(url_for("contests_organiser.contests"))


@bp.get("/cuoc-thi")
@require(Permission.CONTESTS_VIEW, scope="contest")
def contests() -> str:
    """The contests in the person's scope, with their rounds."""
    now = clock.now()
    found = queries.contests_managed(current_user.grants, Permission.CONTESTS_VIEW)
    rounds = {contest.id: queries.rounds_of(contest) for contest in found}
    states = {each.id: queries.state_of(each, now) for own in rounds.values() for each in own}
    return render_template(
        "contests/contests.html", contests=found, rounds=rounds, states=states, may_create=may_create()
    )


@bp.route("/cuoc-thi-moi", methods=["GET", "POST"])
@require(Permission.CONTESTS_EDIT, scope="global")
def new_contest() -> Page:
    """Create a contest from its facts and a ranking preset, or like an earlier contest."""
    if not may_create():
        raise NotAllowed
    form = NewContestForm(queries.contests_managed(current_user.grants, Permission.CONTESTS_VIEW))
    if not is_right(form, SAVE, others=("units",)):
        return answer("contests/new_contest.html", form)
    try:
        contest = services.create_contest(
            form.values(), scope_code=form.scope_code or "", actor_id=current_user.account_id, now=clock.now()
        )
    except services.SlugTaken as taken:
        form.slug.errors = [taken.message]
        return answer("contests/new_contest.html", form)
    db.session.commit()
    flash(f"Đã tạo cuộc thi, có sẵn Thể lệ mẫu. Việc tiếp theo: lập lịch các {contest.label} thi.", "success")
    model = form.source.slug if form.source else None
    return redirect(url_for("series_organiser.series", slug=contest.slug, chep=model), 303)


@bp.route("/cuoc-thi/<slug>/thong-tin", methods=["GET", "POST"])
@require(Permission.CONTESTS_EDIT, scope="contest")
def facts(slug: str) -> Page:
    """What the contest is called, who runs it, for whom."""
    contest = managed(slug)
    is_fixed, scope_unit = queries.has_scheduled_round(contest), queries.get_scope_unit(contest)
    form = FactsForm(obj=contest) if is_fixed else DraftFactsForm(contest, scope_unit)
    context = {"managed": contest, "is_fixed": is_fixed, "scope_unit": scope_unit}
    if not is_right(form, SAVE, others=("units",)):
        return answer("contests/facts.html", form, **context)
    try:
        update(contest, form.values(), scope_code=form.scope_code)
    except services.SlugTaken as taken:
        form["slug"].errors = [taken.message]
        return answer("contests/facts.html", form, **context)
    return redirect(url_for("contests_organiser.facts", slug=contest.slug), 303)


@bp.route("/cuoc-thi/<slug>/xep-hang", methods=["GET", "POST"])
@require(Permission.CONTESTS_EDIT, scope="contest")
def ranking(slug: str) -> Page:
    """The ranking policy with its sentences; a preset fills the fields, prizes stay as typed."""
    contest = managed(slug)
    stored = policy.from_json(contest.policy)
    form = RankingForm(data=policy_data(stored))
    shown, others = stored, ("preset", "row")
    if is_right(form, SAVE, "preview", others=others):
        shown = form.to_policy()
        if form.action.data != "preview":
            update(contest, {"policy": shown})
            return redirect(url_for("contests_organiser.ranking", slug=slug), 303)
    elif form.action.data == "preset" and form.preset.data in policy.PRESETS:
        shown = policy.PRESETS[form.preset.data][1]
        form = RankingForm.showing(shown, prizes=form.prizes)
    elif form.action.data == "row":
        form.prizes.add_row()
    return _ranking_page(contest, form, shown, is_stored=shown == stored)


def _ranking_page(contest: Contest, form: RankingForm, shown: Policy, *, is_stored: bool) -> Page:
    return answer(
        "contests/ranking.html",
        form,
        managed=contest,
        is_fixed=queries.has_scheduled_round(contest),
        is_stored=is_stored,
        sentences=wording.rules_sentences(shown, contest.label),
        prize_sentences=wording.prize_sentences(shown),
        prediction_question=wording.prediction_question(shown, contest.label, 1),
    )


@bp.route("/cuoc-thi/<slug>/the-le", methods=["GET", "POST"])
@require(Permission.CONTESTS_EDIT, scope="contest")
def rules_text(slug: str) -> Page:
    """The rules in Markdown, with how they will look."""
    contest = managed(slug)
    shown = {
        "rules_markdown": contest.rules_markdown,
        "incident_rule": incident_rule(contest.incident_rule),
    }
    form = RulesForm(data=shown)
    if is_right(form, SAVE, "preview") and form.action.data != "preview":
        update(contest, form.values())
        return redirect(url_for("contests_organiser.rules_text", slug=slug), 303)
    html = markdown_rules.to_html(form.rules_markdown.data or "")
    incident_html = markdown_rules.to_html(form.incident_rule.data or "")
    return answer(
        "contests/rules_text.html", form, managed=contest, rules_html=html, incident_html=incident_html
    )


def is_right(form: BaseForm, *checked: str, others: tuple[str, ...] = ()) -> bool:
    """Was the form sent by a button that is `checked`, and is it valid? Without a button it is saved.

    The `others` change what the page shows and check nothing. Raises BadInput.
    """
    if not form.is_submitted():
        return False
    form.refuse_unknown_fields()
    form.action.data = form.action.data or SAVE
    if form.action.data not in (*checked, *others):
        raise BadInput("Biểu mẫu có nút không hợp lệ.")
    return form.action.data in checked and form.validate()


def answer(template: str, form: BaseForm, **context: Any) -> Page:
    return render_template(template, form=form, **context), 422 if form.errors else 200


def update(contest: Contest, values: Mapping[str, Any], *, scope_code: str | None = None) -> None:
    services.update_contest(
        contest, values, scope_code=scope_code, actor_id=current_user.account_id, now=clock.now()
    )
    db.session.commit()
    flash("Đã lưu.", "success")
