"""The desk: lists in scope, the evidence of one case, the acts."""

from datetime import timedelta

import pytest

from app.accounts.models import Account
from app.attempts.models import Attempt, Save
from app.complaints import queries, timeline_queries
from app.complaints.rules import State, Subject
from app.contests.queries import get_latest_key
from app.contests.services import add_key_version
from app.permissions import Role
from app.ranking import services as ranking
from app.ranking.rules import Kind
from tests import world as worlds
from tests.complaints.conftest import LATER, TEXT
from tests.factories import make_grant
from tests.ranking.conftest import NOON

DESK = "/ban-to-chuc/khieu-nai"


@pytest.fixture
def judge(published, client, login, clock_at):
    """A client of an organiser without any part in the week."""
    clock_at(LATER)
    login(client, published.judges[0])
    return client


def address_of(complaint):
    return f"{DESK}/{complaint.public_id}"


def test_the_list_leads_to_the_case(judge, file, citizen):
    complaint = file(Subject.QUESTION, position=3)

    for path in (DESK, "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/khieu-nai"):
        page = judge.get(path).text
        assert f'href="{address_of(complaint)}"' in page
        assert citizen.full_name in page
    assert "Không có khiếu nại nào" in judge.get(f"{DESK}?trang-thai=late").text
    assert address_of(complaint) in judge.get(f"{DESK}?trang-thai=new&viec=question").text
    assert judge.get(f"{DESK}?trang-thai=x").status_code == 400
    assert judge.get(f"{DESK}?trang=2").status_code == 404


def test_a_case_shows_paper_saves_and_place(judge, file, published, db):
    db.session.add(save(published.attempt, 1, 20, "1A 2B", None))
    db.session.add(save(published.attempt, 2, 40, "1B", 12))
    db.session.commit()
    page = judge.get(address_of(file(Subject.QUESTION, position=2))).text

    assert "câu 1: B (trước là A); số dự đoán 12" in page
    assert "Câu bị khiếu nại" in page
    assert "(đáp án đúng)" in page
    assert "Không có hạng" in page  # eight of ten right, and only perfect attempts are ranked
    assert "Bài đã nộp là đúng các lần lưu gộp lại" in page


def save(attempt, number, second, answers, prediction):
    return Save(
        attempt_id=attempt.id,
        save_id=f"{number:032}",
        received_at=attempt.started_at + timedelta(seconds=second),
        answers=answers,
        prediction=prediction,
    )


@pytest.fixture
def evidence(file, published, case_of, db):
    """evidence(attempt) of a complaint about it, with the answers saved in one go."""

    def read(attempt, **changes):
        db.session.add(save(attempt, 1, 30, attempt.answers, attempt.prediction))
        for name, value in changes.items():
            setattr(attempt, name, value)
        db.session.commit()
        return timeline_queries.evidence_of(case_of(file(attempt=attempt)), LATER)

    return read


def test_everything_is_computed_again(evidence, published):
    found = evidence(published.other)

    assert [check.is_right for check in found.checks] == [True] * 4
    assert found.is_recognised
    assert found.place.rank == 1
    assert [moment.what for moment in found.moments] == [
        "Bắt đầu lượt 1",
        "Lưu",
        "Đóng bài",
        "Hạn nộp",
        "Hết thời gian nhận nốt câu trả lời",
    ]
    assert [moment.second for moment in found.moments] == [0, 30, 60, 900, 930]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"prediction": 41}, [0, 1]),
        ({"score": 9}, [2]),
        ({"digest": "0" * 64}, [0]),
        ({"number": 2}, [3]),
    ],
)
def test_what_does_not_fit_is_seen(evidence, published, changes, wrong):
    found = evidence(published.other, **changes)

    assert [place for place, check in enumerate(found.checks) if not check.is_right] == wrong


def test_the_other_attempts_and_decisions_stand_beside_it(
    file, published, sit, organisers, case_of, week, db
):
    person = db.session.get_one(Attempt, published.attempt.id).enrolment_id
    enrolment = case_of(file()).enrolment
    second = sit(by=enrolment, number=2, after=120, score=5)
    ranking.decide_person(
        week, Kind.NO_PRIZE, person, actor_id=organisers[0].id, reason="Đã nhận giải", now=LATER
    )
    db.session.commit()
    found = timeline_queries.evidence_of(case_of(file(Subject.PRIZE)), LATER)

    assert [attempt.id for attempt in found.other_attempts] == [second.id]
    assert [line.decision.kind for line in found.decisions] == ["no_prize"]


def test_the_score_is_checked_by_the_key_in_force(evidence, published, organisers, week, db):
    key = get_latest_key(week.id)
    add_key_version(
        week.id,
        2,
        dict.fromkeys(key.answers, "*"),
        reason="Hủy cả đề để thử",
        proposed_by=organisers[0].id,
        approved_by=organisers[1].id,
        now=LATER,
    )
    db.session.commit()

    found = evidence(published.attempt)

    assert not found.checks[2].is_right
    assert {question.right for question in found.questions} == {"*"}


def test_a_complaint_walks_from_taking_to_deciding(judge, file, case_of, db):
    complaint = file()
    address = address_of(complaint)

    assert judge.post(f"{address}/quyet-dinh", data=verdict()).status_code == 409
    assert judge.post(f"{address}/tiep-nhan").status_code == 303
    assert judge.post(f"{address}/trao-doi", data={"kind": "asks", "text": TEXT}).status_code == 303
    assert judge.post(f"{address}/quyet-dinh", data=verdict()).status_code == 303
    db.session.expire_all()
    assert queries.state_of(complaint) is State.DECIDED
    page = judge.get(address).text
    assert "Điều 5 Thể lệ" in page
    assert "<textarea" not in page
    assert judge.post(f"{address}/tiep-nhan").status_code == 409


def verdict(**changes):
    return {"outcome": "refused", "effect": "none", "ground": "Điều 5 Thể lệ", "answer": TEXT} | changes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outcome": "refused", "effect": "void"}, "Không chấp nhận khiếu nại thì kết quả giữ nguyên."),
        ({"answer": ""}, "Bạn hãy viết câu trả lời."),
        ({"ground": ""}, "Bạn hãy ghi căn cứ."),
        ({"effect": "undo:no_prize"}, "Cần sửa"),
        ({"effect": "undo:"}, "Cần sửa"),
    ],
)
def test_a_wrong_decision_keeps_what_was_typed(judge, file, changes, message):
    address = address_of(file())
    judge.post(f"{address}/tiep-nhan")
    response = judge.post(f"{address}/quyet-dinh", data=verdict(**changes))

    assert response.status_code == 422
    assert message in response.text
    assert ("Điều 5 Thể lệ" in response.text) == ("ground" not in changes)


def test_a_decision_about_the_person_can_be_undone_here(judge, file, published, organisers, db):
    made = ranking.decide_person(
        published.round,
        Kind.NO_PRIZE,
        published.attempt.enrolment_id,
        actor_id=organisers[0].id,
        reason="Đã nhận giải tuần trước",
        now=LATER,
    )
    address = address_of(file(Subject.PRIZE))
    judge.post(f"{address}/tiep-nhan")
    sent = judge.post(f"{address}/quyet-dinh", data=verdict(outcome="accepted", effect="undo:no_prize"))
    db.session.refresh(made)

    assert sent.status_code == 303
    assert made.undone_by == published.judges[0].id
    assert "Cần công bố bản kết quả mới." in judge.get(address).text


def test_a_new_revision_ends_what_is_left_to_do(judge, file, freeze, publish, published, db):
    address = address_of(file(Subject.TECHNICAL))
    judge.post(f"{address}/tiep-nhan")
    judge.post(f"{address}/quyet-dinh", data=verdict(outcome="accepted", effect="void"))
    before = judge.get(address).text
    publish(freeze(at=LATER), reason="Theo khiếu nại số 1", at=LATER)

    assert "Cần công bố bản kết quả mới." in before
    assert "Cần công bố bản kết quả mới." not in judge.get(address).text


def test_who_is_involved_reads_but_does_not_act(published, file, organisers, client, login, clock_at):
    clock_at(LATER)
    ranking.decide_person(
        published.round,
        Kind.NO_PRIZE,
        published.attempt.enrolment_id,
        actor_id=organisers[0].id,
        reason="Đã nhận giải tuần trước",
        now=LATER,
    )
    complaint = file(Subject.PRIZE)
    login(client, organisers[0])
    page = client.get(address_of(complaint))

    assert "Bạn đã ra quyết định về người khiếu nại" in page.text
    assert f"{address_of(complaint)}/tiep-nhan" not in page.text
    assert client.post(f"{address_of(complaint)}/tiep-nhan").status_code == 409


def test_another_contests_complaint_does_not_exist(file, published, world, client, login, clock_at, db):
    """An organiser of one contest sees nothing of another's."""
    clock_at(LATER)
    complaint = file()
    outsider = worlds.make_person(world.unit_id, NOON)
    other = worlds.make_contest(published.judges[0].id, NOON, slug="cuoc-thi-khac")
    make_grant(outsider, Role.ORGANISER, contest_id=other.id)
    db.session.commit()
    login(client, db.session.get_one(Account, outsider.id))

    assert address_of(complaint) not in client.get(DESK).text
    assert client.get(address_of(complaint)).status_code == 404
    assert client.post(f"{address_of(complaint)}/tiep-nhan").status_code == 404
    assert client.get("/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/khieu-nai").status_code == 404
