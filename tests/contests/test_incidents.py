"""Cancelling a round: two people, open attempts ended, nothing counted, held again."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import RoleGrant
from app.attempts import services as attempts
from app.attempts.incident_services import cancel_round
from app.attempts.models import Attempt, Save
from app.audit.queries import entries_about
from app.contests import incident_queries, incident_services, queries, rules
from app.contests.checklist_queries import overlapping_rounds
from app.contests.incident_rules import (
    CancellationRefused,
    ProposalDecided,
    ProposalWaiting,
    RoundCancelled,
    SecondPersonNeeded,
)
from app.contests.models import Round, RoundCancellation
from app.contests.services import create_round
from app.ranking import services as results
from app.web.sessions import TOKEN_KEY
from tests import world as worlds
from tests.contests.world import sign_in
from tests.ranking.conftest import NOON, OPENS

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
REASON = "Máy chủ ngừng hai giờ trong ngày cuối"
PAGE = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/su-co"
SAVE_ID = "0" * 32


@pytest.fixture
def world(app, clock_at):
    clock_at(NOON)
    return worlds.make_world(OPENS)


@pytest.fixture
def found(world, db):
    return db.session.get_one(Round, world.round_id)


@pytest.fixture
def people(found, db):
    """Ids of the two organisers."""
    query = select(RoleGrant.account_id).where(RoleGrant.role == "organiser").order_by(RoleGrant.account_id)
    return db.session.scalars(query).all()


@pytest.fixture
def sitting(world, found, db):
    """Somebody in the middle of a paper, with one saved answer: (token, public id)."""
    person = worlds.make_person(world.unit_id, OPENS)
    token = worlds.make_session(person.id, OPENS)
    hash_ = worlds.token_hash(token)
    at = NOON - 5 * MINUTE
    started = attempts.start_attempt(hash_, world.slug, 1, None, worlds.ORIGIN, now=at)
    attempts.save(db.session.connection(), hash_, started.public_id, SAVE_ID, {1: "A"}, None, now=at)
    db.session.commit()
    return token, started.public_id


def propose(found, actor_id, *, holds_again=False, now=NOON):
    return incident_services.propose_cancellation(
        found, reason=REASON, holds_again=holds_again, actor_id=actor_id, now=now
    )


def cancel(found, people, *, holds_again=False, now=NOON):
    propose(found, people[0], holds_again=holds_again, now=now)
    return cancel_round(found, 1, actor_id=people[1], now=now)


def test_two_people_cancel_a_round(found, people):
    proposal = propose(found, people[0])
    assert queries.state_of(found, NOON) is rules.RoundState.OPEN
    assert incident_queries.find_open_proposal(found) is proposal

    cancel_round(found, 1, actor_id=people[1], now=NOON)

    assert queries.state_of(found, NOON) is rules.RoundState.CANCELLED
    assert incident_queries.find_open_proposal(found) is None
    assert incident_queries.find_cancellation(found) == (REASON, NOON, False)
    actions = [entry.action for entry in entries_about(f"round:{found.id}")]
    assert {"rounds.cancellation_proposed", "rounds.cancelled"} <= set(actions)


def test_the_proposer_may_not_confirm(found, people):
    propose(found, people[0])

    with pytest.raises(SecondPersonNeeded):
        cancel_round(found, 1, actor_id=people[0], now=NOON)

    assert found.cancelled_at is None


def test_the_database_refuses_one_person_for_both(found, people, db):
    proposal = propose(found, people[0])
    db.session.commit()
    db.session.add(
        RoundCancellation(
            proposal_id=proposal.id,
            round_id=found.id,
            proposed_by=people[0],
            is_confirmed=True,
            decided_by=people[0],
            decided_at=NOON,
        )
    )

    with pytest.raises(IntegrityError):
        db.session.flush()


def test_the_database_refuses_another_proposer_than_the_proposal_has(found, people, db):
    proposal = propose(found, people[0])
    db.session.commit()
    db.session.add(
        RoundCancellation(
            proposal_id=proposal.id,
            round_id=found.id,
            proposed_by=people[1],
            is_confirmed=True,
            decided_by=people[0],
            decided_at=NOON,
        )
    )

    with pytest.raises(IntegrityError):
        db.session.flush()


def test_one_proposal_waits_at_a_time(found, people):
    propose(found, people[0])
    with pytest.raises(ProposalWaiting):
        propose(found, people[1])

    incident_services.drop_proposal(found, 1, actor_id=people[0], now=NOON)

    assert propose(found, people[1]).number == 2
    with pytest.raises(ProposalDecided):
        cancel_round(found, 1, actor_id=people[0], now=NOON)


def test_a_draft_or_a_cancelled_round_is_not_cancelled(found, people, db):
    cancel(found, people)
    with pytest.raises(CancellationRefused, match="đã bị hủy"):
        propose(found, people[0])
    draft = db.session.get_one(Round, found.id)
    draft.scheduled_at = draft.cancelled_at = None
    with pytest.raises(CancellationRefused, match="bản nháp"):
        propose(draft, people[0])


def test_a_published_round_is_not_cancelled(found, people):
    found.published_revision = 1

    with pytest.raises(CancellationRefused, match="đã công bố"):
        propose(found, people[0], now=found.closes_at + HOUR)


def test_open_attempts_end_and_keep_their_answers(found, people, sitting, db, verified):
    done = cancel(found, people)
    db.session.commit()

    token, public_id = sitting
    attempt = db.session.scalars(select(Attempt)).one()
    assert done.ended == 1
    assert (attempt.deadline_at, attempt.accept_until, attempt.closed_at) == (NOON, NOON, None)
    assert db.session.scalars(select(Save.answers)).all() == ["1A"]
    with pytest.raises(attempts.SaveRefused, match="late"):
        attempts.save(
            db.session.connection(),
            worlds.token_hash(token),
            public_id,
            "1" * 32,
            {2: "B"},
            None,
            now=NOON + MINUTE,
        )
    attempts.close_overdue(attempt.id, now=NOON + MINUTE)
    db.session.commit()
    db.session.refresh(attempt)
    assert (attempt.answers, attempt.finished_at) == ("1A", NOON)


def test_a_save_acknowledged_while_the_act_waited_counts_as_before(found, people, sitting, db, verified):
    token, public_id = sitting
    later = NOON + timedelta(seconds=2)
    attempts.save(
        db.session.connection(), worlds.token_hash(token), public_id, "1" * 32, {2: "B"}, None, now=later
    )

    cancel(found, people)
    db.session.commit()

    assert (found.cancelled_at, db.session.scalars(select(Attempt.accept_until)).one()) == (later, later)


def test_nobody_starts_in_a_cancelled_round(world, found, people, sitting, db):
    cancel(found, people)
    db.session.commit()

    with pytest.raises(RoundCancelled):
        attempts.start_attempt(
            worlds.token_hash(sitting[0]), world.slug, 1, None, worlds.ORIGIN, now=NOON + MINUTE
        )


def test_a_cancelled_round_is_not_frozen(found, people):
    cancel(found, people)

    with pytest.raises(RoundCancelled):
        results.request_freeze(found, actor_id=people[0], reason="Chốt kết quả", now=found.closes_at + HOUR)


def test_it_is_held_again_with_questions_nobody_has_seen(found, people, db):
    done = cancel(found, people, holds_again=True)

    again = done.again
    assert (again.number, again.scheduled_at, again.blueprint) == (2, None, found.blueprint)
    assert again.opens_at == found.opens_at + timedelta(weeks=1)
    used = {entry["id"] for entry in queries.get_package(found.id).pool}
    assert not used & {q.version_id for cell in queries.pool_candidates(again) for q in cell}


def test_a_cancelled_window_is_free_again(found, people):
    cancel(found, people)
    values = {name: getattr(found, name) for name in incident_services.COPIED}
    window = {"opens_at": found.opens_at, "closes_at": found.closes_at, "last_start_at": None}

    second = create_round(found.contest, values | window, actor_id=people[0], now=NOON)

    assert overlapping_rounds(second, (second.opens_at, second.closes_at)) == []


def test_weeks_do_not_count_a_cancelled_round(found, people):
    cancel(found, people)

    assert queries.held_rounds(queries.rounds_of(found.contest)) == []
    assert queries.find_current_contest(NOON) is found.contest


# -- Pages


def sign_in_citizen(client, token):
    with client.session_transaction() as session:
        session[TOKEN_KEY] = token


def test_two_people_cancel_with_pages(client, login, found, people, sitting, db):
    sign_in(login, client, people[0])
    assert "<strong>1 lượt đang làm</strong>" in client.get(PAGE).text
    wrong = client.post(f"{PAGE}/de-nghi-huy", data={"reason": "ừ", "holds_again": "y"})
    assert wrong.status_code == 422
    assert "ừ</textarea>" in wrong.text

    client.post(f"{PAGE}/de-nghi-huy", data={"reason": REASON, "holds_again": "y"})
    assert client.post(f"{PAGE}/xac-nhan-huy", data={"proposal": "1"}).status_code == 409
    assert "cần một người khác xác nhận" in client.get(PAGE).text
    sign_in(login, client, people[1])
    page = client.get(PAGE).text
    assert REASON in page
    assert "Xác nhận hủy tuần 1" in page
    response = client.post(f"{PAGE}/xac-nhan-huy", data={"proposal": "1"})

    assert (response.status_code, response.headers["Location"]) == (303, PAGE)
    told = client.get(PAGE).text
    assert "Đã hủy tuần 1. 1 lượt đang làm đã dừng. Bản nháp tuần 2 đã được tạo để tổ chức lại." in told
    db.session.expire_all()
    assert found.cancelled_at is not None


def test_somebody_in_the_middle_of_a_paper_is_told(client, found, people, sitting, db):
    token, public_id = sitting
    cancel(found, people, holds_again=True, now=clock.now())
    db.session.commit()
    sign_in_citizen(client, token)

    refused = client.post(
        f"/luot-thi/{public_id}/cau-tra-loi",
        json={"save_id": "1" * 32, "answers": {"2": "B"}, "prediction": None},
    )
    paper = client.get(f"/luot-thi/{public_id}")
    result = client.get(f"/luot-thi/{public_id}/ket-qua").text
    start = client.post("/cuoc-thi/dan-van-kheo/tuan/1/luot-thi")

    assert (refused.status_code, refused.json["code"]) == (409, "cancelled")
    assert paper.headers["Location"] == f"/luot-thi/{public_id}/ket-qua"
    assert REASON in result
    assert "Câu trả lời đã lưu được giữ lại để đối chiếu." in result
    assert "tổ chức lại với câu hỏi mới" in result
    assert start.status_code == 409
    assert "Vòng thi này đã bị hủy." in start.text


def test_everybody_is_told(client, login, found, people, db):
    cancel(found, people, now=clock.now())
    db.session.commit()

    home, round_, rules_, board = (
        client.get(address).text
        for address in (
            "/",
            "/cuoc-thi/dan-van-kheo/tuan/1",
            "/cuoc-thi/dan-van-kheo/the-le",
            "/cuoc-thi/dan-van-kheo/tuan/1/bang-xep-hang",
        )
    )

    assert "Tuần 1 đã bị hủy." in home
    assert REASON in home
    assert REASON in round_
    assert "Bạn thi tiếp ở các tuần sau như thường." in round_
    assert "Tuần 1 đã bị hủy</strong>" in rules_
    assert "Không có bảng xếp hạng: kết quả không tính cho ai." in board
    assert "Đã hủy" in client.get("/cuoc-thi/dan-van-kheo").text


def test_the_rule_is_shown_and_edited_with_the_rules(client, login, found, people, db):
    assert "một người đề nghị và một người khác xác nhận" in client.get("/cuoc-thi/dan-van-kheo/the-le").text
    sign_in(login, client, people[0])
    form = {"rules_markdown": "Thể lệ mẫu.", "incident_rule": "Quy tắc riêng của tỉnh.", "action": "save"}

    client.post("/ban-to-chuc/cuoc-thi/dan-van-kheo/the-le", data=form)
    assert "Quy tắc riêng của tỉnh." in client.get("/cuoc-thi/dan-van-kheo/the-le").text

    client.post("/ban-to-chuc/cuoc-thi/dan-van-kheo/the-le", data=form | {"incident_rule": ""})
    db.session.expire_all()
    assert found.contest.incident_rule is None
