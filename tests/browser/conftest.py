"""Chromium on the running application: `phone`, `desktop`, or `screen` for both sizes in turn.

A console error, a breach of the content security policy, an uncaught exception or a request to another
host fails the test. A test that expects one asserts it on `faults` and clears the list.
Commit before the browser acts: it sees only what is committed.
"""

import shutil
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.web.sessions import TOKEN_KEY
from tests.browser.live import serving
from tests.isolation import open_session

PATIENCE = 15_000  # milliseconds for what a page is about to show
expect.set_options(timeout=PATIENCE)

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REPORT_POLICY_BREACHES = """
document.addEventListener("securitypolicyviolation", event =>
    console.error(`policy ${event.effectiveDirective} refuses ${event.blockedURI}: ${event.sample}`));
"""
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return null;
    return [...document.querySelectorAll("*")]
        .map(element => [element.tagName, element.className, element.getBoundingClientRect().right])
        .filter(([, , right]) => right > width);
}"""
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("chromium is not on PATH: the browser tests need Debian's package `chromium`")
    return browser_type_launch_args | {"executable_path": chromium, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def base_url():
    """Pages get theirs in `open_screen`; the plugin's own fixture is declared in a way pytest warns of."""


@pytest.fixture
def live_server(app):
    """The address of the application, without a slash at the end."""
    with serving(app) as address:
        yield address


@pytest.fixture
def faults():
    """What went wrong in the pages so far, one sentence each; must be empty at the end."""
    return []


@pytest.fixture
def open_screen(live_server, new_context, faults):
    """Open another device: open_screen(PHONE, java_script_enabled=False) → a page of its own."""

    def watch(page):
        page.on("pageerror", lambda error: faults.append(f"exception: {error}"))
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        page.on("request", refuse_foreign)

    def refuse_foreign(request):
        parts = urlsplit(request.url)
        if (
            parts.scheme not in ("data", "blob", "about")
            and f"{parts.scheme}://{parts.netloc}" != live_server
        ):
            faults.append(f"request to another host: {request.url}")

    def open_(size, **settings):
        context = new_context(
            base_url=live_server,
            viewport=size,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
            **settings,
        )
        context.add_init_script(REPORT_POLICY_BREACHES)
        context.on("page", watch)
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    yield open_
    assert faults == []


@pytest.fixture
def phone(open_screen):
    return open_screen(PHONE)


@pytest.fixture
def desktop(open_screen):
    return open_screen(DESKTOP)


@pytest.fixture
def page(phone):
    return phone


@pytest.fixture
def sign_in_on(app, live_server):
    """Sign an account in on a page's device: sign_in_on(phone, account)."""

    def sign(page, account):
        token = open_session(account)
        cookie = app.session_interface.get_signing_serializer(app).dumps({TOKEN_KEY: token})
        page.context.add_cookies(
            [{"name": app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": live_server}]
        )

    return sign


@pytest.fixture(params=[PHONE, DESKTOP], ids=["360x740", "1280x800"])
def screen(open_screen, request):
    return open_screen(request.param)


@pytest.fixture(scope="session")
def check_accessibility():
    """Fail on every breach of WCAG 2.2 AA that axe sees, and on a page wider than its screen."""

    def check(page):
        page.wait_for_load_state()
        page.evaluate("document.fonts.ready.then(() => true)")
        results = Axe().run(page, options=AXE_OPTIONS)
        assert results.violations_count == 0, results.generate_report()
        too_wide = page.evaluate(TOO_WIDE)
        assert too_wide is None, f"the page scrolls sideways, wide are {too_wide}"

    return check
