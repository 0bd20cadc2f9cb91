"""Nothing personal and nothing secret gets into the logs, whatever goes wrong."""

import json
import logging
import re

import pytest
from sqlalchemy import text

from app.extensions import db as extension
from app.jobs.models import Job
from app.jobs.services import request_job
from app.timetable import run_due_entries
from app.web import errors, logs
from tests.factories import make_account
from tests.isolation import from_outside
from tests.security.site import NOW
from tests.security.test_headers import registration
from tests.security.wire import JSON, Browser, Request

NAME = "Thí sinh mẫu Bồ Câu Trắng"
PHONE = "0912 345 678"
PASSWORD = "bồ câu trắng bay qua núi"
CANARY = "bo-cau-trang"
CANARIES = (
    *(NAME, "Bồ Câu", "bo cau", PHONE, PHONE.replace(" ", ""), "+84912345678", "912345678", PASSWORD, CANARY),
    *("203.0.113.77", "1987-09-05"),
)


@pytest.fixture
def written(capfd, caplog):
    """Everything that was written so far: standard output, standard error, the libraries' records."""
    caplog.set_level(logging.INFO, "app")
    caplog.set_level(logging.INFO, "werkzeug")
    caplog.set_level(logging.INFO, "flask-limiter")

    def read():
        output, error = capfd.readouterr()
        return output + error + caplog.text

    return read


@pytest.fixture
def failing(app_with, monkeypatch):
    """An application of which some pages break, with personal data in the exception."""
    monkeypatch.setattr(errors, "last_resort_count", errors.last_resort_count)
    other = app_with()

    def break_down():
        raise RuntimeError(f"{NAME} {PHONE} {PASSWORD}")

    def break_in_sql():
        extension.session.execute(text("SELECT :name FROM no_such_table"), {"name": NAME})

    def break_in_a_constraint():
        make_account(full_name=f"{NAME} {CANARY}" * 9)

    for number, view in enumerate((break_down, break_in_sql, break_in_a_constraint)):
        other.add_url_rule(f"/hong/{number}", view_func=view, methods=["GET", "POST"])
    return other


def test_no_request_leaves_a_trace_of_the_person(app, site, failing, written):
    client = app.test_client()
    headers = {"User-Agent": f"Mozilla/5.0 {CANARY}", "Referer": f"http://localhost/{CANARY}"}
    known = {"headers": headers, "environ_base": {"REMOTE_ADDR": "203.0.113.77"}}
    person = registration(full_name=NAME, phone=PHONE, password=PASSWORD)
    statuses = [
        client.post("/dang-ky", data=person, **known).status_code,
        client.post("/dang-ky", data=person, **known).status_code,
        client.post("/dang-ky", data=person | {"khong_co": CANARY}, **known).status_code,
        client.post("/dang-nhap", data={"phone": PHONE, "password": PASSWORD + "?"}, **known).status_code,
        client.post("/dang-nhap", data={"phone": PHONE, "password": PASSWORD}, **known).status_code,
        client.post(
            "/dang-nhap", data={"phone": PHONE, "password": PASSWORD}, csrf=False, **known
        ).status_code,
        client.get(f"/{CANARY}/{PHONE}?q={NAME}", **known).status_code,
        client.get(f"/don-vi?series={CANARY}", **known).status_code,
        client.get("/tai-khoan/thiet-bi", **known).status_code,
        client.get(f"/dat-lai-mat-khau/{CANARY}", **known).status_code,
        client.post(f"/luot-thi/{CANARY}/cau-tra-loi", json={"save_id": CANARY, "answers": {}}).status_code,
    ]
    assert statuses == [303, 422, 400, 422, 303, 403, 404, 400, 200, 409, 400]

    text_of_log = written()
    with client.session_transaction() as session:
        token = session["_user_id"]
    cookies = [cookie.value for cookie in client._cookies.values()]
    assert secrets_in(text_of_log, token, *cookies) == []


def test_a_page_that_breaks_says_where_and_not_about_whom(app, site, failing, written, browsers):
    token = browsers["owner"].token
    broken = Browser(failing, token)

    for number in range(3):
        for method in ("GET", "POST"):
            answer = broken.send(Request(method, f"/hong/{number}".encode(), body=NAME.encode()))
            assert answer.status == 500
            assert secrets_in(answer.text, token) == []
    answer = broken.send(Request("POST", b"/hong/0", body=b'{"a": 1}', content_type=JSON))
    assert json.loads(answer.body)["error"] == 500

    log = written()
    assert secrets_in(log, token) == []
    lines = entries_in(log)
    assert [line["event"] for line in lines] == ["unexpected_error"] * 7
    assert {line["exception"].partition(":")[0] for line in lines} >= {"RuntimeError"}
    assert all(line["reference"] and line["endpoint"].startswith("break") for line in lines)


def test_a_job_that_fails_says_which_and_not_about_whom(app, site, written):
    def ask():
        with app.app_context():
            request_job("freeze_round", CANARY, {"freeze_id": f"{NAME}"}, now=NOW)
            extension.session.commit()
            run_due_entries()

    from_outside(ask)

    log = written()
    assert secrets_in(log) == []
    assert "job_failed" in [line["event"] for line in entries_in(log)]
    assert extension.session.query(Job).filter_by(key=CANARY).one().tries > 0


def test_only_listed_fields_are_written(app, written):
    logs.structlog.get_logger().warning("thử", name="tên", phone=PHONE, error=KeyError(PHONE), cookie=CANARY)

    (line,) = entries_in(written())
    assert line.keys() <= logs.ALLOWED
    assert "phone" not in line
    assert "cookie" not in line


def test_a_line_stays_one_line(app, written):
    logs.structlog.get_logger().warning("a\r\nb", name='"}\n{"event": "c')

    assert [line["event"] for line in entries_in(written())] == ["a\r\nb"]


def entries_in(log):
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def secrets_in(log, *others):
    folded = re.sub(r"\s+", " ", log)
    return [canary for canary in (*CANARIES, *others) if canary in folded]
