"""Pages of keys and paper: accessible at both sizes, a correction without script on a phone."""

import pytest
from sqlalchemy import select

from app.accounts.models import Account, RoleGrant
from app.contests.models import Round
from app.jobs.runner import run_waiting_jobs
from app.ranking import services
from tests import world as worlds
from tests.browser.conftest import PHONE
from tests.ranking import sittings
from tests.ranking.conftest import AFTER, NOON, OPENS

pytestmark = pytest.mark.sqlite_only

ROUND = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1"
KEYS = f"{ROUND}/dap-an"
PUBLIC = "/cuoc-thi/dan-van-kheo/tuan/1"


@pytest.fixture
def organisers(app, clock_at, db):
    """Two organisers of a closed round of fourteen people, published."""
    clock_at(AFTER)
    world = worlds.make_world(OPENS)
    week = db.session.get_one(Round, world.round_id)
    for prediction in range(14):
        person = sittings.enrol(world, OPENS)
        sittings.sit(person, week, started_at=NOON, score=9 + prediction % 2, prediction=prediction)
    query = select(Account).join(RoleGrant, RoleGrant.account_id == Account.id).order_by(Account.id)
    found = db.session.scalars(query.where(RoleGrant.role == "organiser")).all()
    frozen = services.request_freeze(week, actor_id=found[0].id, reason="Chốt kết quả tuần 1", now=AFTER)
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()
    services.approve_and_publish(
        week, frozen, body_sha256=frozen.body_sha256, approver_id=found[1].id, reason="", now=AFTER
    )
    db.session.commit()
    return found


def propose(page):
    page.goto(KEYS)
    page.get_by_role("link", name="Đề nghị sửa câu 3", exact=True).click()
    page.get_by_label("Hủy câu hỏi").check()
    page.get_by_label("Lý do").fill("Hai phương án đều đúng")
    page.get_by_label("Căn cứ").fill("Điều 10 văn bản mẫu")
    page.get_by_role("button", name="Xem ai được, ai mất").click()
    page.get_by_role("heading", name="Sửa đáp án câu 3").wait_for()


def test_the_pages_are_accessible_in_every_state(organisers, screen, sign_in_on, check_accessibility):
    sign_in_on(screen, organisers[0])
    for path in (
        KEYS,
        f"{KEYS}/cau/3",
        f"{ROUND}/ket-qua",
        f"{ROUND}/ket-qua/thong-cao",
        f"{PUBLIC}/ket-qua",
    ):
        assert screen.goto(path).status == 200
        check_accessibility(screen)
    propose(screen)
    check_accessibility(screen)
    run_waiting_jobs()
    sign_in_on(screen, organisers[1])
    screen.reload()
    screen.get_by_role("heading", name="Nếu được duyệt").wait_for()
    check_accessibility(screen)
    screen.get_by_role("button", name="Duyệt đáp án này").click()
    screen.get_by_text("Việc tiếp theo: chốt lại số liệu.").wait_for()
    check_accessibility(screen)
    run_waiting_jobs()
    for path in (f"{ROUND}/ket-qua", f"{PUBLIC}/dap-an"):
        assert screen.goto(path).status == 200
        check_accessibility(screen)


def test_a_question_is_voided_on_a_phone_without_script(organisers, open_screen, sign_in_on):
    first = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(first, organisers[0])
    propose(first)
    run_waiting_jobs()

    second = open_screen(PHONE, java_script_enabled=False)
    sign_in_on(second, organisers[1])
    second.goto(f"{KEYS}/de-nghi/1")
    second.get_by_role("button", name="Duyệt đáp án này").click()
    second.get_by_text("Đã duyệt. Đang chấm lại cả vòng").wait_for()

    second.goto(f"{PUBLIC}/dap-an")
    second.get_by_text("Ai có câu này trong đề đều được tính một điểm.").first.wait_for()
