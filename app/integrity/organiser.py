"""The queue of signals and one case, for organisers and administrators; every look at people is on record."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.attempts.queries import policy_of
from app.contests.models import Round
from app.contests.queries import get_package, get_scheduled_round
from app.extensions import db
from app.integrity import charts, effect_rules, queries, services, wording
from app.integrity.effect_rules import Taken
from app.integrity.forms import OpenForm, ReviewForm, SearchForm, review_form
from app.integrity.models import Signal
from app.integrity.queries import CasePerson
from app.integrity.rules import OPENED_FOR, Verdict
from app.jobs.models import Job
from app.jobs.queries import find_job
from app.jobs.runner import ring
from app.jobs.services import MAX_TRIES
from app.permissions import Permission
from app.ranking.live_queries import find_live_board
from app.ranking.queries import find_computed_freeze
from app.web.addresses import ROUND_NUMBER
from app.web.guards import require

RELOAD_AFTER = 3

bp = Blueprint(
    "integrity_organiser",
    __name__,
    url_prefix=f"/ban-to-chuc/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>/canh-bao",
    template_folder="templates",
)

Page = Response | tuple[str, int]


@bp.app_template_global("unseen_signals")
def unseen_signals(found: Round) -> int:
    """For the tabs of a round, shown to people who may review."""
    return queries.count_unseen(found.id)


def managed(slug: str, number: int, *, lock: bool = False) -> Round:
    """The round in the person's scope; one never scheduled has no signals. Raises NoResultFound."""
    return get_scheduled_round(current_user.grants, Permission.INTEGRITY_REVIEW, slug, number, lock=lock)


@bp.get("")
@require(Permission.INTEGRITY_REVIEW, scope="contest")
def index(slug: str, number: int) -> str:
    """The queue: cases without names, the strongest first, and what was decided."""
    found = managed(slug, number)
    cases = queries.cases_of(found.id)
    search = find_job(services.SEARCH_JOB, str(found.id))
    return render_template(
        "integrity/queue.html",
        managed=found.contest,
        round=found,
        waiting=[case for case in cases if case.verdict is None],
        decided=[case for case in cases if case.verdict is not None],
        search=search,
        is_running=is_running(search),
        may_search=not is_running(search) and found.closes_at < clock.now(),
        reload_after=RELOAD_AFTER,
        wording=wording,
    )


def is_running(search: Job | None) -> bool:
    return search is not None and search.done_at is None and search.tries < MAX_TRIES


@bp.post("/tim-lai")
@require(Permission.INTEGRITY_REVIEW, scope="contest")
def search(slug: str, number: int) -> Response:
    """Ask for the round to be searched again."""
    found = managed(slug, number, lock=True)
    SearchForm().validate_on_submit()
    services.request_search(found, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    ring()
    return _back(found, "Đang tìm cảnh báo. Trang tự tải lại khi xong.")


def _back(found: Round, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("integrity_organiser.index", slug=found.contest.slug, number=found.number), 303)


@bp.post("/<string(length=32):signal_id>/mo")
@require(Permission.INTEGRITY_REVIEW, scope="contest")
def open_case(slug: str, number: int, signal_id: str) -> Response:
    """Put on record who opens the case, then show it."""
    found = managed(slug, number)
    signal = queries.get_signal(found.id, signal_id)
    OpenForm().validate_on_submit()
    services.open_case(signal, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    return redirect(_address(found, signal), 303)


def _address(found: Round, signal: Signal) -> str:
    return url_for(
        "integrity_organiser.case",
        slug=found.contest.slug,
        number=found.number,
        signal_id=signal.public_id,
    )


@bp.get("/<string(length=32):signal_id>")
@require(Permission.INTEGRITY_REVIEW, scope="contest")
def case(slug: str, number: int, signal_id: str) -> str:
    """The case, for whoever has opened it a short while ago; for others the button to open it."""
    found = managed(slug, number)
    signal = queries.get_signal(found.id, signal_id)
    if not queries.is_open_for(signal, current_user.account_id, clock.now()):
        return render_template(
            "integrity/closed_case.html",
            managed=found.contest,
            round=found,
            signal=signal,
            wording=wording,
            open_minutes=OPENED_FOR.seconds // 60,
        )
    return _case(found, signal)[0]


def _case(found: Round, signal: Signal, wrong_form: ReviewForm | None = None) -> tuple[str, int]:
    people = queries.people_of(signal)
    text = render_template(
        "integrity/case.html",
        managed=found.contest,
        round=found,
        signal=signal,
        people=people,
        voided=queries.voided_attempts(found.id),
        bars=charts.pace_bars(signal.evidence.get("bars", [])),
        chart=charts,
        effect=effect_of(found, signal, people),
        reviews=queries.reviews_of(signal),
        form=wrong_form or review_form(people, formdata=None),
        wording=wording,
        prize_names={prize.code: prize.name for prize in policy_of(found.id).prizes},
        asks_prediction=policy_of(found.id).target is not None,
    )
    return text, 422 if wrong_form else 200


def effect_of(found: Round, signal: Signal, people: list[CasePerson]) -> list[str]:
    """What voiding everything in the case would change; empty before there are figures."""
    freeze, board = find_computed_freeze(found.id), find_live_board(found.id)
    if freeze is not None and freeze.figures is not None:
        figures = freeze.figures
    elif board is not None:
        figures = {
            "people": board.people,
            "attempts": board.attempts,
            "people_all_correct": board.people_all_correct,
        }
    else:
        return []
    voided = queries.voided_attempts(found.id)
    minimum = int(get_package(found.id).settings["minimum_answered"])
    taken = [
        Taken(one.id, one.enrolment_id, one.score == len(one.offered))
        for one in queries.attempts_in_round(found.id, [person.enrolment_id for person in people])
        if one.id not in voided and (one.answered_count or 0) >= minimum
    ]
    named = {attempt.id for person in people for attempt in person.attempts}
    return effect_rules.effect_of(figures, effect_rules.loss_of(taken, named), policy_of(found.id).target)


@bp.post("/<string(length=32):signal_id>")
@require(Permission.INTEGRITY_REVIEW, scope="contest")
def review(slug: str, number: int, signal_id: str) -> Page:
    """Keep, void or take out of the ranking, with the reason; the ranking's decisions come with it."""
    found = managed(slug, number, lock=True)
    signal = queries.get_signal(found.id, signal_id)
    if not queries.is_open_for(signal, current_user.account_id, clock.now()):
        return redirect(_address(found, signal), 303)
    people = queries.people_of(signal)
    form = review_form(people)
    if not form.validate_on_submit():
        return _case(found, signal, form)
    act: dict[str, Any] = {
        "actor_id": current_user.account_id,
        "reason": form.reason.data or "",
        "now": clock.now(),
    }
    chosen = [one.enrolment_id for one in people if one.contestant_no in (form.people.data or [])]
    services.review_signal(found, signal, Verdict(form.verdict.data), chosen, **act)
    db.session.commit()
    message = "Đã ghi nhận: giữ hợp lệ."
    if form.verdict.data != Verdict.KEEP:
        message = f"Đã ghi quyết định về {len(chosen)} người. Cần chốt lại số liệu để áp dụng."
    return _back(found, message)
