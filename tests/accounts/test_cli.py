"""`flask create-admin` and the nightly tidying."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.accounts import queries, session_services
from app.accounts.jobs import forget_old_sessions
from app.accounts.models import Account, Session
from app.permissions import Grant, Role
from tests.factories import make_account, make_province
from tests.isolation import from_outside

PERSON = ["--phone", "0912 345 678", "--name", "Quản trị mẫu", "--born", "1980-02-03"]


@pytest.fixture
def province(db):
    found = make_province()[0]
    db.session.commit()
    return found


def accounts(db):
    return db.session.scalars(select(Account)).all()


def test_the_first_administrator_gets_a_link(db, client, command, province):
    result = command("create-admin", *PERSON, "--unit", province.code)
    link, summary = result.output.splitlines()
    account = accounts(db)[0]

    assert result.exit_code == 0
    assert summary.startswith("1 administrator")
    assert (account.sign_in_name, account.password_hash) == ("+84912345678", None)
    assert queries.live_grants(account.id, clock.now()) == (Grant(Role.ADMINISTRATOR),)
    path = re.fullmatch(r"http://localhost(/dat-lai-mat-khau/[\w-]{43})", link).group(1)
    fields = {"password": "cây trám đầu làng có 3 tổ chim", "consent": "y"}
    assert client.post(path, data=fields).status_code == 303


def test_who_has_an_account_keeps_it(db, command, province):
    account = make_account(sign_in_name="+84912345678", full_name="Người cũ")
    results = [command("create-admin", "--phone", "0912345678") for _ in range(2)]

    assert [result.exit_code for result in results] == [0, 0]
    assert [found.full_name for found in accounts(db)] == ["Người cũ"]
    assert len(queries.live_grants(account.id, clock.now())) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--phone", "0123456789"], "not a Vietnamese mobile number"),
        ([*PERSON, "--unit", "99999"], "no unit 99999"),
        ([*PERSON, "--unit", "nowhere/1"], "no unit nowhere/1"),
        (["--phone", "0912345678", "--name", "A", "--born", "2.1.1980"], "--born"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(db, command, province, options, message):
    result = command("create-admin", *options)

    assert result.exit_code != 0
    assert message in result.output
    assert accounts(db) == []


def test_a_name_that_is_none_is_refused(db, command, province):
    options = ["--phone", "0912345678", "--name", "<b>", "--born", "1980-02-03", "--unit", province.code]
    result = command("create-admin", *options)

    assert (result.exit_code, accounts(db)) == (1, [])


def test_the_nightly_job_commits(db, app, province):
    account = make_account()
    session_services.sign_in(account, checked_hash=None, device="Máy", now=clock.now() - timedelta(days=200))

    def run():
        with app.app_context():
            return forget_old_sessions()

    assert from_outside(run) == 1
    assert db.session.scalars(select(Session)).all() == []
