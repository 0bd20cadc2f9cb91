"""Every page of unit staff × grants × contests × own, other, higher and lower units."""

from collections import Counter
from itertools import product

import pytest

from app.extensions import db
from app.permissions import ROLE_PERMISSIONS, Role
from app.units.models import Unit
from app.web.limits import limiter
from tests.factories import make_account, make_grant
from tests.isolation import open_session
from tests.security.access import Outcome, outcome_of, routes_of, values_of
from tests.security.site import DAY, NOW
from tests.security.wire import Browser, Request, path_of

PROVINCE, DISTRICT, COMMUNE, SIBLING = "20", "185", "06325", "06328"
UNITS = (PROVINCE, DISTRICT, COMMUNE, SIBLING)
BELOW = {
    PROVINCE: {PROVINCE, DISTRICT, COMMUNE, SIBLING},
    DISTRICT: {DISTRICT, COMMUNE, SIBLING},
    COMMUNE: {COMMUNE},
    SIBLING: {SIBLING},
}
PLACE = ("slug", "series", "unit_code")
# Who holds what: (role, side of the one contest or None for all, unit or None for all).
HOLDERS = {
    "province": [(Role.STAFF, None, PROVINCE)],
    "district": [(Role.STAFF, None, DISTRICT)],
    "commune": [(Role.STAFF, None, COMMUNE)],
    "sibling": [(Role.STAFF, None, SIBLING)],
    "organiser": [(Role.ORGANISER, "a", None)],
    "organiser and sibling": [(Role.ORGANISER, "a", None), (Role.STAFF, None, SIBLING)],
    "administrator": [(Role.ADMINISTRATOR, None, None)],
    "citizen": [],
}


@pytest.fixture
def holders(app, site):
    """A browser for everybody in HOLDERS."""
    tokens = {}
    units = {code: db.session.query(Unit).filter_by(code=code).one() for code in UNITS}
    for name, held in HOLDERS.items():
        account = make_account(units[COMMUNE], created_at=NOW - 100 * DAY)
        for role, side, code in held:
            contest_id = _contest_id(site.sides[side].slug) if side else None
            make_grant(account, role, unit=units.get(code), contest_id=contest_id)
        tokens[name] = open_session(account)
    db.session.commit()
    return {name: Browser(app, token) for name, token in tokens.items()}


def _contest_id(slug):
    from_slug = db.text("SELECT id FROM contests WHERE slug = :slug")
    return db.session.scalar(from_slug, {"slug": slug})


def wanted(name, permission, side, unit):
    """A slow, obvious reading of the grants."""
    held = [grant for grant in HOLDERS[name] if permission in ROLE_PERMISSIONS[grant[0]]]
    if not held:
        return Outcome.FORBIDDEN
    covered = any(
        contest in (None, side) and (root is None or unit in BELOW[root]) for _, contest, root in held
    )
    return Outcome.OPEN if covered else Outcome.MISSING


def test_no_page_reaches_beyond_its_readers_units(app, site, holders, rows, restore, capsys):
    routes = [route for route in routes_of(app) if "unit_code" in route.parameters]
    assert all(route.parameters[:3] == PLACE and route.scope == "unit" for route in routes)
    holes, counts = [], Counter()
    for route in routes:
        cells = [
            (wanted(name, route.permission, side, unit), name, side, unit)
            for name, side, unit in product(holders, site.sides, UNITS)
        ]
        for may_change in (False, True):
            for outcome, name, side, unit in cells:
                if may_change is not (outcome is Outcome.OPEN):
                    continue
                limiter.reset()
                for path, method in product(paths_of(route, site.sides[side], unit), route.methods):
                    answer = holders[name].send(Request(method, path))
                    counts[outcome] += 1
                    if outcome_of(answer) not in allowed(route, outcome):
                        holes.append(f"{name} {method} {path.decode()} → {answer.status}, not {outcome}")
            changed = rows.changes()
            if changed and not may_change:
                holes.append(f"{route.rule}: refused requests changed {changed}")
            if changed:
                restore(changed)
    with capsys.disabled():
        print(f"\n{len(routes)} routes, {counts.total()} cells, {len(holes)} holes: {dict(counts)}")
    assert not holes, "\n".join(holes)
    assert min(counts[outcome] for outcome in (Outcome.OPEN, Outcome.FORBIDDEN, Outcome.MISSING)) > 0


def allowed(route, outcome):
    """What else the address names may stand in another unit than the one that is covered."""
    if outcome is Outcome.OPEN and len(route.parameters) > len(PLACE):
        return {Outcome.OPEN, Outcome.MISSING}
    return {outcome}


def paths_of(route, side, unit):
    others = [name for name in route.parameters if name not in PLACE]
    place = {"slug": side.slug.encode(), "series": side.series.encode(), "unit_code": unit.encode()}
    return [
        path_of(route.rule, place | dict(zip(others, values, strict=True)))
        for values in product(*(values_of(route.endpoint, name, side) for name in others))
    ]
