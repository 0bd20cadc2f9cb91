"""What every answer carries: policy headers, caching, cookie flags."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from app.accounts.models import Trace
from tests.factories import PASSWORD, make_account
from tests.security.access import PERSONAL, Outcome, expected, routes_of
from tests.security.fields import FormParser
from tests.security.wire import FORM, Browser, Request

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "manifest-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
}
# The same for everybody who asks, so that others may keep a copy.
SHARED = {"units.find", "ranking.body", "ranking.public_file", "ranking.statement", "ranking.annex"}
SHARED |= {"ranking.script", "questions_views.picture", "api.description", "api.contests", "api.contest"}
SHARED |= {"api.rounds", "api.round_", "api.results", "api.participation"}
TEXTS = ("text/html", "text/plain", "text/csv", "text/x-python")
PEOPLE = ("nobody", "owner", "staff", "chief", "administrator")
HTTPS = {
    "environment": "production",
    "secret_key": "0123456789abcdefghijklmnopqrstuvwxyz-of-a-test",
    "public_url": "https://thi.example.vn",
    "trusted_proxies": 1,
    "support_phone": "0205 3 000 000",
}
FORWARDED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "thi.example.vn",
    "X-Forwarded-For": "198.51.100.9",
}


@pytest.fixture
def answers(app, site, browsers):
    """(route, who, answer) of every page that can be looked at, and of what is refused."""

    def ask(who, method, path, **parts):
        return browsers[who].send(Request(method, path, **parts))

    found = [
        (route, who, ask(who, "GET", path))
        for route in routes_of(app)
        if "GET" in route.methods
        for who in PEOPLE
        for path in route.paths(site.sides["a"])
    ]
    big = b"a=" + b"a" * 100_000
    refused = [
        ask("nobody", "GET", b"/khong-co"),
        ask("nobody", "PUT", b"/dang-nhap"),
        ask("nobody", "OPTIONS", b"/dang-nhap"),
        ask("nobody", "GET", b"/don-vi", query=b"a=%00"),
        ask("owner", "GET", b"/quan-tri/quyen"),
        ask("nobody", "POST", b"/dang-nhap", body=big, content_type=FORM),
        ask("nobody", "POST", b"/dang-nhap", headers=(("Origin", "http://kheo.example"),)),
        ask("owner", "POST", b"/tai-khoan/thiet-bi", body=b"{}", content_type="application/json"),
    ]
    return found + [(None, "nobody", answer) for answer in refused]


def test_every_answer_carries_the_policy_once(answers):
    for _route, _who, answer in answers:
        assert {name: answer.headers.getlist(name) for name in HEADERS} == {
            name: [value] for name, value in HEADERS.items()
        }
        (policy,) = answer.headers.getlist("Content-Security-Policy")
        assert {
            directive: set(sources)
            for directive, *sources in (part.split() for part in policy.split(";") if part.strip())
        } == POLICY


def test_no_page_has_code_or_style_of_its_own(answers):
    """What the policy forbids is not there in the first place."""
    inline = re.compile(
        rb"""<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\son[a-z]+=|\sstyle=|javascript:"""
    )

    assert {route.rule for route, _who, answer in answers if route and inline.search(answer.body)} == set()


def test_the_type_of_a_text_names_its_charset_and_the_body_keeps_to_it(answers):
    for route, _who, answer in answers:
        kind = answer.headers.get("Content-Type", "")
        if kind.partition(";")[0] in TEXTS:
            assert kind.endswith("charset=utf-8"), route
            answer.body.decode("utf-8")


def test_only_what_everybody_sees_alike_may_be_kept(answers):
    seen = {}
    for route, who, answer in answers:
        if answer.headers["Cache-Control"] == "no-store":
            continue
        assert route is not None
        assert route.endpoint in SHARED, f"{who} {route.rule}: {answer.headers['Cache-Control']}"
        assert "Set-Cookie" not in answer.headers, f"{who} {route.rule}"
        seen.setdefault((route.endpoint, len(answer.body)), set()).add(answer.body)
    assert {len(bodies) for bodies in seen.values()} == {1}


def test_personal_and_staff_pages_are_never_kept(answers):
    own = [
        answer
        for route, _who, answer in answers
        if route and (route.is_staff_area or route.endpoint in PERSONAL)
    ]

    assert len(own) > 100
    assert {answer.headers["Cache-Control"] for answer in own} == {"no-store"}


def test_no_answer_holds_the_session_or_another_ones(answers, site):
    tokens = [identity.token.encode() for identity in site.identities.values() if identity.token]

    assert not [route for route, _who, answer in answers if any(token in answer.body for token in tokens)]


def test_static_files_are_what_they_say_and_nothing_else_is_served(app):
    nobody = Browser(app)
    for name, kind in (
        ("site.css", "text/css"),
        ("site.js", "text/javascript"),
        ("favicon.svg", "image/svg+xml"),
    ):
        answer = nobody.get(f"/static/{name}")
        assert answer.status == 200
        assert answer.headers["Content-Type"].partition(";")[0] == kind
        assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]
        assert "Set-Cookie" not in answer.headers
    for name in (
        "",
        "../requests.py",
        "%2e%2e/requests.py",
        "..%2f..%2f__init__.py",
        "etc/passwd",
        "%00",
        "a%00.css",
    ):
        for prefix in ("/static/", "/static/fonts/"):
            assert nobody.get(f"{prefix}{name}").status in (400, 404), f"{prefix}{name}"


def test_without_https_the_cookies_work_on_plain_localhost(app, client):
    cookies = sign_in_cookies(client, base_url="http://localhost")

    assert cookies.keys() == {"kheo", "kheo-device"}
    for flags in cookies.values():
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= flags
        assert "Secure" not in flags
        assert not any(flag.startswith("Domain") for flag in flags)


def test_under_https_the_cookies_are_bound_to_the_host(app_with):
    cookies = sign_in_cookies(app_with(**HTTPS).test_client(), base_url="http://10.0.0.5", headers=FORWARDED)

    assert cookies.keys() == {"__Host-kheo", "__Host-kheo-device"}
    for flags in cookies.values():
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= flags
        assert not any(flag.startswith("Domain") for flag in flags)


def sign_in_cookies(client, **request):
    """name → flags of the cookies that signing in sets."""
    account = make_account(password=PASSWORD)
    fields = {"phone": account.sign_in_name, "password": PASSWORD}
    # A cookie with Secure does not come back over the test's plain connection: one request shows the token.
    page = client.get("/dang-nhap", **request)
    cookie = {"Cookie": "; ".join(value.partition(";")[0] for value in page.headers.getlist("Set-Cookie"))}
    token = FormParser("/dang-nhap").read(page.text)["/dang-nhap"]["csrf_token"]
    headers = request.pop("headers", {}) | cookie
    answer = client.post(
        "/dang-nhap", data=fields | {"csrf_token": token}, headers=headers, csrf=False, **request
    )
    assert answer.status_code == 303, answer.text
    parts = [cookie.split("; ") for cookie in answer.headers.getlist("Set-Cookie")]
    return {first.partition("=")[0]: set(flags) for first, *flags in parts}


def test_https_is_demanded_only_where_there_is_https(app_with, client):
    secure = app_with(**HTTPS).test_client().get("/healthz", headers=FORWARDED)

    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in client.get("/healthz").headers


@pytest.mark.parametrize(
    ("proxies", "forwarded", "prefix"),
    [
        (0, "198.51.100.9", "127.0.0.0/24"),
        (1, "198.51.100.9", "198.51.100.0/24"),
        (1, "1.2.3.4, 198.51.100.9", "198.51.100.0/24"),
        (1, "kheo", ""),
    ],
)
def test_the_address_is_the_one_the_proxy_saw(app_with, site, db, proxies, forwarded, prefix):
    """What a visitor writes into the header stays without effect."""
    settings = HTTPS | {"environment": "test", "public_url": "http://localhost", "trusted_proxies": proxies}
    other = app_with(**settings).test_client()
    fields = registration(phone="0912 345 678")

    answer = other.post("/dang-ky", data=fields, headers={"X-Forwarded-For": forwarded})

    assert answer.status_code == 303, answer.text
    newest = select(Trace.address_prefix).order_by(Trace.id.desc()).limit(1)
    assert db.session.scalar(newest) == prefix


def registration(**values):
    born = date(1987, 9, 5)
    return {
        "full_name": "Thí sinh mẫu Lan",
        "date_of_birth_day": str(born.day),
        "date_of_birth_month": str(born.month),
        "date_of_birth_year": str(born.year),
        "series": "vn-2024",
        "unit": "06325",
        "password": PASSWORD,
        "consent": "y",
    } | values


def test_a_forged_host_is_repeated_nowhere(app, site, browsers):
    forged = (("Host", "kheo.example"), ("X-Forwarded-Host", "kheo.example"))
    for route in routes_of(app):
        if "GET" in route.methods and expected(route, site.identities["owner"], "a") is Outcome.OPEN:
            for path in route.paths(site.sides["a"]):
                answer = browsers["owner"].send(Request("GET", path, headers=forged))
                told = [answer.body, *(value.encode() for _name, value in answer.headers)]
                assert not [text for text in told if b"kheo.example" in text], route.rule
