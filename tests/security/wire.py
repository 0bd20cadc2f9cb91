"""Requests as bytes: nothing between a test and the application corrects what is sent."""

import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote_from_bytes

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app

from app.web.sessions import TOKEN_KEY
from tests.isolation import from_outside

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=kheo-part"
JSON = "application/json"
CSRF_KEY = "0123456789abcdef0123456789abcdef01234567"
PLACEHOLDER = re.compile(r"<(?:[^<>:]+:)?([a-z_]+)>")


@dataclass(frozen=True)
class Request:
    """One request; `path` and `query` are what stands in the request line, percent signs included."""

    method: str
    path: bytes
    query: bytes = b""
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def __str__(self) -> str:
        line = f"{self.method} {shortened(self.path)}"
        if self.note:
            return f"{line} with {self.note}"
        line += f"?{shortened(self.query)}" if self.query else ""
        line += f" [{self.content_type}] {shortened(self.body)}" if self.body else ""
        return line + "".join(f" {name}: {shortened(value.encode())}" for name, value in self.headers)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Browser:
    """A browser that keeps nothing it is told: each request carries the same cookie and CSRF token."""

    app: Flask
    token: str | None = field(default=None, repr=False)

    def send(self, request: Request, *, csrf: bool = True) -> Answer:
        return from_outside(self._send, request, csrf)

    def get(self, path: str) -> Answer:
        address, _, query = path.encode().partition(b"?")
        return self.send(Request("GET", address, query))

    def _send(self, request: Request, csrf: bool) -> Answer:
        headers = [("Cookie", self.cookie), *request.headers]
        if csrf and b"csrf_token=" not in request.body:
            headers.append(("X-CSRFToken", self.csrf_token))
        app_iter, status, answered = run_wsgi_app(self.app, environ_of(request, headers), buffered=True)
        return Answer(int(status[:3]), answered, b"".join(app_iter))

    @cached_property
    def cookie(self) -> str:
        content = {"csrf_token": CSRF_KEY} | ({TOKEN_KEY: self.token} if self.token else {})
        interface: Any = self.app.session_interface
        signed = interface.get_signing_serializer(self.app).dumps(content)
        return f"{self.app.config['SESSION_COOKIE_NAME']}={signed}"

    @cached_property
    def csrf_token(self) -> str:
        return URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token").dumps(CSRF_KEY)


def environ_of(request: Request, headers: Sequence[tuple[str, str]]) -> dict[str, object]:
    """What a WSGI server makes of the bytes: percent signs decoded, text in Latin-1."""
    environ: dict[str, object] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _unquoted(request.path).decode("latin-1"),
        "QUERY_STRING": request.query.decode("latin-1"),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "203.0.113.7",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.method not in ("GET", "HEAD") or request.body:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    if request.content_type:
        environ["CONTENT_TYPE"] = request.content_type
    for name, value in headers:
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{key}"] = value
    return environ


def path_of(rule: str, values: dict[str, bytes]) -> bytes:
    """The rule with each <converter:name> replaced by bytes, percent-encoded."""
    pieces = PLACEHOLDER.split(rule)
    filled = [
        quote_from_bytes(values[piece], safe="") if index % 2 else piece for index, piece in enumerate(pieces)
    ]
    return "".join(filled).encode()


def form_of(fields: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Fields as a browser's form sends them."""
    return b"&".join(
        f"{quote_from_bytes(name, safe='')}={quote_from_bytes(value, safe='')}".encode()
        for name, value in fields
    )


def parts_of(fields: Sequence[tuple[bytes, bytes]], name: str, content: bytes) -> bytes:
    """Fields and a file as a browser's form sends them."""
    disposition = b'--kheo-part\r\nContent-Disposition: form-data; name="%s"'
    parts = [
        disposition % quote_from_bytes(key, safe="").encode() + b"\r\n\r\n" + value for key, value in fields
    ]
    file = disposition % name.encode() + b'; filename="a.txt"\r\n\r\n' + content
    return b"\r\n".join([*parts, file, b"--kheo-part--\r\n"])


def _unquoted(path: bytes) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), path)


def shortened(value: bytes) -> str:
    """At most a line of it, for a message."""
    shown = repr(value)[2:-1]
    return shown if len(shown) <= 90 else f"{shown[:60]}…({len(value)} bytes)"
