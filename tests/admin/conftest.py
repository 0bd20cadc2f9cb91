"""People of the administrators' pages."""

import pytest

from app.permissions import Role
from tests.factories import PASSWORD, make_account, make_grant, make_province


@pytest.fixture
def commune(db):
    found = make_province()[1]
    db.session.commit()
    return found


@pytest.fixture
def administrator(db, client, login, commune):
    """Signed in."""
    found = make_account(commune, full_name="Quản trị mẫu")
    make_grant(found, Role.ADMINISTRATOR)
    db.session.commit()
    login(client, found)
    return found


@pytest.fixture
def person(db, commune):
    found = make_account(commune, full_name="Hoàng Thị Liên", sign_in_name="+84912345678", password=PASSWORD)
    db.session.commit()
    return found
