"""The public pages of a round in every state, for visitors and for people who took part."""

import hashlib
import json
import re
import subprocess
import sys
from base64 import b64decode
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Account, Consent
from app.enrolments.models import Enrolment
from app.files.models import StoredFile
from app.ranking import board_queries, jobs, services
from app.ranking.rules import Kind
from tests.ranking.conftest import AFTER, CLOSES, NOON, OPENS

WEEK = "/cuoc-thi/dan-van-kheo/tuan/1"
BOARD = f"{WEEK}/bang-xep-hang"
RESULT = f"{WEEK}/ket-qua"


@pytest.fixture
def as_person(client, login, db):
    """Sign in as the person of an enrolment id."""

    def sign_in(enrolment_id):
        db.session.commit()
        login(client, db.session.get_one(Account, db.session.get_one(Enrolment, enrolment_id).account_id))

    return sign_in


@pytest.fixture
def named(db):
    """Give a person a name: named(attempt, "Hoàng Thị Liên")."""

    def name(attempt, full_name):
        enrolment = db.session.get_one(Enrolment, attempt.enrolment_id)
        db.session.get_one(Account, enrolment.account_id).full_name = full_name
        db.session.commit()
        return enrolment

    return name


@pytest.fixture
def tally(db, clock_at):
    def run(at=NOON):
        clock_at(at)
        db.session.commit()
        jobs.refresh_standings()

    return run


def test_before_the_opening_there_is_no_board(client, week, clock_at):
    clock_at(OPENS - timedelta(hours=1))

    page = client.get(BOARD)

    assert page.status_code == 200
    assert "Tuần 1 chưa mở" in page.text


def test_while_people_are_predicted_nothing_is_told(sit, tally, client, as_person, week):
    attempt = sit(prediction=1)
    tally()
    as_person(attempt.enrolment_id)

    page = client.get(BOARD)

    assert "Chưa có bảng xếp hạng khi tuần thi còn mở" in page.text
    assert "số người trả lời đúng tất cả các câu hỏi" in page.text
    assert "Hạng" not in page.text.partition("<main")[2].partition("Cách xếp hạng")[0]
    assert "lượt thi</span>" not in page.text


@pytest.mark.parametrize("preset", ["lang-son-2023"])
def test_where_attempts_are_predicted_the_board_shows_without_figures(
    sit, tally, client, as_person, named, week
):
    attempt = sit(score=8)
    named(attempt, "Hoàng Thị Liên")
    sit(score=10)
    tally()
    as_person(attempt.enrolment_id)

    page = client.get(BOARD).text

    assert "Hoàng T. L." in page
    assert "Huyện Bắc Sơn" in page
    assert "Kết quả tạm thời" in page
    assert "figure-number" not in page
    assert 'Hạng tạm thời của bạn</h2>\n    <strong class="big num">2</strong>' in page
    assert "Đúng 8/10 câu; hoàn thành lúc 12:01:00 thứ Hai, 08/04/2024." in page


def test_a_closed_round_shows_the_frozen_order_without_prizes(sit, freeze, client, as_person):
    sit(prediction=1)
    own = sit(prediction=16)
    freeze()
    as_person(own.enrolment_id)

    page = client.get(BOARD).text

    assert "Kết quả tạm thời" in page
    assert "Bạn lệch" not in page
    assert "bạn lệch 14 so với 2; hoàn thành lúc" in page
    assert "Giải Nhất" not in page.partition("Cách xếp hạng")[0]
    assert '<span class="figure-number">2</span> <span class="figure-label">người dự thi</span>' in page


def test_the_result_page_leads_to_the_board_until_published(sit, freeze, publish, client):
    sit(prediction=1)
    frozen = freeze()
    assert client.get(RESULT).location == BOARD
    assert client.get(f"{RESULT}?ban=1").status_code == 404

    publish(frozen)

    assert client.get(BOARD).location == RESULT
    assert client.get(RESULT).status_code == 200


def test_an_official_result_has_prizes_figures_and_its_proofs(sit, freeze, publish, client, named):
    first = sit(prediction=2)
    sit(prediction=90)
    enrolment = named(first, "Nông Văn Hải")
    sit(score=3)
    revision = publish(freeze())

    page = client.get(RESULT).text

    assert "Kết quả chính thức" in page
    assert "Nông V. H." in page
    assert "Nông Văn Hải" not in page
    assert f"số {enrolment.contestant_no}" in page
    assert "Giải Nhất" in page
    assert "Giải Nhì" in page
    assert ">3</span>" in page
    assert revision.digest in page
    assert "hai người" in page.lower()
    assert "gửi khiếu nại ngay trên trang" in page
    assert "trước 07:05, 20/04/2024" in page


@pytest.mark.parametrize(
    ("born", "consents"),
    [
        (date(2009, 1, 1), ("participation", "publication")),
        (date(1990, 1, 1), ("participation",)),
    ],
)
def test_children_and_people_without_consent_are_numbers(sit, freeze, publish, client, named, born, consents):
    attempt = sit(prediction=1, born=born, consents=consents)
    enrolment = named(attempt, "Lý A Sinh")
    publish(freeze())

    page = client.get(RESULT).text

    assert f"Thí sinh {enrolment.contestant_no}" in page
    assert "Lý A. S." not in page
    assert "Bắc Sơn" not in page


def test_a_withdrawn_consent_hides_the_name_at_once(sit, freeze, publish, client, named, db):
    attempt = sit(prediction=1)
    enrolment = named(attempt, "Lý A Sinh")
    publish(freeze())
    body = client.get(f"{RESULT}/ban/1/ket-qua.json").data
    assert "Lý A. S." in client.get(RESULT).text

    withdrawal = Consent(account_id=enrolment.account_id, purpose="publication", text_version="1")
    withdrawal.is_given, withdrawal.at = False, AFTER
    db.session.add(withdrawal)
    db.session.commit()

    assert "Lý A. S." not in client.get(RESULT).text
    assert client.get(f"{RESULT}/ban/1/ket-qua.json").data == body


def test_a_new_revision_changes_target_prize_and_words_and_the_first_stays(
    sit, freeze, publish, client, as_person, week, organisers, db
):
    void, own = sit(prediction=9), sit(prediction=17)
    sit(prediction=40)
    publish(freeze())
    files = ("ket-qua.json", "luot-thi.csv", "chung-thuc.json")
    first = {name: client.get(f"{RESULT}/ban/1/{name}").data for name in files}
    as_person(own.enrolment_id)
    page = client.get(RESULT).text
    assert "bạn lệch 14 so với 3;" in page
    assert own_prize(page) == "Giải Nhì"

    services.void_attempt(week, void, actor_id=organisers[0].id, reason="Hai bài giống hệt nhau", now=AFTER)
    publish(freeze(reason="Chốt lại sau khi hủy"), reason="Hủy 1 lượt thi theo khiếu nại số 07")

    page = client.get(RESULT).text
    assert "Bản 2" in page
    assert "Thay bản 1: Hủy 1 lượt thi theo khiếu nại số 07." in page
    assert "bạn lệch 15 so với 2;" in page
    assert own_prize(page) == "Giải Nhất"
    old = client.get(f"{RESULT}?ban=1").text
    assert "Bản cũ, đã được thay" in old
    assert "bạn lệch 14 so với 3;" in old
    assert {name: client.get(f"{RESULT}/ban/1/{name}").data for name in files} == first
    second = json.loads(client.get(f"{RESULT}/ban/2/chung-thuc.json").data)
    assert second["previous_digest"] == hashlib.sha256(first["chung-thuc.json"]).hexdigest()


def own_prize(page):
    card = page.partition("hang-cua-ban")[2].partition("</section>")[0]
    return card.partition('badge-prize">')[2].partition("<")[0]


def test_the_files_carry_their_digest_and_are_the_stored_bytes(sit, freeze, publish, client, db):
    sit(prediction=1)
    frozen = freeze()
    revision = publish(frozen)

    for name, sha256 in (("ket-qua.json", revision.body_sha256), ("luot-thi.csv", revision.public_sha256)):
        response = client.get(f"{RESULT}/ban/1/{name}")
        stored = db.session.scalars(select(StoredFile.body).where(StoredFile.sha256 == sha256)).one()
        assert response.data == stored
        algorithm, _, value = response.headers["Repr-Digest"].partition("=")
        assert (algorithm, b64decode(value.strip(":")).hex()) == ("sha-256", sha256)
        again = client.get(f"{RESULT}/ban/1/{name}", headers={"If-None-Match": response.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_the_published_files_pass_the_served_script(sit, freeze, publish, client, tmp_path):
    for prediction in (3, 3, 7, 50):
        sit(prediction=prediction)
    sit(score=2, prediction=4)
    publish(freeze())
    names = ("luot-thi.csv", "ket-qua.json", "chung-thuc.json")
    for name in names:
        (tmp_path / name).write_bytes(client.get(f"{RESULT}/ban/1/{name}").data)
    (tmp_path / "kiem_tra.py").write_bytes(client.get(f"{RESULT}/kiem-tra.py").data)

    done = subprocess.run(
        [sys.executable, "-I", "kiem_tra.py", *names],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("KHỚP")


def test_one_line_is_found_by_its_number(sit, freeze, publish, client, db):
    attempts = [sit(prediction=prediction) for prediction in range(3)]
    publish(freeze())
    number = db.session.get_one(Enrolment, attempts[0].enrolment_id).contestant_no

    page = client.get(f"{RESULT}?so={number}").text

    assert page.count('<th scope="row">') == 1
    assert f"số {number}" in page
    assert "không có trong bảng xếp hạng này" in client.get(f"{RESULT}?so=99999999").text


def test_pages_of_a_long_result(sit, freeze, publish, client):
    for prediction in range(23):
        sit(prediction=prediction)
    publish(freeze())

    assert client.get(RESULT).text.count('class="cell-lead"') == 20
    assert client.get(f"{RESULT}?trang=2").text.count('class="cell-lead"') == 3
    assert client.get(f"{RESULT}?trang=3").status_code == 404


@pytest.mark.parametrize("preset", ["cao-bang"])
def test_each_league_has_pages_of_its_own(sit, freeze, publish, client):
    for league, count in (("inside", 22), ("outside", 3)):
        for prediction in range(count):
            sit(prediction=prediction, league=league, seconds=60 + prediction)
    publish(freeze())

    def ranks(query):
        return re.findall(r'<span class="medal[^>]*>(\d+)<', client.get(f"{RESULT}?{query}").text)

    assert ranks("khoi=inside") == [str(rank) for rank in range(1, 21)]
    assert ranks("khoi=inside&trang=2") == ["21", "22"]
    assert ranks("khoi=outside") == ["1", "2", "3"]
    assert client.get(f"{RESULT}?khoi=outside&trang=2").status_code == 404


@pytest.mark.parametrize(
    "query", ["trang=0", "trang=x", "trang=-1", "so=abc", "so=999999999", "ban=0", "khoi=khác"]
)
def test_bad_addresses_are_refused(sit, freeze, publish, client, query):
    sit(prediction=1)
    publish(freeze())

    assert client.get(f"{RESULT}?{query}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/cuoc-thi/khong-co/tuan/1/bang-xep-hang",
        "/cuoc-thi/dan-van-kheo/tuan/9/bang-xep-hang",
        f"{RESULT}/ban/7/ket-qua.json",
        f"{RESULT}/ban/1/phu-luc.pdf",
        f"{RESULT}?ban=2",
    ],
)
def test_what_is_not_there_is_not_found(sit, freeze, publish, client, path):
    sit(prediction=1)
    publish(freeze())

    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"score": 8}, "đúng 8/10 câu; chỉ xếp hạng những lượt đúng tất cả các câu."),
        ({"not_ranked_reason": "Cán bộ dự thi không xếp hạng."}, "Cán bộ dự thi không xếp hạng."),
    ],
)
def test_people_without_a_rank_are_told_why(sit, freeze, publish, client, as_person, person, expected):
    own = sit(prediction=1, **person)
    publish(freeze())
    as_person(own.enrolment_id)

    page = client.get(RESULT).text

    assert "Không có hạng" in page
    assert expected in page


def test_people_who_were_taken_out_are_told_so(sit, freeze, publish, client, as_person, week, organisers):
    voided, unranked = sit(prediction=1), sit(prediction=2)
    act = {"actor_id": organisers[0].id, "reason": "Theo kết quả xác minh", "now": AFTER}
    services.void_attempt(week, voided, **act)
    services.decide_person(week, Kind.NOT_RANKED, unranked.enrolment_id, **act)
    publish(freeze())

    as_person(voided.enrolment_id)
    assert "Bạn không có lượt thi hợp lệ ở vòng này." in client.get(RESULT).text
    as_person(unranked.enrolment_id)
    page = client.get(RESULT).text
    assert "Ban Tổ chức quyết định không xếp hạng bạn ở vòng này." in page
    assert "Theo kết quả xác minh" not in page


def test_the_public_file_is_as_silent_as_it_says(sit, freeze, publish, client, named, db):
    named(sit(prediction=1), "Nông Văn Hải")
    publish(freeze())

    for name in ("ket-qua.json", "luot-thi.csv", "chung-thuc.json"):
        text = client.get(f"{RESULT}/ban/1/{name}").data.decode()
        assert "Nông" not in text
        assert "Bắc Sơn" not in text
        assert "+84" not in text


def test_a_board_is_rendered_once_for_the_same_numbers(sit, tally, client, week, monkeypatch):
    calls = []
    real = board_queries.top_lines

    def count(*arguments):
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(board_queries, "top_lines", count)
    sit(prediction=1)
    tally(CLOSES + timedelta(minutes=1))
    for _turn in range(5):
        assert "Kết quả tạm thời" in client.get(BOARD).text

    assert len(calls) == 1
