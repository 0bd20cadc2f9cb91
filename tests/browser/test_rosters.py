"""A unit's people: lists, help, moves, merges and own units, on both sizes and without script."""

import pytest
from playwright.sync_api import expect

from app.extensions import db as extension
from app.jobs.runner import run_waiting_jobs
from app.permissions import Role
from tests import world as worlds
from tests.browser.conftest import PHONE
from tests.factories import make_account, make_grant
from tests.rosters.conftest import NOW, OPENS, book, unit_of

pytestmark = pytest.mark.sqlite_only
PLACE = "/can-bo/cuoc-thi/dan-van-kheo/vn-2024/185"
LIST = book(
    [1, "Thí sinh mẫu Một", "05/09/1987", "Nữ", 912345678, "Bắc Quỳnh", "Chi hội trưởng"],
    [2, "Thí sinh mẫu Họ Và Tên Dài Hơn Bình Thường", "5/9/1990", "", "", "Xã Chiêu Vũ", ""],
)
WRONG = book([1, "Thí sinh mẫu Một", "1987", "x", "12", "Xã Lạ", ""])


@pytest.fixture
def staff(app, db, clock_at):
    clock_at(NOW)
    world = worlds.make_world(OPENS)
    for _ in range(2):
        worlds.make_person(world.unit_id, OPENS)
    district = unit_of("185")
    account = make_account(district, full_name="Thí sinh mẫu Cán Bộ")
    make_grant(account, Role.STAFF, unit=district)
    db.session.commit()
    return account


def send(page, content):
    page.goto(f"{PLACE}/danh-sach")
    file = {"name": "danh-sach-can-bo.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    page.get_by_label("Tệp danh sách (.xlsx)").set_input_files(file)
    page.get_by_role("button", name="Đọc tệp và xem trước").click()


def test_every_page_is_accessible(staff, screen, sign_in_on, check_accessibility, faults):
    sign_in_on(screen, staff)
    for page in ("danh-sach", "dang-ky-giup", "phieu", "nguoi-du-thi", "tai-khoan-trung", "don-vi"):
        screen.goto(f"{PLACE}/{page}")
        check_accessibility(screen)
    screen.get_by_label("Tên đơn vị").fill("trường THCS Bắc Quỳnh")
    screen.get_by_role("button", name="Thêm đơn vị").click()
    screen.get_by_role("link", name="Trường THCS Bắc Quỳnh").click()
    expect(screen.get_by_role("button", name="Đóng đơn vị")).to_be_visible()
    check_accessibility(screen)

    screen.goto(f"{PLACE}/dang-ky-giup")
    screen.get_by_role("button", name="Tạo tài khoản và in phiếu").click()
    expect(screen.get_by_role("link", name="Bạn hãy ghi ai nhờ.")).to_be_visible()
    check_accessibility(screen)
    assert [fault for fault in faults if "422" not in fault] == []
    faults.clear()

    send(screen, WRONG)
    expect(screen.get_by_role("heading", name="4 chỗ cần sửa trong tệp")).to_be_visible()
    check_accessibility(screen)
    send(screen, LIST)
    expect(screen.get_by_role("button", name="Ghi nhận và tạo 2 tài khoản")).to_be_visible()
    check_accessibility(screen)
    screen.get_by_role("button", name="Ghi nhận và tạo 2 tài khoản").click()
    expect(screen.get_by_text("Đã ghi nhận danh sách")).to_be_visible()
    check_accessibility(screen)
    screen.goto(f"{PLACE}/danh-sach")
    check_accessibility(screen)


def test_people_are_moved_and_merged_on_both_sizes(staff, screen, sign_in_on, check_accessibility):
    sign_in_on(screen, staff)
    screen.goto(f"{PLACE}/nguoi-du-thi")
    screen.get_by_label("Tìm người").fill("mau thu")
    screen.get_by_role("button", name="Tìm").click()
    expect(screen.get_by_role("heading", name="4 người")).to_be_visible()
    check_accessibility(screen)
    screen.get_by_role("link", name="Xem").first.click()
    expect(screen.get_by_role("heading", name="Có thể là cùng một người")).to_be_visible()
    check_accessibility(screen)

    screen.goto(f"{PLACE}/tai-khoan-trung")
    check_accessibility(screen)
    screen.get_by_role("link", name="So sánh với tài khoản đầu").last.click()
    expect(screen.get_by_role("heading", name="So sánh hai tài khoản")).to_be_visible()
    check_accessibility(screen)


def test_a_list_becomes_slips_on_a_phone_without_script(staff, app, open_screen, sign_in_on):
    page = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(page, staff)
    send(page, LIST)
    page.get_by_role("button", name="Ghi nhận và tạo 2 tài khoản").click()
    page.get_by_role("button", name="Tạo tệp phiếu").click()
    expect(page.get_by_text("Đang tạo tệp phiếu.").first).to_be_visible()

    run_waiting_jobs()
    page.goto(f"{PLACE}/phieu")
    expect(page.get_by_role("link", name="Tải tệp PDF để in")).to_be_visible()

    page.goto(f"{PLACE}/nguoi-du-thi")
    page.get_by_label("Tìm người").fill("mau mot")
    page.get_by_role("button", name="Tìm").click()
    page.get_by_label("Thí sinh mẫu Một").check()
    page.get_by_label("Đơn vị", exact=True).select_option("06328")
    page.get_by_label("Lý do chuyển").fill("Chọn nhầm đơn vị")
    page.get_by_role("button", name="Chuyển đơn vị").click()
    expect(page.get_by_text("Đã chuyển 1 người sang Xã Chiêu Vũ.")).to_be_visible()
    extension.session.rollback()
