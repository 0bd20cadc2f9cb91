"""The other pages of setting up a contest: calendar, live proof, incident, previews; both sizes."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.accounts.models import Account
from app.contests import incident_services
from tests.contests.world import NOW, OPENS, draft, make_draft, make_role, scheduled

pytestmark = pytest.mark.sqlite_only

CONTEST = "/ban-to-chuc/cuoc-thi/dan-van-kheo"
PREVIEW = f"{CONTEST}/xem-truoc"
PAGES = (
    "/ban-to-chuc/lich",
    "/ban-to-chuc/lich?kieu=tuan&ngay=2026-03-03",
    f"{CONTEST}/tuan/1",
    f"{CONTEST}/tuan/1/su-co",
    f"{CONTEST}/the-le",
    PREVIEW,
    f"{PREVIEW}/trang-chu?luc=2026-03-04T10:00",
    f"{PREVIEW}/tuan/1?luc=2026-03-04T10:00",
    f"{PREVIEW}/tuan/1/bang-xep-hang?luc=2026-03-04T10:00",
    f"{PREVIEW}/the-le",
    f"{PREVIEW}/tuan/1/de-mau",
)


@pytest.fixture
def week(app, clock_at, db):
    """A scheduled round that a second organiser wants to cancel, and a draft after it."""
    clock_at(NOW)
    found, author = scheduled(levels=(48, 32))
    make_draft(found.contest, author, days=7)
    incident_services.propose_cancellation(
        found, reason="Máy chủ ngừng", holds_again=True, actor_id=make_role("organiser"), now=NOW
    )
    db.session.commit()
    return author


def test_pages_are_accessible_at_both_sizes(week, screen, sign_in_on, check_accessibility, db):
    sign_in_on(screen, db.session.get_one(Account, week))

    for address in PAGES:
        assert screen.goto(address).status == 200, address
        check_accessibility(screen)


def test_a_round_is_cancelled_and_its_page_says_so(
    week, screen, sign_in_on, check_accessibility, db, clock_at
):
    clock_at(OPENS + timedelta(hours=5))
    sign_in_on(screen, db.session.get_one(Account, week))
    screen.goto(f"{CONTEST}/tuan/1")

    screen.get_by_role("link", name="Sự cố").click()
    screen.get_by_role("button", name="Xác nhận hủy tuần 1").click()
    screen.get_by_text("tuần 1 đã bị hủy").first.wait_for()
    check_accessibility(screen)
    screen.goto("/cuoc-thi/dan-van-kheo/tuan/1")

    expect(screen.get_by_text("Máy chủ ngừng")).to_have_count(1)
    check_accessibility(screen)


def test_the_proof_follows_what_is_typed(app, screen, sign_in_on, check_accessibility, clock_at, db):
    clock_at(NOW)
    _found, author = draft()
    db.session.commit()
    sign_in_on(screen, db.session.get_one(Account, author))
    screen.goto(f"{CONTEST}/tuan/1/sua")
    expect(screen.get_by_text("Có 24 câu dùng được, cần 24.")).to_have_count(1)

    screen.get_by_label("Số câu", exact=True).first.fill("5")

    screen.get_by_text("Có 24 câu dùng được, cần 20.").wait_for()
    assert screen.get_by_label("Số câu", exact=True).first.input_value() == "5"
    check_accessibility(screen)
