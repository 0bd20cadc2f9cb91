"""The import pages: both sizes, accessible, usable without script."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from app.accounts.models import Account
from app.extensions import db as extension
from app.questions.formats import moodle_writer
from tests.browser.conftest import PHONE
from tests.questions.world import NOW, TOPICS, bring_in, make_organisers, question

pytestmark = pytest.mark.sqlite_only

UPLOAD = "/ban-to-chuc/cau-hoi/nhap"
NAME = "de-thi-rat-dai-ten-khong-co-dau-cach-nao-ca-de-xem-trang-co-bi-tran-ra-ngoai-hay-khong.xml"


@pytest.fixture
def organiser(app, clock_at, db):
    clock_at(NOW)
    ids = make_organisers()
    bring_in(question(1), author_id=ids[0])
    db.session.commit()
    return extension.session.get_one(Account, ids[0])


def send(page, *questions):
    page.goto(UPLOAD)
    content = moodle_writer.write(questions, TOPICS)
    page.get_by_label("Tệp câu hỏi").set_input_files(
        {"name": NAME, "mimeType": "text/xml", "buffer": content}
    )
    page.get_by_role("button", name="Đọc tệp và xem trước").click()


def test_every_step_is_accessible(organiser, screen, sign_in_on, check_accessibility, faults):
    sign_in_on(screen, organiser)
    screen.goto(UPLOAD)
    check_accessibility(screen)
    screen.get_by_role("button", name="Đọc tệp và xem trước").click()
    expect(screen.get_by_role("link", name="Bạn hãy chọn tệp.")).to_be_visible()
    check_accessibility(screen)
    assert [fault for fault in faults if "422" not in fault] == []
    faults.clear()

    send(screen, question(2, answer=""), question(3, options=("Một", "Một")))
    expect(screen.get_by_role("heading", name="2 chỗ cần sửa trong tệp")).to_be_visible()
    check_accessibility(screen)

    send(
        screen,
        replace(question(1), explanation="Điều 4 nêu rõ việc này."),
        question(2),
        question(3, source=""),
    )
    expect(screen.get_by_text("Thay đổi", exact=True)).to_be_visible()
    check_accessibility(screen)

    screen.get_by_role("button", name="Nhập 3 câu vào ngân hàng").click()
    expect(screen.get_by_text("Đã nhập 3 câu")).to_be_visible()
    check_accessibility(screen)
    screen.goto(UPLOAD)
    check_accessibility(screen)
    screen.goto("/ban-to-chuc/cau-hoi/xuat")
    check_accessibility(screen)


def test_a_file_comes_in_and_goes_out_on_a_phone_without_script(organiser, open_screen, sign_in_on):
    page = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(page, organiser)

    page.goto("/ban-to-chuc/cau-hoi")
    page.get_by_role("link", name="Nhập từ Word, Excel").click()
    send(page, question(1), question(2))
    page.get_by_role("button", name="Nhập 1 câu vào ngân hàng").click()
    expect(page.get_by_text("Đã nhập 1 câu")).to_be_visible()

    page.get_by_text("Rút lại lần nhập này").click()
    page.get_by_role("button", name="Rút lại 1 câu").click()
    expect(page.get_by_text("Đã rút lại 1 câu của tệp")).to_be_visible()
