"""Changing the password, the list of devices, and the one-time link."""

import pytest
from sqlalchemy import select

from app import clock
from app.accounts import passwords, queries, services, session_services
from app.accounts.consent_wording import Purpose
from app.accounts.models import Consent, Session
from app.accounts.rules import RESET_LIFETIME
from tests.accounts.conftest import DEVICES
from tests.factories import PASSWORD, make_account

CHANGE = "/tai-khoan/mat-khau"
NEW = "cây trám đầu làng có 3 tổ chim"


@pytest.fixture
def account(db, commune):
    found = make_account(commune, sign_in_name="+84912345678", password=PASSWORD, full_name="Hoàng Thị Liên")
    services.give_consents(found, {Purpose.PARTICIPATION}, now=found.created_at)
    db.session.commit()
    return found


@pytest.fixture
def link(db, account):
    token = services.issue_reset_link(account, actor_id=None, now=clock.now())
    db.session.commit()
    return f"/dat-lai-mat-khau/{token}"


def is_password(account, password):
    return passwords.is_right(account.password_hash, password)


def live_devices(account):
    return len(queries.live_sessions(account.id, clock.now()))


@pytest.mark.parametrize("path", [CHANGE, DEVICES])
def test_a_stranger_is_asked_to_sign_in(client, commune, path):
    assert client.get(path).location.startswith("/dang-nhap")
    assert client.post(path, data={}).location.startswith("/dang-nhap")


def test_the_password_changes_and_other_devices_are_out(db, app, client, account, login, is_signed_in):
    login(client, account)
    other = app.test_client()
    login(other, account)
    response = client.post(CHANGE, data={"current_password": PASSWORD, "password": NEW})

    assert (response.status_code, response.location) == (303, "/tai-khoan")
    assert is_password(account, NEW)
    assert is_signed_in(client)
    assert not is_signed_in(other)


@pytest.mark.parametrize(
    ("current", "new", "message"),
    [
        ("sai mật khẩu rồi", NEW, "Mật khẩu hiện tại không đúng."),
        ("", NEW, "Bạn hãy ghi mật khẩu hiện tại."),
        (PASSWORD, "", "Bạn hãy đặt mật khẩu."),
        (PASSWORD, "ngắn", "ít nhất 8 ký tự"),
        (PASSWORD, "hoangthilien", "dễ đoán"),
        (PASSWORD, "0912345678", "dễ đoán"),
        (PASSWORD, "matkhau123", "quá phổ biến"),
    ],
)
def test_a_change_that_is_refused_changes_nothing(
    db, app, client, account, login, is_signed_in, current, new, message
):
    login(client, account)
    other = app.test_client()
    login(other, account)
    response = client.post(CHANGE, data={"current_password": current, "password": new})

    assert response.status_code == 422
    assert message in response.text
    assert is_password(account, PASSWORD)
    assert is_signed_in(other)


def test_a_stolen_session_does_not_guess_the_password_freely(client, account, login, sign_in, app):
    login(client, account)
    pages = [
        client.post(CHANGE, data={"current_password": "sai rồi nhé", "password": NEW}).text for _ in range(6)
    ]

    assert "Mật khẩu hiện tại không đúng." in pages[4]
    assert "Hãy chờ" in pages[5]
    assert sign_in(app.test_client(), "0912 345 678").status_code == 303


def test_devices_are_listed_and_ended_one_by_one(db, app, client, account, login, is_signed_in):
    login(client, account)
    other = app.test_client()
    token = login(other, account)
    page = client.get(DEVICES).text

    assert page.count("Chrome trên Android") == 3  # twice in words, once for a screen reader
    assert "Thiết bị này" in page
    client.post(DEVICES, data={"device": session_services.token_hash(token)})
    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_all_other_devices_are_ended_together(db, app, client, account, login, is_signed_in):
    others = [app.test_client() for _ in range(3)]
    for other in (client, *others):
        login(other, account)
    response = client.post(DEVICES, data={})

    assert response.status_code == 303
    assert is_signed_in(client)
    assert live_devices(account) == 1


def test_nobody_ends_anothers_device(db, app, client, account, login):
    stranger = make_account()
    login(client, stranger)
    victim = session_services.token_hash(login(app.test_client(), account))
    client.post(DEVICES, data={"device": victim})
    client.post(DEVICES, data={})

    assert live_devices(account) == 1


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (CHANGE, {"current_password": PASSWORD, "password": NEW, "account_id": "1"}),
        (DEVICES, {"device": "", "account_id": "1"}),
        ("/dang-xuat", {"all": "1"}),
    ],
)
def test_unknown_fields_change_nothing(db, client, account, login, path, fields):
    login(client, account)

    assert client.post(path, data=fields).status_code == 400
    assert is_password(account, PASSWORD)
    assert live_devices(account) == 1


def test_a_link_sets_the_password_and_signs_everybody_out(db, app, client, account, login, link, sign_in):
    thief = app.test_client()
    login(thief, account)
    response = client.post(link, data={"password": NEW})

    assert (response.status_code, response.location) == (303, "/dang-nhap")
    assert is_password(account, NEW)
    assert live_devices(account) == 0
    assert sign_in(client, "0912345678", NEW).status_code == 303


def test_a_link_works_once(db, client, account, link):
    client.post(link, data={"password": NEW})
    again = client.post(link, data={"password": "một mật khẩu khác hẳn"})

    assert again.status_code == 409
    assert "đã dùng rồi" in again.text
    assert is_password(account, NEW)
    assert client.get(link).status_code == 409


def test_looking_at_a_link_does_not_use_it_up(client, account, link):
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert client.head(link).status_code == 200
    assert client.post(link, data={"password": NEW}).status_code == 303


def test_a_refused_password_does_not_use_it_up(db, client, account, link):
    assert client.post(link, data={"password": "0912345678"}).status_code == 422
    assert is_password(account, PASSWORD)
    assert client.post(link, data={"password": NEW}).status_code == 303


def test_an_old_link_is_refused(db, client, account, link, clock_at):
    clock_at(clock.now() + RESET_LIFETIME)

    assert client.get(link).status_code == 409
    assert client.post(link, data={"password": NEW}).status_code == 409
    assert is_password(account, PASSWORD)


@pytest.mark.parametrize("token", ["x", "x" * 43, "..%2f..%2f", "%00", "đ" * 10])
def test_a_made_up_link_is_refused(client, commune, token):
    assert client.get(f"/dat-lai-mat-khau/{token}").status_code in (400, 404, 409)


def test_who_has_not_agreed_yet_agrees_at_the_link(db, client, commune):
    account = make_account(commune)
    token = services.issue_reset_link(account, actor_id=None, now=clock.now())
    db.session.commit()
    link = f"/dat-lai-mat-khau/{token}"

    assert client.get(link).text.count('type="checkbox"') == 3
    refused = client.post(link, data={"password": NEW})
    assert (refused.status_code, "Bạn hãy đánh dấu đồng ý" in refused.text) == (422, True)
    assert account.password_hash is None
    assert client.post(link, data={"password": NEW, "consent": "y"}).status_code == 303
    assert db.session.scalars(select(Consent.purpose)).all() == ["participation"]


def test_who_has_agreed_is_not_asked_again(client, account, link):
    assert 'type="checkbox"' not in client.get(link).text


def test_a_session_row_is_never_reopened(db, client, account, login):
    login(client, account)
    client.get(DEVICES)
    services.disable_account(account, actor_id=make_account().id, reason="Thử", now=clock.now())
    account.disabled_at = None
    db.session.commit()

    assert client.get(DEVICES).status_code == 302
    assert db.session.scalars(select(Session.ended_at)).one() is not None
