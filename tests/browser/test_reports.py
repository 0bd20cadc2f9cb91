"""Reports, collective boards and open data: both sizes, accessible, by keyboard and without script."""

import pytest
from playwright.sync_api import expect

from app.jobs.runner import run_waiting_jobs
from app.participation.board_rules import Measure
from tests.participation.test_boards import AFTER, WEIGHTS, Province
from tests.participation.test_reports import Office
from tests.participation.world import OPENS, WEEK

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def office(db, clock_at):
    made = Office(db)
    clock_at(OPENS + 2 * WEEK)
    return made


@pytest.fixture
def province(db, clock_at):
    made = Province(db, clock_at)
    made.publish()
    return made


@pytest.fixture
def refused(faults):
    """The browser's console notes that a form was refused; nothing else may be there."""
    yield
    assert [fault for fault in faults if "422" not in fault] == []
    faults.clear()


def test_a_report_is_made_by_one_click(screen, office, sign_in_on, check_accessibility):
    sign_in_on(screen, office.staff)
    screen.goto(office.address())
    check_accessibility(screen)

    screen.get_by_role("button", name="Lập báo cáo").click()
    expect(screen.get_by_text("Đang lập báo cáo tuần 2.")).to_be_visible()
    check_accessibility(screen)
    run_waiting_jobs()
    word = screen.get_by_role("link", name="Word tuần 2")
    expect(word).to_be_visible()
    check_accessibility(screen)
    with screen.expect_download() as download:
        word.click()
    assert download.value.suggested_filename == "bao-cao-huyen-huyen-mau-1-tuan-2.docx"


def test_a_wrong_setting_is_told_beside_its_field(screen, office, sign_in_on, check_accessibility, refused):
    sign_in_on(screen, office.staff)
    screen.goto(office.address())
    screen.get_by_label("Cơ quan lập báo cáo").fill("")
    screen.get_by_label("Địa danh").fill("Nơi mẫu")
    screen.get_by_role("button", name="Lưu").click()

    expect(screen.get_by_role("alert").get_by_text("Bạn hãy ghi tên cơ quan")).to_be_visible()
    expect(screen.get_by_label("Địa danh")).to_have_value("Nơi mẫu")
    check_accessibility(screen)


def test_without_script_the_report_is_there_after_a_reload(open_screen, office, sign_in_on):
    plain = open_screen({"width": 360, "height": 740}, java_script_enabled=False)
    sign_in_on(plain, office.staff)
    plain.goto(office.address())
    plain.get_by_role("button", name="Lập báo cáo").click()
    run_waiting_jobs()
    plain.goto(office.address())

    expect(plain.get_by_role("link", name="Excel tuần 2")).to_be_visible()


@pytest.mark.parametrize("measure", [Measure.PEOPLE, Measure.MIXED])
def test_boards_of_staff(screen, province, sign_in_on, check_accessibility, measure):
    sign_in_on(screen, province.staff)
    screen.goto(f"{province.address()}?tuan=1&kieu={measure}")
    check_accessibility(screen)

    rate = screen.get_by_role("navigation", name="Xếp theo").get_by_role("link", name="Tỷ lệ")
    rate.focus()
    screen.keyboard.press("Enter")
    expect(rate).to_have_attribute("aria-current", "page")
    screen.get_by_label("So sánh").select_option("co-so")
    screen.get_by_role("button", name="Xem").click()
    expect(screen.get_by_role("row")).to_have_count(5)


def test_weights_of_organisers(screen, province, sign_in_on, check_accessibility, refused):
    sign_in_on(screen, province.organisers[0])
    screen.goto(f"/ban-to-chuc/cuoc-thi/{province.contest.slug}/giai-tap-the")
    for name, value in WEIGHTS.items():
        screen.locator(f"#{name}").fill(value)
    screen.locator("#people").fill("51")
    screen.get_by_role("button", name="Lưu").click()
    expect(screen.get_by_text("Các trọng số phải cộng lại bằng 100.")).to_be_visible()
    check_accessibility(screen)

    screen.locator("#people").fill("50")
    screen.get_by_role("button", name="Lưu").click()
    expect(screen.get_by_text("Điểm (tối đa 100) = 50 × số người + 50 × số giải.")).to_be_visible()
    check_accessibility(screen)


def test_public_pages(screen, province, clock_at, check_accessibility):
    clock_at(AFTER)
    for path in (f"/cuoc-thi/{province.contest.slug}/tuan/1/bang-tap-the?kieu=giai", "/du-lieu-mo"):
        screen.goto(path)
        check_accessibility(screen)
