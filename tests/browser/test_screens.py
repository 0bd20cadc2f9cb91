"""The browser fixtures: they see what a page does wrong."""

import pytest
from flask import Response

from app.web.headers import POLICY
from tests.browser.live import serving

PAGE = """<!doctype html><html lang="vi"><head><title>Trang thử</title></head>
<body><main><h1>Trang thử</h1>{}</main></body></html>"""


@pytest.fixture
def show(open_screen, faults):
    """Show a body under the site's policy, from a server of its own."""

    def show_(screen, body):
        answer = Response(
            PAGE.format(body), content_type="text/html", headers={"Content-Security-Policy": POLICY}
        )
        with serving(answer) as address:
            screen.goto(f"{address}/")
            screen.wait_for_load_state("networkidle")
        faults[:] = [fault for fault in faults if not fault.endswith(f"{address}/")]

    return show_


def test_the_application_answers_the_browser(screen):
    assert screen.goto("/healthz").status == 200


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<script>alert(1)</script>", "policy script-src-elem refuses inline"),
        ('<p style="color: red">Đỏ</p>', "policy style-src-attr refuses inline"),
        ('<img src="https://example.vn/a.png" alt="">', "request to another host: https://example.vn/a.png"),
    ],
    ids=["inline script", "inline style", "another host"],
)
@pytest.mark.sqlite_only
def test_a_fault_of_the_page_is_seen(phone, show, faults, body, fault):
    show(phone, body)

    assert any(fault in seen for seen in faults)
    faults.clear()


@pytest.mark.sqlite_only
def test_a_missing_name_is_seen_by_axe(phone, show, check_accessibility):
    show(phone, "<button></button>")

    with pytest.raises(AssertionError, match="button-name"):
        check_accessibility(phone)


@pytest.mark.sqlite_only
def test_a_page_wider_than_the_phone_is_seen(phone, show, check_accessibility):
    show(phone, f"<p>{'dân' * 200}</p>")

    with pytest.raises(AssertionError, match="sideways"):
        check_accessibility(phone)
