"""The public pages of a contest: what it is, its rules, and what scheduling promised."""

from flask import Blueprint, Response, make_response, render_template

from app import clock
from app.contests import policy, queries, rules
from app.contests.page_queries import rules_page
from app.web.addresses import ROUND_NUMBER

bp = Blueprint("contests", __name__, url_prefix="/cuoc-thi/<slug>", template_folder="templates")


@bp.get("")
def contest(slug: str) -> str:
    """The contest with its rounds and prizes."""
    now = clock.now()
    found = queries.get_public_contest(slug)
    rounds = queries.public_rounds_of(found)
    return render_template(
        "contests/contest.html",
        contest=found,
        rounds=rounds,
        states={each.id: queries.state_of(each, now) for each in rounds},
        prizes=policy.from_json(found.policy).prizes,
    )


@bp.get("/the-le", endpoint="rules")
def show_rules(slug: str) -> str:
    """The rules as written, the ranking in words, prizes, commitments; seeds once a round is over."""
    return render_template("contests/rules.html", **rules_page(queries.get_public_contest(slug), clock.now()))


@bp.get(f"/tuan/<{ROUND_NUMBER}:number>/goi-de")
def package(slug: str, number: int) -> Response:
    """The text whose SHA-256 is the round's commitment, as a file; refused until the round is over."""
    found = queries.get_public_round(slug, number)
    if not rules.is_seed_public(found.closes_at, clock.now()):
        raise rules.PackageSecret(f"Gói đề của {found.contest.label} {number} chỉ được công bố sau khi đóng.")
    frozen = queries.get_package(found.id)
    text = rules.package_text(
        seed=frozen.seed,
        pool=frozen.pool,
        answers=queries.get_first_key(found.id).answers,
        blueprint=frozen.blueprint,
        policy=frozen.policy,
        settings=frozen.settings,
    )
    response = make_response(text)
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f"attachment; filename={slug}-{number}-goi-de.json"
    return response
