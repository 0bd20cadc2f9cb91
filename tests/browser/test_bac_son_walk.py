"""The Bắc Sơn plan from the invitation to the letter: every hand at its own phone, without script."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.accounts.models import Account, Referral
from app.accounts.rules import code_of, find_phone
from app.commendation import office_services
from app.commendation.queries import get_office
from app.commendation.report_rules import PERSON_FIELDS
from app.commendation.workflow_rules import Step
from app.emulation.services import request_evaluation
from app.jobs.runner import run_waiting_jobs
from app.permissions import Role
from tests import world as worlds
from tests.browser import test_commendation as hands
from tests.browser.conftest import PHONE
from tests.browser.test_week import PHONE_NUMBER, fill_registration
from tests.commendation.conftest import VALUES
from tests.emulation import conftest as five_weeks
from tests.emulation.world import AFTER
from tests.factories import make_grant
from tests.portal.weeks import FIRST, WEEK

pytestmark = pytest.mark.sqlite_only

preset, world, contest = five_weeks.preset, five_weeks.world, five_weeks.contest
bac_son = five_weeks.bac_son

PLACE = "/can-bo/cuoc-thi/dan-van-kheo/vn-2024/185"


@pytest.fixture
def office(bac_son, db):
    """The awarding body: the district's staff choose, two others appraise and decide."""
    body = office_services.create_body(
        bac_son.campaign, bac_son.district, VALUES, actor_id=bac_son.organiser.id, now=AFTER
    )
    found = get_office(bac_son.contest, body.public_id)
    appraiser, decider = (worlds.make_person(bac_son.district.id, FIRST - WEEK) for _ in range(2))
    for account in (appraiser, decider):
        make_grant(account, Role.STAFF, unit=bac_son.district)
    for step, account in (
        (Step.CHOOSE, bac_son.staff),
        (Step.APPRAISE, appraiser),
        (Step.COUNCIL, appraiser),
        (Step.DECIDE, decider),
    ):
        office_services.give_hand(found, step, account, actor_id=bac_son.organiser.id, now=AFTER)
    db.session.commit()
    return appraiser, decider


def test_from_the_invitation_to_the_letter(open_screen, bac_son, office, sign_in_on, db):
    def device(account):
        return hands.signed_in(open_screen, sign_in_on, account)

    citizen, staff = device(bac_son.citizen), device(bac_son.staff)
    appraiser, decider = map(device, office)
    invite(open_screen(PHONE, java_script_enabled=False), citizen, bac_son, db)

    request_evaluation(bac_son.campaign, now=AFTER)
    db.session.commit()
    run_waiting_jobs()
    citizen.goto("/tai-khoan/thi-dua")
    expect(citizen.get_by_role("heading", name="Bạn đã đủ tiêu chí")).to_be_visible()
    attest(staff, bac_son)

    propose(staff, bac_son)
    report(citizen)
    appraise(appraiser, bac_son)
    decide(decider)
    papers(staff)
    letter_is_real(open_screen(PHONE, java_script_enabled=False), db)


def invite(page, citizen, bac_son, db):
    """Somebody opens the citizen's link and registers; the referral is theirs."""
    bac_son.citizen.referral_code = code_of(7)
    db.session.commit()
    citizen.goto("/tai-khoan/gioi-thieu")
    link = citizen.get_by_role("link", name=re.compile("dang-ky")).get_attribute("href")
    page.goto(link[link.index("/dang-ky") :])
    expect(page.locator("[name=referral_code]")).not_to_have_value("")
    fill_registration(page, with_script=False)
    page.wait_for_url(lambda address: "/dang-ky" not in address)
    brought = db.session.scalars(
        select(Account).where(Account.sign_in_name == find_phone(PHONE_NUMBER))
    ).one()
    assert db.session.get_one(Referral, brought.id).referrer_id == bac_son.citizen.id


def attest(staff, bac_son):
    staff.goto(f"{PLACE}/thi-dua/{bac_son.campaign.public_id}/nguoi/{bac_son.citizen.public_id}")
    expect(staff.get_by_role("heading", name="Từng điều kiện")).to_be_visible()
    card = staff.get_by_role("region", name="Tham mưu cho thủ trưởng đơn vị triển khai cuộc thi")
    card.locator("summary").click()
    card.get_by_label("Đạt", exact=True).check()
    card.get_by_label("Việc đã làm").fill("Đã tham mưu Kế hoạch số 12")
    card.get_by_role("button", name="Ghi xác nhận").click()
    expect(card.get_by_text("Đã tham mưu Kế hoạch số 12")).to_be_visible()


def propose(staff, bac_son):
    staff.goto(f"{PLACE}/khen-thuong")
    staff.get_by_role("link", name="Chọn cá nhân").click()
    staff.get_by_role("checkbox", name=bac_son.citizen.full_name).check()
    staff.get_by_role("button", name="Chọn những dòng đã đánh dấu").click()
    staff.get_by_role("link", name=re.compile("Hồ sơ 1:")).click()
    hands.do(staff, "Yêu cầu viết báo cáo thành tích")


def report(citizen):
    """The facts of the contest stand in the report already."""
    citizen.goto("/tai-khoan")
    citizen.get_by_role("link", name=re.compile("Cần viết báo cáo thành tích")).click()
    citizen.get_by_role("link", name="Viết báo cáo thành tích").click()
    results = citizen.get_by_label("Kết quả đạt được")
    expect(results).to_have_value(re.compile("5/5"))
    for box in PERSON_FIELDS:
        if box.is_required and box.name not in ("full_name", "date_of_birth", "results"):
            citizen.get_by_label(box.label, exact=True).fill(f"{box.label} mẫu"[: box.maximum])
    citizen.get_by_role("button", name="Nộp báo cáo").click()
    expect(citizen.get_by_text("Đã nộp báo cáo thành tích.")).to_be_visible()


def appraise(appraiser, bac_son):
    appraiser.goto(f"{PLACE}/khen-thuong")
    appraiser.get_by_role("link", name=re.compile("Hồ sơ 1:")).click()
    hands.do(appraiser, "Thẩm định: đủ điều kiện")
    hands.do(appraiser, "Trình Hội đồng")
    appraiser.get_by_role("link", name="Ghi biên bản Hội đồng").click()
    hands.fill(
        appraiser,
        *(("Ngày", "29"), ("Tháng", "4"), ("Năm", "2024"), ("Nơi họp", "Phòng họp số 1")),
        *(("Chủ trì", "Đồng chí Chủ tịch mẫu"), ("Thư ký", "Đồng chí Thư ký mẫu")),
        *(("Số thành viên Hội đồng", "9"), ("Số thành viên có mặt", "8")),
        (f"Số phiếu đồng ý: {bac_son.citizen.full_name}", "8"),
    )
    appraiser.get_by_role("button", name="Ghi biên bản").click()
    expect(appraiser.get_by_text("Đã ghi biên bản với 1 hồ sơ.")).to_be_visible()


def decide(decider):
    decider.goto(f"{PLACE}/khen-thuong")
    decider.get_by_role("link", name="Quyết định", exact=True).click()
    hands.fill(
        decider,
        *(("Số quyết định", "123/QĐ-UBND"), ("Ngày", "29"), ("Tháng", "4"), ("Năm", "2024")),
        *(("Người ký", "Nguyễn Văn Mẫu"), ("Chức vụ người ký", "Chủ tịch")),
    )
    decider.get_by_role("button", name="Ghi quyết định").click()
    decider.get_by_role("button", name="Công bố").click()
    decider.get_by_role("link", name="Xem danh sách công khai").click()
    expect(decider.get_by_text("Quyết định số 123/QĐ-UBND")).to_be_visible()


def papers(staff):
    """The achievement report as a Word file, the letter as a PDF."""
    staff.goto(f"{PLACE}/khen-thuong")
    staff.get_by_role("link", name="Thí sinh mẫu Liên").first.click()
    for button in ("Tạo báo cáo thành tích", "Tạo giấy khen"):
        staff.get_by_role("button", name=button).click()
        expect(staff.get_by_text("Đang tạo, yêu cầu lúc").first).to_be_visible()
    run_waiting_jobs()
    staff.goto(staff.url)
    for link, ending in (
        (re.compile("Báo cáo thành tích.*Word"), ".docx"),
        (re.compile("Giấy khen.*PDF"), ".pdf"),
    ):
        with staff.expect_download() as download:
            staff.get_by_role("link", name=link).click()
        assert download.value.suggested_filename.endswith(ending)


def letter_is_real(page, db):
    code = db.session.scalars(select(hands.Dossier.code)).one()
    page.goto(f"/chung-nhan/{code}")
    expect(page.get_by_text("Giấy này có thật và còn giá trị.")).to_be_visible()
    expect(page.get_by_text("123/QĐ-UBND")).to_be_visible()
