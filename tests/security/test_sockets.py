"""What only a socket can send: requests that contradict themselves, to gunicorn as it is configured."""

import re
import socket
from functools import partial

import pytest

from tests.gunicorn_server import gunicorn, request, wait_for

LONGEST_WAIT = 10.0
CHUNK = 64 * 1024
ANNOUNCED = 20 * 1024 * 1024
HEAD = "POST /dang-nhap HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SMUGGLED = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

# (headers about the body, the body): two readers would see two different requests.
CONTRADICTIONS = [
    ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", f"0\r\n\r\n{SMUGGLED}"),
    ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", f"0\r\n\r\n{SMUGGLED}"),
    ("Transfer-Encoding: chunked, identity\r\n", f"0\r\n\r\n{SMUGGLED}"),
    ("Transfer-Encoding: identity, chunked\r\nContent-Length: 3\r\n", f"0\r\n\r\n{SMUGGLED}"),
    ("Transfer-Encoding: xchunked\r\n", f"0\r\n\r\n{SMUGGLED}"),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", f"0\r\n\r\n{SMUGGLED}"),
    ("Content-Length: 5\r\nContent-Length: 6\r\n", f"a=123{SMUGGLED}"),
    ("Content-Length: 5, 5\r\n", f"a=123{SMUGGLED}"),
    ("Content-Length: +5\r\n", f"a=123{SMUGGLED}"),
    ("Content-Length: -5\r\n", f"a=123{SMUGGLED}"),
    ("Content-Length: 0x5\r\n", f"a=123{SMUGGLED}"),
    ("Content-Length: 5 6\r\n", f"a=123{SMUGGLED}"),
    ("Content-Length : 5\r\n", f"a=123{SMUGGLED}"),
    ("Content_Length: 5\r\nTransfer_Encoding: chunked\r\nContent-Length: x\r\n", SMUGGLED),
    ("Transfer-Encoding:\x0bchunked\r\n", f"0\r\n\r\n{SMUGGLED}"),
    (" Content-Length: 5\r\n", f"a=123{SMUGGLED}"),
]
MALFORMED = [
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nX: \x00\r\n\r\n",
    "GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET  /  HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "GET / HTTP/1.1\r\n" + "".join(f"X-{n}: a\r\n" for n in range(100)) + "\r\n",
    f"GET / HTTP/1.1\r\nX: {'a' * 9_000}\r\n\r\n",
    f"GET /{'a' * 9_000} HTTP/1.1\r\nHost: a\r\n\r\n",
]
BAD_CHUNKS = [
    "zz\r\na=1\r\n0\r\n\r\n",
    "-1\r\na=1\r\n0\r\n\r\n",
    "5\r\na=1\r\n0\r\n\r\n",
    "\r\n\r\n",
    "ffffffffffffffffff\r\n",
]


@pytest.fixture
def port(database, tmp_path):
    """One gunicorn with one thread: a request that is stuck would stop everything after it."""
    run = partial(gunicorn, database.config, tmp_path)
    with run(KHEO_TIMETABLE="process", KHEO_THREADS="1") as number:
        wait_for(number, "/healthz")
        yield number


def send(port, *parts, closes=True):
    """All that comes back until the server hangs up or stays silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=LONGEST_WAIT) as connection:
        try:
            for part in parts:
                connection.sendall(part if isinstance(part, bytes) else part.encode("latin-1"))
            if closes:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return receive(connection)


def receive(connection):
    answer = b""
    try:
        while part := connection.recv(CHUNK):
            answer += part
    except (ConnectionResetError, TimeoutError):
        pass
    return answer.decode("latin-1")


def statuses(answer):
    return [int(status) for status in re.findall(r"^HTTP/1\.[01] (\d{3})", answer, re.MULTILINE)]


def test_a_request_that_contradicts_itself_is_refused_and_hides_no_other(port):
    accepted = {}
    for headers, body in CONTRADICTIONS:
        found = statuses(send(port, f"{HEAD}{headers}\r\n{body}"))
        if len(found) != 1 or found[0] not in (400, 501):
            accepted[headers] = found
    assert accepted == {}
    assert request(port, "/healthz") == 200


def test_what_is_no_http_is_refused(port):
    for sent in MALFORMED:
        found = statuses(send(port, sent))
        assert len(found) <= 1, sent
        assert set(found) <= {400, 414, 431, 505}, sent
    assert request(port, "/healthz") == 200


def test_bodies_that_end_early_or_never_begin(port):
    """The server goes on; nobody waits for what does not come."""
    for headers, body in (
        ("Content-Length: 100\r\n", "a=1"),
        ("Content-Length: 100\r\n", ""),
        *(("Transfer-Encoding: chunked\r\n", chunks) for chunks in BAD_CHUNKS),
    ):
        found = statuses(send(port, f"{HEAD}{headers}\r\n{body}"))
        assert set(found) <= {400, 403}, (headers, body, found)
    assert request(port, "/healthz") == 200


def test_a_huge_body_is_refused_before_it_is_read(port):
    announced = send(port, f"{HEAD}Content-Length: {ANNOUNCED}\r\n\r\n", b"a" * CHUNK, closes=False)
    assert statuses(announced)[:1] == [413]

    chunk = f"{CHUNK:x}\r\n".encode() + b"a" * CHUNK + b"\r\n"
    chunked = send(port, f"{HEAD}Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 64, closes=False)
    assert set(statuses(chunked)) <= {400}
    assert request(port, "/healthz") == 200


def test_who_asks_and_for_which_host_is_not_taken_from_the_visitor(port):
    """Without a proxy in the settings, what a proxy would write has no effect."""
    forged = "Host: kheo.example\r\nX-Forwarded-Host: kheo.example\r\nX-Forwarded-For: 198.51.100.9\r\n"
    answer = send(
        port, f"GET /dang-nhap HTTP/1.1\r\n{forged}Forwarded: host=kheo.example\r\nConnection: close\r\n\r\n"
    )

    assert statuses(answer) == [200]
    assert "kheo.example" not in answer
    assert "Secure" not in answer
