"""The attempt over HTTP, with and without script, on both engines."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.attempts.models import Attempt, Save
from app.contests.models import Round
from tests import world as worlds

OPENS = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
NOON = OPENS + timedelta(hours=4)
MINUTE = timedelta(minutes=1)
ROUND_URL = "/cuoc-thi/dan-van-kheo/tuan/1"


@pytest.fixture
def world(app, clock_at):
    clock_at(NOON)
    return worlds.make_world(OPENS)


@pytest.fixture
def person(world, db, client, login):
    account = worlds.make_person(world.unit_id, OPENS)
    login(client, account)
    return account


@pytest.fixture
def attempt_url(person, client):
    response = client.post(f"{ROUND_URL}/luot-thi")
    assert response.status_code == 303
    return response.location


def save(client, url, body, **headers):
    return client.post(f"{url}/cau-tra-loi", json=body, headers=headers)


def stored(db):
    db.session.expire_all()
    return db.session.scalars(select(Save.answers).order_by(Save.seq)).all()


def test_start_leads_to_the_paper(attempt_url, client):
    page = client.get(attempt_url)

    assert page.status_code == 200
    assert page.text.count('class="question"') == 11
    assert "có bao nhiêu" in page.text
    assert 'name="q10"' in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_neither_page_nor_replies_tell_the_key(attempt_url, client, db):
    page = client.get(attempt_url).text
    assert "Giải thích mẫu" not in page
    assert "Văn bản mẫu" not in page
    assert "mau-1-0" not in page.replace("Câu hỏi mẫu mau-1-0", "").replace(
        "mau-1-0", "", page.count("phương án")
    )


def test_a_json_save_is_acknowledged_with_the_times(attempt_url, client, db):
    reply = save(client, attempt_url, {"save_id": "a" * 32, "answers": {"1": "A"}, "prediction": 7171})

    body = reply.get_json()
    assert reply.status_code == 200
    assert body.keys() == {"saved", "server_now", "deadline"}
    assert (
        datetime.fromisoformat(body["deadline"])
        == datetime.fromisoformat(body["saved"]).replace(microsecond=0) + 15 * MINUTE
    )
    assert stored(db) == ["1A"]


def test_the_same_save_twice_is_one_row_and_one_answer(attempt_url, client, db):
    body = {"save_id": "a" * 32, "answers": {"1": "A"}}
    first, second = (save(client, attempt_url, body).get_json() for _ in range(2))
    assert first["saved"] == second["saved"]
    assert stored(db) == ["1A"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"save_id": "a" * 32, "answers": {"1": "Z"}}, 400),
        ({"save_id": "a" * 32, "answers": {"1": "E"}}, 400),
        ({"save_id": "a" * 32, "answers": {"11": "A"}}, 400),
        ({"save_id": "x", "answers": {"1": "A"}}, 400),
        ({"answers": {"1": "A"}}, 400),
        ({"save_id": "a" * 32, "answers": {"1": "A"}, "score": 10}, 400),
        ({"save_id": "a" * 32, "answers": {"1": "A"}, "prediction": -1}, 400),
        ({"save_id": "a" * 32, "answers": {"1": "A"}, "prediction": "7"}, 400),
        ([], 400),
    ],
)
def test_bad_saves_change_nothing(attempt_url, client, db, body, status):
    reply = save(client, attempt_url, body)
    assert (reply.status_code, reply.mimetype) == (status, "application/json")
    assert stored(db) == []


def test_a_save_after_the_grace_says_what_counts(attempt_url, client, db, clock_at):
    clock_at(NOON + 17 * MINUTE)
    reply = save(client, attempt_url, {"save_id": "a" * 32, "answers": {"1": "A"}})
    assert reply.status_code == 409
    assert reply.get_json()["code"] == "late"
    assert "Đã lưu" in reply.get_json()["message"]
    assert stored(db) == []


def test_signed_out_saves_are_told_to_sign_in(attempt_url, app, db):
    stranger = app.test_client()
    reply = save(stranger, attempt_url, {"save_id": "a" * 32, "answers": {"1": "A"}})
    assert (reply.status_code, reply.get_json()["code"]) == (401, "signed_out")
    assert stored(db) == []


def test_another_persons_attempt_is_not_found(attempt_url, world, app, db, login):
    stranger = app.test_client()
    login(stranger, worlds.make_person(world.unit_id, OPENS))
    body = {"save_id": "a" * 32, "answers": {"1": "A"}}
    assert save(stranger, attempt_url, body).status_code == 404
    assert stranger.get(attempt_url).status_code == 404
    assert stranger.get(f"{attempt_url}/ket-qua").status_code == 404
    assert stranger.post(f"{attempt_url}/nop-bai").status_code == 404
    assert stored(db) == []
    assert db.session.scalars(select(Attempt.closed_at)).all() == [None]


def test_without_the_token_nothing_is_saved(attempt_url, client, db):
    reply = client.post(
        f"{attempt_url}/cau-tra-loi", json={"save_id": "a" * 32, "answers": {"1": "A"}}, csrf=False
    )
    assert (reply.status_code, reply.get_json()["code"]) == (403, "csrf")
    assert stored(db) == []


def test_the_journey_without_script(attempt_url, client, db):
    saved = client.post(f"{attempt_url}/cau-tra-loi", data={"q1": "A", "q2": "C", "prediction": "1.234"})
    assert saved.status_code == 303
    assert 'value="A" checked' in client.get(attempt_url).text

    handed_in = client.post(
        f"{attempt_url}/nop-bai", data={"q1": "A", "q2": "C", "q3": "B", "prediction": "1.234"}
    )

    assert handed_in.location.endswith("/ket-qua")
    attempt = db.session.scalars(select(Attempt)).one()
    assert (attempt.answers, attempt.prediction) == ("1A 2C 3B", 1234)
    assert client.get(attempt_url).location.endswith("/ket-qua")


def test_a_double_click_on_save_is_one_save(attempt_url, client, db):
    for _ in range(2):
        client.post(f"{attempt_url}/cau-tra-loi", data={"q1": "A"})
    assert stored(db) == ["1A"]


@pytest.mark.parametrize(
    "data", [{"q0": "A"}, {"q1": "A", "score": "9"}, {"prediction": "１２"}, {"q1": "AA"}]
)
def test_bad_forms_change_nothing(attempt_url, client, db, data):
    assert client.post(f"{attempt_url}/nop-bai", data=data).status_code == 400
    db.session.expire_all()
    assert db.session.scalars(select(Attempt.closed_at)).all() == [None]


def test_submitting_twice_leads_to_the_same_receipt(attempt_url, client):
    pages = []
    for _ in range(2):
        response = client.post(f"{attempt_url}/nop-bai", data={"q1": "A"})
        pages.append(client.get(response.location).text)
    assert receipt_of(pages[0]) == receipt_of(pages[1])


def receipt_of(page):
    return page.split("receipt-code")[1].split("<")[0]


def test_the_result_shows_the_score_but_no_key_while_the_round_is_open(attempt_url, client, db):
    client.post(f"{attempt_url}/nop-bai", data={"q1": "A"})
    page = client.get(f"{attempt_url}/ket-qua").text
    score = db.session.scalars(select(Attempt.score)).one()
    assert f"<strong>{score}</strong>/10" in page
    assert "Giải thích mẫu" not in page


def test_after_the_round_the_result_explains_every_question(attempt_url, world, client, db, clock_at):
    client.post(f"{attempt_url}/nop-bai", data={"q1": "A"})
    clock_at(db.session.get(Round, world.round_id).closes_at + MINUTE)
    page = client.get(f"{attempt_url}/ket-qua").text
    assert page.count("Giải thích mẫu") == 10


def test_the_score_stays_hidden_where_the_contest_says_so(attempt_url, world, client, db):
    db.session.get(worlds.Contest, world.contest_id).shows_own_score = False
    db.session.commit()
    client.post(f"{attempt_url}/nop-bai", data={"q1": "A"})
    assert "Số câu đúng</dt>" not in client.get(f"{attempt_url}/ket-qua").text


def test_a_receipt_can_be_checked_by_anybody(attempt_url, client, app, db):
    client.post(f"{attempt_url}/nop-bai", data={"q1": "A"})
    attempt = db.session.scalars(select(Attempt)).one()
    stranger = app.test_client()

    page = stranger.get(f"/bien-nhan/{attempt.receipt_code}")
    typed = stranger.get(
        "/bien-nhan", query_string={"ma": attempt.receipt_code.lower()[:4] + "-" + attempt.receipt_code[4:]}
    )

    assert "Biên nhận đúng" in page.text
    assert attempt.digest in typed.text
    assert stranger.get("/bien-nhan/ZZZZZZZZZZZZ").status_code == 404
    assert stranger.get("/bien-nhan/0").status_code == 404


def test_changed_answers_make_the_receipt_fail(attempt_url, client, db):
    client.post(f"{attempt_url}/nop-bai", data={"q1": "A"})
    attempt = db.session.scalars(select(Attempt)).one()
    attempt.answers = "1B"
    db.session.commit()
    assert "Biên nhận không khớp" in client.get(f"/bien-nhan/{attempt.receipt_code}").text


def test_getting_an_overdue_attempt_changes_nothing(attempt_url, client, db, clock_at):
    save(client, attempt_url, {"save_id": "a" * 32, "answers": {"1": "A"}})
    clock_at(NOON + timedelta(hours=1))
    assert client.get(attempt_url).location.endswith("/ket-qua")
    assert "Bài đã tự nộp" in client.get(f"{attempt_url}/ket-qua").text
    db.session.expire_all()
    assert db.session.scalars(select(Attempt.closed_at)).all() == [None]


def test_refusals_are_pages_with_the_reason(attempt_url, client, clock_at):
    clock_at(OPENS + timedelta(days=8))
    page = client.post(f"{ROUND_URL}/luot-thi")
    assert page.status_code == 409
    assert "Vòng thi đã kết thúc" in page.text


def test_an_unknown_round_is_not_found(person, client):
    assert client.post("/cuoc-thi/dan-van-kheo/tuan/9/luot-thi").status_code == 404
    assert client.post("/cuoc-thi/khac/tuan/1/luot-thi").status_code == 404


def test_a_visitor_signs_in_first(world, client):
    response = client.post(f"{ROUND_URL}/luot-thi")
    assert response.status_code == 302
    assert "/dang-nhap" in response.location


def test_deep_json_is_bad_input(attempt_url, client):
    raw = "[" * 100_000
    reply = client.post(f"{attempt_url}/cau-tra-loi", data=raw, content_type="application/json")
    assert reply.status_code in (400, 413)
    assert json.loads(reply.text)["error"] == reply.status_code
