"""Other sites cannot act for somebody: tokens, origins, and where signing in leads."""

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest
from itsdangerous import URLSafeTimedSerializer

from tests.factories import PASSWORD, make_account
from tests.security.access import routes_of
from tests.security.fields import NEVER_RIGHT, targets_of
from tests.security.wire import CSRF_KEY, FORM, JSON, Browser, Request

FOREIGN = "http://kheo.example"
FOREIGN_HEADERS = (
    *(("Origin", value) for value in (FOREIGN, "null", "https://localhost", "http://localhost:8000", "")),
    *(("Origin", value) for value in ("http://localhost.kheo.example", "http://LOCALHOST", "//localhost")),
    *(("Sec-Fetch-Site", value) for value in ("cross-site", "same-site", "x")),
)
ELSEWHERE = (
    *(
        "//kheo.example",
        "///kheo.example",
        "https://kheo.example/",
        "HTTPS://kheo.example",
        "https:kheo.example",
    ),
    *("/\\kheo.example", "\\\\kheo.example", "\\/kheo.example", "/\t/kheo.example", "/\n/kheo.example"),
    *(
        "\t//kheo.example",
        " //kheo.example",
        "javascript:alert(1)",
        "data:text/html,a",
        "tai-khoan",
        "?a",
        "#a",
    ),
    *("http://localhost/tai-khoan", "/tai-khoan\r\nSet-Cookie: a=b", "/ï", "/" + "a" * 600, "@kheo.example"),
    *("/%00\x00", "/\u2028", "/／kheo.example", ".", "..", ""),
)
LOCAL = ("/tai-khoan", "/cuoc-thi/a/tuan/1?b=c", "/a//b", "/%2f%2fkheo.example", "/./a")


@pytest.fixture
def targets(app, site, browsers, rows, restore):
    """Every unsafe route, by somebody who may, with a form that would be taken."""
    found = targets_of(app, routes_of(app), site, browsers, rows, restore)
    return [target for target in found if target.method != "GET"]


def signed(app, key, secret_key=None):
    return URLSafeTimedSerializer(str(secret_key or app.secret_key), salt="wtf-csrf-token").dumps(key)


def wrong_tokens(app):
    """How a token can be wrong: (in the form, in the header)."""
    others = signed(app, "f" * 40)
    forged = signed(app, CSRF_KEY, "a key of somebody else, as long as ours is")
    for token in (None, "", "a", CSRF_KEY, others, forged, others.upper()):
        yield token, None
        yield None, token


def test_an_act_without_its_own_sessions_token_is_refused(app, targets, browsers, rows):
    holes = []
    for target in targets:
        for in_form, in_header in wrong_tokens(app):
            fields = {name: value for name, value in target.fields.items() if name != b"csrf_token"}
            fields |= {b"csrf_token": in_form.encode()} if in_form is not None else {}
            headers = (("X-CSRFToken", in_header),) if in_header is not None else ()
            sent = target.request([*fields.items()])
            answer = browsers[target.who].send(
                Request(sent.method, sent.path, body=sent.body, content_type=FORM, headers=headers),
                csrf=False,
            )
            if answer.status != 403 or rows.changes():
                holes.append(
                    f"{target.path.decode()} {in_form} {in_header}: {answer.status} {rows.changes()}"
                )
    assert not holes, "\n".join(holes)


def test_neither_json_nor_a_token_in_the_address_helps(app, site, browsers, rows):
    owner = browsers["owner"]
    query = b"csrf_token=" + owner.csrf_token.encode()
    for route in routes_of(app):
        for path in route.paths(site.sides["a"]) if "POST" in route.methods else []:
            by_json = owner.send(Request("POST", path, body=b"{}", content_type=JSON), csrf=False)
            by_address = owner.send(Request("POST", path, query, b"a=1", FORM), csrf=False)
            assert (by_json.status, by_address.status) == (403, 403), route.rule
            assert b'"code":"csrf"' in by_json.body
    assert rows.changes() == {}


def test_an_act_is_taken_from_our_own_page_and_refused_from_another_site(targets, browsers, rows, restore):
    """Even with the right token."""
    own = (("Origin", "http://localhost"), ("Sec-Fetch-Site", "same-origin"))
    holes = []
    for target in targets:
        for header in FOREIGN_HEADERS:
            answer = browsers[target.who].send(replace(target.request(), headers=(header,)))
            if answer.status != 400 or rows.changes():
                holes.append(f"{target.path.decode()} {header}: {answer.status} {rows.changes()}")
        taken = browsers[target.who].send(replace(target.request(), headers=own))
        if taken.status not in (200, 303) and target.route.endpoint not in NEVER_RIGHT:
            holes.append(f"{target.path.decode()} from our own page: {taken.status}")
        restore(rows.changes())
    assert not holes, "\n".join(holes)


@pytest.mark.parametrize("where", ["field", "address"])
def test_signing_in_never_leads_elsewhere(app, client, where):
    account = make_account(password=PASSWORD)
    for asked in ELSEWHERE:
        location = sign_in(app, account, asked, where)
        assert location == "/", asked


@pytest.mark.parametrize("where", ["field", "address"])
def test_signing_in_leads_back_to_a_page_of_ours(app, client, where):
    account = make_account(password=PASSWORD)
    for asked in LOCAL:
        location = sign_in(app, account, asked, where)
        assert location == asked
        assert urlsplit(urljoin("http://localhost/dang-nhap", location)).netloc == "localhost"


def sign_in(app, account, asked, where):
    """Where a new browser is led: asked in the form, or in the address of the page that it fills in."""
    client = app.test_client()
    fields = {"phone": account.sign_in_name, "password": PASSWORD}
    if where == "address":
        page = Browser(app).get("/dang-nhap")
        assert page.status == 200
        shown = client.get("/dang-nhap", query_string={"next": asked})
        if shown.status_code == 400:  # refused as a whole
            return "/"
        asked = hidden_next(shown.text)
    answer = client.post("/dang-nhap", data=fields | {"next": asked})
    if answer.status_code == 400:
        return "/"
    assert answer.status_code == 303, asked
    return answer.location


def hidden_next(page):
    parts = page.split('name="next"')
    assert len(parts) == 2
    tag = parts[0].rpartition("<")[2] + parts[1].partition(">")[0]
    return tag.partition('value="')[2].partition('"')[0].replace("&amp;", "&")


def test_somebody_signed_in_is_not_led_elsewhere_either(browsers):
    for asked in ELSEWHERE:
        answer = browsers["owner"].get(f"/dang-nhap?next={quoted(asked)}")
        assert (answer.status, answer.location) in ((302, "/"), (400, "")), asked


def test_a_page_asked_for_comes_back_after_signing_in(browsers):
    assert browsers["nobody"].get("/tai-khoan/thiet-bi").location == "/dang-nhap?next=/tai-khoan/thiet-bi"
    for path in ("//kheo.example/tai-khoan", "/tai-khoan?next=//kheo.example"):
        location = browsers["nobody"].get(path).location
        assert not location or urlsplit(urljoin("http://localhost/", location)).netloc == "localhost"


def quoted(text):
    return "".join(f"%{byte:02x}" for byte in text.encode())
