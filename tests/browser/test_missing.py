"""Who has not taken part, headcounts and targets in both sizes: accessible, without script, by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.participation import test_headcounts as headcounts
from tests.participation import test_missing as missing

pytestmark = pytest.mark.sqlite_only

PATIENCE_FOR_A_FILE = 60_000  # it is read by a process that begins for it


@pytest.fixture
def people(db, clock_at):
    clock_at(missing.NOW)
    return missing.World(db)


@pytest.fixture
def tree(db, clock_at):
    clock_at(headcounts.NOW)
    return headcounts.World(db)


def test_the_list_and_what_is_made_of_it_are_accessible(screen, people, sign_in_on, check_accessibility):
    sign_in_on(screen, people.staff)
    screen.goto(people.url())
    expect(screen.get_by_role("heading", level=1)).to_have_text("Chưa thi tuần 2")
    screen.get_by_text("Tìm một người theo tên").click()
    check_accessibility(screen)
    for name, title in (("Chép cho Zalo", "Tin nhắn cho Zalo"), ("In danh sách", "Người chưa thi tuần 2")):
        screen.goto(people.url())
        screen.get_by_role("button", name=name).click()
        expect(screen.get_by_role("heading", level=1)).to_have_text(title)
        check_accessibility(screen)
    screen.goto(people.url(f"?don-vi={people.leaves[1].code}&loc=da-nhac"))
    check_accessibility(screen)


def test_people_are_noted_as_reminded_without_script(open_screen, people, sign_in_on):
    page = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(page, people.staff)
    page.goto(people.url())
    page.get_by_role("checkbox", name="Thí sinh mẫu Muộn").check()
    page.get_by_label("Điện thoại", exact=True).check()
    page.get_by_role("button", name="Ghi người đã đánh dấu").click()
    expect(page.get_by_text("Đã ghi: nhắc 1 người, Điện thoại.")).to_be_visible()

    page.get_by_label("Chỉ xem").select_option("Chưa nhắc lần nào")
    page.get_by_role("button", name="Lọc").click()
    expect(page.get_by_text("Thí sinh mẫu Muộn")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(2)


def test_the_list_is_downloaded_and_copied(open_screen, people, sign_in_on):
    page = open_screen(DESKTOP, permissions=["clipboard-read", "clipboard-write"])
    sign_in_on(page, people.staff)
    page.goto(people.url())
    with page.expect_download() as download:
        page.get_by_role("button", name="Xuất Excel").click()
    assert download.value.suggested_filename == "chua-thi-tuan-2-huyen-huyen-mau-1.xlsx"

    page.get_by_role("button", name="Chép cho Zalo").click()
    page.get_by_role("button", name="Chép tin 1").click()
    expect(page.get_by_role("status")).to_have_text("Đã chép")
    assert "- Thí sinh mẫu Muộn" in page.evaluate("navigator.clipboard.readText()")


def test_a_person_is_found_by_keyboard(desktop, people, sign_in_on):
    sign_in_on(desktop, people.staff)
    desktop.goto(people.url())
    desktop.get_by_text("Tìm một người theo tên").focus()
    desktop.keyboard.press("Enter")
    desktop.keyboard.press("Tab")
    desktop.keyboard.type("muon")
    desktop.keyboard.press("Enter")

    expect(desktop.get_by_role("checkbox")).to_have_count(1)
    expect(desktop.get_by_role("checkbox", name="Thí sinh mẫu Muộn")).to_be_visible()


def test_the_pages_of_headcounts_are_accessible(screen, tree, db, sign_in_on, check_accessibility, faults):
    tree.approve(tree.first, 100)
    tree.declare(tree.second, 50)
    tree.declare(tree.first, 120, by=tree.chief)
    db.session.commit()
    sign_in_on(screen, tree.top)
    for rest in ("", "/chi-tieu", "/nhap"):
        screen.goto(tree.url(tree.district, rest))
        for history in screen.get_by_text("lần khai quân số").all():
            history.click()
        check_accessibility(screen)
    screen.goto(tree.url(tree.district))
    screen.get_by_role("button", name="Khai quân số").click()
    expect(screen.get_by_role("alert")).to_contain_text("Bạn hãy ghi quân số.")
    check_accessibility(screen)
    assert [fault for fault in faults if "422" not in fault] == []
    faults.clear()


def test_a_spreadsheet_is_shown_before_it_is_declared(screen, tree, sign_in_on, check_accessibility):
    sign_in_on(screen, tree.chief)
    screen.goto(tree.url(tree.district, "/nhap"))
    with screen.expect_download() as download:
        screen.get_by_role("link", name="Tải tệp mẫu").click()
    template = download.value.path().read_bytes()
    body = headcounts.filled(template, {tree.first.code: 120, tree.second.code: "sai"})
    send(screen, body)
    expect(screen.get_by_text("1 chỗ cần sửa.")).to_be_visible(timeout=PATIENCE_FOR_A_FILE)
    check_accessibility(screen)

    screen.get_by_role("link", name="Gửi tệp khác").click()
    send(screen, headcounts.filled(template, {tree.first.code: 120}))
    expect(screen.get_by_text("khai mới")).to_be_visible(timeout=PATIENCE_FOR_A_FILE)
    check_accessibility(screen)
    screen.get_by_role("button", name="Khai đúng như trên").click()
    expect(screen.get_by_text("Chờ duyệt: 1 đơn vị")).to_be_visible()


def send(page, body):
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.get_by_label("Tệp Excel đã điền").set_input_files(
        {"name": "quan-so.xlsx", "mimeType": mime, "buffer": body}
    )
    page.get_by_role("button", name="Xem trước").click(timeout=PATIENCE_FOR_A_FILE)


def test_a_superior_approves_without_script(open_screen, tree, db, sign_in_on):
    tree.declare(tree.first, 100)
    db.session.commit()
    page = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(page, tree.chief)
    page.goto(tree.url(tree.district))
    page.get_by_label("100 người").check()
    page.get_by_role("button", name="Duyệt mục đã đánh dấu").click()

    expect(page.get_by_text("Đã duyệt quân số của 1 đơn vị.")).to_be_visible()
