"""The question bank on a phone and a desk: list, editor with its preview, one question, coverage board."""

import pytest
from playwright.sync_api import expect

from app.accounts.models import Account
from app.questions import services
from app.questions.queries import get_version
from tests.contests.world import NOW, draft
from tests.questions.world import question

pytestmark = pytest.mark.sqlite_only

BANK = "/ban-to-chuc/cau-hoi"
STEM = "Theo văn bản mẫu năm 2022, việc này do ai bàn và quyết định?"


@pytest.fixture
def author(app, clock_at, db):
    """Who wrote a draft round and a question in two versions that has been talked about."""
    clock_at(NOW)
    _found, author = draft(levels=(3, 16))
    services.import_bank({"dan-chu": "Dân chủ ở cơ sở"}, [question(1)], author_id=author, now=NOW)
    services.create_version(question(1, stem=STEM, source=""), author_id=author, now=NOW)
    services.add_comment("dc-001", "Cần dẫn điều, khoản.", author_id=author, now=NOW)
    services.mark_uses({get_version("dc-001", 1).id: 250}, round_id=1, label="Tuần 1", opens_at=NOW)
    db.session.commit()
    return db.session.get_one(Account, author)


def test_pages_of_the_bank_are_accessible_at_both_sizes(author, screen, sign_in_on, check_accessibility):
    sign_in_on(screen, author)

    for address in (BANK, f"{BANK}/moi", f"{BANK}/dc-001", f"{BANK}/dc-001/sua", f"{BANK}/do-phu"):
        assert screen.goto(address).status == 200, address
        check_accessibility(screen)


def test_the_preview_follows_what_is_typed(author, screen, sign_in_on, check_accessibility):
    sign_in_on(screen, author)
    screen.goto(f"{BANK}/moi")

    screen.get_by_label("Nội dung câu hỏi").fill(STEM)
    screen.locator("[name=options-1-text]").fill("Nhân dân")
    screen.locator("[data-preview] legend", has_text=STEM).wait_for()
    screen.locator("[data-preview]", has_text="Gần giống câu đã có.").wait_for()
    check_accessibility(screen)


def test_without_script_lines_are_added_and_a_question_is_saved(author, open_screen, sign_in_on):
    page = open_screen({"width": 360, "height": 740}, java_script_enabled=False)
    sign_in_on(page, author)
    page.goto(f"{BANK}/moi")

    page.get_by_label("Nội dung câu hỏi").fill("Theo văn bản mẫu năm 2023, nơi nào công khai việc chung?")
    page.get_by_role("button", name="Thêm một phương án").click()
    for number, text in enumerate(("Nhà văn hóa", "Trụ sở xã", "Chợ", "Bến xe", "Trạm y tế"), 1):
        page.locator(f"[name=options-{number}-text]").fill(text)
    page.locator("[name=options-2-right]").check()
    page.get_by_role("button", name="Xem trước").click()
    assert "Thiếu nguồn." in page.locator("[data-preview]").inner_text()
    page.locator("main form").get_by_role("button", name="Lưu câu mới").click()

    expect(page.get_by_text("Đã lưu bản 1")).to_have_count(1)
    expect(page.locator(".key-option")).to_have_count(5)
