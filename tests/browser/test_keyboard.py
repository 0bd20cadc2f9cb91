"""The whole attempt by keyboard alone: no click, no tap."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.attempts.models import Attempt
from tests import world as worlds

OPENS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MOST_TABS = 40


NAME_OF_FOCUSED = """
(element => element === document.body ? "" : element.innerText || element.ariaLabel || element.name || "")(
    document.activeElement)
"""


def tab_to(page, name):
    """Press Tab until the focus is on the control of that name."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if name in page.evaluate(NAME_OF_FOCUSED):
            return
    pytest.fail(f"{name} is not reached by Tab")


def test_sit_and_hand_in_by_keyboard(app, db, screen, sign_in_on, clock_at):
    clock_at(OPENS + timedelta(hours=4))
    world = worlds.make_world(OPENS)
    sign_in_on(screen, worlds.make_person(world.unit_id, OPENS))
    screen.goto("/cuoc-thi/dan-van-kheo/tuan/1")
    tab_to(screen, "BẮT ĐẦU LÀM BÀI")
    screen.keyboard.press("Enter")
    screen.wait_for_url("**/luot-thi/*")
    expect(screen.locator("#timer")).not_to_be_empty()

    for number in range(1, 11):
        expect(screen.locator("fieldset:not([hidden]) legend")).to_contain_text(f"Câu {number}/10")
        tab_to(screen, f"q{number}")
        screen.keyboard.press("2")
        tab_to(screen, "Câu tiếp theo")
        screen.keyboard.press("Enter")
    tab_to(screen, "Số dự đoán")
    screen.keyboard.type("7")
    tab_to(screen, "nộp bài")
    screen.keyboard.press("Enter")
    expect(screen.locator("#confirm-sheet")).to_be_visible()
    screen.keyboard.press("Escape")
    expect(screen.locator("#confirm-sheet")).not_to_be_visible()
    tab_to(screen, "nộp bài")
    screen.keyboard.press("Enter")
    expect(screen.locator("#confirm-submit")).to_be_focused()
    screen.keyboard.press("Enter")
    screen.wait_for_url("**/ket-qua")

    attempt = db.session.scalars(select(Attempt)).one()
    assert attempt.answers == " ".join(f"{number}B" for number in range(1, 11))
    assert attempt.prediction == 7
