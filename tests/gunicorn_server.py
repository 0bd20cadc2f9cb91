"""gunicorn as its settings say, on a database of the tests."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import Config
from tests.architecture import ROOT
from tests.services import free_port

READY_WITHIN = 20.0


@contextmanager
def gunicorn(config: Config, folder: Path, **settings: str) -> Iterator[int]:
    """Run it with these environment variables on top; yields its port. It must end in good order."""
    port = free_port()
    environment = os.environ | {
        "HOME": str(folder),
        "KHEO_BIND": f"127.0.0.1:{port}",
        "KHEO_ENVIRONMENT": "test",
        "KHEO_SECRET_KEY": config.secret_key,
        "KHEO_DATABASE_URL": config.database_url,
        "KHEO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "KHEO_REDIS_URL": "",
    }
    command = [sys.executable, "-m", "gunicorn", "wsgi:app"]
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment | settings, stdout=log, stderr=log)
        try:
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(READY_WITHIN) == 0, (folder / "log").read_text()


def wait_for(port, path):
    """The first answer, once the port is open."""
    give_up = time.monotonic() + READY_WITHIN
    while True:
        try:
            return request(port, path)
        except ConnectionRefusedError:
            assert time.monotonic() < give_up, "gunicorn did not open its port"
            time.sleep(0.1)


def request(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_WITHIN)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status
