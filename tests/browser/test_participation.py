"""The staff's dashboard in both sizes: accessible, by keyboard, without script, down and up the tree."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.participation import test_pages as pages

pytestmark = pytest.mark.sqlite_only

world = pages.world


@pytest.fixture
def counted(world, app):
    """Headcounts of both communes, so that there are rates."""
    pages.declare(world, {world.leaves[0]: 40, world.leaves[1]: 20})
    return world


def test_the_dashboard_is_accessible(screen, counted, sign_in_on, check_accessibility):
    sign_in_on(screen, counted.staff)
    screen.goto("/can-bo")
    expect(screen.get_by_role("heading", level=1)).to_have_text("Huyện Huyện mẫu 1, tuần 2")
    for table in screen.get_by_text("Xem dạng bảng").all():
        table.click()
    check_accessibility(screen)
    screen.goto(f"{counted.address(counted.district)}?tuan=3")
    check_accessibility(screen)
    screen.goto("/can-bo/don-vi")
    check_accessibility(screen)


def test_a_page_without_headcounts_is_accessible(screen, world, sign_in_on, check_accessibility):
    sign_in_on(screen, world.staff)
    screen.goto(world.address(world.district))
    expect(screen.get_by_text("chưa khai quân số").first).to_be_visible()
    check_accessibility(screen)


def test_down_to_a_commune_and_back_without_script(open_screen, counted, sign_in_on):
    page = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(page, counted.staff)
    page.goto(counted.address(counted.district))

    page.get_by_role("link", name="Xã Xã mẫu 2", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Xã Xã mẫu 2, tuần 2")
    page.get_by_label("Số liệu đến hết ngày").select_option("2024-04-01")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.get_by_text("Số liệu đến hết thứ Hai 01/04/2024.")).to_be_visible()
    page.get_by_role("link", name="Huyện Huyện mẫu 1").click()
    page.get_by_role("link", name="Tuần 1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Huyện Huyện mẫu 1, tuần 1")


def test_the_table_is_ordered_by_keyboard(desktop, counted, sign_in_on):
    sign_in_on(desktop, counted.staff)
    desktop.goto(counted.address(counted.district))
    rows = desktop.get_by_role("table", name="Các đơn vị của Huyện Huyện mẫu 1").get_by_role("rowheader")
    expect(rows).to_have_text(["Xã Xã mẫu 1", "Xã Xã mẫu 2", "Cả 2 đơn vị"])

    desktop.get_by_role("navigation", name="Xếp theo").get_by_role("link", name="Chưa thi").focus()
    desktop.keyboard.press("Enter")

    expect(desktop).to_have_url(re.compile("xep=chua-thi"))
    expect(desktop.get_by_text("Xếp theo số người chưa thi, nhiều trước.")).to_be_visible()
