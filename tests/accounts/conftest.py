"""What the tests of account pages share."""

import pytest

from tests.factories import PASSWORD, make_province

DEVICES = "/tai-khoan/thiet-bi"


@pytest.fixture
def commune(db):
    """Bắc Quỳnh in Lạng Sơn, in the series that is offered today."""
    found = make_province()[1]
    db.session.commit()
    return found


@pytest.fixture
def answers(commune):
    """A complete registration, as the page sends it: answers(phone="…") → the fields."""

    def fill(**values):
        fields = {
            "phone": "0912 345 678",
            "full_name": "Hoàng Thị Liên",
            "date_of_birth_day": "5",
            "date_of_birth_month": "9",
            "date_of_birth_year": "1987",
            "series": commune.series_code,
            "unit": commune.code,
            "unit_search": "",
            "password": PASSWORD,
            "consent": "y",
        }
        return {name: value for name, value in (fields | values).items() if value is not None}

    return fill


@pytest.fixture
def is_signed_in():
    """Does a page that needs a person open for this client?"""
    return lambda client: client.get(DEVICES).status_code == 200


@pytest.fixture
def sign_in():
    """Sign in as the page does: sign_in(client, "0912 345 678") → the answer."""

    def send(client, phone, password=PASSWORD, **fields):
        return client.post("/dang-nhap", data={"phone": phone, "password": password} | fields)

    return send
