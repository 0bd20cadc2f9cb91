"""The queue and a case in the browser's eyes: who may look, what goes on record, what the buttons do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.integrity import queries
from app.integrity.models import Signal, SignalReview
from app.jobs.runner import run_waiting_jobs
from tests import world as worlds
from tests.integrity.conftest import RING, SIGNALS
from tests.ranking.conftest import AFTER

PAGE = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/canh-bao"
REASON = "Đã gọi xác minh, thí sinh nhận làm hộ"


@pytest.fixture
def shared(searched, db):
    return db.session.scalars(select(Signal).filter_by(kind="cluster")).one()


@pytest.fixture
def speed(searched, db):
    return db.session.scalars(select(Signal).filter_by(kind="speed").order_by(Signal.id).limit(1)).one()


def address(signal):
    return f"{PAGE}/{signal.public_id}"


def opened(client, signal):
    answer = client.post(f"{address(signal)}/mo")
    assert (answer.status_code, answer.location) == (303, address(signal))
    return client.get(address(signal)).text


def openings(db):
    return db.session.scalars(select(AuditEntry).filter_by(action="integrity.case_opened")).all()


def numbers_of(signal):
    return [str(person.contestant_no) for person in queries.people_of(signal)]


def test_the_queue_names_nobody(organiser, shared):
    page = organiser.get(PAGE).text

    assert f"{RING} người dùng chung một máy" in page
    assert "10 câu trong 8 giây" in page
    assert "Thí sinh mẫu Thử" not in page.split("<main")[1].split("</main>")[0]
    assert not any(number in page for number in numbers_of(shared))


def test_a_case_is_opened_on_record_and_closes_again(organiser, shared, organisers, clock_at, db):
    closed = organiser.get(address(shared)).text
    assert "Mở hồ sơ" in closed
    assert not any(number in closed for number in numbers_of(shared))
    assert openings(db) == []

    page = opened(organiser, shared)

    assert all(number in page for number in numbers_of(shared))
    assert "8 trên 8 người nhanh hơn mức đọc kịp mà vẫn đúng" in page
    assert "Trong 48 người của vòng này không có ai khác giống vậy." in page
    assert [entry.actor_id for entry in openings(db)] == [organisers[0].id]
    clock_at(AFTER + timedelta(minutes=16))
    assert "Mở hồ sơ" in organiser.get(address(shared)).text


def test_another_person_opens_it_for_themself(organiser, shared, app, login, organisers):
    opened(organiser, shared)
    other = app.test_client()
    login(other, organisers[1])

    assert "Mở hồ sơ" in other.get(address(shared)).text
    blind = other.post(address(shared), data={"verdict": "keep", "reason": REASON})
    assert (blind.status_code, blind.location) == (303, address(shared))
    assert queries.reviews_of(shared) == []


def test_the_evidence_of_a_quick_attempt_has_bars_and_a_table(organiser, speed):
    page = opened(organiser, speed)

    assert page.count('<rect class="bar"') == 10
    assert "Xem dạng bảng" in page
    assert "Số người đúng hết từ 16 còn 15." in page


def test_keeping_needs_a_reason_only(organiser, shared, week, db):
    opened(organiser, shared)
    wrong = organiser.post(address(shared), data={"verdict": "keep", "reason": ""})
    assert wrong.status_code == 422
    assert "Bạn hãy ghi lý do." in wrong.text

    answer = organiser.post(address(shared), data={"verdict": "keep", "reason": REASON})

    assert (answer.status_code, answer.location) == (303, PAGE)
    review = db.session.scalars(select(SignalReview)).one()
    assert (review.verdict, review.people, review.reason) == ("keep", 0, REASON)
    assert queries.voided_attempts(week.id) == set()
    page = organiser.get(PAGE).text
    assert "Đã xử lý: 1 (1 giữ hợp lệ)" in page


def test_voiding_needs_people_and_loses_nothing_typed(organiser, shared, week):
    opened(organiser, shared)
    wrong = organiser.post(address(shared), data={"verdict": "void", "reason": REASON})
    assert wrong.status_code == 422
    assert "Bạn hãy chọn ít nhất một người." in wrong.text
    assert REASON in wrong.text

    chosen = numbers_of(shared)[:2]
    answer = organiser.post(address(shared), data={"verdict": "void", "reason": REASON, "people": chosen})

    assert answer.status_code == 303
    assert len(queries.voided_attempts(week.id)) == 2
    assert "đã hủy" in opened(organiser, shared)


def test_only_people_of_the_case_can_be_chosen(organiser, shared):
    opened(organiser, shared)
    wrong = organiser.post(
        address(shared), data={"verdict": "void", "reason": REASON, "people": ["99999999"]}
    )

    assert wrong.status_code == 422


def test_a_person_can_be_taken_out_of_the_ranking(organiser, speed, week):
    opened(organiser, speed)
    data = {"verdict": "not_ranked", "reason": REASON, "people": numbers_of(speed)}

    assert organiser.post(address(speed), data=data).status_code == 303
    assert not queries.people_of(speed)[0].is_ranked


def test_unknown_buttons_and_fields_are_refused(organiser, speed):
    opened(organiser, speed)

    assert organiser.post(address(speed), data={"verdict": "ban", "reason": REASON}).status_code == 422
    assert organiser.post(address(speed), data={"verdict": "keep", "extra": "1"}).status_code == 400


def test_the_tabs_of_the_round_say_how_many_wait(organiser, shared):
    page = organiser.get(PAGE.replace("canh-bao", "ket-qua")).text

    assert f'Cảnh báo <span class="count num">{SIGNALS}</span>' in page


def test_searching_again_is_asked_for_with_a_button(organiser, shared):
    assert organiser.post(f"{PAGE}/tim-lai").location == PAGE
    assert "Đang tìm cảnh báo." in organiser.get(PAGE).text
    run_waiting_jobs()
    assert "Tìm lần gần nhất" in organiser.get(PAGE).text


def test_an_open_round_has_no_search(organiser, week, clock_at):
    clock_at(week.closes_at - timedelta(hours=1))

    assert "Tìm lại cảnh báo" not in organiser.get(PAGE).text
    assert organiser.post(f"{PAGE}/tim-lai").status_code == 409


def test_people_without_the_permission_see_nothing_of_it(client, login, world, shared, db):
    citizen = worlds.make_person(world.unit_id, AFTER)
    db.session.commit()
    login(client, citizen)

    for path in (PAGE, address(shared)):
        assert client.get(path).status_code == 403
