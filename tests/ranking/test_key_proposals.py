"""Another key on pages: proposed as text, tried out without writing, decided by a second person."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from app.attempts.models import Attempt
from app.attempts.rules import decode_paper
from app.contests.models import RoundKey
from app.contests.queries import get_latest_key, get_package
from app.jobs.runner import run_waiting_jobs
from app.ranking import key_queries, proposal_services
from app.ranking.desk_models import KeyProposal
from tests.ranking.conftest import AFTER, NOON

KEYS = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/dap-an"
PUBLIC = "/cuoc-thi/dan-van-kheo/tuan/1/dap-an"
REASON = "Hai phương án đều đúng"
GROUND = "Điều 10 văn bản mẫu, biên bản họp tổ ra đề"
WORDS = {"reason": REASON, "ground": GROUND}


@pytest.fixture
def at_desk(client, login, organisers, clock_at):
    """at_desk(1) → the client signed in as that organiser, after the closing."""

    def sign(index, at=AFTER):
        clock_at(at)
        login(client, organisers[index])
        return client

    return sign


@pytest.fixture
def propose(week, organisers, db, clock_at):
    """Propose as the first organiser and let the preview be computed."""

    def run(version_id, letters, *, by=0):
        clock_at(AFTER)
        proposal = proposal_services.propose(
            week, version_id, letters, **WORDS, actor_id=organisers[by].id, now=AFTER
        )
        db.session.commit()
        run_waiting_jobs()
        db.session.expire_all()
        return proposal

    return run


def question_of(attempt, position):
    return decode_paper(attempt.paper)[position - 1].version_id


def place_of(week, version_id):
    return [entry["id"] for entry in get_package(week.id).pool].index(version_id) + 1


def papers(*attempts):
    return [{question.version_id for question in decode_paper(attempt.paper)} for attempt in attempts]


def test_the_preview_says_who_gains_and_writes_nothing(sit, propose, freeze, week, db):
    winner, other = sit(score=10, prediction=5), sit(score=9, prediction=1)
    freeze()
    version_id = question_of(other, 10)
    shared = version_id in papers(winner)[0]
    before = dict(db.session.execute(select(Attempt.id, Attempt.score)).tuples().all())

    preview = propose(version_id, "*").preview

    assert (preview["attempts"], preview["attempts_up"], preview["people_up"]) == (1 + shared, 1, 1)
    assert (preview["attempts_down"], preview["people_down"]) == (0, 0)
    assert preview["figures"]["people_all_correct"] == [1, 2]
    assert preview["figures"]["target"] == [1, 2]
    numbers = {
        line["contestant_no"]: (line["old_prize"], line["new_prize"]) for line in preview["changes"]["lines"]
    }
    assert sorted(numbers.values(), key=str) == [("nhat", "nhi"), (None, "nhat")]
    assert [len(side) for side in preview["top"]] == [1, 0]
    assert dict(db.session.execute(select(Attempt.id, Attempt.score)).tuples().all()) == before
    assert get_latest_key(week.id).version == 1


def test_the_preview_is_what_the_correction_then_does(sit, propose, freeze, organisers, week, db):
    for prediction in range(6):
        sit(score=9 if prediction % 2 else 10, prediction=prediction)
    attempt = sit(score=9, prediction=0)
    freeze()
    proposal = propose(question_of(attempt, 10), "*")
    promised = proposal.preview

    proposal_services.approve(week, proposal, approver_id=organisers[1].id, now=AFTER)
    db.session.commit()
    run_waiting_jobs()
    again = freeze(reason="Chốt lại theo đáp án mới")

    assert again.target == promised["figures"]["target"][1]
    assert again.figures == {name: promised["figures"][name][1] for name in again.figures}
    assert again.changes == promised["changes"]


def test_a_correction_from_page_to_page(sit, at_desk, week, db):
    attempt = sit(score=9)
    version_id = question_of(attempt, 10)
    place = place_of(week, version_id)
    first = at_desk(0)
    shown = first.get(f"{KEYS}/cau/{place}").text
    assert "Câu hỏi mẫu" in shown
    assert "Phương án đúng" in shown

    answer = first.post(f"{KEYS}/cau/{place}", data={"kind": "void", **WORDS})
    assert answer.headers["Location"].endswith("/dap-an/de-nghi/1")
    assert "Đang tính ai được, ai mất." in first.get(f"{KEYS}/de-nghi/1").text
    run_waiting_jobs()
    own = first.get(f"{KEYS}/de-nghi/1").text
    assert "không được tự duyệt" in own
    assert first.post(f"{KEYS}/de-nghi/1/duyet").status_code == 409
    second = at_desk(1)
    assert "Nếu được duyệt" in second.get(f"{KEYS}/de-nghi/1").text
    assert second.post(f"{KEYS}/de-nghi/1/duyet").status_code == 303
    run_waiting_jobs()

    db.session.expire_all()
    assert get_latest_key(week.id).answers[str(version_id)] == "*"
    assert db.session.get_one(Attempt, attempt.id).score == 10
    public = second.get(PUBLIC).text
    assert "Câu đã sửa hoặc hủy" in public
    assert f"Lý do: {REASON}. Căn cứ: {GROUND}" in public
    assert "chốt lại số liệu" in second.get(f"{KEYS}/de-nghi/1").text


def test_nothing_typed_is_lost_when_something_is_missing(sit, at_desk):
    sit()
    answer = at_desk(0).post(f"{KEYS}/cau/1", data={"kind": "change", "reason": REASON, "ground": ""})

    assert answer.status_code == 422
    assert "Bạn hãy đánh dấu ít nhất một phương án đúng." in answer.text
    assert "Bạn hãy ghi căn cứ" in answer.text
    assert REASON in answer.text


def test_several_right_options_are_kept_in_bank_order(sit, at_desk, db):
    sit()
    data = {"kind": "change", "letters": ["D", "A"], **WORDS}

    assert at_desk(0).post(f"{KEYS}/cau/2", data=data).status_code == 303
    assert db.session.scalars(select(KeyProposal.letters)).all() == ["AD"]


def test_a_question_has_one_open_proposal(sit, propose, at_desk, db):
    version_id = question_of(sit(), 1)
    propose(version_id, "*")

    with pytest.raises(proposal_services.AlreadyProposed):
        propose(version_id, "*", by=1)


def test_a_refusal_has_its_reason_and_a_withdrawal_its_owner(sit, propose, at_desk, db):
    attempt = sit()
    propose(question_of(attempt, 1), "*")
    propose(question_of(attempt, 2), "*")

    assert (
        at_desk(0).post(f"{KEYS}/de-nghi/1/khong-duyet", data={"reason": "Không đủ căn cứ"}).status_code
        == 409
    )
    second = at_desk(1)
    assert second.post(f"{KEYS}/de-nghi/2/rut-lai").status_code == 409
    assert second.post(f"{KEYS}/de-nghi/1/khong-duyet", data={"reason": ""}).status_code == 422
    assert second.post(f"{KEYS}/de-nghi/1/khong-duyet", data={"reason": "Không đủ căn cứ"}).status_code == 303
    assert at_desk(0).post(f"{KEYS}/de-nghi/2/rut-lai").status_code == 303

    outcomes = db.session.execute(
        select(KeyProposal.outcome, KeyProposal.decision_reason).order_by(KeyProposal.id)
    )
    assert [tuple(row) for row in outcomes] == [("refused", "Không đủ căn cứ"), ("withdrawn", None)]
    assert db.session.scalars(select(RoundKey.version)).all() == [1]
    assert at_desk(1).post(f"{KEYS}/de-nghi/1/duyet").status_code == 409


def test_a_preview_against_an_older_key_cannot_be_approved(sit, propose, organisers, week, at_desk, db):
    attempt = sit()
    first, late = propose(question_of(attempt, 1), "*"), propose(question_of(attempt, 2), "*")
    proposal_services.approve(week, first, approver_id=organisers[1].id, now=AFTER)
    db.session.commit()
    run_waiting_jobs()

    with pytest.raises(proposal_services.PreviewMissing):
        proposal_services.approve(week, late, approver_id=organisers[1].id, now=AFTER)
    second = at_desk(1)
    assert "cần tính lại" in second.get(f"{KEYS}/de-nghi/2").text
    assert second.post(f"{KEYS}/de-nghi/2/tinh-lai").status_code == 303
    run_waiting_jobs()
    assert second.post(f"{KEYS}/de-nghi/2/duyet").status_code == 303
    assert get_latest_key(week.id).version == 3


def test_the_database_refuses_who_decides_about_the_own_proposal(sit, propose, organisers, db):
    proposal = propose(question_of(sit(), 1), "*")
    own = {"outcome": "refused", "decided_by": organisers[0].id, "decided_at": AFTER}

    with pytest.raises(DBAPIError, match="second_person"):
        db.session.execute(update(KeyProposal).filter_by(id=proposal.id).values(own))
    db.session.rollback()


@pytest.mark.parametrize(("address", "status"), [(PUBLIC, 409), (KEYS, 200), (f"{KEYS}/cau/1", 409)])
def test_nobody_reads_the_key_before_the_last_answer_is_in(sit, at_desk, week, address, status):
    sit()
    for moment in (NOON, week.closes_at):
        answer = at_desk(0, moment).get(address)
        assert answer.status_code == status
        assert "sau khi" in answer.text
        assert "Câu hỏi mẫu" not in answer.text
    assert "Câu hỏi mẫu" in at_desk(0).get(address).text


def test_the_public_key_shows_right_options_explanation_and_source(sit, client, clock_at, week):
    sit()
    clock_at(AFTER)
    page = client.get(PUBLIC).text

    assert page.count('class="key-question"') == 40 == key_queries.count_questions(week.id)
    assert page.count("Giải thích mẫu.") == page.count("Nguồn: Văn bản mẫu, Điều 1") == 40
    right = sum(len(letters) for letters in get_latest_key(week.id).answers.values())
    assert page.count("is-right") == right
    assert client.get(f"{PUBLIC}?trang=2").status_code == 404
