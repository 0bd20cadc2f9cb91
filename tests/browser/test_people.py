"""Roles, the second factor, the trail and the exclusion list: both sizes, accessible, by real clicks."""

import re

import pyotp
import pytest
from playwright.sync_api import expect

from app import clock
from app.accounts.factor_rules import STEP
from app.accounts.models import Account
from app.permissions import Role
from app.text import fold
from tests import world as worlds
from tests.factories import hash_of, make_grant
from tests.ranking.conftest import NOON, OPENS

pytestmark = pytest.mark.sqlite_only

LIST = "/ban-to-chuc/cuoc-thi/dan-van-kheo/danh-sach-loai-tru"
FACTOR = "/tai-khoan/xac-thuc-hai-lop"
PASSWORD = "con suối chảy qua bản"
ADMINISTRATOR_PAGES = (
    "/quan-tri/quyen",
    "/quan-tri/quyen/bang",
    "/quan-tri/nguoi-dung",
    "/quan-tri/nhat-ky",
    "/quan-tri/nhat-ky/moc",
)


@pytest.fixture
def world(app, clock_at):
    clock_at(NOON)
    return worlds.make_world(OPENS)


def somebody(db, world, role, name) -> Account:
    found: Account = worlds.make_person(world.unit_id, OPENS, password_hash=hash_of(PASSWORD))
    found.full_name, found.search = name, fold(name)
    make_grant(found, role)
    db.session.commit()
    return found


@pytest.mark.parametrize("path", ADMINISTRATOR_PAGES)
def test_pages_of_administrators(screen, db, world, sign_in_on, check_accessibility, path):
    sign_in_on(screen, somebody(db, world, Role.ADMINISTRATOR, "Quản trị mẫu"))
    screen.goto(path)

    check_accessibility(screen)


def test_one_person_as_administrators_see_them(screen, db, world, sign_in_on, check_accessibility):
    found = somebody(db, world, Role.ORGANISER, "Nông Thị Mẫu")
    sign_in_on(screen, somebody(db, world, Role.ADMINISTRATOR, "Quản trị mẫu"))
    screen.goto("/quan-tri/nguoi-dung")
    screen.fill("#q", "nong thi mau")
    screen.locator("main").get_by_role("button", name="Tìm").click()
    screen.get_by_role("link", name=found.full_name).click()
    check_accessibility(screen)

    screen.fill("#reason", "Theo đề nghị của đơn vị")
    screen.get_by_role("button", name="Khoá tài khoản").click()
    screen.get_by_text("Đã khoá tài khoản").wait_for()
    db.session.refresh(found)
    assert found.disabled_at is not None


def test_the_exclusion_list(screen, db, world, sign_in_on, check_accessibility, faults):
    found = worlds.make_person(world.unit_id, OPENS)
    found.full_name, found.search = "Nông Thị Mẫu", "nong thi mau"
    sign_in_on(screen, somebody(db, world, Role.ORGANISER, "Trưởng Ban mẫu"))
    screen.goto(LIST)
    check_accessibility(screen)
    screen.fill("#q", "nong thi mau")
    screen.locator("main").get_by_role("button", name="Tìm").click()
    screen.select_option("#kind", "relative")
    screen.fill("#relation", "con của Trưởng Ban")
    check_accessibility(screen)
    screen.get_by_role("button", name="Ghi vào danh sách").click()
    screen.get_by_text("Đã ghi Nông Thị Mẫu").wait_for()
    check_accessibility(screen)
    screen.get_by_text(re.compile("^Bỏ khỏi danh sách: Nông")).click()
    screen.get_by_role("button", name="Bỏ khỏi danh sách").first.click()
    check_accessibility(screen)
    assert [("422" in fault) for fault in faults] == [True]  # the reason was missing
    faults.clear()


def test_turning_the_second_factor_on_and_signing_in_with_it(
    screen, db, world, sign_in_on, check_accessibility, clock_at
):
    organiser = somebody(db, world, Role.ORGANISER, "Trưởng Ban mẫu")
    sign_in_on(screen, organiser)
    screen.goto(FACTOR)
    check_accessibility(screen)
    totp = pyotp.TOTP(screen.locator("code.code").inner_text().replace(" ", ""))
    screen.fill("#current_password", PASSWORD)
    screen.fill("#code", totp.at(clock.now()))
    screen.get_by_role("button", name="Bật xác thực hai lớp").click()
    screen.get_by_role("heading", name="Mã dự phòng").wait_for()
    expect(screen.locator("code.code")).to_have_count(10)
    check_accessibility(screen)

    screen.context.clear_cookies()
    screen.goto("/dang-nhap?next=/ban-to-chuc/cuoc-thi")
    screen.fill("#phone", organiser.sign_in_name)
    screen.fill("#password", PASSWORD)
    screen.get_by_role("button", name="Đăng nhập", exact=True).click()
    screen.get_by_role("heading", name="Mã xác thực").wait_for()
    check_accessibility(screen)
    clock_at(clock.now() + 2 * STEP)
    screen.fill("#code", totp.at(clock.now()))
    screen.get_by_role("button", name="Tiếp tục").click()
    screen.get_by_role("heading", name="Cuộc thi").wait_for()
