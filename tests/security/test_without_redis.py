"""With Redis stopped, before or in the middle, everything still happens; only the doorbell is silent."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.attempts.models import Attempt, Save
from app.contests.models import Round
from app.extensions import db as extension
from app.jobs.models import Job
from app.ranking.models import Freeze
from app.timetable import run_due_entries
from app.web.sessions import TOKEN_KEY
from tests.factories import PASSWORD
from tests.isolation import from_outside
from tests.security import site as sites
from tests.security.test_headers import registration
from tests.services import RedisServer, free_port

ROUND = f"/cuoc-thi/cuoc-thi-a/tuan/{sites.OPEN}"
RESULT = f"/ban-to-chuc/cuoc-thi/cuoc-thi-a/tuan/{sites.FROZEN}/ket-qua"
PHONE = "0912 345 678"
MOST_SEARCHES = 60


@pytest.fixture(params=["stopped", "stops in the middle"])
def redis_url(request):
    """Where there is no Redis, or none any more once `leave` is called."""
    if request.param == "stopped":
        yield f"redis://127.0.0.1:{free_port()}/0", lambda: None
    else:
        with RedisServer() as server:
            yield server.url, server.kill


@pytest.fixture
def other(app_with, site, redis_url):
    """The application with a Redis that has answered one request, or none, and is gone."""
    url, leave = redis_url
    built = app_with(redis_url=url)
    assert built.test_client().get("/dang-nhap").status_code == 200
    leave()
    assert built.test_client().get("/readyz").get_json() == {"status": "ok", "redis": "away"}
    return built


@pytest.fixture
def as_identity(other, site):
    """A browser on which one of the identities is signed in."""

    def make(name):
        client = other.test_client()
        with client.session_transaction() as session:
            session[TOKEN_KEY] = site.identities[name].token
        return client

    return make


def test_somebody_registers_signs_in_and_sits_a_whole_attempt(other, db):
    client = other.test_client()

    assert client.post("/dang-ky", data=registration(phone=PHONE)).status_code == 303
    assert client.post("/dang-xuat").status_code == 303
    assert client.post("/dang-nhap", data={"phone": PHONE, "password": PASSWORD}).status_code == 303
    started = client.post(f"{ROUND}/luot-thi")
    assert started.status_code == 303
    body = {"save_id": "a" * 32, "answers": {"1": "A"}, "prediction": 7171}
    saved = client.post(f"{started.location}/cau-tra-loi", json=body)
    assert saved.status_code == 200
    assert saved.get_json().keys() == {"saved", "server_now", "deadline"}
    assert client.post(f"{started.location}/nop-bai").status_code == 303
    assert client.get(f"{started.location}/ket-qua").status_code == 200

    account = db.session.scalars(select(Account).where(Account.sign_in_name == "+84912345678")).one()
    attempt = db.session.scalars(select(Attempt).where(Attempt.account_id == account.id)).one()
    kept = db.session.scalars(select(Save.answers).where(Save.attempt_id == attempt.id)).all()
    assert (attempt.close_reason, attempt.answers, kept) == ("submitted", "1A", ["1A"])


def test_a_freeze_is_asked_for_and_the_timetable_computes_it(other, as_identity, db, clock_at, capfd):
    answer = as_identity("organiser").post(f"{RESULT}/chot", data={"reason": sites.REASON})

    assert answer.status_code == 303
    assert "doorbell_silent" in capfd.readouterr().out
    waiting = db.session.scalars(select(Job).where(Job.done_at.is_(None))).all()
    assert [job.kind for job in waiting] == ["freeze_round"]

    clock_at(sites.NOW + timedelta(minutes=1))
    from_outside(run_the_timetable, other)

    newest = select(Freeze).join(Round, Round.id == Freeze.round_id).order_by(Freeze.id.desc()).limit(1)
    assert db.session.scalars(newest).one().frozen_at is not None
    freezes = select(Job.done_at).where(Job.kind == "freeze_round")
    assert db.session.scalars(freezes).all().count(None) == 0


def run_the_timetable(app):
    with app.app_context():
        run_due_entries()
        extension.session.remove()


def test_flood_limits_go_on_in_the_process(as_identity):
    """Searching people is limited per member of staff, with Redis or without."""
    staff = as_identity("staff")
    statuses = [
        staff.post("/can-bo/tai-khoan", data={"q": "mẫu"}).status_code for _ in range(MOST_SEARCHES + 1)
    ]

    assert statuses == [200] * MOST_SEARCHES + [429]


def test_every_page_opens(other, as_identity):
    for name, path in (
        ("owner", "/"),
        ("owner", ROUND),
        ("owner", "/cuoc-thi/cuoc-thi-a/tuan/1/ket-qua"),
        ("owner", "/don-vi?series=vn-2024&q=bac"),
        ("owner", "/bien-nhan"),
        ("owner", "/tai-khoan"),
        ("organiser", RESULT),
    ):
        page = as_identity(name).get(path)
        assert page.status_code == 200, path
        assert not re.search("redis|Traceback", page.text, re.IGNORECASE)
