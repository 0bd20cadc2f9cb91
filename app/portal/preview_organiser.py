"""The citizen's pages as a visitor would see them at a chosen moment; read only, the clock stays as it is."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from app import clock
from app.contests import policy as policies
from app.contests import wording
from app.contests.models import Contest, Round
from app.contests.page_queries import rules_page
from app.contests.queries import get_managed_contest, get_managed_round, get_policy, rounds_of, state_of
from app.contests.rules import STATE_NAMES, RoundState
from app.errors import BadInput
from app.extensions import login_manager
from app.localtime import VIETNAM, local
from app.permissions import Permission, covers_contest
from app.portal import page_views, preview_queries, queries
from app.ranking.board_queries import PublicBoard
from app.ranking.rules import shown_board
from app.text import parse_integer
from app.web.addresses import ROUND_NUMBER
from app.web.guards import require

bp = Blueprint(
    "preview_organiser",
    __name__,
    url_prefix="/ban-to-chuc/cuoc-thi/<slug>/xem-truoc",
    template_folder="templates",
)
HOUR = timedelta(hours=1)
MAX_SAMPLE = 99
FIRST, LAST = datetime(2000, 1, 2, tzinfo=VIETNAM), datetime(2100, 12, 30, tzinfo=VIETNAM)


def managed(slug: str) -> Contest:
    return get_managed_contest(current_user.grants, Permission.CONTESTS_VIEW, slug)


def managed_round(slug: str, number: int, permission: Permission = Permission.CONTESTS_VIEW) -> Round:
    return get_managed_round(current_user.grants, permission, slug, number)


@bp.get("")
@require(Permission.CONTESTS_VIEW, scope="contest")
def index(slug: str) -> str:
    """Choose a moment and a page; the usual moments of every round stand ready."""
    contest, moment = managed(slug), _moment()
    rounds = rounds_of(contest)
    copies = {found.id: preview_queries.round_at(found, contest, moment) for found in rounds}
    return render_template(
        "portal/preview.html",
        managed=contest,
        moment=moment,
        written=_written(moment),
        rounds=rounds,
        states={found.id: STATE_NAMES[state_of(copies[found.id], moment)] for found in rounds},
        moments={found.id: [(name, _written(at)) for name, at in _moments_of(found)] for found in rounds},
        may_draw=covers_contest(current_user.grants, Permission.CONTESTS_SCHEDULE, contest.id),
        may_edit=covers_contest(current_user.grants, Permission.CONTESTS_EDIT, contest.id),
    )


def _moments_of(found: Round) -> list[tuple[str, datetime]]:
    return [
        ("trước khi mở", found.opens_at - HOUR),
        ("đang mở", found.opens_at + (found.closes_at - found.opens_at) / 2),
        ("đã đóng", found.closes_at + HOUR),
    ]


def _moment() -> datetime:
    """?luc=2026-03-09T10:00 in Viet Nam, now without it. Raises BadInput."""
    text = request.args.get("luc", "")
    if not text:
        return clock.now()
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=VIETNAM)
    except ValueError:
        raise BadInput("Ngày giờ này không có thật.") from None
    if not FIRST <= moment <= LAST:
        raise BadInput("Ngày giờ này xa quá.")
    return moment


def _written(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%dT%H:%M}"


def _as_visitor(template: str, contest: Contest, moment: datetime, context: dict[str, Any]) -> str:
    """The page as nobody in particular gets it, under a band that says what it is."""
    own = {
        "preview": {"slug": contest.slug, "moment": moment, "written": _written(moment)},
        "current_user": login_manager.anonymous_user(),
        "allows": _allows_nothing,
    }
    return render_template(template, **(context | own))


def _allows_nothing(_permission: str) -> bool:
    return False


@bp.get("/trang-chu")
@require(Permission.CONTESTS_VIEW, scope="contest")
def home(slug: str) -> str:
    """The home page; drafts look as if they were scheduled."""
    contest, moment = managed(slug), _moment()
    rounds = [preview_queries.round_at(found, contest, moment) for found in rounds_of(contest)]
    if not rounds:
        raise NoResultFound
    context = page_views.home_context(contest, rounds, None, moment) | {"live": None}
    return _as_visitor("portal/home.html", contest, moment, context)


@bp.get("/the-le")
@require(Permission.CONTESTS_VIEW, scope="contest")
def rules(slug: str) -> str:
    """The rules; seeds and packages stay where they are until the round has really closed."""
    contest, moment = managed(slug), _moment()
    context = rules_page(contest, min(moment, clock.now()))
    return _as_visitor("contests/rules.html", contest, moment, context)


@bp.get(f"/tuan/<{ROUND_NUMBER}:number>")
@require(Permission.CONTESTS_VIEW, scope="contest")
def round_page(slug: str, number: int) -> str:
    """The page of a round."""
    found, moment = managed_round(slug, number), _moment()
    copy = preview_queries.round_at(found, found.contest, moment)
    entry = {"refusal": None, "picker": None}
    turns = queries.turns_of(None, copy)
    context = page_views.round_context(
        copy, found.contest, _policy_of(found), turns, entry, moment, is_signed_in=False
    )
    return _as_visitor(
        "portal/round.html", found.contest, moment, context | {"own": None, "is_official": False}
    )


def _policy_of(found: Round) -> policies.Policy:
    """The frozen policy, of a draft the contest's."""
    return get_policy(found.id) if found.scheduled_at else policies.from_json(found.contest.policy)


@bp.get(f"/tuan/<{ROUND_NUMBER}:number>/bang-xep-hang")
@require(Permission.CONTESTS_VIEW, scope="contest")
def board(slug: str, number: int) -> Response | str:
    """The board without anybody on it; a published result leads to the real page."""
    found, moment = managed_round(slug, number), _moment()
    contest, policy = found.contest, _policy_of(found)
    copies = [preview_queries.round_at(each, contest, moment) for each in rounds_of(contest)]
    copy = next(each for each in copies if each.number == number)
    state = state_of(copy, moment)
    if state is RoundState.PUBLISHED:
        return redirect(url_for("ranking.result", slug=slug, number=number))
    kind = shown_board(state, policy, closes_at=copy.closes_at, has_freeze=False, now=moment)
    empty = PublicBoard(kind, policy, max_score=0, figures=None, computed_at=None, freeze=None, revision=None)
    context = {
        "contest": contest,
        "round": copy,
        "rounds": copies,
        "state": state,
        "shown": empty,
        "leagues": [],
        "league": "",
        "own": None,
        "lines": Markup(""),
        "sentences": wording.rules_sentences(policy, contest.label),
        "hidden_target": wording.TARGET_NAMES[policy.target] if policy.target else "",
        "now": moment,
    }
    return _as_visitor("ranking/leaderboard.html", contest, moment, context)


@bp.get(f"/tuan/<{ROUND_NUMBER}:number>/de-mau")
@require(Permission.CONTESTS_SCHEDULE, scope="contest")
def sample_paper(slug: str, number: int) -> str:
    """A paper drawn by the round's blueprint with a seed that nothing else uses; ?so= draws another."""
    found = managed_round(slug, number, Permission.CONTESTS_SCHEDULE)
    sample = parse_integer(request.args.get("so", "1"), 1, MAX_SAMPLE)
    return render_template(
        "portal/preview_paper.html",
        managed=found.contest,
        round=found,
        questions=preview_queries.sample_paper(found, sample),
        sample=sample,
        last_sample=MAX_SAMPLE,
    )
