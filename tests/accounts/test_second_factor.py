"""The second factor: who is asked, what is taken once, what ends with it."""

import dataclasses
import re
from datetime import timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from app import clock
from app.accounts import factor_rules as rules
from app.accounts import factor_services as services
from app.accounts import queries
from app.accounts.models import RecoveryCode, RoleGrant, SecondFactor, Session
from app.audit.queries import recent_entries
from app.extensions import db as extension
from app.permissions import Role
from tests.accounts.conftest import DEVICES
from tests.factories import EPOCH, PASSWORD, make_account, make_grant

PHONE = "0912 345 678"
PAGE = "/tai-khoan/xac-thuc-hai-lop"
STEP = "/dang-nhap/ma"
WRONG = "Mã này không đúng hoặc đã dùng."
KEYS = ["a key for tests, of thirty-two letters or more"]
NOON = EPOCH + timedelta(days=900)


@pytest.fixture
def organiser(db, commune):
    found = make_account(commune, sign_in_name="+84912345678", password=PASSWORD)
    make_grant(found, Role.ORGANISER)
    db.session.commit()
    return found


@pytest.fixture
def at(clock_at):
    """Codes hang on the half minute: at(seconds) sets the clock."""

    def move(seconds=0):
        clock_at(NOON + timedelta(seconds=seconds))

    move()
    return move


def code_of(account, now=None):
    factor = queries.find_factor(account.id)
    totp = pyotp.TOTP(rules.secret_of(KEYS[0], account.public_id, factor.nonce))
    return totp.at(now or clock.now())


def give_factor(account):
    """Turned on a minute ago; returns the recovery codes."""
    nonce = services.new_nonce()
    before = clock.now() - timedelta(minutes=2)
    code = pyotp.TOTP(rules.secret_of(KEYS[0], account.public_id, nonce)).at(before)
    codes = services.turn_on(account, nonce, code, keys=KEYS, keep=None, now=before)
    extension.session.commit()
    return codes


def wrong_code(account):
    right = code_of(account)
    return f"{(int(right) + 1) % 1_000_000:06}"


@given(some.integers(min_value=0, max_value=4_000_000_000))
def test_codes_of_the_neighbouring_half_minutes_are_taken(seconds):
    moment = EPOCH + timedelta(seconds=seconds % 400_000_000)
    steps = rules.steps_around(moment)

    assert steps[0] == rules.step_at(moment)
    assert sorted(steps) == [steps[0] - 1, steps[0], steps[0] + 1]


@given(some.text(alphabet="23456789ABCDEFGHJKMNPQRSTUVWXYZ", min_size=10, max_size=10))
def test_a_recovery_code_reads_back_as_printed(code):
    written = rules.recovery_for_people(code)

    assert rules.find_recovery_code(written) == code
    assert rules.find_recovery_code(f" {written.lower()} ") == code


@pytest.mark.parametrize("text", ["", "12345", "1234567", "１２３４５６", "12345a", "-123456x"])
def test_what_is_no_code(text):
    assert rules.find_digits(text) is None


def test_the_secret_hangs_on_key_account_and_nonce():
    made = [(key, account, nonce) for key in ("k1", "k2") for account in ("a", "b") for nonce in ("x", "y")]
    secrets = {rules.secret_of(*parts) for parts in made}

    assert len(secrets) == 8
    assert all(re.fullmatch("[A-Z2-7]{32}", secret) for secret in secrets)


def turn_on(client, account, **fields):
    page = client.get(PAGE).text
    secret = re.search(r'<code class="code">([A-Z2-7 ]+)</code>', page).group(1).replace(" ", "")
    code = pyotp.TOTP(secret).at(clock.now())
    return client.post(PAGE, data={"current_password": PASSWORD, "code": code} | fields)


def test_turning_on_shows_ten_codes_once_and_keeps_only_hashes(db, app, client, login, organiser, at):
    other = app.test_client()
    login(other, organiser)
    login(client, organiser)
    response = turn_on(client, organiser)
    shown = re.findall(r"[2-9A-Z]{5}-[2-9A-Z]{5}", response.text)
    stored = db.session.scalars(select(RecoveryCode.code_hash)).all()

    assert response.status_code == 200
    assert (len(shown), len(set(shown)), len(stored)) == (10, 10, 10)
    assert not any(code.replace("-", "") in "".join(stored) for code in shown)
    assert response.headers["Cache-Control"] == "no-store"
    assert not any(code in client.get(PAGE).text for code in shown)
    assert other.get(DEVICES).status_code == 302
    assert client.get(DEVICES).status_code == 200
    entry = recent_entries()[0]
    assert (entry.action, entry.details) == ("account.second_factor_on", {})


def test_nothing_in_the_database_is_the_secret(db, client, login, organiser, at):
    login(client, organiser)
    turn_on(client, organiser)
    factor = db.session.scalars(select(SecondFactor)).one()

    assert rules.secret_of(KEYS[0], organiser.public_id, factor.nonce) not in str(vars(factor))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": "000000"}, WRONG),
        ({"code": ""}, "Bạn hãy ghi mã."),
        ({"current_password": "sai mật khẩu rồi"}, "Mật khẩu không đúng."),
        ({"current_password": ""}, "Bạn hãy ghi mật khẩu."),
    ],
)
def test_turning_on_needs_password_and_code(db, client, login, organiser, at, fields, message):
    login(client, organiser)
    before = client.get(PAGE).text
    response = turn_on(client, organiser, **fields)

    assert response.status_code == 422
    assert message in response.text
    assert db.session.scalars(select(SecondFactor)).all() == []
    picture = re.compile(r'<code class="code">[^<]+')
    assert picture.search(response.text).group() == picture.search(before).group()


def test_a_citizen_needs_none(db, client, login, commune):
    citizen = make_account(commune, password=PASSWORD)
    login(client, citizen)

    assert "Tài khoản dự thi không cần" in client.get(PAGE).text
    assert client.post(PAGE, data={"current_password": PASSWORD, "code": "123456"}).status_code == 409
    assert db.session.scalars(select(SecondFactor)).all() == []


def test_the_password_alone_opens_nothing(db, client, organiser, sign_in, is_signed_in, at):
    give_factor(organiser)
    response = sign_in(client, PHONE, next="/ban-to-chuc/cuoc-thi")

    assert (response.status_code, response.location) == (303, STEP)
    assert not is_signed_in(client)
    assert client.get("/ban-to-chuc/cuoc-thi").status_code == 302
    assert db.session.scalars(select(Session)).all() == []


def test_password_and_code_open_a_session(db, client, organiser, sign_in, is_signed_in, at):
    give_factor(organiser)
    sign_in(client, PHONE, next="/ban-to-chuc/cuoc-thi")
    response = client.post(STEP, data={"code": code_of(organiser), "next": ""})

    assert (response.status_code, response.location) == (303, "/ban-to-chuc/cuoc-thi")
    assert is_signed_in(client)
    assert db.session.scalars(select(Session)).one().second_factor_at >= NOON


def test_a_code_works_once(app, client, organiser, sign_in, at):
    give_factor(organiser)
    code = code_of(organiser)
    sign_in(client, PHONE)
    assert client.post(STEP, data={"code": code}).status_code == 303
    other = app.test_client()
    sign_in(other, PHONE)
    response = other.post(STEP, data={"code": code})

    assert response.status_code == 422
    assert WRONG in response.text
    at(30)
    assert other.post(STEP, data={"code": code_of(organiser)}).status_code == 303


def test_an_older_code_than_the_last_one_is_refused(client, organiser, sign_in, at):
    give_factor(organiser)
    at(30)
    older = code_of(organiser, NOON)
    sign_in(client, PHONE)
    client.post(STEP, data={"code": code_of(organiser)})
    client.post("/dang-xuat")
    sign_in(client, PHONE)

    assert client.post(STEP, data={"code": older}).status_code == 422


def test_a_recovery_code_works_once(db, app, client, organiser, sign_in, at):
    code = rules.recovery_for_people(give_factor(organiser)[3])
    sign_in(client, PHONE)
    assert client.post(STEP, data={"code": code.lower()}).status_code == 303
    assert recent_entries()[0].action == "account.recovery_code_used"
    assert queries.count_recovery_codes(organiser.id) == 9
    other = app.test_client()
    sign_in(other, PHONE)

    assert other.post(STEP, data={"code": code}).status_code == 422


def test_guessing_is_slowed_down(client, organiser, sign_in, at):
    give_factor(organiser)
    sign_in(client, PHONE)
    answers = [client.post(STEP, data={"code": wrong_code(organiser)}).text for _ in range(6)]

    assert [WRONG in answer for answer in answers] == [True] * 5 + [False]
    assert "Hãy chờ 1 giây" in answers[5]
    assert "Hãy chờ 1 giây" in client.post(STEP, data={"code": code_of(organiser)}).text
    at(2)
    assert client.post(STEP, data={"code": code_of(organiser)}).status_code == 303


def test_the_step_is_forgotten_after_a_while(client, organiser, sign_in, at):
    give_factor(organiser)
    sign_in(client, PHONE)
    at(310)

    assert client.post(STEP, data={"code": code_of(organiser)}).location.startswith("/dang-nhap")
    assert client.get(STEP).status_code == 303


def test_the_step_dies_with_the_password(db, client, organiser, sign_in, is_signed_in, at):
    give_factor(organiser)
    sign_in(client, PHONE)
    organiser.password_hash = make_account(password="một mật khẩu khác hẳn").password_hash
    db.session.commit()
    client.post(STEP, data={"code": code_of(organiser)})

    assert not is_signed_in(client)


def test_the_code_page_needs_the_password_first(client, organiser, at):
    give_factor(organiser)

    assert client.post(STEP, data={"code": code_of(organiser)}).location.startswith("/dang-nhap")


def test_somebody_whose_role_is_over_signs_in_as_a_citizen(db, client, organiser, sign_in, is_signed_in, at):
    give_factor(organiser)
    db.session.scalars(select(RoleGrant)).one().valid_to = NOON - timedelta(days=1)
    db.session.commit()
    sign_in(client, PHONE)

    assert is_signed_in(client)


@pytest.mark.parametrize("act", ["/tat", "/ma-du-phong"])
@pytest.mark.parametrize("missing", ["code", "current_password"])
def test_turning_off_and_new_codes_need_password_and_code(db, client, login, organiser, at, act, missing):
    login(client, organiser)
    turn_on(client, organiser)
    hashes = set(db.session.scalars(select(RecoveryCode.code_hash)))
    at(60)
    fields = {"current_password": PASSWORD, "code": code_of(organiser)} | {missing: "000000"}

    assert client.post(PAGE + act, data=fields).status_code == 422
    assert set(db.session.scalars(select(RecoveryCode.code_hash))) == hashes
    assert queries.find_factor(organiser.id) is not None


def test_turning_off(db, client, login, organiser, sign_in, is_signed_in, at):
    login(client, organiser)
    turn_on(client, organiser)
    at(60)
    response = client.post(PAGE + "/tat", data={"current_password": PASSWORD, "code": code_of(organiser)})

    assert response.status_code == 303
    assert db.session.scalars(select(SecondFactor)).all() == []
    assert db.session.scalars(select(RecoveryCode)).all() == []
    assert recent_entries()[0].action == "account.second_factor_off"
    client.post("/dang-xuat")
    sign_in(client, PHONE)
    assert is_signed_in(client)


def test_new_codes_replace_the_old(client, login, organiser, sign_in, at):
    login(client, organiser)
    old = re.findall(r"[2-9A-Z]{5}-[2-9A-Z]{5}", turn_on(client, organiser).text)
    at(60)
    fields = {"current_password": PASSWORD, "code": code_of(organiser)}
    new = re.findall(r"[2-9A-Z]{5}-[2-9A-Z]{5}", client.post(PAGE + "/ma-du-phong", data=fields).text)
    client.post("/dang-xuat")
    sign_in(client, PHONE)

    assert set(old).isdisjoint(new)
    assert client.post(STEP, data={"code": old[0]}).status_code == 422
    assert client.post(STEP, data={"code": new[0]}).status_code == 303


def test_codes_of_an_older_application_key_still_work(db, organiser, at):
    give_factor(organiser)
    code = code_of(organiser)

    assert not services.use_code(organiser, code, keys=["another key"], now=clock.now())
    assert services.use_code(organiser, code, keys=["another key", *KEYS], now=clock.now())


@pytest.fixture
def required(app):
    """The deployment requires a second factor of people with a role."""
    config = app.config["KHEO"]
    app.config["KHEO"] = dataclasses.replace(config, staff_totp="required")
    yield
    app.config["KHEO"] = config


def test_where_required_staff_pages_lead_to_setting_it_up(client, login, organiser, required, at):
    login(client, organiser)
    response = client.get("/ban-to-chuc/cuoc-thi")

    assert (response.status_code, response.location) == (303, f"{PAGE}?next=/ban-to-chuc/cuoc-thi")
    assert client.get("/tai-khoan").status_code == 200
    turn_on(client, organiser)
    assert client.get("/ban-to-chuc/cuoc-thi").status_code == 200


def test_where_required_a_session_without_it_leads_to_the_code(db, client, login, organiser, required, at):
    login(client, organiser)
    give_factor(organiser)
    session = db.session.scalars(select(Session)).one()
    session.ended_at = None  # a session that the factor did not end
    db.session.commit()
    response = client.get("/ban-to-chuc/cuoc-thi")
    assert response.location.startswith(f"{PAGE}/ma?next=")

    assert client.post(f"{PAGE}/ma", data={"code": wrong_code(organiser)}).status_code == 422
    answer = client.post(f"{PAGE}/ma", data={"code": code_of(organiser), "next": "/ban-to-chuc/cuoc-thi"})
    assert answer.location == "/ban-to-chuc/cuoc-thi"
    assert client.get("/ban-to-chuc/cuoc-thi").status_code == 200


def test_where_required_citizens_are_not_asked(client, sign_in, commune, is_signed_in, required):
    make_account(commune, sign_in_name="+84912345678", password=PASSWORD)
    sign_in(client, PHONE)

    assert is_signed_in(client)
