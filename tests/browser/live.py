"""The application behind a real socket, in this process: it shares the test's database."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import make_server

IDLE_WITHIN = 20.0


class OpenRequests:
    """Counts the requests being answered, so that the database is emptied after the last of them."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._changed = threading.Condition()
        self._count = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._add(1)
        try:
            body = self._application(environ, start_response)
            try:
                return list(body)
            finally:
                getattr(body, "close", lambda: None)()
        finally:
            self._add(-1)

    def wait_until_none(self) -> None:
        with self._changed:
            is_idle = self._changed.wait_for(lambda: self._count == 0, IDLE_WITHIN)
        assert is_idle, f"a request took longer than {IDLE_WITHIN:.0f} s"

    def _add(self, number: int) -> None:
        with self._changed:
            self._count += number
            self._changed.notify_all()


@contextmanager
def serving(application: WSGIApplication) -> Iterator[str]:
    """Serve on an ephemeral loopback port with a thread a request; yields the address."""
    requests = OpenRequests(application)
    server = make_server("127.0.0.1", 0, requests, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        requests.wait_until_none()
        server.server_close()
