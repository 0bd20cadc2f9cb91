"""Open data, read only: JSON and CSV for portals, the description of both, and a page for people."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.contests.queries import find_current_contest, get_public_contest, get_public_round
from app.portal import api_queries, api_rules
from app.portal.api_rules import CSV_TYPE, JSON_TYPE, Listing, Page
from app.text import parse_integer
from app.web.addresses import ROUND_NUMBER
from app.web.limits import SEARCH_LIMIT, limiter

DESCRIPTION = Path(__file__).with_name("openapi.json").read_bytes()
DOCUMENT: dict[str, Any] = json.loads(DESCRIPTION)
MAX_AGE_SECONDS = 60
LAST_PAGE = 1_000_000
LOWEST = "lowest"

bp = Blueprint("api", __name__, template_folder="templates")


@bp.after_request
def share(response: BaseResponse) -> BaseResponse:
    """Pages of other sites may read what is open to everybody."""
    if request.path.startswith("/api/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link"
    return response


@bp.get("/du-lieu-mo")
def page() -> str:
    """What there is and how to read it, in words."""
    return render_template(
        "portal/open_data.html",
        document=DOCUMENT,
        schemas=DOCUMENT["components"]["schemas"],
        example=find_current_contest(clock.now()),
    )


@bp.get("/api/v1/openapi.json")
def description() -> Response:
    return _answer(DESCRIPTION, JSON_TYPE)


@bp.get("/api/v1/contests")
@bp.get("/api/v1/contests.<any(csv):ending>")
@limiter.limit(SEARCH_LIMIT)
def contests(ending: str = "json") -> Response:
    return _list(api_queries.contests, ending, "cuoc-thi")


@bp.get("/api/v1/contests/<slug>")
@limiter.limit(SEARCH_LIMIT)
def contest(slug: str) -> Response:
    item = api_queries.contest_item(get_public_contest(slug))
    return _answer(api_rules.json_of(item), JSON_TYPE)


@bp.get("/api/v1/contests/<slug>/rounds")
@bp.get("/api/v1/contests/<slug>/rounds.<any(csv):ending>")
@limiter.limit(SEARCH_LIMIT)
def rounds(slug: str, ending: str = "json") -> Response:
    found, now = get_public_contest(slug), clock.now()
    return _list(lambda part: api_queries.rounds(found, part, now), ending, f"{slug}-vong-thi")


@bp.get(f"/api/v1/contests/<slug>/rounds/<{ROUND_NUMBER}:number>")
@limiter.limit(SEARCH_LIMIT)
def round_(slug: str, number: int) -> Response:
    item = api_queries.round_item(get_public_round(slug, number), clock.now())
    return _answer(api_rules.json_of(item), JSON_TYPE)


@bp.get(f"/api/v1/contests/<slug>/rounds/<{ROUND_NUMBER}:number>/results")
@bp.get(f"/api/v1/contests/<slug>/rounds/<{ROUND_NUMBER}:number>/results.<any(csv):ending>")
@limiter.limit(SEARCH_LIMIT)
def results(slug: str, number: int, ending: str = "json") -> Response:
    """The published result; before publication there is nothing here."""
    found, now = get_public_round(slug, number), clock.now()
    return _list(lambda part: api_queries.results(found, part, now), ending, f"{slug}-{number}-ket-qua")


@bp.get(f"/api/v1/contests/<slug>/rounds/<{ROUND_NUMBER}:number>/participation")
@bp.get(f"/api/v1/contests/<slug>/rounds/<{ROUND_NUMBER}:number>/participation.<any(csv):ending>")
@limiter.limit(SEARCH_LIMIT)
def participation(slug: str, number: int, ending: str = "json") -> Response:
    """People and attempts by unit; while anybody may still predict them there is nothing here."""
    found, now = get_public_round(slug, number), clock.now()
    is_lowest = request.args.get("level") == LOWEST
    return _list(
        lambda part: api_queries.participation(found, part, now, is_lowest=is_lowest),
        ending,
        f"{slug}-{number}-tham-gia",
    )


def _list(read: Callable[[Page], Listing], ending: str, name: str) -> Response:
    """The page asked for by ?page= and ?per_page=. Raises BadInput."""
    is_csv = ending == "csv"
    most = api_rules.MOST_PER_FILE if is_csv else api_rules.MOST_PER_PAGE
    size = _number("per_page", most, default=most if is_csv else api_rules.PER_PAGE)
    part = Page(_number("page", LAST_PAGE, default=1), size)
    listing = read(part)
    if not is_csv:
        response = _answer(api_rules.json_page(listing, part), JSON_TYPE)
    else:
        response = _answer(api_rules.csv_page(listing), CSV_TYPE)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    level = f"level={LOWEST}&" if request.args.get("level") == LOWEST else ""
    address = f"{current_app.config['KHEO'].public_url}{request.path}?{level}per_page={size}&page="
    links = api_rules.link_header(address, part, listing.total)
    if links:
        response.headers["Link"] = links
    return response


def _number(name: str, highest: int, *, default: int) -> int:
    text = request.args.get(name, "")
    return parse_integer(text, 1, highest) if text else default


def _answer(content: bytes, media_type: str) -> Response:
    """The same for everybody who asks, with a tag by which it need not be sent twice."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    response.set_etag(hashlib.sha256(content).hexdigest())
    response.make_conditional(request)
    return response
