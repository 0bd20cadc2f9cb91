"""Complaints and item analysis in the browser: both sizes, accessible, usable without script."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.accounts.models import Account
from app.analysis import services as analysis
from app.analysis.rules import Scope
from app.attempts.models import Attempt
from app.complaints import services
from app.complaints.rules import Subject
from app.contests.models import Round
from app.extensions import db as extension
from app.jobs.runner import run_waiting_jobs
from app.ranking import services as ranking
from tests import world as worlds
from tests.browser.conftest import PHONE
from tests.ranking import sittings
from tests.ranking.conftest import AFTER, NOON, OPENS

pytestmark = pytest.mark.sqlite_only

TEXT = "Câu này có hai phương án đều đúng theo văn bản nguồn."
ROUND = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1"


@pytest.fixture
def week(app, clock_at, db):
    """A published round with thirty-five attempts, the first of them by `citizen`."""
    clock_at(AFTER)
    world = worlds.make_world(OPENS)
    found = db.session.get_one(Round, world.round_id)
    for number in range(35):
        person = sittings.enrol(world, OPENS)
        sittings.sit(person, found, started_at=NOON, seconds=60 + number, score=10 - number % 6)
    first, second = db.session.scalars(select(Account).order_by(Account.id).limit(2)).all()
    frozen = ranking.request_freeze(found, actor_id=first.id, reason="Chốt kết quả", now=AFTER)
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()
    ranking.approve_and_publish(
        found, frozen, body_sha256=frozen.body_sha256, approver_id=second.id, reason="", now=AFTER
    )
    db.session.commit()
    return found


@pytest.fixture
def attempt(week, db):
    return db.session.scalars(select(Attempt).order_by(Attempt.id).limit(1)).one()


@pytest.fixture
def citizen(attempt, db):
    return db.session.get_one(Account, attempt.account_id)


@pytest.fixture
def judge(week, db):
    """An organiser without any part in the round."""
    unit_id = db.session.scalars(select(Account.unit_id).limit(1)).one()
    person = worlds.make_person(unit_id, OPENS)
    worlds.grant_organiser(person.id, OPENS)
    db.session.commit()
    return person


def test_a_complaint_travels_without_script(attempt, citizen, judge, open_screen, sign_in_on):
    mine, desk = (open_screen(PHONE, java_script_enabled=False) for _ in range(2))
    sign_in_on(mine, citizen)
    sign_in_on(desk, judge)
    mine.goto(f"/luot-thi/{attempt.public_id}/ket-qua")
    mine.get_by_role("link", name="Khiếu nại", exact=True).click()
    mine.get_by_label("Câu hỏi hoặc đáp án").check()
    mine.get_by_label("Câu số mấy trong đề của bạn").fill("2")
    mine.get_by_label("Nội dung").fill(TEXT)
    mine.get_by_role("button", name="Gửi khiếu nại").click()
    expect(mine.get_by_text("Đã nhận khiếu nại số 1 của bạn.")).to_be_visible()
    address = mine.url

    desk.goto("/ban-to-chuc/khieu-nai")
    desk.get_by_role("link", name="Số 1, tuần 1").click()
    desk.get_by_role("button", name="Tiếp nhận").click()
    desk.get_by_label("Nội dung gửi người khiếu nại").fill("Bạn dựa vào văn bản nào?")
    desk.get_by_role("button", name="Gửi", exact=True).click()

    mine.goto(address)
    expect(mine.get_by_text("Ban Tổ chức hỏi bạn.")).to_be_visible()
    mine.get_by_label("Bạn muốn bổ sung hoặc trả lời gì?").fill("Tôi dựa vào Điều 5.")
    mine.get_by_role("button", name="Gửi", exact=True).click()

    desk.reload()
    desk.get_by_label("Không chấp nhận").check()
    desk.get_by_label("Kết quả giữ nguyên").check()
    desk.get_by_label("Căn cứ").fill("Điều 5 Luật, khoản 2")
    desk.get_by_label("Trả lời người khiếu nại").fill("Đáp án đúng theo khoản 2.")
    desk.get_by_role("button", name="Ghi quyết định và trả lời").click()
    expect(desk.get_by_text("Đã ghi quyết định.")).to_be_visible()

    mine.reload()
    expect(mine.get_by_text("Ban Tổ chức trả lời: không chấp nhận")).to_be_visible()


def test_the_pages_are_accessible(
    week, attempt, citizen, judge, screen, sign_in_on, check_accessibility, faults, db
):
    own = services.file_complaint(
        week, attempt, subject=Subject.QUESTION, position=2, text=TEXT, now=AFTER
    ).public_id
    analysis.request_analysis(week, Scope.FIRST, actor_id=judge.id, now=AFTER)
    db.session.commit()
    run_waiting_jobs()
    extension.session.expire_all()

    sign_in_on(screen, citizen)
    for path in (
        "/khieu-nai",
        f"/khieu-nai/{own}",
        f"/luot-thi/{attempt.public_id}/khieu-nai",
        f"/luot-thi/{attempt.public_id}/ket-qua",
        "/tai-khoan",
    ):
        assert screen.goto(path).status == 200
        check_accessibility(screen)
    sign_in_on(screen, judge)
    desk = "/ban-to-chuc/khieu-nai"
    for path in (desk, f"{ROUND}/khieu-nai", f"{desk}/{own}", f"{ROUND}/phan-tich"):
        assert screen.goto(path).status == 200
        check_accessibility(screen)
    screen.locator("a[href*='/phan-tich/cau/']").first.click()
    check_accessibility(screen)
    screen.goto(f"{desk}/{own}")
    screen.get_by_role("button", name="Tiếp nhận").click()
    screen.get_by_role("button", name="Ghi quyết định và trả lời").click()
    expect(screen.get_by_text("Cần sửa")).to_be_visible()
    check_accessibility(screen)
    assert [fault for fault in faults if "422" not in fault] == []
    faults.clear()
