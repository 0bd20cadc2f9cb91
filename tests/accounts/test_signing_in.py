"""Signing in and out: one answer for everybody who guesses, sessions that end at once, no way around."""

import threading
import time
from datetime import timedelta

import pytest
from argon2 import extract_parameters
from sqlalchemy import event, select

from app import clock
from app.accounts import passwords, queries, rules, services, session_services
from app.accounts.models import Account, Session, SignInDelay
from app.errors import Busy
from app.extensions import db as extension
from app.permissions import Role
from tests.accounts.conftest import DEVICES
from tests.factories import EPOCH, PASSWORD, make_account, make_grant

PHONE = "0912 345 678"
STORED = "+84912345678"
SIGN_IN = "/dang-nhap"
WRONG = "Số điện thoại hoặc mật khẩu không đúng."
SECOND = timedelta(seconds=1)

LEADING_AWAY = [
    "//evil.example",
    "///evil.example",
    "////evil.example/",
    "https://evil.example",
    "http:evil.example",
    "https:/evil.example",
    "HTTPS://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "?next=//evil.example",
    "#//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/đường-dẫn",
    "／／evil.example",
    "/" + "a" * 600,
    "",
]


@pytest.fixture
def account(db, commune):
    found = make_account(commune, sign_in_name=STORED, password=PASSWORD, full_name="Hoàng Thị Liên")
    db.session.commit()
    return found


def failures(db, key=STORED):
    return db.session.scalar(select(SignInDelay.failure_count).where(SignInDelay.key == key))


def test_the_right_password_opens_a_session(db, client, account, sign_in, is_signed_in):
    response = sign_in(client, "+84 912.345.678", next="/cuoc-thi/dan-van")

    assert (response.status_code, response.location) == (303, "/cuoc-thi/dan-van")
    assert is_signed_in(client)
    row = db.session.scalars(select(Session)).one()
    assert (row.account_id, row.ended_at) == (account.id, None)
    assert failures(db) == 0


def test_an_issued_code_signs_in(db, client, commune, sign_in):
    code = rules.sign_in_code_of(12345)
    make_account(commune, sign_in_name=code, password=PASSWORD)

    assert sign_in(client, rules.name_for_people(code).lower()).status_code == 303


def test_the_token_is_256_bits_and_only_its_hash_is_kept(db, client, account, sign_in):
    sign_in(client, PHONE)
    with client.session_transaction() as session:
        token = session["_user_id"]

    assert len(token) == 43
    assert db.session.scalars(select(Session.token_hash)).all() == [session_services.token_hash(token)]


@pytest.mark.parametrize(
    "password",
    ["sai mật khẩu rồi", f"{PASSWORD} ", f" {PASSWORD}", PASSWORD.upper(), PASSWORD[:-1], "x" * 3000],
)
def test_a_password_is_compared_exactly_as_typed(db, client, account, sign_in, is_signed_in, password):
    response = sign_in(client, PHONE, password)

    assert response.status_code == 422
    assert WRONG in response.text
    assert not is_signed_in(client)
    assert failures(db) == 1


def test_unknown_and_wrong_get_the_same_answer_and_the_same_work(db, app, account, sign_in, monkeypatch):
    compared = []
    is_right = passwords.is_right
    monkeypatch.setattr(passwords, "is_right", lambda *given: compared.append(given) or is_right(*given))
    passwordless = make_account(sign_in_name="+84912345670")
    answers = []
    for phone in (PHONE, "0912 345 679", rules.name_for_people(passwordless.sign_in_name)):
        page = sign_in(app.test_client(), phone, "sai mật khẩu rồi")
        answers.append((page.status_code, without_what_changes(page.text, phone), sorted(dict(page.headers))))

    assert answers[0] == answers[1] == answers[2]
    assert [given[0] for given in compared] == [account.password_hash, None, None]


def without_what_changes(page, phone):
    lines = page.replace(phone, "").splitlines()
    return [line for line in lines if "csrf_token" not in line and "server-now" not in line]


def test_an_unknown_name_costs_the_same_hash_as_a_wrong_password(app, monkeypatch):
    """What is compared has the same parameters either way, so the work is the same."""
    verified = []
    hasher = passwords._hasher

    class Noting:
        def verify(self, password_hash, password):
            verified.append(extract_parameters(password_hash))
            return hasher.verify(password_hash, password)

    known = passwords.hash_password(PASSWORD)
    monkeypatch.setattr(passwords, "_hasher", Noting())
    assert [passwords.is_right(stored, "sai mật khẩu rồi") for stored in (known, None)] == [False, False]
    assert verified[0] == verified[1]


def test_what_cannot_be_a_name_is_told_at_the_field(client, account, sign_in):
    response = sign_in(client, "09123")

    assert response.status_code == 422
    assert "Bạn ghi số điện thoại" in response.text


def test_a_disabled_account_stays_out(db, client, account, sign_in, is_signed_in):
    account.disabled_at = EPOCH
    db.session.commit()

    assert "đã bị khoá" in sign_in(client, PHONE).text
    assert WRONG in sign_in(client, PHONE, "sai mật khẩu rồi").text
    assert not is_signed_in(client)


def test_a_password_with_old_parameters_is_hashed_anew(db, client, account, sign_in):
    old = passwords.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    account.password_hash = old.hash(PASSWORD)
    db.session.commit()
    sign_in(client, PHONE)

    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert sign_in(client, PHONE).status_code == 303


@pytest.mark.parametrize("way", ["link", "disabled"])
def test_what_ends_sessions_ends_a_sign_in_under_way(db, client, account, sign_in, monkeypatch, way):
    """The password was right when it was compared; before the session opens, the account changes."""
    is_right = passwords.is_right

    def compare_and_change(stored, password):
        answer = is_right(stored, password)
        values = {"password_hash": "new"} if way == "link" else {"disabled_at": EPOCH}
        with extension.engine.begin() as connection:
            connection.execute(Account.__table__.update().values(values))
        return answer

    monkeypatch.setattr(passwords, "is_right", compare_and_change)
    response = sign_in(client, PHONE)

    assert response.status_code == 409
    assert db.session.scalars(select(Session)).all() == []


def test_five_tries_are_free_then_the_name_waits(db, app, account, sign_in, clock_at):
    statuses = [sign_in(app.test_client(), PHONE, "sai mật khẩu rồi").status_code for _ in range(7)]

    assert statuses == [422] * 5 + [429] * 2
    refused = sign_in(app.test_client(), PHONE)
    assert "Hãy chờ 1 giây rồi thử lại." in refused.text
    assert refused.headers["Retry-After"] == "1"
    assert failures(db) == 5


def test_a_success_frees_the_name_and_no_other(db, app, account, sign_in):
    for _ in range(3):
        sign_in(app.test_client(), PHONE, "sai mật khẩu rồi")
        sign_in(app.test_client(), "0912 345 679", "sai mật khẩu rồi")
    sign_in(app.test_client(), PHONE)

    assert (failures(db), failures(db, "+84912345679")) == (0, 3)


def test_the_owner_gets_in_while_strangers_guess(db, app, client, account, sign_in):
    """A browser that the account has used before has a count of its own."""
    sign_in(client, PHONE)
    client.post("/dang-xuat")
    for _ in range(8):
        sign_in(app.test_client(), PHONE, "sai mật khẩu rồi")

    assert sign_in(app.test_client(), PHONE).status_code == 429
    assert sign_in(client, PHONE).status_code == 303
    assert failures(db) == 5


def test_a_stolen_device_cookie_does_not_guess_faster(app, client, account, sign_in):
    sign_in(client, PHONE)
    statuses = [sign_in(client, PHONE, "sai mật khẩu rồi").status_code for _ in range(7)]

    assert statuses == [422] * 5 + [429] * 2


def test_ten_thousand_guesses_get_nowhere(db):
    """A guess every second for as long as it takes: one a minute is looked at."""
    now, looked_at = clock.now(), 0
    for second in range(2000):
        try:
            session_services.reserve_try(STORED, now=now + second * SECOND)
            looked_at += 1
        except rules.TooSoon:
            continue

    assert looked_at <= 11 + 2000 // 60


def test_parallel_guesses_wait_like_others(app, db, account):
    """Thirty-two at the same moment: five are looked at, whatever the order."""
    now, start, seen = clock.now(), threading.Barrier(32), []

    def guess():
        start.wait()
        with app.app_context():
            try:
                session_services.reserve_try(STORED, now=now)
                extension.session.commit()
                seen.append("looked at")
            except rules.TooSoon:
                extension.session.rollback()
                seen.append("too soon")

    db.session.commit()
    threads = [threading.Thread(target=guess) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (seen.count("looked at"), len(seen)) == (5, 32)
    assert failures(db) == 5


def test_parallel_sign_ins_over_http_wait_too(app_with, db, account):
    app = app_with(hash_slots=32)
    start, statuses = threading.Barrier(16), []

    def guess():
        with app.app_context():
            start.wait()
            response = app.test_client().post(SIGN_IN, data={"phone": PHONE, "password": "sai mật khẩu rồi"})
            statuses.append(response.status_code)

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(statuses) <= {422, 429}
    assert failures(db) == statuses.count(422)
    assert statuses.count(422) <= 7  # five at once; a slow machine may let a second or two pass


def test_the_gate_lets_few_wait_and_turns_others_away():
    gate, waited, leave = passwords.Gate(1), [], threading.Event()

    def hold():
        with gate.passed():
            leave.wait(5)

    def wait():
        began = time.monotonic()
        with pytest.raises(Busy), gate.passed():
            pass
        waited.append(time.monotonic() - began)

    holder = threading.Thread(target=hold)
    holder.start()
    threads = [threading.Thread(target=wait) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    leave.set()
    holder.join()

    at_once = [seconds for seconds in waited if seconds < passwords.LONGEST_WAIT_SECONDS / 2]
    assert len(at_once) >= 12 - passwords.WAITING_PER_SLOT
    assert max(waited) < 2
    with gate.passed():
        pass


def test_being_turned_away_costs_no_try(db, client, account, sign_in, monkeypatch):
    def turned_away(self):
        raise Busy

    monkeypatch.setattr(passwords.Gate, "passed", turned_away)
    response = sign_in(client, PHONE)

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) >= 1
    assert failures(db) is None


def test_no_transaction_is_open_while_hashing(db, client, account, answers, sign_in, monkeypatch):
    """On SQLite it would hold the write lock, on PostgreSQL a connection."""
    seen = []

    def watch(function):
        def watched(*given):
            seen.append(extension.session().in_transaction())
            return function(*given)

        return watched

    monkeypatch.setattr(passwords, "is_right", watch(passwords.is_right))
    monkeypatch.setattr(passwords, "hash_password", watch(passwords.hash_password))
    sign_in(client, PHONE)
    client.post("/dang-ky", data=answers(phone="0912345670"))

    assert seen == [False, False]


def test_an_old_session_is_not_carried_into_the_new_one(db, client, account, sign_in):
    client.get(SIGN_IN)
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["_user_id"] = "planted"
        before = dict(session)
    sign_in(client, PHONE)
    with client.session_transaction() as session:
        after = dict(session)

    assert "planted" not in after
    assert after["_user_id"] != "planted"
    assert after.get("csrf_token") != before.get("csrf_token")


@pytest.mark.parametrize("target", LEADING_AWAY)
def test_signing_in_leads_to_our_own_pages_only(client, account, sign_in, target):
    response = sign_in(client, PHONE, next=target)

    assert response.status_code in (303, 400)
    assert response.location in ("/", None)


@pytest.mark.parametrize("target", LEADING_AWAY)
def test_the_page_does_not_repeat_an_address_that_leads_away(client, commune, target):
    response = client.get(SIGN_IN, query_string={"next": target})

    assert response.status_code in (200, 400)
    assert "evil.example" not in response.text.partition("<main")[2]


@pytest.mark.parametrize("target", ["/", "/cuoc-thi/dan-van/tuan/1?a=1&b=%20#x", "/luot-thi/" + "a" * 32])
def test_a_local_path_is_followed(client, account, sign_in, target):
    assert sign_in(client, PHONE, next=target).location == target


def test_a_page_that_needs_a_person_comes_back_after_signing_in(client, account, sign_in):
    response = client.get(f"{DEVICES}?a=1")

    assert (response.status_code, response.location) == (302, f"/dang-nhap?next={DEVICES}?a%3D1")
    assert 'value="/tai-khoan/thiet-bi?a=1"' in client.get(response.location).text


def test_json_is_told_that_the_session_is_over(client, commune):
    response = client.post(DEVICES, json={})

    assert response.status_code == 401
    assert response.json["code"] == "signed_out"


def test_who_is_signed_in_is_led_on(client, account, sign_in):
    sign_in(client, PHONE)

    assert client.get(f"{SIGN_IN}?next=/cuoc-thi").location == "/cuoc-thi"


def replayed(client, token):
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client.get(DEVICES).status_code == 200


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(db, app, client, account, login):
    token = login(client, account)
    assert replayed(app.test_client(), token)
    response = client.post("/dang-xuat")

    assert (response.status_code, response.location) == (303, "/")
    assert not replayed(app.test_client(), token)
    with client.session_transaction() as session:
        assert "_user_id" not in session


@pytest.mark.parametrize("act", ["link", "disable", "role", "free phone"])
def test_a_cookie_is_worth_nothing_after(db, app, client, account, login, act):
    token, now = login(client, account), clock.now()
    if act == "link":
        link = services.issue_reset_link(account, actor_id=None, now=now)
        services.give_consents(account, {"participation"}, now=now)
        services.use_reset_link(link, "new", now=now)
    elif act == "disable":
        services.disable_account(account, actor_id=make_account().id, reason="Thử", now=now)
    elif act == "role":
        services.grant_role(account, Role.ORGANISER, granted_by=None, now=now)
    else:
        services.free_squatted_phone(account, actor_id=account.id, reason="Thử", now=now)

    assert not replayed(app.test_client(), token)


def test_signing_out_needs_a_post_with_the_token(db, client, account, login, is_signed_in):
    login(client, account)

    assert client.get("/dang-xuat").status_code == 405
    assert client.post("/dang-xuat", csrf=False).status_code == 403
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("is_staff", "idle"),
    [(False, timedelta(days=30)), (True, timedelta(minutes=30))],
    ids=["citizen", "staff"],
)
def test_an_idle_session_ends(db, client, account, login, is_signed_in, clock_at, is_staff, idle):
    if is_staff:
        make_grant(account, Role.ORGANISER)
    began = clock.now()
    login(client, account)
    clock_at(began + idle - 5 * SECOND)
    assert is_signed_in(client)
    clock_at(clock.now() + idle - 5 * SECOND)
    assert is_signed_in(client)
    clock_at(clock.now() + idle + 5 * SECOND)
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("is_staff", "step", "longest"),
    [(False, timedelta(days=20), timedelta(days=90)), (True, timedelta(minutes=25), timedelta(hours=12))],
    ids=["citizen", "staff"],
)
def test_a_used_session_ends_too(db, client, account, login, is_signed_in, clock_at, is_staff, step, longest):
    if is_staff:
        make_grant(account, Role.ORGANISER)
    began = clock.now()
    login(client, account)
    moment = began
    while (moment := moment + step) < began + longest - SECOND:
        clock_at(moment)
        assert is_signed_in(client)
    clock_at(began + longest + SECOND)
    assert not is_signed_in(client)


def test_a_role_that_begins_later_shortens_the_session_then(
    db, client, account, login, is_signed_in, clock_at
):
    began = clock.now()
    make_grant(account, Role.ORGANISER, valid_from=began + timedelta(hours=1))
    login(client, account)
    clock_at(began + timedelta(minutes=59))
    assert is_signed_in(client)
    clock_at(began + timedelta(hours=2))
    assert not is_signed_in(client)


def test_a_session_is_written_every_ten_minutes_at_most(db, client, account, login, clock_at):
    began = clock.now()
    login(client, account)

    def seen_after(minutes):
        clock_at(began + timedelta(minutes=minutes))
        client.get(DEVICES)
        row = db.session.scalars(select(Session)).one()
        return round((row.last_seen_at - began) / timedelta(minutes=1)), row.expires_at - row.last_seen_at

    month = rules.CITIZEN_IDLE
    assert [seen_after(minutes) for minutes in (9, 11, 20, 22)] == [
        (0, month),
        (11, month),
        (11, month),
        (22, month),
    ]


def test_a_form_that_is_sent_does_not_write_the_session(db, client, account, login, clock_at):
    login(client, account)
    before = db.session.scalars(select(Session.last_seen_at)).one()
    clock_at(clock.now() + timedelta(hours=1))
    client.post(DEVICES, data={"device": "none"})

    assert db.session.scalars(select(Session.last_seen_at)).one() == before


@pytest.fixture
def statements(app):
    seen = []

    def note(connection, cursor, statement, *rest):
        seen.append(statement)

    event.listen(extension.engine, "before_cursor_execute", note)
    yield seen
    event.remove(extension.engine, "before_cursor_execute", note)


def test_a_page_that_asks_for_nobody_reads_no_session(client, account, login, statements, commune):
    login(client, account)
    statements.clear()
    client.get(f"/don-vi?series={commune.series_code}&q=bac")

    assert not any("sessions" in statement for statement in statements)


def test_the_person_is_read_by_one_query(client, account, login, statements):
    make_grant(account, Role.ORGANISER)
    login(client, account)
    statements.clear()
    client.get(SIGN_IN)

    assert len([statement for statement in statements if "SELECT" in statement]) == 1


def test_the_query_gives_every_live_grant(db, account, commune):
    make_grant(account, Role.ORGANISER)
    make_grant(account, Role.STAFF, unit=commune)
    make_grant(account, Role.ADMINISTRATOR, valid_to=clock.now() - SECOND)
    token = session_services.sign_in(
        account, checked_hash=account.password_hash, device="Máy", now=clock.now()
    )
    live = queries.find_live_session(session_services.token_hash(token), clock.now())

    assert [(grant.role, grant.unit_path) for grant in live.grants] == [
        (Role.ORGANISER, None),
        (Role.STAFF, commune.path),
    ]


@pytest.mark.parametrize(
    ("public_url", "name", "is_secure"),
    [("https://thi.example.vn", "__Host-kheo", True), ("http://localhost", "kheo", False)],
)
def test_the_cookies_are_closed(app_with, account, public_url, name, is_secure):
    client = app_with(public_url=public_url).test_client()
    response = client.post(SIGN_IN, data={"phone": PHONE, "password": PASSWORD}, base_url=public_url)
    cookies = {cookie.split("=")[0]: cookie for cookie in response.headers.getlist("Set-Cookie")}

    assert set(cookies) == {name, f"{name}-device"}
    for cookie in cookies.values():
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert ("Secure" in cookie) is is_secure
