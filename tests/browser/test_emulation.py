"""The Bắc Sơn plan walked in a browser: two people brought, five weeks, the flag and why, a word for it."""

import re

import pytest
from playwright.sync_api import expect

from app.emulation.evaluation_services import evaluate
from app.emulation.referral_cluster_services import search
from app.jobs.runner import run_waiting_jobs
from tests.browser.conftest import PHONE
from tests.emulation import conftest as five_weeks
from tests.emulation.world import AFTER

pytestmark = pytest.mark.sqlite_only

preset, world, contest = five_weeks.preset, five_weeks.world, five_weeks.contest
bac_son = five_weeks.bac_son

STAFF = "/can-bo/cuoc-thi/dan-van-kheo/vn-2024/185/thi-dua"
ORGANISER = "/ban-to-chuc/cuoc-thi/dan-van-kheo/thi-dua"
PDF = {"name": "công văn.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 mau"}


def test_a_citizen_sees_the_flag_and_why(screen, bac_son, sign_in_on, check_accessibility):
    sign_in_on(screen, bac_son.citizen)
    screen.goto("/tai-khoan")
    check_accessibility(screen)

    screen.get_by_role("link", name="Thi đua của tôi").click()

    expect(screen.get_by_role("heading", name="Bạn đã đủ tiêu chí")).to_be_visible()
    expect(screen.locator(".week-mark-met")).to_have_count(10)
    expect(screen.get_by_text("Được tính", exact=True)).to_have_count(2)
    check_accessibility(screen)
    screen.get_by_role("link", name=re.compile("Mã, liên kết")).click()
    expect(screen.get_by_role("heading", name="Ai được tính")).to_be_visible()
    expect(screen.get_by_text("Đủ 5 tuần")).to_have_count(2)
    check_accessibility(screen)


def test_the_poster_is_asked_for_and_downloaded_without_script(open_screen, bac_son, sign_in_on):
    page = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(page, bac_son.citizen)
    page.goto("/tai-khoan/gioi-thieu")
    page.get_by_role("button", name="Tạo tờ mời").click()
    expect(page.get_by_text("Đang tạo tờ mời.")).to_be_visible()
    run_waiting_jobs()
    page.goto("/tai-khoan/gioi-thieu")

    with page.expect_download() as download:
        page.get_by_role("link", name="Tải tờ mời (PDF)").click()

    assert download.value.suggested_filename == "moi-du-thi-dan-van-kheo.pdf"


def test_staff_find_the_person_and_read_every_reason(screen, bac_son, sign_in_on, check_accessibility):
    sign_in_on(screen, bac_son.staff)
    screen.goto(STAFF)
    check_accessibility(screen)
    screen.get_by_role("link", name=re.compile("Thi đua Dân vận khéo")).click()
    check_accessibility(screen)
    screen.get_by_role("link", name="Thí sinh mẫu Liên").click()
    expect(screen.get_by_role("heading", name="Từng điều kiện")).to_be_visible()
    check_accessibility(screen)
    for address in ("?loc=gan-dat", "?loc=cho-xac-nhan", "/tap-the", "/tap-the/06325"):
        screen.goto(f"{STAFF}/{bac_son.campaign.public_id}{address}")
        check_accessibility(screen)


def test_staff_attest_with_a_file_and_the_citizen_sees_it(
    open_screen, bac_son, sign_in_on, db, check_accessibility, faults
):
    page = open_screen(PHONE)
    sign_in_on(page, bac_son.staff)
    page.goto(f"{STAFF}/{bac_son.campaign.public_id}/nguoi/{bac_son.citizen.public_id}")
    card = page.get_by_role("region", name="Tham mưu cho thủ trưởng đơn vị triển khai cuộc thi")
    card.locator("summary").click()
    card.get_by_label("Đạt", exact=True).check()
    card.get_by_label("Tệp minh chứng").set_input_files(PDF)
    card.get_by_role("button", name="Ghi xác nhận").click()
    expect(page.get_by_role("alert")).to_contain_text("Bạn hãy ghi việc đã làm")
    check_accessibility(page)

    card.get_by_label("Việc đã làm").fill("Đã tham mưu Kế hoạch số 12")
    card.get_by_label("Tệp minh chứng").set_input_files(PDF)
    card.get_by_role("button", name="Ghi xác nhận").click()

    expect(card.get_by_text("Đã tham mưu Kế hoạch số 12")).to_be_visible()
    with page.expect_download() as download:
        card.get_by_role("link", name="công văn.pdf").click()
    assert download.value.suggested_filename == "công văn.pdf"
    evaluate(bac_son.campaign, now=AFTER)
    db.session.commit()
    citizen = open_screen(PHONE)
    sign_in_on(citizen, bac_son.citizen)
    citizen.goto("/tai-khoan/thi-dua")
    expect(citizen.get_by_text("Đã được xác nhận là đạt.")).to_be_visible()
    assert all("422" in fault for fault in faults)
    faults.clear()


def test_organisers_change_criteria_after_seeing_whom_that_moves_without_script(
    open_screen, bac_son, sign_in_on, check_accessibility
):
    page = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(page, bac_son.organiser)
    page.goto(f"{ORGANISER}/{bac_son.campaign.public_id}")
    page.get_by_role("link", name="Sửa tiêu chí").click()
    card = page.get_by_role("region", name="Vận động người thân, bạn bè dự thi liên tục")
    card.locator("summary").click()
    card.get_by_label("Ít nhất bao nhiêu người").fill("3")
    page.get_by_role("button", name="Đọc lại câu chữ").click()
    expect(page.get_by_text("Vận động được ít nhất 3 tài khoản")).to_be_visible()
    page.get_by_role("button", name="Xem ai thêm, ai bớt").click()
    expect(page.get_by_text("Đang tính ai thêm, ai bớt.")).to_be_visible()
    run_waiting_jobs()
    page.goto(page.url)
    expect(page.get_by_role("heading", name="Thêm 0 người, bớt 1 người")).to_be_visible()
    page.get_by_label("Lý do").fill("Theo kế hoạch sửa đổi")
    page.get_by_role("button", name="Lưu thành bản 2").click()

    expect(page.get_by_role("heading", name="Tiêu chí, bản 2")).to_be_visible()
    run_waiting_jobs()


def test_organisers_pages_are_accessible(screen, bac_son, sign_in_on, db, check_accessibility):
    search(bac_son.contest.id, now=AFTER)
    db.session.commit()
    sign_in_on(screen, bac_son.organiser)
    base = f"{ORGANISER}/{bac_son.campaign.public_id}"
    for address in (ORGANISER, f"{ORGANISER}/moi", base, f"{base}/tieu-chi?mau=bac-son-2024"):
        screen.goto(address)
        check_accessibility(screen)
    screen.goto("/ban-to-chuc/cuoc-thi/dan-van-kheo/gioi-thieu")
    check_accessibility(screen)
