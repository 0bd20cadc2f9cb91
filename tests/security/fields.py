"""Which fields each route reads, learned by watching it read, and values that it takes."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import urljoin

from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict

from app.sheets import Sheet, write_workbook
from app.web.requests import KheoRequest
from tests.factories import PASSWORD
from tests.security.access import Outcome, Route, Values, expected
from tests.security.site import DRAFT_KEY, REASON, RECOVERY_CODE, Side, Site
from tests.security.wire import FORM, MULTIPART, Browser, Request, form_of, parts_of, path_of

WHO = ("nobody", "owner", "staff", "organiser", "chief", "administrator")
ROUNDS_OF_LEARNING = 3
UNKNOWN_FIELD = 400
# One line stands for all the lines of a list: NAME-<n>-<part>.
LATER_LINE = re.compile(r"-([2-9]|1[0-9])-")
# Read by a pattern instead of by name.
READ_BY_PATTERN = {"attempts.save": ("q1",), "attempts.submit": ("q1",)}
GOOD_VALUES = {
    "phone": "0912 345 678",
    "password": PASSWORD + " khác",
    "current_password": PASSWORD,
    "code": RECOVERY_CODE,
    "full_name": "Thí sinh mẫu Lan",
    "date_of_birth_day": "5",
    "date_of_birth_month": "9",
    "date_of_birth_year": "1987",
    "series": "vn-2024",
    "unit": "06325",
    "consent": "y",
    "reason": REASON,
    "proposal": "1",
    "subject": "score",
    "text": REASON,
    "ground": REASON,
    "answer": REASON,
    "outcome": "refused",
    "verdict": "keep",
    "effect": "none",
    "number": "1",
    "q": "mau",
    "role": "organiser",
    "opens_at_day": "1",
    "opens_at_month": "6",
    "opens_at_year": "2026",
    "opens_at_time": "08:00",
    "closes_at_day": "7",
    "closes_at_month": "6",
    "closes_at_year": "2026",
    "closes_at_time": "20:00",
    "cells-1-topic-mau": "1",
    "cells-1-level": "1",
    "cells-1-count": "2",
    "name": "Cuộc thi mẫu",
    "slug": "cuoc-thi-moi",
    "place": "tỉnh Lạng Sơn",
    "organiser": "Ban Tổ chức mẫu",
    "scope": "vn-2024:20",
    "prediction": "7171",
    "q1": "A",
    "choice": "not_ranked",
    "save_id": "0123456789abcdef0123456789abcdef",
    "asked_by": "Con của người dự thi",
    "consent_way": "read_aloud",
    "agreed": "y",
    "quota_individual": "5",
    "quota_collective": "5",
    "step": "council",
}


def _sheet(*rows: tuple[str | int, ...]) -> bytes:
    target = BytesIO()
    write_workbook(target, [Sheet("Bảng", (30, 30, 14), rows)])
    return target.getvalue()


# Forms that a file goes with, under this name.
FILES = {
    "questions_import.submit_upload": ("file", "Ai làm chủ?\nA. Dân\nB. Quan\nANSWER: A\n".encode()),
    "headcount_import.upload": ("file", _sheet(("Mã đơn vị", "Quân số mới"), ("06325", 41))),
    "rosters.upload": ("file", _sheet(("Họ và tên", "Ngày sinh"), ("Thí sinh mẫu Ba", "05/09/1987"))),
}
# Needs a code that is right for half a minute and once; needs to be who proposed, who may not approve.
# Need a dossier at that very step and the hand that stands there: sent right in tests/commendation.
STEPS_OF_DOSSIERS = {
    *("commendation.act", "commendation_choice.choose", "commendation_report.report"),
    *("commendation_council.council", "commendation_council.decisions", "commendation_council.publish"),
    *("nominations.show", "nominations.decline", "commendation_organiser.give_hand"),
}
# Needs what an upload showed; tries a Word file in a process of its own: sent right in tests of their own.
OF_FILES = {"headcount_import.confirm", "templates_organiser.choose"}
NEVER_RIGHT = {"factors.turn_on", "keys_organiser.withdraw"} | STEPS_OF_DOSSIERS | OF_FILES
# In the order of how far the request got.
DEPTH = {"GET": (200, 303, 302, 409, 400, 404), "POST": (303, 200, 422, 409, 429, 400, 404)}


@dataclass
class Target:
    """A route as an attacker sees it: who gets in, where, with which fields."""

    route: Route
    method: str
    who: str
    values: Values
    fields: dict[bytes, bytes] = field(default_factory=dict)
    arguments: dict[bytes, bytes] = field(default_factory=dict)
    status: int = 404

    @property
    def path(self) -> bytes:
        return path_of(self.route.rule, self.values)

    @property
    def depth(self) -> int:
        known = DEPTH[self.method]
        return known.index(self.status) if self.status in known else len(known)

    def request(self, fields: Sequence[tuple[bytes, bytes]] | None = None) -> Request:
        """The form with these fields, or with what the route takes."""
        if self.method == "GET":
            return Request("GET", self.path)
        sent = [*self.fields.items()] if fields is None else fields
        if self.route.endpoint in FILES:
            body = parts_of(sent, *FILES[self.route.endpoint])
            return Request(self.method, self.path, body=body, content_type=MULTIPART)
        return Request(self.method, self.path, body=form_of(sent), content_type=FORM)


class Seen:
    """The names that a request asked for."""

    def __init__(self) -> None:
        self.fields: set[str] = set()
        self.arguments: set[str] = set()


@contextmanager
def watching(app: Flask) -> Iterator[Seen]:
    """Note every name that views and forms look up in a form or a query."""
    seen = Seen()

    class WatchedRequest(KheoRequest):
        @property
        def form(self):
            return _watched(super().form, seen.fields)

        @property
        def args(self):
            return _watched(super().args, seen.arguments)

    original, app.request_class = app.request_class, WatchedRequest
    try:
        yield seen
    finally:
        app.request_class = original


def _watched(values: ImmutableMultiDict[str, str], names: set[str]) -> ImmutableMultiDict[str, str]:
    class Watched(ImmutableMultiDict):
        def get(self, key, *arguments, **options):
            names.add(key)
            return super().get(key, *arguments, **options)

        def getlist(self, key, *arguments, **options):
            names.add(key)
            return super().getlist(key, *arguments, **options)

        def __contains__(self, key):
            names.add(key)
            return super().__contains__(key)

        def __getitem__(self, key):
            names.add(key)
            return super().__getitem__(key)

    return Watched(list(values.items(multi=True)))


def targets_of(app: Flask, routes: list[Route], site: Site, browsers, rows, restore) -> list[Target]:
    """Every route and method, by somebody who may, on the thing that lets it get furthest."""
    found = []
    side = site.sides["a"]
    for route in routes:
        for method in route.methods:
            who = next((name for name in WHO if _may(route, site, name)), None)
            if who is not None:
                tries = [Target(route, method, who, values) for values in route.addresses(side)]
                own = _values_of_this_route(route, side)
                for target in tries:
                    _learn(app, target, browsers[who], own, rows, restore)
                    if target.depth == 0:
                        break
                found.append(min(tries, key=lambda target: target.depth))
    return found


def _values_of_this_route(route: Route, side: Side) -> dict[str, str]:
    """Where an account that exists must be named, a list be left as shown, a moment be later."""
    values = {
        "accounts.submit_sign_in": {"phone": side.phone, "password": PASSWORD},
        "admin_roles.give_role": {"phone": side.phone},
        "attestations_staff.attest_person": {"code": "a1", "is_met": "co", "text": REASON},
        "attestations_staff.attest_collective": {"code": "t1", "is_met": "co", "text": REASON},
        "exclusions_organiser.add": {"person": side.public_id, "kind": "committee", "mode": "barred"},
        "headcounts.declare": {"unit": side.unit_code, "people": "41"},
        "headcounts.decide": {"chosen": str(side.headcount_id), "verdict": "refuse", "reason": REASON},
        "missing.remind": {
            **{"people": side.public_id, "shown": side.public_id},
            **{"channel": "zalo", "everybody": ""},
        },
        "keys_organiser.propose": {"kind": "void", "letters": "A", "ground": "Căn cứ mẫu"},
        "paper_organiser.keep_substitutes": {"people": "3"},
        "paper_organiser.sign": {
            **{"decision_no": "13/QĐ-BTC", "signer_title": "Trưởng Ban", "correction_reason": "Ghi nhầm"},
            **{"signed_on_day": "1", "signed_on_month": "1", "signed_on_year": "2025"},
            "signed_on": "01/01/2025",
        },
        "people.move": {"people": side.public_id, "unit": side.own_unit},
        "merges.merge": {"kept": side.public_id, "absorbed": side.moved},
        "questions_editor.create": {"action": "preview"},
        "questions_editor.save": {"action": "preview"},
        "questions_organiser.act_on_ticked": {"act": "approve", "tick": f"{DRAFT_KEY}/1", "reason": ""},
        "questions_organiser.approve_reviewed": {"q": ""},
        "ranking_organiser.extend": {"closes_at_time": "06:00"},
    }
    return values.get(route.endpoint, {})


def _may(route: Route, site: Site, name: str) -> bool:
    return bool(route.access) and expected(route, site.identities[name], "a") is Outcome.OPEN


def _learn(app: Flask, target: Target, browser: Browser, own: dict[str, str], rows, restore) -> None:
    """Ask again with what was learned, until nothing new is read."""
    shown = _shown_values(browser, target)
    names = {*READ_BY_PATTERN.get(target.route.endpoint, ()), *shown}

    def ask(chosen: set[str]) -> None:
        values = {name: shown.get(name, "").strip() or GOOD_VALUES.get(name, "") for name in sorted(chosen)}
        values |= {name: own[name] for name in own.keys() & chosen}
        target.fields = {name.encode(): value.encode() for name, value in values.items()}
        target.fields[b"csrf_token"] = browser.csrf_token.encode()
        with watching(app) as seen:
            target.status = browser.send(target.request()).status
        names.update(seen.fields - {"csrf_token"})
        target.arguments |= {name.encode(): GOOD_VALUES.get(name, "").encode() for name in seen.arguments}
        changed = rows.changes()
        if changed:
            restore(changed)

    for _round in range(ROUNDS_OF_LEARNING):
        ask(set(names))
    if target.status == UNKNOWN_FIELD:
        _ask_for_fewer(target, names, ask)
    target.fields = {
        name: value for name, value in target.fields.items() if value or not LATER_LINE.search(name.decode())
    }


def _ask_for_fewer(target: Target, names: set[str], ask: Callable[[set[str]], None]) -> None:
    """Some names belong to another form of the page: take the others, one after the other."""
    kept: set[str] = set()
    ask(kept)
    for name in sorted(names):
        ask(kept | {name})
        if target.status != UNKNOWN_FIELD:
            kept.add(name)
    ask(kept)


def _shown_values(browser: Browser, target: Target) -> dict[str, str]:
    """What the form for this address would send, from its page: the address itself or one above it."""
    path = target.path.decode()
    while target.method != "GET" and path:
        answer = browser.get(path)
        forms = FormParser(path).read(answer.text if answer.status == 200 else "")
        if target.path.decode() in forms:
            return forms[target.path.decode()]
        path = path.rpartition("/")[0]
    return {}


class FormParser(HTMLParser):
    """Where each posted form of a page leads → its fields with their values, as a browser sends them."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._path = path
        self._values: dict[str, str] | None = None
        self._open: str | None = None

    def read(self, page: str) -> dict[str, dict[str, str]]:
        self.feed(page)
        return self.forms

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form" and found.get("method", "").lower() == "post":
            self._values = self.forms.setdefault(urljoin(self._path, found.get("action") or ""), {})
        elif self._values is not None:
            self._take(tag, found, found.get("name"), found.get("value") or "")

    def _take(self, tag, found, name, value):
        if tag == "option" and self._open and ("selected" in found or self._open not in self._values):
            self._values[self._open] = value
        elif tag in ("select", "textarea"):
            self._open = name
        elif tag == "input" and name and self._counts(found):
            self._values[name] = value

    def handle_data(self, data):
        if self._open and self._values is not None and self.lasttag == "textarea":
            self._values[self._open] = data

    def handle_endtag(self, tag):
        if tag == "form":
            self._values = None
        if tag in ("select", "textarea"):
            self._open = None

    @staticmethod
    def _counts(found) -> bool:
        kind = found.get("type", "text")
        return kind != "submit" and (kind not in ("radio", "checkbox") or "checked" in found)
