"""From closing to publication with pages only, by two organisers; and everything the pages refuse."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account, RoleGrant
from app.audit.models import AuditEntry
from app.contests.models import Round
from app.enrolments.exclusion_rules import Kind, Mode
from app.enrolments.exclusion_services import Entry, list_account
from app.jobs.models import Job
from app.jobs.runner import run_waiting_jobs
from app.ranking.models import Decision, Freeze, Revision
from tests import world as worlds
from tests.ranking import sittings
from tests.ranking.conftest import AFTER, NOON, OPENS

PAGE = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/ket-qua"
REASON = "Hai bài giống hệt nhau, đã xác minh"


@pytest.fixture
def browser(app, login, organisers, clock_at, db):
    """browser(0): the first organiser's, five minutes after the round closed."""

    def open_for(index, at=AFTER):
        clock_at(at)
        db.session.commit()
        client = app.test_client()
        login(client, organisers[index])
        return client

    return open_for


@pytest.fixture
def people(sit, db):
    """Three perfect attempts with predictions 3, 9 and 40; the contestant numbers."""
    attempts = [sit(prediction=prediction) for prediction in (3, 9, 40)]
    db.session.commit()
    return [
        db.session.get_one(sittings.Enrolment, attempt.enrolment_id).contestant_no for attempt in attempts
    ]


def freeze(client, reason="Chốt kết quả tuần 1"):
    response = client.post(f"{PAGE}/chot", data={"reason": reason})
    assert (response.status_code, response.location) == (303, PAGE)


def hidden_code(page):
    return re.search(r'name="body_sha256"[^>]*value="([0-9a-f]{64})"', page)[1]


def test_a_whole_week_with_pages_only(people, browser, db):
    first, second = browser(0), browser(1)
    assert "Chốt số liệu" in first.get(PAGE).text

    freeze(first)
    waiting = first.get(PAGE).text
    assert '<meta http-equiv="refresh" content="3">' in waiting
    assert "Đang chốt số liệu lần 1." in waiting
    run_waiting_jobs()

    page = first.get(PAGE).text
    assert "http-equiv" not in page
    assert "3 người, 3 lượt, 3 người đúng hết" in page
    assert "Bạn là người chốt số liệu lần này nên không được tự duyệt." in page
    assert 'name="body_sha256"' not in page

    person = f"{PAGE}/thi-sinh/{people[0]}"
    choice = re.search(r'value="(void:[0-9a-f]{32})"', first.get(person).text)[1]
    decided = first.post(person, data={"choice": choice, "reason": REASON})
    assert (decided.status_code, decided.location) == (303, person)
    assert "Số liệu đã cũ." in first.get(PAGE).text
    assert 'name="body_sha256"' not in second.get(PAGE).text

    freeze(first, "Chốt lại sau khi hủy một lượt")
    run_waiting_jobs()
    page = second.get(PAGE).text
    assert "Lần chốt 2 thay đổi gì" in page
    assert 'Số người: <span class="num">3</span> thành <strong class="num">2</strong>' in page
    approved = second.post(f"{PAGE}/duyet", data={"body_sha256": hidden_code(page), "reason": ""})
    assert (approved.status_code, approved.location) == (303, PAGE)

    assert "Đã công bố bản 1." in second.get(PAGE).text
    revision = db.session.scalars(select(Revision)).one()
    assert revision.frozen_by != revision.approved_by
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.like("results.%")).order_by(AuditEntry.id)
    ).all()
    assert actions == [
        *("results.freeze_requested", "results.frozen", "results.decided"),
        *("results.freeze_requested", "results.frozen", "results.published"),
    ]


def test_the_freezers_own_approval_is_refused(people, browser, db):
    first = browser(0)
    freeze(first)
    run_waiting_jobs()
    frozen = db.session.scalars(select(Freeze)).one()

    response = first.post(f"{PAGE}/duyet", data={"body_sha256": frozen.body_sha256, "reason": ""})

    assert response.status_code == 409
    assert "Người chốt số liệu không được tự duyệt công bố." in response.text
    assert db.session.scalars(select(Revision)).all() == []
    assert db.session.scalars(select(Round.published_revision)).all() == [None]


def test_numbers_that_were_frozen_again_are_not_approved_unseen(people, browser, db):
    first, second = browser(0), browser(1)
    freeze(first)
    run_waiting_jobs()
    seen = hidden_code(second.get(PAGE).text)
    person = f"{PAGE}/thi-sinh/{people[0]}"
    first.post(person, data={"choice": "no_prize", "reason": REASON})

    stale = second.post(f"{PAGE}/duyet", data={"body_sha256": seen, "reason": ""})
    assert stale.status_code == 409
    assert "Có quyết định hoặc đáp án mới sau lần chốt này." in stale.text

    freeze(first, "Chốt lại sau khi xét")
    run_waiting_jobs()
    other = second.post(f"{PAGE}/duyet", data={"body_sha256": seen, "reason": ""})
    assert other.status_code == 409
    assert "Số liệu đã được chốt lại sau khi bạn mở trang." in other.text
    assert db.session.scalars(select(Revision)).all() == []


def test_a_later_revision_needs_a_reason(people, browser, db):
    first, second = browser(0), browser(1)
    freeze(first)
    run_waiting_jobs()
    code = hidden_code(second.get(PAGE).text)
    assert second.post(f"{PAGE}/duyet", data={"body_sha256": code, "reason": ""}).status_code == 303
    first.post(f"{PAGE}/thi-sinh/{people[1]}", data={"choice": "not_ranked", "reason": REASON})
    freeze(first, "Chốt lại theo khiếu nại")
    run_waiting_jobs()
    code = hidden_code(second.get(PAGE).text)

    refused = second.post(f"{PAGE}/duyet", data={"body_sha256": code, "reason": " "})
    assert refused.status_code == 409
    assert "Bạn ghi lý do, ít nhất 5 ký tự." in refused.text

    data = {"body_sha256": code, "reason": "Theo khiếu nại số 07"}
    assert second.post(f"{PAGE}/duyet", data=data).status_code == 303
    assert db.session.scalars(select(Revision.number).order_by(Revision.number)).all() == [1, 2]


def test_approving_twice_is_refused(people, browser, db):
    first, second = browser(0), browser(1)
    freeze(first)
    run_waiting_jobs()
    data = {"body_sha256": hidden_code(second.get(PAGE).text), "reason": ""}
    assert second.post(f"{PAGE}/duyet", data=data).status_code == 303

    assert second.post(f"{PAGE}/duyet", data=data).status_code == 409
    assert db.session.scalar(select(func.count()).select_from(Revision)) == 1


def test_while_the_round_is_open_nothing_is_frozen_or_decided(people, browser, db):
    client = browser(0, NOON)
    page = client.get(PAGE).text
    assert "Chốt được sau khi tuần thi đóng lúc 07:00, 15/04/2024" in page

    assert client.post(f"{PAGE}/chot", data={"reason": "Chốt kết quả"}).status_code == 409
    decided = client.post(f"{PAGE}/thi-sinh/{people[0]}", data={"choice": "no_prize", "reason": REASON})
    assert decided.status_code == 409
    assert db.session.scalars(select(Freeze)).all() == []
    assert db.session.scalars(select(Decision)).all() == []


@pytest.mark.parametrize("reason", ["", "ngắn", "x" * 1001])
def test_a_short_reason_shows_the_form_again(people, browser, db, reason):
    client = browser(0)

    assert client.post(f"{PAGE}/chot", data={"reason": reason}).status_code == 422
    person = f"{PAGE}/thi-sinh/{people[0]}"
    assert client.post(person, data={"choice": "no_prize", "reason": reason}).status_code == 422
    assert client.post(f"{person}/go-bo", data={"choice": "no_prize", "reason": reason}).status_code == 422
    assert db.session.scalars(select(Job)).all() == []
    assert db.session.scalars(select(Decision)).all() == []


@pytest.mark.parametrize("choice", ["", "void", "void:0", "prize", "void:" + "0" * 32])
def test_only_what_is_offered_can_be_decided(people, browser, db, choice):
    client = browser(0)

    response = client.post(f"{PAGE}/thi-sinh/{people[0]}", data={"choice": choice, "reason": REASON})

    assert response.status_code == 422
    assert db.session.scalars(select(Decision)).all() == []


def test_another_persons_attempt_cannot_be_voided_here(people, browser, db):
    client = browser(0)
    other = re.search(r'value="(void:[0-9a-f]{32})"', client.get(f"{PAGE}/thi-sinh/{people[1]}").text)[1]

    response = client.post(f"{PAGE}/thi-sinh/{people[0]}", data={"choice": other, "reason": REASON})

    assert response.status_code == 422
    assert db.session.scalars(select(Decision)).all() == []


def test_a_decision_is_taken_back_on_the_page(people, browser, db):
    client = browser(0)
    person = f"{PAGE}/thi-sinh/{people[0]}"
    client.post(person, data={"choice": "no_prize", "reason": REASON})
    assert "Gỡ bỏ quyết định này" in client.get(person).text

    undone = client.post(f"{person}/go-bo", data={"choice": "no_prize", "reason": "Đã xác minh lại"})

    assert undone.status_code == 303
    assert "Đã gỡ bỏ: Đã xác minh lại" in client.get(person).text
    again = client.post(f"{person}/go-bo", data={"choice": "no_prize", "reason": "Đã xác minh lại"})
    assert again.status_code == 409


def test_the_exclusion_list_is_told_on_the_persons_page(people, browser, db):
    found = db.session.scalars(select(Round)).one()
    enrolment = db.session.scalars(select(sittings.Enrolment).filter_by(contestant_no=people[0])).one()
    account = db.session.get_one(Account, enrolment.account_id)
    entry = Entry(Mode.NOT_RANKED, Kind.COMMITTEE)
    list_account(found.contest, account, entry, actor_id=found.scheduled_by, now=NOON)
    client = browser(0)

    assert "Danh sách loại trừ: được thi, không xếp hạng" in client.get(f"{PAGE}/thi-sinh/{people[0]}").text
    assert "Danh sách loại trừ" not in client.get(f"{PAGE}/thi-sinh/{people[1]}").text


def test_people_are_found_by_name_without_marks_and_by_number(people, browser, db):
    client = browser(0)

    assert client.get(f"{PAGE}?tim=thi+sinh+mau").text.count("cell-lead") == 3
    assert client.get(f"{PAGE}?tim={people[1]}").text.count("cell-lead") == 1
    assert "Không có ai trong tuần 1 khớp" in client.get(f"{PAGE}?tim=%25").text
    assert client.get(f"{PAGE}?tim={'x' * 81}").status_code == 400


def test_a_job_that_failed_says_so_and_can_be_asked_for_again(people, browser, db):
    client = browser(0)
    freeze(client)
    job = db.session.scalars(select(Job)).one()
    job.tries, job.error = 3, "MemoryError: "
    db.session.commit()

    page = client.get(PAGE).text
    assert "Chốt số liệu không thành." in page
    assert "http-equiv" not in page

    freeze(client, "Chốt lại lần nữa")
    run_waiting_jobs()
    assert "Số liệu đã chốt" in client.get(PAGE).text


def test_an_open_round_is_extended_with_its_running_attempts(world, week, browser, db):
    running = sittings.open_attempt(
        sittings.enrol(world, OPENS), week, started_at=week.closes_at - timedelta(minutes=5)
    )
    client = browser(0, week.closes_at - timedelta(minutes=4))
    data = {
        **{"closes_at_day": "15", "closes_at_month": "4", "closes_at_year": "2024"},
        **{"closes_at_time": "08:00", "reason": "Mất điện ở Tràng Định"},
    }

    response = client.post(f"{PAGE}/keo-dai", data=data)

    assert response.status_code == 303
    db.session.refresh(running)
    assert week.closes_at == OPENS + timedelta(days=7)
    assert running.deadline_at == running.started_at + timedelta(minutes=15)
    earlier = data | {"closes_at_time": "06:00"}
    assert client.post(f"{PAGE}/keo-dai", data=earlier).status_code == 409


def test_the_annex_can_be_asked_for_again(people, browser, db):
    first, second = browser(0), browser(1)
    freeze(first)
    run_waiting_jobs()
    second.post(f"{PAGE}/duyet", data={"body_sha256": hidden_code(second.get(PAGE).text), "reason": ""})

    assert first.post(f"{PAGE}/phu-luc").status_code == 303

    assert db.session.scalars(select(Job.done_at).where(Job.kind == "make_annex")).all() == [None]


@pytest.mark.parametrize("path", ["", f"/thi-sinh/{sittings.FIRST_NUMBER + 1}"])
def test_only_organisers_of_the_contest_see_the_pages(people, app, login, clock_at, db, path):
    clock_at(AFTER)
    citizen = worlds.make_person(db.session.scalar(select(Account.unit_id).limit(1)), OPENS)
    other = worlds.make_person(citizen.unit_id, OPENS)
    db.session.flush()
    contest = worlds.make_contest(other.id, OPENS, slug="cuoc-thi-khac")
    db.session.add(RoleGrant(account_id=other.id, role="organiser", contest_id=contest.id, valid_from=OPENS))
    db.session.commit()

    answers = []
    for account in (None, citizen, other):
        client = app.test_client()
        if account is not None:
            login(client, account)
        answers.append(client.get(f"{PAGE}{path}").status_code)

    assert answers == [302, 403, 404]
