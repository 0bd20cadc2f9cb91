"""The citizen's pages: only one's own, only in the window, nothing typed is lost."""

from datetime import timedelta

import pytest

from app.accounts.models import Account
from app.complaints import desk_services, rules
from app.complaints.rules import Effect, Outcome, Subject, Verdict
from tests.complaints.conftest import LATER, TEXT
from tests.ranking.conftest import AFTER


@pytest.fixture
def own(published, citizen, client, login, clock_at):
    """The citizen, signed in an hour after publication."""
    clock_at(LATER)
    login(client, citizen)
    return client


@pytest.fixture
def filing(published):
    return f"/luot-thi/{published.attempt.public_id}/khieu-nai"


def post(client, path, **fields):
    return client.post(path, data=fields)


def test_a_complaint_is_filed_from_the_own_result(own, filing, published):
    page = own.get(f"/luot-thi/{published.attempt.public_id}/ket-qua").text
    response = post(own, filing, subject="question", position="3", text=f"  {TEXT}\nXin xem lại. ")

    assert f'href="{filing}"' in page
    assert response.status_code == 303
    shown = own.get(response.location)
    assert "Khiếu nại số 1, tuần 1" in shown.text
    assert f"{TEXT}\nXin xem lại.</p>" in shown.text
    assert "Câu hỏi hoặc đáp án, câu 3" in shown.text


def test_the_own_pages_tell_of_it(own, file, published, judges, case_of, db):
    complaint = file()
    case = case_of(complaint)
    desk_services.take(case, actor_id=judges[0].id, now=LATER)
    desk_services.write_to_citizen(case, TEXT, asks=True, actor_id=judges[0].id, now=LATER)
    db.session.commit()

    assert "đang chờ bạn trả lời" in own.get(f"/luot-thi/{published.attempt.public_id}/ket-qua").text
    assert "Ban Tổ chức hỏi bạn về khiếu nại số 1." in own.get("/tai-khoan").text
    assert "Chờ bạn trả lời" in own.get("/khieu-nai").text


def test_what_is_missing_stands_beside_its_field(own, filing):
    response = post(own, filing, subject="prize", position="11", text="ngắn")

    assert response.status_code == 422
    assert "Đề của bạn có 10 câu." in response.text
    assert "Bạn viết ngắn quá" in response.text
    assert ">ngắn</textarea>" in response.text.replace("\n", "").replace("\r", "")
    assert post(own, filing, subject="prize", position="2", text=TEXT).status_code == 422
    assert post(own, filing, text=TEXT).status_code == 422
    assert post(own, filing, subject="score", text=TEXT, account_id="1").status_code == 400


def test_nothing_is_taken_outside_the_window(own, filing, published, clock_at):
    clock_at(AFTER + timedelta(days=6))
    page = own.get(filing)

    assert "Đã hết hạn khiếu nại." in page.text
    assert "<textarea" not in page.text
    assert post(own, filing, subject="score", text=TEXT).status_code == 409


def test_before_publication_the_page_tells_when(client, login, sit, week, clock_at, db):
    attempt = sit()
    db.session.commit()
    clock_at(AFTER)
    login(client, attempt_owner(attempt, db))
    filing = f"/luot-thi/{attempt.public_id}/khieu-nai"

    assert "trong 5 ngày kể từ lúc Ban Tổ chức công bố" in client.get(filing).text
    assert post(client, filing, subject="score", text=TEXT).status_code == 409
    assert filing not in client.get(f"/luot-thi/{attempt.public_id}/ket-qua").text


def attempt_owner(attempt, db):
    return db.session.get_one(Account, attempt.account_id)


def test_one_adds_and_withdraws(own, file):
    address = f"/khieu-nai/{file().public_id}"

    assert post(own, f"{address}/bo-sung", text="").status_code == 422
    assert post(own, f"{address}/bo-sung", text="Thêm: văn bản số 05.").status_code == 303
    assert post(own, f"{address}/rut").status_code == 303
    page = own.get(address).text
    assert "Thêm: văn bản số 05." in page
    assert "Bạn đã rút" in page
    assert "<textarea" not in page
    assert post(own, f"{address}/rut").status_code == 409


def test_the_decision_is_read_where_it_was_asked(own, file, judges, case_of, db):
    complaint = file(Subject.TECHNICAL)
    case = case_of(complaint)
    desk_services.take(case, actor_id=judges[0].id, now=LATER)
    verdict = Verdict(Outcome.PARTLY, Effect.VOID, text="Lượt này bị gián đoạn.", ground="Biên bản số 02")
    desk_services.decide(case, verdict, actor_id=judges[0].id, now=LATER)
    db.session.commit()
    page = own.get(f"/khieu-nai/{complaint.public_id}").text

    assert "chấp nhận một phần" in page
    assert "Lượt này bị gián đoạn." in page
    assert "Biên bản số 02" in page
    assert "khi Ban Tổ chức công bố bản kết quả mới" in page
    assert judges[0].full_name not in page.replace(case.account.full_name, "")
    assert rules.OUTCOME_NAMES[Outcome.PARTLY] in own.get("/khieu-nai").text


@pytest.mark.parametrize("who", ["another", "nobody"])
def test_others_have_no_part_in_it(published, file, client, login, clock_at, who, db):
    clock_at(LATER)
    complaint = file()
    if who == "another":
        login(client, db.session.get_one(Account, published.other.account_id))
    addresses = [
        f"/khieu-nai/{complaint.public_id}",
        f"/luot-thi/{published.attempt.public_id}/khieu-nai",
    ]
    expected = 404 if who == "another" else 302

    assert [client.get(address).status_code for address in addresses] == [expected] * 2
    assert client.get("/khieu-nai").status_code == (200 if who == "another" else 302)
    if who == "another":
        assert "Khiếu nại số" not in client.get("/khieu-nai").text
        assert post(client, f"{addresses[0]}/rut").status_code == 404
