"""A whole week in the browser: a citizen registers, sits, loses the line and the tab; organisers publish.

The clock passes the closing by moving the process's clock; the timetable is run where it would be.
"""

import dataclasses
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app import timetable
from app.accounts.models import Account
from app.attempts import rules, services
from app.attempts.models import Attempt, Save
from app.contests.models import Round
from app.ranking import kiem_tra_ket_qua
from tests import world as worlds
from tests.browser.conftest import PHONE
from tests.isolation import from_outside
from tests.services import RedisServer

OPENS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOON = OPENS + timedelta(hours=4)
ORIGIN = worlds.ORIGIN
PASSWORD = "mua-xuan-bien-gioi"
PHONE_NUMBER = "0999009999"
ROUND_PAGE = "/cuoc-thi/dan-van-kheo/tuan/1"
RESULT_DESK = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/ket-qua"


@pytest.fixture
def world(app, clock_at):
    """An open round in which five others have already handed in."""
    clock_at(NOON)
    made = worlds.make_world(OPENS)
    for place in range(5):
        hand_in(made, place)
    return made


def hand_in(world, place):
    account = worlds.make_person(world.unit_id, OPENS)
    token = worlds.token_hash(worlds.make_session(account.id, OPENS))
    worlds.db.session.commit()
    started = services.start_attempt(token, world.slug, 1, None, ORIGIN, now=OPENS + timedelta(minutes=place))
    answers = {position: "ABCD"[place % 4] for position in range(1, 9)}
    ended = OPENS + timedelta(minutes=place + 5)
    services.submit_attempt(token, started.public_id, f"{place:032x}", answers, 3 + place, now=ended)
    worlds.db.session.commit()


class Ledger:
    """Every answer that a page was told is saved."""

    def __init__(self):
        self.saved = []

    def watch(self, page):
        page.on("response", self.note)

    def note(self, response):
        if response.url.endswith("/cau-tra-loi") and response.status == 200:
            self.saved.append(json.loads(response.request.post_data))


def register(page, with_script=True):
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Đăng ký dự thi").first.click()
    fill_registration(page, with_script)


def fill_registration(page, with_script):
    page.locator("[name=phone]").fill(PHONE_NUMBER)
    page.locator("[name=full_name]").fill("Thí sinh mẫu Tuần Thử")
    for part, value in (("day", "8"), ("month", "5"), ("year", "1990")):
        page.locator(f"[name=date_of_birth_{part}]").fill(value)
    page.locator("[name=unit_search]").fill("bac quynh")
    if with_script:
        page.get_by_role("option", name=re.compile("Xã Bắc Quỳnh")).click()
    else:
        page.get_by_role("button", name="Tìm").click()
        page.get_by_label(re.compile("Xã Bắc Quỳnh")).check()
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=consent]").check()
    page.get_by_role("button", name="Đăng ký", exact=True).click()


def start(page):
    page.goto(ROUND_PAGE)
    page.get_by_role("button", name="BẮT ĐẦU LÀM BÀI").click()
    page.wait_for_url("**/luot-thi/*")


def pick(page, number, letter):
    page.locator(f"label:has(input[name=q{number}][value={letter}])").click()


def choose(page, letter):
    """Choose on the question that is shown."""
    page.locator(f"fieldset:not([hidden]) label:has(input[value={letter}])").click()


def onward(page):
    page.get_by_role("button", name="Câu tiếp theo").click()


def expect_saved(page):
    expect(page.locator("#save-state [data-state=saved]")).to_be_visible(timeout=20_000)


def lose_one_reply(page):
    """The next save is committed, but its reply never arrives."""
    lost = []

    def cut(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/cau-tra-loi", cut)
    return lost


def quietly(faults):
    """Lost connections write errors to the console: that is what the test provokes."""
    faults[:] = [fault for fault in faults if "net::" not in fault and "Failed to load" not in fault]


def stored_answers(db, phone="+84999009999"):
    db.session.expire_all()
    account = db.session.scalars(select(Account).filter_by(sign_in_name=phone)).one()
    attempt = db.session.scalars(select(Attempt).filter_by(account_id=account.id)).one()
    saves = db.session.execute(
        select(Save.save_id, Save.answers, Save.prediction)
        .filter_by(attempt_id=attempt.id)
        .order_by(Save.seq)
    ).all()
    db.session.commit()
    return attempt, saves


def assert_ledger_is_stored(ledger, saves):
    stored = {save_id: (rules.decode_answers(answers), prediction) for save_id, answers, prediction in saves}
    for said in ledger.saved:
        answers, prediction = stored[said["save_id"]]
        assert answers == {int(position): letters for position, letters in said["answers"].items() if letters}
        assert prediction == said.get("prediction")


def publish(app, open_screen, sign_in_on, size, db, world, clock_at):
    """Freeze as one organiser and approve as another, with pages only."""
    clock_at(db.session.get(Round, world.round_id).closes_at + timedelta(minutes=10))
    organisers = db.session.scalars(
        select(Account).join(worlds.RoleGrant, worlds.RoleGrant.account_id == Account.id).order_by(Account.id)
    ).all()
    db.session.commit()
    first, second = (open_screen(size) for _ in organisers)
    sign_in_on(first, organisers[0])
    sign_in_on(second, organisers[1])
    first.goto(RESULT_DESK)
    first.get_by_label("Lý do").fill("Chốt kết quả tuần 1")
    first.get_by_role("button", name="Chốt số liệu").click()
    from_outside(run_timetable, app)
    first.goto(RESULT_DESK)
    expect(first.get_by_role("button", name="Duyệt và công bố")).to_be_disabled()
    second.goto(RESULT_DESK)
    second.get_by_role("button", name="Duyệt và công bố").click()
    from_outside(run_timetable, app)
    expect(second.get_by_text(re.compile("bản 1"))).not_to_have_count(0)


def run_timetable(app):
    """What the timetable process does meanwhile."""
    with app.app_context():
        timetable.run_due_entries()


def check_with_the_script(page, tmp_path):
    """Download the public file and the script from the result page; the script alone agrees."""
    page.goto(f"{ROUND_PAGE}/ket-qua")
    paths = []
    for pattern in (r"luot-thi\.csv", r"ket-qua\.json"):
        href = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
        wanted = next(link for link in href if re.search(pattern, link))
        answer = page.request.get(wanted)
        assert answer.status == 200
        path = tmp_path / wanted.rsplit("/", 1)[-1]
        path.write_bytes(answer.body())
        paths.append(path)
    script = Path(kiem_tra_ket_qua.__file__)
    return subprocess.run([sys.executable, "-I", script, *paths], capture_output=True, text=True, check=False)


def sit_on_a_bad_line(screen, ledger, faults):
    """Two answers, one reply lost, three answers offline, the tab killed; returns the attempt's address."""
    choose(screen, "A")
    expect_saved(screen)
    onward(screen)
    lost = lose_one_reply(screen)
    choose(screen, "B")
    expect(screen.locator("#save-state [data-state=unsaved]")).to_be_visible()
    expect_saved(screen)
    assert lost == [200]
    screen.context.set_offline(True)
    for letter in "CDA":
        onward(screen)
        choose(screen, letter)
    expect(screen.locator("#offline-banner")).to_be_visible()
    address, context = screen.url, screen.context
    screen.close()
    quietly(faults)
    context.set_offline(False)
    again = context.new_page()
    ledger.watch(again)
    again.goto(address)
    expect_saved(again)
    return address


def finish_on_another_device(other, ledger, address):
    """Sign in, find the five answers, predict, hand in; returns the receipt code."""
    ledger.watch(other)
    other.goto("/dang-nhap")
    other.locator("[name=phone]").fill(PHONE_NUMBER)
    other.locator("[name=password]").fill(PASSWORD)
    other.get_by_role("button", name="Đăng nhập").click()
    other.goto(address)
    expect(other.locator("input:checked")).to_have_count(5)
    for _ in range(10):
        onward(other)
    other.locator("[name=prediction]").fill("7")
    expect_saved(other)
    other.get_by_role("button", name="Xem lại và nộp bài").last.click()
    other.locator("#confirm-submit").click()
    other.wait_for_url("**/ket-qua")
    expect(other.get_by_role("main")).to_contain_text("Đã nhận bài của bạn")
    return other.locator(".receipt-code").inner_text()


def test_a_whole_week(
    world, app, screen, open_screen, sign_in_on, faults, db, clock_at, tmp_path, check_accessibility
):
    size, ledger = screen.viewport_size, Ledger()
    ledger.watch(screen)
    register(screen)
    expect(screen.get_by_role("main")).to_contain_text("Tuần 1")
    start(screen)
    check_accessibility(screen)
    address = sit_on_a_bad_line(screen, ledger, faults)
    _, saves = stored_answers(db)
    assert len(rules.fold((answers, None) for _, answers, _ in saves).answers) == 5

    other = open_screen(PHONE)
    code = finish_on_another_device(other, ledger, address)
    check_accessibility(other)
    attempt, saves = stored_answers(db)
    assert_ledger_is_stored(ledger, saves)
    assert (attempt.answers, attempt.prediction) == ("1A 2B 3C 4D 5A", 7)
    quietly(faults)

    publish(app, open_screen, sign_in_on, size, db, world, clock_at)
    public = open_screen(size)
    checked = check_with_the_script(public, tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    check_accessibility(public)
    public.goto(f"/bien-nhan/{code}")
    expect(public.get_by_role("main")).to_contain_text("Biên nhận đúng")


@pytest.fixture
def redis(app, monkeypatch):
    """A Redis that the doorbell uses until the test stops it."""
    with RedisServer() as server:
        settings = dataclasses.replace(app.config["KHEO"], redis_url=server.url)
        monkeypatch.setitem(app.config, "KHEO", settings)
        yield server


def test_a_week_without_script_and_with_redis_stopped(
    world, app, open_screen, sign_in_on, db, clock_at, tmp_path, redis
):
    plain = open_screen(PHONE, java_script_enabled=False)
    register(plain, with_script=False)
    start(plain)
    pick(plain, 1, "A")
    plain.get_by_role("button", name="Lưu bài").click()
    expect(plain.locator("input:checked")).to_have_count(1)
    pick(plain, 2, "B")
    plain.locator("input[name=prediction]").fill("1.234")
    plain.get_by_role("button", name="NỘP BÀI").click()
    expect(plain.get_by_role("main")).to_contain_text("Đã nhận bài của bạn")
    attempt, _ = stored_answers(db)
    assert (attempt.answers, attempt.prediction) == ("1A 2B", 1234)

    redis.stop()
    publish(app, open_screen, sign_in_on, PHONE, db, world, clock_at)
    checked = check_with_the_script(open_screen(PHONE), tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
