"""Every route × every identity × one's own and another's things, from the URL map and its guards."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit, urlunsplit

import pytest

from tests.security.access import (
    NEEDS_ALL_CONTESTS,
    PERSONAL,
    PUBLIC,
    Outcome,
    expected,
    outcome_of,
    routes_of,
)
from tests.security.wire import JSON, Request, path_of

SAFE = "GET"
LINK = re.compile(r'<a\b[^>]*\shref="([^"]*)"')
MOST_PAGES = 150
ENTRANCES = {"/can-bo/tai-khoan", "/ban-to-chuc/cuoc-thi", "/quan-tri/quyen"}
# Named below something else that the address names too.
CHILDREN = {"contestant_no", "signal_id", "exclusion_id"}


@pytest.fixture
def routes(app):
    return routes_of(app)


def test_every_staff_route_declares_its_permission_and_scope(routes):
    assert [
        route.rule for route in routes if route.is_staff_area and None in (route.permission, route.scope)
    ] == []


def test_every_other_route_is_listed_as_public_or_personal(routes):
    others = {route.endpoint for route in routes if not route.is_staff_area}

    assert others - PUBLIC - PERSONAL == set()


def test_only_routes_that_exist_are_listed(routes):
    assert (PUBLIC | PERSONAL | NEEDS_ALL_CONTESTS) - {route.endpoint for route in routes} == set()


def test_each_identity_gets_what_the_route_declares(routes, site, browsers, rows, restore, capsys):
    """A refusal, and every GET, leaves every row as it was."""
    holes, counts = [], Counter()
    for route, method, name, side in cells_of(routes, site):
        wanted = expected(route, site.identities[name], side)
        found = []
        for path in route.paths(site.sides[side]):
            answer = browsers[name].send(Request(method, path))
            changed = rows.changes()
            found.append(outcome_of(answer))
            if changed and (method == SAFE or found[-1] is not Outcome.OPEN):
                holes.append(f"{name} {method} {path.decode()} → {answer.status} changed {changed}")
            if changed:
                restore(changed)
        counts[wanted] += 1
        if not fits(wanted, found):
            holes.append(f"{name} {method} {route.rule} side {side}: {[*map(str, found)]}, not {wanted}")
    with capsys.disabled():
        print(f"\n{counts.total()} cells, {len(holes)} holes: {dict(counts)}")
    assert not holes, "\n".join(holes)
    assert min(counts[outcome] for outcome in Outcome if outcome is not Outcome.BROKEN) > 0


def cells_of(routes, site):
    return [
        (route, method, name, side)
        for route in routes
        if route.access
        for method in route.methods
        for name in site.identities
        for side in route.sides(site.sides)
    ]


def fits(wanted, found):
    """What is one's own may still be in another state than the route asks for; a refusal covers all of it."""
    if wanted is Outcome.OPEN:
        return Outcome.OPEN in found and set(found) <= {Outcome.OPEN, Outcome.MISSING}
    return set(found) == {wanted}


def test_a_refusal_is_the_same_for_json(routes, site, browsers, rows):
    """401 instead of the sign-in page; nobody gets further by asking in another language."""
    holes = []
    for route, method, name, side in cells_of(routes, site):
        wanted = expected(route, site.identities[name], side)
        if method == SAFE or wanted is Outcome.OPEN:
            continue
        for path in route.paths(site.sides[side]):
            body = b'{"save_id": "00000000000000000000000000000000", "answers": {}}'
            answer = browsers[name].send(Request(method, path, body=body, content_type=JSON))
            if outcome_of(answer) not in (wanted, Outcome.OPEN) or answer.status in (200, 302, 303):
                holes.append(f"{name} {method} {route.rule}: {answer.status}, not {wanted}")
            if rows.changes():
                holes.append(f"{name} {method} {route.rule} → {answer.status} changed {rows.changes()}")
    assert not holes, "\n".join(holes)


def test_head_tells_no_more_than_get(routes, site, browsers, rows):
    holes = []
    for route, method, name, side in cells_of(routes, site):
        if method == SAFE:
            for path in route.paths(site.sides[side]):
                answers = [browsers[name].send(Request(verb, path)) for verb in ("HEAD", SAFE)]
                if answers[0].status != answers[1].status or answers[0].body:
                    holes.append(f"{name} {path.decode()}: HEAD {answers[0].status}, GET {answers[1].status}")
    assert not holes, "\n".join(holes)
    assert rows.changes() == {}


def test_a_child_belongs_to_its_parent(routes, site, browsers, rows):
    """One's own contest with the other's contestant is as missing as the other's contest."""
    own, foreign = site.sides["a"], site.sides["b"]
    tried = 0
    for route in routes:
        for name in CHILDREN.intersection(route.parameters):
            assert route.parameters.index(name) > 0
            for values, others in zip(route.addresses(own), route.addresses(foreign), strict=True):
                path = path_of(route.rule, values | {name: others[name]})
                for method in route.methods:
                    answer = browsers["chief"].send(Request(method, path))
                    assert answer.status == 404, f"{method} {path.decode()}"
                    tried += 1
    assert tried > 0
    assert rows.changes() == {}


@pytest.mark.parametrize("name", ["nobody", "owner", "staff", "organiser", "administrator"])
def test_following_every_link_changes_nothing_and_ends_nowhere(name, site, browsers, rows):
    seen, waiting, dead = set(), ["/", *ENTRANCES], []
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = browsers[name].get(path)
        if answer.status >= 400 and path not in ENTRANCES:
            dead.append(f"{path} → {answer.status}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            waiting += links_in(path, answer.text)
    assert dead == []
    assert rows.changes() == {}


def links_in(path, page):
    """Addresses of this site that the page leads to, static files left out."""
    found = (urlsplit(urljoin(f"http://localhost{path}", unescape(link))) for link in LINK.findall(page))
    return [
        urlunsplit(("", "", link.path, link.query, ""))
        for link in found
        if link.netloc == "localhost" and not link.path.startswith("/static/")
    ]
