"""Rounds for organisers: the weeks of a contest with their checklists, create, edit, schedule."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from app import clock
from app.contests import policy, queries, rules, series_rules, services
from app.contests.checklist_queries import checklist
from app.contests.models import Contest, Round
from app.contests.organiser import SAVE, Page, answer, is_right, managed
from app.contests.round_forms import (
    RoundForm,
    ScheduleForm,
    copied_data,
    first_round_data,
    round_data,
    round_form,
)
from app.errors import BadInput
from app.extensions import db
from app.permissions import Permission, covers_contest
from app.questions.queries import all_topics
from app.questions.rules import LEVEL_NAMES
from app.web.addresses import ROUND_NUMBER
from app.web.guards import require

bp = Blueprint(
    "rounds_organiser", __name__, url_prefix="/ban-to-chuc/cuoc-thi/<slug>", template_folder="templates"
)
COMING_EVENTS = 4
OTHER_BUTTONS = ("row", "count")


@bp.get("")
@require(Permission.CONTESTS_VIEW, scope="contest")
def rounds(slug: str) -> str:
    """The weeks of a contest, the one that wants attention opened."""
    contest = queries.get_managed_contest(current_user.grants, Permission.CONTESTS_VIEW, slug)
    return _rounds_page(contest, None)


@bp.get(f"/tuan/<{ROUND_NUMBER}:number>")
@require(Permission.CONTESTS_VIEW, scope="contest")
def show(slug: str, number: int) -> str:
    """The same page with one week opened: its checklist, or what scheduling promised."""
    found = queries.get_managed_round(current_user.grants, Permission.CONTESTS_VIEW, slug, number)
    return _rounds_page(found.contest, found)


def _rounds_page(contest: Contest, chosen: Round | None) -> str:
    now = clock.now()
    found = queries.rounds_of(contest)
    states = {each.id: queries.state_of(each, now) for each in found}
    checks = {each.id: checklist(each, now) for each in found if each.scheduled_at is None}
    chosen = chosen or _first_to_look_at(found, states)
    is_scheduled = chosen is not None and chosen.scheduled_at is not None
    missing = {number: [check for check in own if not check.is_done] for number, own in checks.items()}
    return render_template(
        "contests/rounds.html",
        managed=contest,
        rounds=found,
        states=states,
        missing=missing,
        ready=[each for each in found if each.scheduled_at is None and not missing[each.id]],
        chosen=chosen,
        checks=checks.get(chosen.id, []) if chosen else [],
        package=queries.get_package(chosen.id) if chosen and is_scheduled else None,
        events=_coming_events(found, now),
        may_edit=covers_contest(current_user.grants, Permission.CONTESTS_EDIT, contest.id),
        may_schedule=covers_contest(current_user.grants, Permission.CONTESTS_SCHEDULE, contest.id),
        form=ScheduleForm(),
    )


def _first_to_look_at(found: Sequence[Round], states: Mapping[int, rules.RoundState]) -> Round | None:
    """The next draft; without one the open week, else the last."""
    for wanted in (rules.RoundState.DRAFT, rules.RoundState.OPEN):
        chosen = next((each for each in found if states[each.id] is wanted), None)
        if chosen is not None:
            return chosen
    return found[-1] if found else None


def _coming_events(found: Sequence[Round], now: datetime) -> list[tuple[datetime, str, Round]]:
    """(moment, "opens" or "closes", round), the next ones first; a draft opens, it closes nothing."""
    held = queries.held_rounds(found)
    events = [(each.opens_at, "opens", each) for each in held]
    events += [(each.closes_at, "closes", each) for each in held if each.scheduled_at is not None]
    return sorted((event for event in events if event[0] > now), key=lambda event: event[0])[:COMING_EVENTS]


@bp.route("/tuan-moi", methods=["GET", "POST"])
@require(Permission.CONTESTS_EDIT, scope="contest")
def new_round(slug: str) -> Page:
    """Create a draft, blank or copied from the round `chep` for the next window."""
    contest = managed(slug)
    form = round_form(all_topics(), _data_to_begin_with(contest))
    if is_right(form, SAVE, others=OTHER_BUTTONS):
        found = services.create_round(
            contest, form.values(), actor_id=current_user.account_id, now=clock.now()
        )
        return _saved(found)
    return _form_page(form, contest, None)


def _data_to_begin_with(contest: Contest) -> dict[str, Any]:
    found = queries.rounds_of(contest)
    text = request.args.get("chep", "")
    if not text:
        return first_round_data(contest)
    index = next((index for index, each in enumerate(found) if str(each.number) == text), None)
    if index is None:
        raise NoResultFound
    return copied_data(found[index], found[index - 1] if index else None)


@bp.route(f"/tuan/<{ROUND_NUMBER}:number>/sua", methods=["GET", "POST"])
@require(Permission.CONTESTS_EDIT, scope="contest")
def edit(slug: str, number: int) -> Page:
    """Change a draft."""
    is_write = request.method == "POST"
    found = queries.get_managed_round(
        current_user.grants, Permission.CONTESTS_EDIT, slug, number, lock=is_write
    )
    if found.scheduled_at is not None:
        raise rules.AlreadyScheduled
    form = round_form(all_topics(), round_data(found))
    if is_right(form, SAVE, others=OTHER_BUTTONS):
        services.update_round(found, form.values(), actor_id=current_user.account_id, now=clock.now())
        return _saved(found)
    return _form_page(form, found.contest, found)


def _saved(found: Round) -> Response:
    db.session.commit()
    flash(f"Đã lưu {found.contest.label} {found.number}.", "success")
    return _to_round(found)


def _to_round(found: Round) -> Response:
    return redirect(url_for("rounds_organiser.show", slug=found.contest.slug, number=found.number), 303)


def _form_page(form: RoundForm, contest: Contest, found: Round | None) -> Page:
    if form.action.data == "row":
        form.cells.add_row()
    cells = form.read_cells()
    if not form.errors:
        form.cells.row_errors.clear()
    return answer(
        "contests/round_form.html",
        form,
        managed=contest,
        found=found,
        **_proof(form, cells, contest, found),
        cells=cells,
        paper_size=rules.paper_size(list(cells.values())),
        exposure=series_rules.exposure_of(list(cells.values())),
        pool_factor=rules.POOL_FACTOR,
        level_names=LEVEL_NAMES,
        is_prediction_needed=policy.from_json(contest.policy).target is not None,
    )


def _proof(
    form: RoundForm, cells: Mapping[int, rules.Cell], contest: Contest, found: Round | None
) -> dict[str, Any]:
    """Line number → Supply, and the later drafts that would be short; nothing without a window."""
    opens_at, closes_at = form.opens_at.data, form.closes_at.data
    if opens_at is None or closes_at is None:
        return {"supplies": {}, "short": [], "later": 0}
    own_id, own_number = (found.id, found.number) if found else (None, None)
    drafts = [each for each in queries.rounds_of(contest) if each.scheduled_at is None and each.id != own_id]
    earlier = [each for each in drafts if own_number is None or each.number < own_number]
    later = drafts[len(earlier) :]
    typed = list(cells.values())
    own = (typed, queries.count_candidates(contest.id, own_id, typed, (opens_at, closes_at)))
    supplies = series_rules.supplies_of([*map(_stored, earlier), own, *map(_stored, later)])
    after = zip(later, supplies[len(earlier) + 1 :], strict=True)
    return {
        "supplies": dict(zip(cells, supplies[len(earlier)], strict=True)),
        "short": [each for each, own_supplies in after if any(s.spare < 0 for s in own_supplies)],
        "later": len(later),
    }


def _stored(found: Round) -> tuple[list[rules.Cell], list[int]]:
    cells = rules.cells_of(found.blueprint)
    window = (found.opens_at, found.closes_at)
    return cells, queries.count_candidates(found.contest_id, found.id, cells, window)


@bp.post(f"/tuan/<{ROUND_NUMBER}:number>/len-lich")
@require(Permission.CONTESTS_SCHEDULE, scope="contest")
def schedule(slug: str, number: int) -> Response:
    """Freeze the week and publish the commitment; refused while the checklist is not green."""
    found = queries.get_managed_round(
        current_user.grants, Permission.CONTESTS_SCHEDULE, slug, number, lock=True
    )
    if not ScheduleForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    services.schedule_round(found, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    flash(f"Đã lên lịch {found.contest.label} {found.number}. Mã cam kết đã được công bố.", "success")
    return _to_round(found)
