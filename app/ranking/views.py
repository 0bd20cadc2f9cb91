"""The public pages of a result: provisional board, official revisions, and the files to check them with."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.contests import wording
from app.contests.models import Round
from app.contests.policy import LEAGUE_NAMES, Key
from app.contests.queries import get_public_round, public_rounds_of, state_of
from app.errors import BadInput
from app.files.services import get_file_body
from app.ranking import award_queries, board_queries, own_queries, publication_rules, queries, rules, services
from app.ranking.board_queries import BoardLine, PublicBoard
from app.ranking.models import Revision
from app.ranking.rules import Board
from app.text import parse_integer
from app.web.addresses import ROUND_NUMBER

REVISION_NUMBER = "int(min=1, max=9999)"
RENDERED_AGAIN_AFTER = timedelta(seconds=1)
MAX_RENDERED = 64
LAST_PAGE = 1_000_000
SCRIPT = Path(__file__).with_name("kiem_tra_ket_qua.py")
DOCUMENTS = {
    "pdf": ("annex_pdf", "application/pdf"),
    "xlsx": ("annex_xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}

bp = Blueprint(
    "ranking",
    __name__,
    url_prefix=f"/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>",
    template_folder="templates",
)


class Rendered(NamedTuple):
    """A board's lines as markup: good for the same numbers and for at most a second."""

    version: datetime | None
    at: datetime
    lines: Markup


@bp.get("/bang-xep-hang")
def leaderboard(slug: str, number: int) -> BaseResponse | str:
    """The provisional board where it may be shown, otherwise why not and from when."""
    now = clock.now()
    found = get_public_round(slug, number)
    shown = board_queries.board_of(found, now)
    if shown.board is Board.OFFICIAL:
        return redirect(url_for("ranking.result", slug=slug, number=number))
    own = _own_result(found, shown)
    leagues = board_queries.leagues_of(shown)
    league = _chosen_league(leagues, own)
    has_lines = shown.board in (Board.LIVE, Board.FROZEN)
    return render_template(
        "ranking/leaderboard.html",
        **_context(found, shown, leagues, league, own, now),
        lines=_top_lines(found, shown, league, now) if has_lines else Markup(""),
    )


@bp.get("/ket-qua")
def result(slug: str, number: int) -> BaseResponse | str:
    """The newest official revision, or an older one as ?ban=; before publication the provisional board."""
    now = clock.now()
    found = get_public_round(slug, number)
    wanted = _number_of("ban", 9999)
    shown = board_queries.board_of(found, now, revision_number=wanted)
    if shown.revision is None:
        if wanted is not None:
            raise NoResultFound
        return redirect(url_for("ranking.leaderboard", slug=slug, number=number))
    own = _own_result(found, shown)
    leagues = board_queries.leagues_of(shown)
    league = _chosen_league(leagues, own)
    page, last_page = _number_of("trang", LAST_PAGE) or 1, board_queries.count_pages(shown, league)
    if page > last_page:
        raise NoResultFound
    sought = _number_of("so", 99_999_999)
    return render_template(
        "ranking/result.html",
        **_context(found, shown, leagues, league, own, now),
        **_publication(found, shown.revision),
        lines=_sought_or_page(found, shown, league, page, sought),
        page=page,
        last_page=last_page,
        sought=sought,
        empty_slots=award_queries.count_empty_slots(shown.freeze, shown.policy, league)
        if shown.freeze
        else 0,
    )


def _sought_or_page(
    found: Round, shown: PublicBoard, league: str, page: int, sought: int | None
) -> list[BoardLine]:
    if sought is None:
        return board_queries.frozen_page(found, shown, league, page)
    line = board_queries.find_line(found, shown, sought)
    return [line] if line else []


def _publication(found: Round, revision: Revision) -> dict[str, Any]:
    return {
        "revision": revision,
        "revisions": queries.revisions_of(found.id),
        "documents": queries.files_of(revision),
        "complaints_until": revision.published_at + timedelta(days=found.contest.complaint_days),
    }


def _own_result(found: Round, shown: PublicBoard) -> own_queries.OwnResult | None:
    if not current_user.is_authenticated:
        return None
    return own_queries.find_own_result(found, shown, current_user.account_id)


def _chosen_league(leagues: Sequence[str], own: own_queries.OwnResult | None) -> str:
    """?khoi=, else one's own, else the first."""
    wanted = request.args.get("khoi")
    if wanted is not None and wanted not in LEAGUE_NAMES:
        raise BadInput("Không có khối xếp hạng này.")
    for preferred in (wanted, own.league if own else None):
        if preferred is not None and preferred in leagues:
            return preferred
    return leagues[0] if leagues else ""


def _number_of(name: str, highest: int) -> int | None:
    """A positive number from the query, or None. Raises BadInput."""
    text = request.args.get(name, "").strip().replace(".", "")
    return parse_integer(text, 1, highest) if text else None


def _context(
    found: Round,
    shown: PublicBoard,
    leagues: Sequence[str],
    league: str,
    own: own_queries.OwnResult | None,
    now: datetime,
) -> dict[str, Any]:
    policy = shown.policy
    return {
        "contest": found.contest,
        "round": found,
        "rounds": public_rounds_of(found.contest),
        "state": state_of(found, now),
        "shown": shown,
        "leagues": [(code, LEAGUE_NAMES[code]) for code in leagues if code],
        "league": league,
        "own": own,
        "sentences": wording.rules_sentences(policy, found.contest.label),
        "hidden_target": wording.TARGET_NAMES[policy.target] if policy.target else "",
        "now": now,
        **columns_of(shown),
    }


def columns_of(shown: PublicBoard) -> dict[str, Any]:
    """Which columns a board has, and the words for its codes."""
    is_live = shown.board is Board.LIVE
    return {
        "has_prediction": Key.PREDICTION_DISTANCE in shown.policy.keys and not is_live,
        "has_duration": Key.DURATION in shown.policy.keys,
        "has_prizes": shown.board is Board.OFFICIAL,
        "prize_names": {prize.code: prize.name for prize in shown.policy.prizes},
        "passed_over_names": rules.PASSED_OVER_NAMES,
    }


def _top_lines(found: Round, shown: PublicBoard, league: str, now: datetime) -> Markup:
    """The top of a provisional board, rendered at most once a second by this process."""
    store: dict[Any, Rendered] = current_app.extensions.setdefault("rendered_boards", {})
    kept = store.get((found.id, league))
    if kept and kept.version == shown.computed_at and abs(now - kept.at) < RENDERED_AGAIN_AFTER:
        return kept.lines
    if len(store) >= MAX_RENDERED:
        store.clear()
    lines = board_queries.top_lines(found, shown, league)
    context = columns_of(shown) | {"lines": lines, "shown": shown, "contest": found.contest}
    markup = Markup(render_template("ranking/parts/lines.html", **context))  # noqa: S704 -- our own template
    store[found.id, league] = Rendered(shown.computed_at, now, markup)
    return markup


@bp.get(f"/ket-qua/ban/<{REVISION_NUMBER}:revision_number>/ket-qua.json")
def body(slug: str, number: int, revision_number: int) -> Response:
    """The published result, byte for byte."""
    revision = _published(slug, number, revision_number)
    return _stored(revision.body_sha256, publication_rules.BODY_TYPE, f"{slug}-{number}-ket-qua.json")


@bp.get(f"/ket-qua/ban/<{REVISION_NUMBER}:revision_number>/luot-thi.csv")
def public_file(slug: str, number: int, revision_number: int) -> Response:
    """Every finished attempt that the result was computed from, byte for byte."""
    revision = _published(slug, number, revision_number)
    return _stored(revision.public_sha256, publication_rules.PUBLIC_TYPE, f"{slug}-{number}-luot-thi.csv")


@bp.get(f"/ket-qua/ban/<{REVISION_NUMBER}:revision_number>/chung-thuc.json")
def statement(slug: str, number: int, revision_number: int) -> Response:
    """The bytes whose SHA-256 is the revision's digest."""
    found = get_public_round(slug, number)
    revision = queries.get_revision(found.id, revision_number)
    content = services.statement_of(found, revision)
    return _unchanging(content, revision.digest, "application/json", f"{slug}-{number}-chung-thuc.json")


@bp.get(f"/ket-qua/ban/<{REVISION_NUMBER}:revision_number>/phu-luc.<any(pdf, xlsx):ending>")
def annex(slug: str, number: int, revision_number: int, ending: str) -> Response:
    """The decision's annex, once the job has made it."""
    kind, media_type = DOCUMENTS[ending]
    document = queries.files_of(_published(slug, number, revision_number)).get(kind)
    if document is None or document.sha256 is None:
        raise NoResultFound
    return _stored(document.sha256, media_type, f"{slug}-{number}-phu-luc.{ending}")


@bp.get("/ket-qua/kiem-tra.py")
def script(slug: str, number: int) -> Response:
    """The stand-alone script that checks any result of Khéo."""
    get_public_round(slug, number)
    content = SCRIPT.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return _unchanging(content, digest, "text/x-python; charset=utf-8", SCRIPT.name)


def _published(slug: str, number: int, revision_number: int) -> Revision:
    return queries.get_revision(get_public_round(slug, number).id, revision_number)


def _stored(sha256: str, media_type: str, name: str) -> Response:
    if sha256 in request.if_none_match:
        return _unchanging(b"", sha256, media_type, name)
    return _unchanging(get_file_body(sha256), sha256, media_type, name)


def _unchanging(content: bytes, sha256: str, media_type: str, name: str) -> Response:
    """A file that never changes under this digest, with the digest in its headers."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
    response.headers["Cache-Control"] = "public, max-age=300"
    response.set_etag(sha256)
    response.make_conditional(request)
    return response
