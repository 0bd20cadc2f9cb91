"""The organisers' pages between closing and publication: both sizes, accessible, usable without script."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.accounts.models import Account, RoleGrant
from app.contests.models import Round
from app.enrolments.models import Enrolment
from app.jobs.runner import run_waiting_jobs
from app.ranking import services
from app.ranking.rules import Kind
from tests import world as worlds
from tests.browser.conftest import PHONE
from tests.ranking import sittings
from tests.ranking.conftest import AFTER, NOON, OPENS

pytestmark = pytest.mark.sqlite_only

DESK = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/ket-qua"
REASON = "Hai bài giống hệt nhau, đã xác minh"


@pytest.fixture
def week(app, clock_at, db):
    """A closed round with fourteen perfect attempts and one that is not."""
    clock_at(AFTER)
    world = worlds.make_world(OPENS)
    found = db.session.get_one(Round, world.round_id)
    for prediction in range(15):
        score = 6 if prediction == 9 else 10
        person = sittings.enrol(world, OPENS)
        sittings.sit(person, found, started_at=NOON, seconds=60, score=score, prediction=prediction)
    db.session.commit()
    return found


@pytest.fixture
def organisers(week, db):
    query = select(Account).join(RoleGrant, RoleGrant.account_id == Account.id).order_by(Account.id)
    return db.session.scalars(query.where(RoleGrant.role == "organiser")).all()


@pytest.fixture
def person_page(week, db):
    number = db.session.scalar(select(func.max(Enrolment.contestant_no)))
    return f"{DESK}/thi-sinh/{number}"


def compute(week, organiser, db, reason="Chốt kết quả tuần 1"):
    frozen = services.request_freeze(week, actor_id=organiser.id, reason=reason, now=AFTER)
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()
    return frozen


def decide(week, organiser, db):
    first = db.session.scalars(select(Enrolment).order_by(Enrolment.contestant_no)).first()
    services.decide_person(week, Kind.NOT_RANKED, first.id, actor_id=organiser.id, reason=REASON, now=AFTER)
    db.session.commit()


def before(week, organisers, db, clock_at):
    clock_at(NOON)


def closed(week, organisers, db, clock_at):
    """Nothing done yet."""


def running(week, organisers, db, clock_at):
    services.request_freeze(week, actor_id=organisers[0].id, reason="Chốt kết quả", now=AFTER)
    db.session.commit()


def frozen_by_me(week, organisers, db, clock_at):
    compute(week, organisers[0], db)


def frozen_by_another(week, organisers, db, clock_at):
    compute(week, organisers[1], db)


def out_of_date(week, organisers, db, clock_at):
    compute(week, organisers[0], db)
    decide(week, organisers[0], db)


def published_twice(week, organisers, db, clock_at):
    for reason in ("", "Theo khiếu nại số 07"):
        frozen = compute(week, organisers[0], db, "Chốt kết quả")
        services.approve_and_publish(
            week,
            frozen,
            body_sha256=frozen.body_sha256,
            approver_id=organisers[1].id,
            reason=reason,
            now=AFTER,
        )
        db.session.commit()
        if not reason:
            decide(week, organisers[0], db)


STATES = (before, closed, running, frozen_by_me, frozen_by_another, out_of_date, published_twice)


@pytest.mark.parametrize("state", STATES, ids=[state.__name__ for state in STATES])
def test_the_desk_is_accessible_in_every_state(
    week, organisers, person_page, state, screen, sign_in_on, check_accessibility, clock_at, db
):
    state(week, organisers, db, clock_at)
    sign_in_on(screen, organisers[0])

    for path in (DESK, f"{DESK}?tim=thi sinh", person_page):
        assert screen.goto(path).status == 200
        check_accessibility(screen)


def test_a_result_is_published_on_a_phone_without_script(
    week, organisers, person_page, open_screen, sign_in_on, db
):
    first = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(first, organisers[0])
    first.goto(DESK)
    first.get_by_role("button", name="Chốt số liệu").click()
    run_waiting_jobs()
    first.goto(person_page)
    first.get_by_label("Không xét giải").check()
    first.get_by_label("Lý do").fill(REASON)
    first.get_by_role("button", name="Ghi quyết định").click()
    expect(first.get_by_text("Đã ghi quyết định.")).to_be_visible()
    first.goto(DESK)
    first.get_by_label("Lý do chốt").fill("Chốt lại sau khi xét giải")
    first.get_by_role("button", name="Chốt lại số liệu").click()
    run_waiting_jobs()

    second = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(second, organisers[1])
    second.goto(DESK)
    second.get_by_role("button", name="Duyệt và công bố").click()

    expect(second.get_by_text("Đã công bố bản 1.")).to_be_visible()
    second.goto("/cuoc-thi/dan-van-kheo/tuan/1/ket-qua")
    expect(second.get_by_text("Kết quả chính thức")).to_be_visible()
    expect(second.get_by_text("Không xét giải")).to_be_visible()
