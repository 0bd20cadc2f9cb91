"""Hostile input on every route, generated from the URL map, what the routes read, and a corpus.

No request may end in the last resort; whatever is refused, and whatever only reads, changes no row.
"""

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords
from tests.security import attack as attacks
from tests.security.access import routes_of
from tests.security.fields import targets_of

RANDOM_PATHS = 1_000
LEAST_REQUESTS = 20_000
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(autouse=True)
def _quick_hashing(monkeypatch):
    """Thousands of right forms are sent here; how slow hashing is, is not the question."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


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
        if target.method != "GET" and target.status not in (200, 303)
    ]
    assert not refused, "\n".join(refused)


def test_values_in_forms(attack, targets):
    attack.run(attacks.field_requests(targets))


def test_mass_assignment(attack, targets):
    """A field that the form does not list refuses the whole form."""
    attack.run(attacks.column_requests(targets), demands=400)


def test_values_in_addresses(attack, targets):
    attack.run(attacks.path_requests(targets))
    attack.run(attacks.query_requests(targets))


def test_bodies_and_headers(attack, targets):
    attack.run(attacks.body_requests(targets))
    attack.run(attacks.sheet_requests(targets))
    attack.run(attacks.header_requests(targets))


def test_methods_and_unknown_paths(attack, targets):
    attack.run(attacks.method_requests(targets))
    attack.run(attacks.random_requests(RANDOM_PATHS))

    assert attack.statuses.keys() <= {200, 302, 303, 308, 400, 403, 404, 405, 422}


def test_there_is_enough_of_it(targets):
    requests = [
        attacks.field_requests(targets),
        attacks.column_requests(targets),
        attacks.path_requests(targets),
        attacks.query_requests(targets),
        attacks.body_requests(targets),
        attacks.sheet_requests(targets),
        attacks.header_requests(targets),
        attacks.method_requests(targets),
        attacks.random_requests(RANDOM_PATHS),
    ]
    assert sum(1 for family in requests for _sent in family) >= LEAST_REQUESTS
