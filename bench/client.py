"""People at their browsers: a small HTTP/1.1 client over kept-alive connections, and what a contestant does.

The client plays the proxy too: it adds the headers that nginx adds, and sends sign-in to the second
server. Cookies are kept by hand, because they are marked for https.
"""

import asyncio
import json
import random
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import brotli

from bench.servers import HOST

ORIGIN = f"https://{HOST}"
IDLE_LIMIT = 60.0  # the server closes a connection that was silent for 75 seconds
LONGEST_HEAD = 64 * 1024
REPLY_WITHIN = 30.0
AGENT = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
QUESTION_COUNT = re.compile(r'data-question-count="(\d+)"')
SIGN_IN_PAGE = "/dang-nhap"
LETTERS = "ABCD"


class Unexpected(Exception):
    """An answer that no step of this person leads to."""


@dataclass(frozen=True)
class Response:
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    head_size: int

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def text(self) -> str:
        is_small = self.header("content-encoding") == "br"
        return (brotli.decompress(self.body) if is_small else self.body).decode()

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return self.head_size + len(self.body)


class Connection:
    """One kept-alive connection, opened at its first use and again after it broke."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._used_at = time.monotonic()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: bytes) -> Response:
        """Raises OSError or EOFError when the server went away, asyncio.TimeoutError when it stays silent."""
        if time.monotonic() - self._used_at > IDLE_LIMIT:
            self.close()
        self._used_at = time.monotonic()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=LONGEST_HEAD)
        reader, writer = self._streams
        try:
            writer.write(request)
            async with asyncio.timeout(REPLY_WITHIN):
                response = await _read_response(reader)
        except BaseException:
            self.close()
            raise
        if response.header("connection") == "close":
            self.close()
        return response

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _read_response(reader: asyncio.StreamReader) -> Response:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    length = next(int(value) for name, value in headers if name.lower() == "content-length")
    return Response(int(first.split(" ")[1]), headers, await reader.readexactly(length), len(head))


@dataclass
class Journal:
    """Milliseconds by step, and the bytes that came back."""

    times: dict[str, list[float]] = field(default_factory=dict)
    received: int = 0

    def note(self, step: str, seconds: float, size: int) -> None:
        self.times.setdefault(step, []).append(seconds * 1000)
        self.received += size


class Browser:
    """One person's browser behind the proxy, at an address of its own."""

    def __init__(self, port: int, sign_in_port: int, *, address: str | None = None) -> None:
        self.connection, self._sign_in_connection = Connection(port), Connection(sign_in_port)
        self.address = address or random_address()
        self.cookies: dict[str, str] = {}
        self.journal = Journal()

    async def get(self, path: str, step: str = "page") -> Response:
        return await self._request("GET", path, step, {}, b"")

    async def post_form(self, path: str, fields: Mapping[str, str], step: str) -> Response:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._request("POST", path, step, kind, urlencode(fields).encode())

    async def post_json(self, path: str, value: Any, csrf: str, step: str) -> Response:
        kind = {"Content-Type": "application/json", "X-CSRFToken": csrf}
        return await self._request("POST", path, step, kind, json.dumps(value).encode())

    async def _request(
        self, method: str, path: str, step: str, extra: Mapping[str, str], body: bytes
    ) -> Response:
        connection = self._sign_in_connection if path.startswith(SIGN_IN_PAGE) else self.connection
        request = self._head(method, path, extra, len(body)) + body
        started = time.perf_counter()
        response = await connection.exchange(request)
        self.journal.note(step, time.perf_counter() - started, response.size)
        self._keep_cookies(response)
        return response

    def _head(self, method: str, path: str, extra: Mapping[str, str], length: int) -> bytes:
        headers = {
            "Host": HOST,
            "X-Forwarded-For": self.address,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": HOST,
            "User-Agent": AGENT,
            "Accept": "text/html,application/json",
            "Accept-Encoding": "gzip, deflate, br",
            "Accept-Language": "vi",
            "Sec-Fetch-Site": "same-origin",
            **extra,
        }
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method == "POST":
            headers |= {"Origin": ORIGIN, "Content-Length": str(length)}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _keep_cookies(self, response: Response) -> None:
        for name, value in response.headers:
            if name.lower() == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.value

    def close(self) -> None:
        self.connection.close()
        self._sign_in_connection.close()


@dataclass
class Attempt:
    """An attempt under way: its address, its page's token, what is still to be answered."""

    path: str
    csrf: str = ""
    question_count: int = 0
    saved: int = 0


class Contestant(Browser):
    """A person who signs in through the page and sits attempts of one round."""

    def __init__(self, port: int, sign_in_port: int, *, phone: str, password: str, round_path: str) -> None:
        super().__init__(port, sign_in_port)
        self.phone, self.password, self.round_path = phone, password, round_path
        self.csrf = ""

    async def sign_in(self) -> None:
        """Open the page, send the form, and read the token of a page for people who are signed in."""
        page = await self.get(SIGN_IN_PAGE, "sign-in page")
        fields = {"csrf_token": token_in(page), "phone": self.phone, "password": self.password}
        await self.send_sign_in(fields)
        self.csrf = token_in(expect(await self.get(self.round_path, "round page"), 200))

    async def send_sign_in(self, fields: Mapping[str, str]) -> Response:
        return expect(await self.post_form(SIGN_IN_PAGE, fields, "sign-in"), 303)

    async def press_start(self) -> Attempt:
        answer = await self.post_form(f"{self.round_path}/luot-thi", {"csrf_token": self.csrf}, "start")
        return Attempt(location_of(answer))

    async def look(self, attempt: Attempt) -> None:
        """Open the paper and read from it what saving needs."""
        page = expect(await self.get(attempt.path, "paper"), 200)
        count = QUESTION_COUNT.search(page.text)
        if count is None:
            raise Unexpected(f"no paper at {attempt.path}")
        attempt.csrf, attempt.question_count = token_in(page), int(count.group(1))

    async def save(self, attempt: Attempt) -> None:
        """Answer the next question, and again from the first when all are answered."""
        position = attempt.saved % attempt.question_count + 1
        answer = await self.post_json(f"{attempt.path}/cau-tra-loi", save_of(position), attempt.csrf, "save")
        if answer.status != 200 or "saved" not in json.loads(answer.body):
            raise Unexpected(f"save: {answer.status} {answer.text[:200]}")
        attempt.saved += 1

    async def submit(self, attempt: Attempt) -> None:
        answer = await self.post_form(f"{attempt.path}/nop-bai", {"csrf_token": attempt.csrf}, "submit")
        if location_of(answer) != f"{attempt.path}/ket-qua":
            raise Unexpected(f"submit leads to {location_of(answer)}")

    async def result(self, attempt: Attempt) -> Response:
        return expect(await self.get(f"{attempt.path}/ket-qua", "result"), 200)

    async def sit(self, saves: int) -> None:
        """A whole attempt."""
        started = time.perf_counter()
        attempt = await self.press_start()
        await self.look(attempt)
        for _ in range(saves):
            await self.save(attempt)
        await self.submit(attempt)
        await self.result(attempt)
        self.journal.note("attempt", time.perf_counter() - started, 0)


def save_of(position: int) -> dict[str, Any]:
    """One save as the page sends it."""
    letter = random.choice(LETTERS)  # noqa: S311 -- which letter does not matter
    return {"save_id": secrets.token_hex(16), "answers": {str(position): letter}, "prediction": None}


def expect(response: Response, status: int) -> Response:
    """The response. Raises Unexpected when its status is another one."""
    if response.status != status:
        raise Unexpected(f"{response.status} instead of {status}: {response.text[:500]}")
    return response


def token_in(page: Response) -> str:
    """The form token of a page. Raises Unexpected without one."""
    found = CSRF.search(expect(page, 200).text)
    if found is None:
        raise Unexpected("the page has no form")
    return found.group(1)


def location_of(response: Response) -> str:
    """The path that a redirect leads to. Raises Unexpected when it is none."""
    location = expect(response, 303).header("location")
    if location is None:
        raise Unexpected("a redirect without an address")
    return location.removeprefix(ORIGIN)


def random_address() -> str:
    """An address of the block for private use."""
    return "10." + ".".join(str(part) for part in secrets.token_bytes(3))


async def side_by_side(people: list[Any], work: Callable[[Any], Any]) -> None:
    """Let everybody do `work` at the same time; the first failure ends it."""
    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(work(person))
