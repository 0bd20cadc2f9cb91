"""The pages that gather everybody's data: the current contest, a round, one's own account; the notice."""

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user, login_required

from app import clock
from app.accounts import consent_wording
from app.accounts import rules as account_rules
from app.accounts.models import Account
from app.accounts.queries import get_unit_of
from app.attempts.queries import policy_of
from app.complaints.queries import own_complaints
from app.complaints.rules import State
from app.contests import policy as policies
from app.contests.models import Contest, Round
from app.contests.queries import (
    find_current_contest,
    get_public_round,
    get_scope_unit,
    held_rounds,
    public_rounds_of,
    state_of,
)
from app.contests.rules import RoundState
from app.emulation.referral_queries import count_brought
from app.enrolments.exclusion_queries import is_barred
from app.enrolments.exclusion_rules import Barred
from app.enrolments.queries import consents_given, find_enrolment
from app.errors import BadInput
from app.extensions import db
from app.portal import page_views, privacy_wording, queries, rules
from app.ranking.board_queries import board_of
from app.ranking.own_queries import find_own_result
from app.ranking.rules import Board, is_over
from app.units.queries import find_parent, search_units
from app.web.addresses import ROUND_NUMBER
from app.web.devices import MAX_AGE as DEVICE_MAX_AGE
from app.web.limits import SEARCH_LIMIT, limiter

bp = Blueprint("portal", __name__, template_folder="templates")
MAX_SEARCH = 80


@bp.get("/")
def home() -> str:
    """The contest open now or next: what to do, one's weeks, the last official result."""
    now = clock.now()
    contest = find_current_contest(now)
    if contest is None:
        return render_template("portal/no_contest.html")
    context = page_views.home_context(contest, public_rounds_of(contest), _signed_in(), now)
    return render_template("portal/home.html", **context)


def _signed_in() -> Account | None:
    account_id = current_user.account_id
    return None if account_id is None else db.session.get_one(Account, account_id)


@bp.get(f"/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>")
@limiter.limit(SEARCH_LIMIT)
def round_page(slug: str, number: int) -> str:
    """One round in whatever state it is, with the one step that is possible now."""
    now = clock.now()
    found = get_public_round(slug, number)
    turns = queries.turns_of(current_user.account_id, found)
    is_open = state_of(found, now) is RoundState.OPEN
    account = _signed_in() if is_open and turns.has_left else None
    entry = _entry_of(account, found) if account is not None else {"refusal": None, "picker": None}
    shown = board_of(found, now)
    is_signed_in = current_user.is_authenticated
    context = page_views.round_context(
        found, found.contest, policy_of(found.id), turns, entry, now, is_signed_in=is_signed_in
    )
    return render_template(
        "portal/round.html",
        is_official=shown.board is Board.OFFICIAL,
        own=find_own_result(found, shown, current_user.account_id) if turns.attempts else None,
        **context,
    )


def _entry_of(account: Account, found: Round) -> dict[str, Any]:
    """What stands between this person and a start: a refusal, or a unit to choose; nothing once enrolled."""
    if is_barred(found.contest_id, account):
        return {"refusal": Barred(), "picker": None}
    if find_enrolment(found.contest_id, account.id) is not None:
        return {"refusal": None, "picker": None}
    unit = get_unit_of(account)
    refusal = queries.find_refusal(account, unit, found)
    needs_choice = refusal is None and queries.needs_unit(unit, found.contest)
    return {"refusal": refusal, "picker": _unit_choice(found.contest) if needs_choice else None}


def _unit_choice(contest: Contest) -> dict[str, Any]:
    """The picker's data; without script a search comes as ?unit_search=."""
    text = request.args.get("unit_search", "").strip()
    if len(text) > MAX_SEARCH:
        raise BadInput("Từ tìm kiếm quá dài.")
    has_leagues = policies.from_json(contest.policy).leagues is policies.Leagues.BY_SCOPE
    root = None if has_leagues else get_scope_unit(contest)
    return {
        "search": text,
        "root": root.code if root else "",
        "results": search_units(contest.series_code, text, root) if text else None,
    }


@bp.get("/tai-khoan")
@login_required
def account() -> str:
    """What one did, how many one brought, and the way to one's own settings."""
    now = clock.now()
    person = db.session.get_one(Account, current_user.account_id)
    unit = get_unit_of(person)
    contest = find_current_contest(now)
    return render_template(
        "portal/account.html",
        contest=contest,
        person=person,
        sign_in_name=account_rules.masked_sign_in_name(person.sign_in_name),
        unit=unit,
        parent=find_parent(unit),
        consents=consents_given(person.id),
        code=account_rules.name_for_people(person.referral_code),
        brought_count=count_brought(person.id),
        complaints=own_complaints(person.id),
        complaint_states=State,
        **(_own_weeks(person, contest, now) if contest else {}),
    )


def _own_weeks(person: Account, contest: Contest, now: datetime) -> dict[str, Any]:
    """One's own weeks in the contest."""
    rounds = public_rounds_of(contest)
    windows = page_views.windows_of(held_rounds(rounds))
    taken = queries.rounds_taken_by([person.id], contest.id)[person.id]
    return {
        "weeks": rules.weeks_of(windows, taken, since=person.created_at, label=contest.label, now=now),
        "streak": rules.streak_of(windows, taken, now),
        "enrolment": find_enrolment(contest.id, person.id),
        "sat": queries.rounds_sat(person.id, contest),
        "told_scores": {
            found.number for found in rounds if contest.shows_own_score or is_over(found.closes_at, now)
        },
    }


@bp.get("/quyen-rieng-tu")
def privacy() -> str:
    """What is stored about people, why, for how long, and what they may ask for."""
    return render_template(
        "portal/privacy.html",
        wording=consent_wording,
        stored=privacy_wording.stored(device_cookie_days=DEVICE_MAX_AGE // (24 * 3600)),
    )
