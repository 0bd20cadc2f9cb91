"""Every citizen page, in the states that look different.

No breach of WCAG 2.2 AA in either theme, no sideways scroll at 320 px, with the largest letters or at
200 % zoom, nothing that jumps while it loads, and light enough for a cheap phone. A console error or a
breach of the content security policy fails any of these through `open_screen`.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.attempts import services as attempts
from app.attempts.models import Attempt
from app.extensions import db as extension
from tests import world as worlds
from tests.browser.conftest import DESKTOP, PHONE
from tests.portal import weeks
from tests.portal.weeks import FIRST, WEEK, closing, opening, page_of

pytestmark = pytest.mark.sqlite_only

NOW = opening(3) + timedelta(days=2)
NARROW = {"width": 320, "height": 640}
ZOOMED = {"width": 640, "height": 400}  # 1280 × 800 at 200 %
MOST_BYTES = 100_000
MOST_BYTES_OF_THE_QUIZ = 60_000
MOST_SHIFT = 0.02
CONTEST = "/cuoc-thi/dan-van-kheo"
SHIFTS = """() => new Promise(resolve => {
  let total = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(total), 300);
})"""
LARGEST = "document.documentElement.dataset.size = 'largest'"


@dataclass(frozen=True)
class Site:
    """Who may be signed in, and the addresses that hold a random id, by name."""

    people: dict
    addresses: dict


@pytest.fixture
def site(app, clock_at):
    """Week 2 published, week 3 open: somebody sitting it, somebody done, somebody of other units, a minor."""
    world = weeks.make_weeks()
    sitting, done, newcomer = (worlds.make_person(world.unit_id, FIRST - WEEK) for _ in range(3))
    minor = worlds.make_person(world.unit_id, FIRST - WEEK, born=NOW.date().replace(year=2012))
    enrolment = weeks.enrol(world, done)
    for number in (1, 2, 3):
        weeks.sit(world, enrolment, number, prediction=number)
    brought = weeks.bring(world, done)
    weeks.sit(world, weeks.enrol(world, brought, contestant_no=20_000_002), 2, score=1, prediction=7)
    clock_at(closing(2) + timedelta(hours=1))
    weeks.publish(world, 2, now=closing(2) + timedelta(hours=1))
    clock_at(NOW)
    token = worlds.token_hash(worlds.make_session(sitting.id, NOW))
    started = attempts.start_attempt(token, world.slug, 3, None, worlds.ORIGIN, now=NOW)
    extension.session.commit()
    return Site(
        people={"sitting": sitting, "done": done, "newcomer": newcomer, "minor": minor},
        addresses={
            "paper": f"/luot-thi/{started.public_id}",
            "result": f"/luot-thi/{attempt_of(done, 3).public_id}/ket-qua",
            "answers": f"/luot-thi/{attempt_of(done, 2).public_id}/ket-qua",
            "receipt": f"/bien-nhan/{attempt_of(done, 2).receipt_code}",
        },
    )


def attempt_of(account, number):
    query = select(Attempt).where(Attempt.account_id == account.id).order_by(Attempt.started_at)
    return extension.session.scalars(query).all()[number - 1]


PAGES = {
    "home of a visitor": (None, "/"),
    "home": ("newcomer", "/"),
    "home while sitting": ("sitting", "/"),
    "home with a past": ("done", "/"),
    "registering": (None, "/dang-ky"),
    "signing in": (None, "/dang-nhap"),
    "contest": (None, CONTEST),
    "rules": (None, f"{CONTEST}/the-le"),
    "round to come": ("newcomer", page_of(4)),
    "round of a visitor": (None, page_of(3)),
    "round to start": ("newcomer", page_of(3)),
    "round while sitting": ("sitting", page_of(3)),
    "round refused": ("minor", page_of(3)),
    "round waiting for its result": ("done", page_of(1)),
    "round with a result": ("done", page_of(2)),
    "paper": ("sitting", "paper"),
    "result": ("done", "result"),
    "result with answers": ("done", "answers"),
    "receipt": (None, "receipt"),
    "receipt to type": (None, "/bien-nhan"),
    "board that is hidden": ("done", f"{page_of(3)}/bang-xep-hang"),
    "board that is provisional": (None, f"{page_of(1)}/bang-xep-hang"),
    "official result": ("done", f"{page_of(2)}/ket-qua"),
    "account": ("done", "/tai-khoan"),
    "account that is new": ("newcomer", "/tai-khoan"),
    "password": ("done", "/tai-khoan/mat-khau"),
    "devices": ("done", "/tai-khoan/thiet-bi"),
    "privacy": (None, "/quyen-rieng-tu"),
}


@pytest.fixture(params=PAGES)
def visit(site, open_screen, sign_in_on, request):
    """Open this page on a new device: visit(PHONE) → the page."""
    who, where = PAGES[request.param]

    def open_(size, *, on_answer=None, **settings):
        screen = open_screen(size, **settings)
        if on_answer:
            screen.on("requestfinished", on_answer)
        if who:
            sign_in_on(screen, site.people[who])
        answer = screen.goto(site.addresses.get(where, where))
        assert answer.status == 200
        return screen

    open_.is_quiz = where == "paper"
    return open_


def test_everybody_can_use_it_in_both_themes(visit, check_accessibility):
    screen = visit(PHONE)
    check_accessibility(screen)
    screen.emulate_media(color_scheme="dark")
    check_accessibility(screen)
    screen.set_viewport_size(DESKTOP)
    check_accessibility(screen)


def test_it_never_scrolls_sideways(visit):
    screen = visit(NARROW)
    assert too_wide(screen) == 0
    screen.evaluate(LARGEST)
    assert too_wide(screen) == 0

    screen = visit(ZOOMED)
    assert too_wide(screen) == 0


def too_wide(screen):
    return screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_a_first_visit_is_light_and_nothing_jumps(visit):
    """Bytes of bodies as they travelled: page, stylesheet, scripts, fonts, icon."""
    weights = {}

    def note(request):
        weights[request.url] = request.sizes()["responseBodySize"]

    screen = visit(PHONE, on_answer=note)
    screen.wait_for_load_state("networkidle")

    assert sum(weights.values()) <= (MOST_BYTES_OF_THE_QUIZ if visit.is_quiz else MOST_BYTES), weights
    assert screen.evaluate(SHIFTS) <= MOST_SHIFT
    assert visit(DESKTOP).evaluate(SHIFTS) <= MOST_SHIFT


def test_it_can_be_read_without_script(visit):
    screen = visit(PHONE, java_script_enabled=False)

    expect(screen.get_by_role("main")).to_have_count(1)
    expect(screen.locator("h1")).to_have_count(1)
