"""Hostile input on every route, generated from the URL map, what the routes read, and a corpus.

No request may end in the last resort; whatever is refused, and whatever only reads, changes no row.
"""

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords
from app.questions.formats import child, reading_services
from tests.security import attack as attacks
from tests.security.access import routes_of
from tests.security.fields import NEVER_RIGHT, targets_of

RANDOM_PATHS = 1_000
LEAST_REQUESTS = 20_000
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(autouse=True)
def _quick_hashing(monkeypatch):
    """Thousands of right forms are sent here; how slow hashing is, is not the question."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(autouse=True)
def _quick_reading(monkeypatch):
    """Nor how long it takes to start the process that reads a file."""
    monkeypatch.setattr(
        reading_services, "read_file", lambda content, form="": child.read_content(content, form)
    )


@pytest.fixture
def targets(_quick_hashing, app, site, browsers, rows, restore):
    return targets_of(app, routes_of(app), site, browsers, rows, restore)


@pytest.fixture
def attack(browsers, rows, restore, capsys, request):
    """Collects what goes wrong; the test fails with all of it."""
    running = attacks.Attack(browsers, rows, restore)
    yield running
    with capsys.disabled():
        print(f"\n{request.node.name}: {running.summary}")
    assert not running.problems, "\n".join(running.problems[:60])


def test_every_form_is_first_sent_right(targets):
    """Else hostile values would be tried on forms that are refused for another reason."""
    refused = [
        f"{target.method} {target.path.decode()} {target.fields} → {target.status}"
        for target in targets
        if target.method != "GET"
        and target.status not in (200, 303)
        and target.route.endpoint not in NEVER_RIGHT
    ]
    assert not refused, "\n".join(refused)


def families(targets):
    """Name → requests of one kind, as many as their share of the time allows."""
    return {
        "fields": attacks.spread(attacks.field_requests(targets), 6_000),
        "columns": attacks.spread(attacks.column_requests(targets), 3_000),
        "paths": attacks.spread(attacks.path_requests(targets), 3_500),
        "queries": attacks.spread(attacks.query_requests(targets), 3_500),
        "bodies": attacks.spread(attacks.body_requests(targets), 2_500),
        "sheets": list(attacks.sheet_requests(targets)),
        "headers": attacks.spread(attacks.header_requests(targets), 2_500),
        "methods": attacks.spread(attacks.method_requests(targets), 600),
        "random": list(attacks.random_requests(RANDOM_PATHS)),
    }


@pytest.mark.parametrize("family", ["fields", "paths", "queries", "bodies", "sheets", "headers"])
def test_hostile_values(attack, targets, family):
    attack.run(families(targets)[family])


def test_mass_assignment(attack, targets):
    """A field that the form does not list refuses the whole form."""
    attack.run(families(targets)["columns"], demands=400)


@pytest.mark.parametrize("family", ["methods", "random"])
def test_methods_and_unknown_paths(attack, targets, family):
    attack.run(families(targets)[family])

    assert attack.statuses.keys() <= {200, 302, 303, 308, 400, 403, 404, 405, 422}


def test_there_is_enough_of_it(targets):
    assert sum(map(len, families(targets).values())) >= LEAST_REQUESTS
