"""The queue, a case and the live page of a round in both sizes: accessible, by keyboard, without script."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.integrity.models import Signal
from app.jobs.models import Job
from tests.browser.conftest import PHONE
from tests.integrity import conftest as searched_week
from tests.ranking.conftest import AFTER, NOON

pytestmark = pytest.mark.sqlite_only

preset, world, week = searched_week.preset, searched_week.world, searched_week.week
organisers, sit = searched_week.organisers, searched_week.sit
attempts, searched = searched_week.attempts, searched_week.searched

ROUND = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1"
REASON = "Đã gọi xác minh, thí sinh nhận làm hộ"


@pytest.fixture
def desk(screen, searched, organisers, sign_in_on):
    sign_in_on(screen, organisers[0])
    return screen


def open_case(page, title):
    page.goto(f"{ROUND}/canh-bao")
    page.get_by_role("button", name=re.compile(title)).first.click()


def test_queue_and_cases_are_accessible(desk, check_accessibility, faults):
    desk.goto(f"{ROUND}/canh-bao")
    check_accessibility(desk)
    for title in ("10 câu trong 8 giây", "người dùng chung một máy"):
        open_case(desk, title)
        expect(desk.get_by_role("heading", name="Bằng chứng")).to_be_visible()
        check_accessibility(desk)
    desk.get_by_role("button", name="Giữ hợp lệ").click()
    expect(desk.get_by_role("alert")).to_be_visible()
    check_accessibility(desk)
    assert all("422" in fault for fault in faults)
    faults.clear()


def test_a_case_before_it_is_opened_is_accessible(desk, db, check_accessibility):
    signal = db.session.scalars(select(Signal).limit(1)).one()
    desk.goto(f"{ROUND}/canh-bao/{signal.public_id}")
    check_accessibility(desk)


def test_an_attempt_is_voided_in_four_actions_without_script(open_screen, searched, organisers, sign_in_on):
    page = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(page, organisers[0])
    open_case(page, "10 câu trong 8 giây")
    page.get_by_label("Lý do").fill(REASON)
    page.get_by_role("button", name="Hủy lượt thi này").click()

    expect(page.get_by_text("Đã ghi quyết định về 1 người.")).to_be_visible()


def test_the_live_page_is_accessible(screen, searched, organisers, sign_in_on, clock_at, check_accessibility):
    clock_at(NOON + timedelta(hours=1))
    sign_in_on(screen, organisers[0])
    screen.goto(f"{ROUND}/dang-dien-ra")
    check_accessibility(screen)


def test_the_live_page_refreshes_itself_and_says_when_it_cannot(
    screen, searched, organisers, sign_in_on, clock_at, db, faults
):
    clock_at(NOON + timedelta(hours=1))
    sign_in_on(screen, organisers[0])
    screen.goto(f"{ROUND}/dang-dien-ra")
    expect(screen.get_by_text("Số liệu tự làm mới mỗi 5 giây.")).to_be_visible()
    db.session.add(Job(kind="make_annex", key="x", payload={}, created_at=AFTER, tries=3, error="x"))
    db.session.commit()

    screen.get_by_text("việc nền không làm được").wait_for()
    screen.context.set_offline(True)
    screen.get_by_text("Chưa lấy được số mới.").wait_for()
    screen.context.set_offline(False)
    screen.get_by_text("Đã nối lại").wait_for()
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in faults)
    faults.clear()
