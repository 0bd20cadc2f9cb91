"""A contest of five rounds from a preset, from the console's first page to all five scheduled, by hand."""

import pytest

from app.accounts.models import Account
from app.contests import queries
from app.contests.rules import RoundState
from tests import world as people
from tests.browser.conftest import DESKTOP, PHONE
from tests.contests.world import DAY, NOW, make_people

pytestmark = pytest.mark.sqlite_only

MAX_ACTIONS, MAX_PAGES = 25, 8
FIRST_PAGE = "/ban-to-chuc"


class Walk:
    """Somebody at a page: an action is a click, a choice or one field filled."""

    def __init__(self, page, check):
        self.page, self.check = page, check
        self.actions = self.pages = 0

    def open(self, address):
        self.page.goto(address)
        self.arrived()

    def arrived(self):
        self.pages += 1
        self.check(self.page)

    def fill(self, label, text):
        self.page.get_by_label(label, exact=True).fill(text)
        self.actions += 1

    def choose(self, label, option):
        self.page.get_by_label(label, exact=True).select_option(label=option)
        self.actions += 1

    def press(self, name, role="button"):
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=True).click()
        self.actions += 1
        self.arrived()


@pytest.fixture
def organiser(app, clock_at, db):
    """An organiser of a bank that feeds five weeks of ten questions."""
    clock_at(NOW)
    author, approver = make_people()
    people.make_questions(author, approver, NOW - DAY, per_level=(100, 60, 40))
    db.session.commit()
    return db.session.get_one(Account, author)


def walk_through(page, check):
    walk = Walk(page, check)
    walk.open(FIRST_PAGE)
    walk.press("Tạo cuộc thi", role="link")
    walk.fill("Tên cuộc thi", "Dân vận khéo năm 2026")
    walk.fill("Nơi tổ chức", "tỉnh Lạng Sơn")
    walk.fill("Đơn vị tổ chức", "Ban Tổ chức mẫu")
    walk.choose("Phạm vi", "Tỉnh Lạng Sơn")
    walk.choose("Xếp hạng và giải thưởng theo", "VCNET")
    walk.press("Tạo cuộc thi")
    walk.fill("Số vòng thi", "5")
    walk.fill("Ngày", "16")
    walk.fill("Tháng", "3")
    walk.fill("Giờ", "08:00")
    walk.fill("Thời gian làm bài", "20")
    walk.fill("Nhận biết", "5")
    walk.fill("Thông hiểu", "3")
    walk.fill("Vận dụng", "2")
    walk.press("Tính lại bảng")
    walk.press("Tạo 5 tuần thi")
    walk.press("Lên lịch cả 5 tuần")
    return walk


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360x740", "1280x800"])
def test_five_rounds_are_set_up_and_scheduled(
    organiser, open_screen, sign_in_on, check_accessibility, db, size, has_script
):
    page = open_screen(size, java_script_enabled=has_script)
    sign_in_on(page, organiser)
    check = check_accessibility if has_script else (lambda _page: None)

    walk = walk_through(page, check)

    assert (walk.actions, walk.pages) == (18, 6)
    assert walk.actions <= MAX_ACTIONS
    assert walk.pages <= MAX_PAGES
    db.session.expire_all()
    found = queries.rounds_of(queries.get_contest("dan-van-kheo-nam-2026"))
    assert [queries.state_of(each, NOW) for each in found] == [RoundState.SCHEDULED] * 5
    assert {sum(cell["count"] for cell in each.blueprint) for each in found} == {10}
