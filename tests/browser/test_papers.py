"""Certificates, papers of commendation and Word templates in the browser: both sizes, accessible."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.accounts.models import Account, RoleGrant
from app.jobs.runner import run_waiting_jobs
from app.ranking import live_services
from tests import world as worlds
from tests.browser.conftest import PHONE
from tests.commendation.word import make_word
from tests.portal import weeks
from tests.portal.weeks import FIRST, WEEK, closing
from tests.security import site as sites

pytestmark = pytest.mark.sqlite_only

TRIAL = 60_000  # milliseconds: a template is tried in a process that starts anew
CERTIFICATE = "/tai-khoan/giay-chung-nhan/dan-van-kheo"
TEMPLATES = "/ban-to-chuc/cuoc-thi/dan-van-kheo/khen-thuong/mau"


@pytest.fixture
def person(app, clock_at):
    """Somebody who sat the first three of five weeks; the third has just closed."""
    world = weeks.make_weeks()
    account = worlds.make_person(world.unit_id, FIRST - WEEK)
    account.full_name = "Thí sinh mẫu Nguyễn Thị Ưỡng Quỳnh Hương"
    enrolment = weeks.enrol(world, account)
    for number in (1, 2, 3):
        weeks.sit(world, enrolment, number)
    now = closing(3) + WEEK / 7
    clock_at(now)
    live_services.tally(100, now=now)
    return account


@pytest.fixture
def organiser(person, db):
    query = select(Account).join(RoleGrant, RoleGrant.account_id == Account.id)
    return db.session.scalars(query.where(RoleGrant.role == "organiser").limit(1)).one()


def test_a_certificate_without_script(person, open_screen, sign_in_on):
    page = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(page, person)
    page.goto("/tai-khoan")
    page.get_by_role("link", name="Giấy chứng nhận").click()
    page.get_by_role("button", name="Lấy giấy chứng nhận").click()
    expect(page.get_by_text("Giấy đang được tạo.")).to_be_visible()
    run_waiting_jobs()
    page.get_by_role("link", name="Tải lại trang").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải giấy chứng nhận (PDF)").click()
    assert download.value.suggested_filename == "giay-chung-nhan-dan-van-kheo.pdf"
    page.get_by_role("link", name="trang kiểm tra giấy").click()
    expect(page.get_by_text("Giấy này có thật và còn giá trị.")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(person.full_name)


def test_the_certificates_pages(person, screen, sign_in_on, check_accessibility, faults):
    sign_in_on(screen, person)
    screen.goto(CERTIFICATE)
    check_accessibility(screen)
    screen.get_by_role("button", name="Lấy giấy chứng nhận").click()
    run_waiting_jobs()
    screen.goto(CERTIFICATE)
    expect(screen.get_by_role("link", name="Tải giấy chứng nhận (PDF)")).to_be_visible()
    check_accessibility(screen)
    screen.get_by_role("link", name="trang kiểm tra giấy").click()
    expect(screen.get_by_text("Giấy này có thật và còn giá trị.")).to_be_visible()
    check_accessibility(screen)
    screen.goto("/chung-nhan")
    check_accessibility(screen)
    screen.get_by_label("Mã kiểm tra").fill("AAAA-BBBB-CCCC")
    screen.get_by_role("button", name="Kiểm tra").click()
    expect(screen.get_by_text("Không có giấy nào mang mã này.")).to_be_visible()
    assert [fault for fault in faults if "404" not in fault] == []
    faults.clear()


def test_a_template_is_changed_and_given_back(organiser, screen, sign_in_on, check_accessibility, faults):
    sign_in_on(screen, organiser)
    screen.set_default_timeout(TRIAL)
    screen.goto(TEMPLATES)
    check_accessibility(screen)
    screen.get_by_role("link", name="Danh sách đề nghị khen thưởng").click()
    check_accessibility(screen)
    wrong = {"name": "sai.docx", "mimeType": "application/msword", "buffer": make_word("{{ bi_mat }}")}
    screen.get_by_label("Tệp Word (.docx)").set_input_files(wrong)
    screen.get_by_role("button", name="Tải lên và điền thử").click()
    expect(screen.get_by_role("link", name="Mẫu dùng trường “bi_mat”")).to_be_visible(timeout=TRIAL)
    check_accessibility(screen)
    assert [fault for fault in faults if "422" not in fault] == []
    faults.clear()
    right = wrong | {"name": "mau moi.docx", "buffer": make_word("{{ co_quan_khen }}")}
    screen.get_by_label("Tệp Word (.docx)").set_input_files(right)
    screen.get_by_role("button", name="Tải lên và điền thử").click()
    expect(screen.get_by_text("Đang dùng: mau moi.docx")).to_be_visible(timeout=TRIAL)
    check_accessibility(screen)
    screen.get_by_role("button", name="Dùng lại mẫu có sẵn").click()
    expect(screen.get_by_text("Đang dùng: mẫu có sẵn")).to_be_visible()


def test_the_papers_of_a_body_and_of_a_dossier(app, clock_at, db, screen, sign_in_on, check_accessibility):
    clock_at(sites.NOW)
    side = sites.build().sides["a"]
    staff = db.session.scalars(select(Account).where(Account.full_name == "Thí sinh mẫu Hà")).one()
    sign_in_on(screen, staff)
    place = f"/can-bo/cuoc-thi/{side.slug}/{side.series}/{side.unit_code}/khen-thuong"
    screen.goto(f"{place}/co-quan/{side.body}/van-ban")
    check_accessibility(screen)
    screen.get_by_role("button", name="Tạo tờ trình").click()
    expect(screen.get_by_text("Đang tạo, yêu cầu lúc")).to_be_visible()
    run_waiting_jobs()
    screen.reload()
    expect(screen.get_by_role("link", name="Tờ trình (Word)")).to_be_visible()
    screen.goto(f"{place}/ho-so/{side.dossier}")
    screen.get_by_role("button", name="Tạo giấy khen").click()
    expect(screen.get_by_text("Đang tạo, yêu cầu lúc")).to_be_visible()
    check_accessibility(screen)
