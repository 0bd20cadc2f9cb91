"""A site with every state and role, somebody of each role to send requests, and the rows they may change."""

import pytest

from app import cache
from app.web import limits
from tests.security import site as sites
from tests.security.rows import Rows
from tests.security.wire import Browser


@pytest.fixture
def site(app, clock_at):
    clock_at(sites.NOW)
    return sites.build()


@pytest.fixture
def rows(site, database):
    """What is in the database now, to be compared with and to go back to."""
    watched = Rows(database.config.database_url)
    yield watched
    watched.close()


@pytest.fixture
def restore(rows):
    """Put back what an accepted request changed: restore(changed tables)."""

    def put_back(tables):
        rows.restore(tables)
        cache.forget_all()
        limits.limiter.reset()

    return put_back


@pytest.fixture
def browsers(app, site):
    """The browser of each identity."""
    return {name: Browser(app, identity.token) for name, identity in site.identities.items()}
