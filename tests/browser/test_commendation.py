"""A dossier through every hand to the decision in a browser, without script; its pages on both screens."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.commendation.models import Dossier
from app.commendation.report_rules import PERSON_FIELDS
from app.commendation.workflow_rules import Act
from app.extensions import db as extension
from tests.browser.conftest import PHONE
from tests.commendation import conftest as district_office
from tests.commendation.conftest import NOW, REASON

pytestmark = pytest.mark.sqlite_only

world, district, commune = district_office.world, district_office.district, district_office.commune
organiser, campaign, staff = district_office.organiser, district_office.campaign, district_office.staff
nominee, collective, desk = district_office.nominee, district_office.collective, district_office.desk

STAFF = "/can-bo/cuoc-thi/dan-van-kheo/vn-2024/185/khen-thuong"
ORGANISER = "/ban-to-chuc/cuoc-thi/dan-van-kheo/khen-thuong"
OWN = "/tai-khoan/khen-thuong"


@pytest.fixture(autouse=True)
def at_noon(clock_at):
    clock_at(NOW)


def test_a_dossier_goes_through_every_hand_without_script(open_screen, desk, nominee, sign_in_on):
    account = nominee()
    chooser, writer, appraiser, decider = (
        signed_in(open_screen, sign_in_on, one)
        for one in (desk.chooser, account, desk.appraiser, desk.decider)
    )
    chooser.goto(STAFF)
    chooser.get_by_role("link", name="Chọn cá nhân").click()
    chooser.get_by_role("checkbox", name=account.full_name).check()
    chooser.get_by_role("button", name="Chọn những dòng đã đánh dấu").click()
    chooser.get_by_role("link", name=re.compile("Hồ sơ 1:")).click()
    do(chooser, "Yêu cầu viết báo cáo thành tích")

    writer.goto("/tai-khoan")
    writer.get_by_role("link", name=re.compile("Cần viết báo cáo thành tích")).click()
    writer.get_by_role("link", name="Viết báo cáo thành tích").click()
    for box in PERSON_FIELDS:
        if box.is_required and box.name not in ("full_name", "date_of_birth", "results"):
            writer.get_by_label(box.label, exact=True).fill(f"{box.label} mẫu"[: box.maximum])
    writer.get_by_role("button", name="Nộp báo cáo").click()
    expect(writer.get_by_text("Đã nộp báo cáo thành tích.")).to_be_visible()

    appraiser.goto(STAFF)
    appraiser.get_by_role("link", name=re.compile("Hồ sơ 1:")).click()
    do(appraiser, "Thẩm định: đủ điều kiện")
    do(appraiser, "Trình Hội đồng")
    appraiser.get_by_role("link", name="Ghi biên bản Hội đồng").click()
    fill(
        appraiser,
        *(("Ngày", "16"), ("Tháng", "4"), ("Năm", "2024"), ("Nơi họp", "Phòng họp số 1")),
        *(("Chủ trì", "Đồng chí Chủ tịch mẫu"), ("Thư ký", "Đồng chí Thư ký mẫu")),
        *(("Số thành viên Hội đồng", "9"), ("Số thành viên có mặt", "8")),
        (f"Số phiếu đồng ý: {account.full_name}", "8"),
    )
    appraiser.get_by_role("button", name="Ghi biên bản").click()
    expect(appraiser.get_by_text("Đã ghi biên bản với 1 hồ sơ.")).to_be_visible()

    decider.goto(STAFF)
    decider.get_by_role("link", name="Quyết định", exact=True).click()
    fill(
        decider,
        *(("Số quyết định", "123/QĐ-UBND"), ("Ngày", "16"), ("Tháng", "4"), ("Năm", "2024")),
        *(("Người ký", "Nguyễn Văn Mẫu"), ("Chức vụ người ký", "Chủ tịch")),
    )
    decider.get_by_role("button", name="Ghi quyết định").click()
    decider.get_by_role("button", name="Công bố").click()
    decider.get_by_role("link", name="Xem danh sách công khai").click()
    expect(decider.get_by_text("Quyết định số 123/QĐ-UBND")).to_be_visible()
    assert extension.session.scalars(select(Dossier.state)).one() == "published"


def signed_in(open_screen, sign_in_on, account):
    page = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(page, account)
    return page


def fill(page, *boxes):
    for label, text in boxes:
        page.get_by_label(label, exact=True).fill(text)


def do(page, what):
    page.get_by_role("radio", name=what).check()
    page.get_by_role("button", name="Ghi và báo cho người liên quan").click()
    expect(page.get_by_text(f"{what}: đã ghi")).to_be_visible()


def test_the_pages_of_staff_are_for_everybody(
    screen, desk, nominee, collective, sign_in_on, check_accessibility, faults
):
    submitted, council = desk.submitted(nominee()), desk.submitted(nominee())
    desk.act(council, Act.APPRAISE, desk.appraiser)
    desk.act(council, Act.PRESENT, desk.appraiser)
    (unit,) = desk.choose(collective)
    desk.act(unit, Act.ASK, desk.chooser)
    nominee()
    body = f"{STAFF}/co-quan/{desk.body.public_id}"
    sign_in_on(screen, desk.appraiser)
    for address in (STAFF, f"{STAFF}/ho-so/{submitted.public_id}", f"{body}/hoi-dong", f"{body}/chon"):
        screen.goto(address)
        expect(screen.get_by_role("heading", level=1)).to_be_visible()
        check_accessibility(screen)
    screen.goto(f"{STAFF}/ho-so/{submitted.public_id}")
    screen.get_by_label("Từ chối", exact=True).check()
    screen.get_by_role("button", name="Ghi và báo cho người liên quan").click()
    expect(screen.get_by_role("heading", name="Cần sửa 2 chỗ")).to_be_visible()
    check_accessibility(screen)
    assert [fault for fault in faults if "422" not in fault] == []
    faults.clear()


def test_choosing_and_deciding_are_for_everybody(
    screen, desk, nominee, collective, sign_in_on, check_accessibility
):
    desk.approved(nominee())
    nominee()
    body = f"{STAFF}/co-quan/{desk.body.public_id}"
    sign_in_on(screen, desk.chooser)
    for address in (f"{body}/chon", f"{body}/chon?loai=tap-the"):
        screen.goto(address)
        check_accessibility(screen)
    sign_in_on(screen, desk.decider)
    screen.goto(f"{body}/quyet-dinh")
    check_accessibility(screen)


def test_the_nominee_s_pages_are_for_everybody(screen, desk, nominee, sign_in_on, check_accessibility):
    account = nominee()
    dossier = desk.submitted(account)
    sign_in_on(screen, account)
    screen.goto(f"{OWN}/{dossier.public_id}")
    check_accessibility(screen)
    desk.act(dossier, Act.RETURN, desk.appraiser, reason=REASON)
    for address in (OWN, f"{OWN}/{dossier.public_id}"):
        screen.goto(address)
        check_accessibility(screen)
    expect(screen.get_by_text("Cần bổ sung báo cáo.")).to_be_visible()


def test_organisers_and_the_public(screen, desk, nominee, organiser, sign_in_on, check_accessibility):
    decision = desk.decide(desk.approved(nominee()))
    desk.publish(decision)
    screen.goto("/cuoc-thi/dan-van-kheo/khen-thuong")
    check_accessibility(screen)
    sign_in_on(screen, organiser)
    for address in (
        ORGANISER,
        f"{ORGANISER}/co-quan-moi",
        f"{ORGANISER}/co-quan/{desk.body.public_id}",
    ):
        screen.goto(address)
        check_accessibility(screen)
