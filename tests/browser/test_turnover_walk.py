"""The weekly turnover, counted: close, freeze, review, approve on another device, publish, open the next.

Every click, choice and field is one action. There is no command and no JSON on the way; the timetable
and the waiting jobs run where the deployment runs them by itself.
"""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.accounts.models import Account, RoleGrant
from app.accounts.passwords import hash_password
from app.contests.models import Round
from app.jobs.runner import run_waiting_jobs
from app.ranking.models import Revision
from tests import world as worlds
from tests.factories import PASSWORD
from tests.ranking import sittings
from tests.ranking.conftest import AFTER, NOON, OPENS

pytestmark = pytest.mark.sqlite_only

MOST_ACTIONS = 15
DESK = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/ket-qua"


class Counted:
    """A device on which every action is counted in `done`, a list that several devices share."""

    def __init__(self, page, done):
        self.page, self.done = page, done

    def click(self, role, name):
        self.page.get_by_role("main").get_by_role(role, name=name).first.click()
        self.done.append(f"bấm {name}")

    def fill(self, label, value):
        self.page.get_by_label(label, exact=True).fill(value)
        self.done.append(f"ghi {label}")


@pytest.fixture
def week(app, clock_at, db):
    """A closed round with thirteen perfect attempts, and questions for another week."""
    clock_at(AFTER)
    world = worlds.make_world(OPENS)
    found = db.session.get_one(Round, world.round_id)
    for prediction in range(13):
        person = sittings.enrol(world, OPENS)
        sittings.sit(person, found, started_at=NOON, seconds=60, score=10, prediction=prediction)
    db.session.commit()
    return found


@pytest.fixture
def organisers(week, db):
    """Two people who may freeze and approve; the second signs in with a password."""
    query = select(Account).join(RoleGrant, RoleGrant.account_id == Account.id).order_by(Account.id)
    found = db.session.scalars(query.where(RoleGrant.role == "organiser")).all()
    found[1].password_hash = hash_password(PASSWORD)
    db.session.commit()
    return found


@pytest.fixture
def devices(open_screen, sign_in_on, organisers, size):
    """The first person's device, signed in, and the second person's, with the actions done on both."""
    done = []
    first, second = open_screen(size), open_screen(size)
    sign_in_on(first, organisers[0])
    return Counted(first, done), Counted(second, done), done


def freeze_and_review(first):
    first.page.goto(DESK)
    expect(first.page.get_by_text("Việc tiếp theo: chốt số liệu.")).to_be_visible()
    first.click("button", "Chốt số liệu")
    run_waiting_jobs()
    first.page.goto(DESK)
    expect(first.page.get_by_text("Việc tiếp theo: người thứ hai duyệt.")).to_be_visible()
    expect(first.page.get_by_role("heading", name="Con số để so với dự đoán: 13")).to_be_visible()
    expect(first.page.get_by_role("table", name="Danh sách dự phòng")).to_be_visible()
    first.click("link", "Thí sinh mẫu Thử")
    expect(first.page.get_by_text("Giải Nhất")).to_be_visible()
    first.click("link", "Công bố kết quả tuần 1")


def approve(second, organisers):
    """The second person opens the link that the first one sent."""
    second.page.goto(DESK)
    second.fill("Số điện thoại", organisers[1].sign_in_name)
    second.fill("Mật khẩu", PASSWORD)
    second.click("button", "Đăng nhập")
    expect(second.page.get_by_text("Việc tiếp theo: xem bảng giải rồi duyệt.")).to_be_visible()
    second.click("link", "Đến nút duyệt và công bố")
    second.click("button", "Duyệt và công bố")
    expect(second.page.get_by_text("Đã công bố bản 1.")).to_be_visible()


def published(db, week):
    db.session.expire_all()
    numbers = db.session.scalars(select(Revision.number).filter_by(round_id=week.id)).all()
    db.session.rollback()  # or the browser's next act would wait for this transaction
    return numbers


@pytest.mark.parametrize("size", [{"width": 360, "height": 740}, {"width": 1280, "height": 800}])
def test_a_week_is_turned_over_in_few_actions(week, organisers, devices, check_accessibility, db):
    """The next week is copied from this one and scheduled."""
    sittings.make_questions_for_later(week, organisers)
    db.session.commit()
    first, second, done = devices
    freeze_and_review(first)
    check_accessibility(first.page)
    approve(second, organisers)
    check_accessibility(second.page)
    assert published(db, week) == [1]

    second.click("link", "Chép tuần 1 sang tuần 2")
    second.click("button", "Lưu tuần thi")
    second.click("button", "Lên lịch mở tuần 2")
    expect(second.page.get_by_text("Đã lên lịch tuần 2.")).to_be_visible()

    later = db.session.scalars(select(Round).filter_by(number=2)).one()
    assert later.scheduled_at is not None
    assert later.opens_at > week.closes_at
    assert len(done) <= MOST_ACTIONS, done
    assert len(done) == 11


@pytest.mark.parametrize("size", [{"width": 360, "height": 740}, {"width": 1280, "height": 800}])
def test_a_week_whose_next_one_is_scheduled_needs_even_fewer(week, organisers, devices, db):
    sittings.make_later_round(week, organisers)
    db.session.commit()
    first, second, done = devices
    freeze_and_review(first)
    approve(second, organisers)

    expect(second.page.get_by_text("Tuần 2 đã lên lịch, tự mở lúc")).to_be_visible()
    assert published(db, week) == [1]
    assert len(done) == 8
