"""The processes of one production machine: PostgreSQL, Redis, two gunicorns, a worker, the timetable.

Everything listens on loopback or a Unix socket, keeps its files in temporary folders and is ended by
its pid; when the benchmark is killed, the kernel ends the rest.
"""

import http.client
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from config import Config
from tests.services import PostgresServer, RedisServer, descendants, die_with_parent, free_port

ROOT = Path(__file__).parent.parent
DATABASE = "kheo_bench"
HOST = "bench.example"
READY_WITHIN = 30.0
LOG_TAIL = 4_000
WORKERS, THREADS = 2, 4
SIGN_IN_THREADS, SIGN_IN_NICE, HASH_SLOTS = 4, 10, 2
TIMETABLE_NICE, WORKER_NICE = 5, 10

POSTGRESQL = {
    "max_connections": "100",
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "4GB",
    "synchronous_commit": "on",
    "logging_collector": "off",
}


class Ended(Exception):
    """A process of the benchmark ended or stayed silent; the message carries the end of its log."""


class Process:
    """One program of ours with its descendants."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        folder: Path,
        *,
        nice: int = 0,
    ) -> None:
        self.name = name
        self._command, self._environ, self._nice = list(command), dict(environ), nice
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise Ended(f"{self.name} is not running")
        return self._process.pid

    @property
    def children(self) -> list[int]:
        return descendants(self.pid)

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_prepare(self._nice),  # noqa: PLW1509 -- no thread of ours runs yet
            )

    def log_tail(self) -> str:
        return self._log.read_text(errors="replace")[-LOG_TAIL:]

    def check(self) -> None:
        """Raises Ended with the log's end when the process is gone."""
        if self._process is None or self._process.poll() is not None:
            raise Ended(f"{self.name} ended:\n{self.log_tail()}")

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End it in good order, or, when it does not listen, by kill -9 with its descendants."""
        if self._process is None:
            return
        pids = [self.pid, *self.children]
        self._process.terminate()
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.wait(READY_WITHIN)
        except subprocess.TimeoutExpired:
            for pid in pids:
                _kill(pid)
            self._process.wait()
        self._process = None


class WebServer(Process):
    """One gunicorn on a loopback port of its own."""

    def __init__(
        self,
        name: str,
        application: str,
        environ: Mapping[str, str],
        folder: Path,
        *,
        workers: int = WORKERS,
        threads: int = THREADS,
        hash_slots: int = 1,
        nice: int = 0,
    ) -> None:
        self.port, self.workers = free_port(), workers
        sizes = {
            "KHEO_BIND": f"127.0.0.1:{self.port}",
            "KHEO_WORKERS": str(workers),
            "KHEO_THREADS": str(threads),
            "KHEO_POOL_SIZE": str(threads),
            "KHEO_HASH_SLOTS": str(hash_slots),
        }
        command = [sys.executable, "-m", "gunicorn", application]
        super().__init__(name, command, {**environ, **sizes}, folder, nice=nice)

    def start(self) -> None:
        super().start()
        give_up = time.monotonic() + READY_WITHIN
        while not self.answers():
            self.check()
            if time.monotonic() > give_up:
                self.stop()
                raise Ended(f"{self.name} does not answer:\n{self.log_tail()}")
            time.sleep(0.1)

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz", headers={"Host": HOST})
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Machine:
    """Starts what a deployment runs, and ends all of it at the end of the `with` block.

    The database is empty: `bench.world` fills it before `serve` starts the web.
    """

    def __init__(self) -> None:
        self.postgresql = PostgresServer(fsync=True, settings=POSTGRESQL)
        self.folder = self.postgresql.folder / "bench"  # goes with it, however the benchmark ends
        self.folder.mkdir()
        self.redis = RedisServer()
        self.environ = self._settings()
        self.config = Config.from_env(self.environ)
        self.web = self._server("web", "wsgi:app")
        self.sign_in = self._server(
            *("sign-in", "wsgi:app"),
            workers=1,
            threads=SIGN_IN_THREADS,
            hash_slots=HASH_SLOTS,
            nice=SIGN_IN_NICE,
        )
        self.floor = self._server("floor", "bench.floor:app")
        queue = ("-q", "-u", self.redis.url, "-S", "rq.serializers.JSONSerializer", "kheo")
        self.worker = self._program("worker", "rq.cli", "worker", *queue, nice=WORKER_NICE)
        self.timetable = self._program(
            "timetable", "flask", "--app", "wsgi", "timetable", nice=TIMETABLE_NICE
        )
        self._started: list[Process] = []

    def __enter__(self) -> Self:
        try:
            self.postgresql.start()
            self.redis.start()
            self.postgresql.cluster.create_database(DATABASE)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._tell_logs()
        self._end()

    def _tell_logs(self) -> None:
        for process in self._started:
            if tail := process.log_tail():
                print(f"--- {process.name} ---\n{tail}", file=sys.stderr)

    def serve(self, *processes: Process) -> None:
        """Start these processes and wait until the servers among them answer."""
        for process in processes:
            self._started.append(process)
            process.start()

    def end(self, *processes: Process) -> None:
        for process in processes:
            self._started.remove(process)
            process.stop()

    def _end(self) -> None:
        for process in reversed(self._started):
            process.stop()
        self.redis.remove()
        self.postgresql.remove()

    def _settings(self) -> dict[str, str]:
        mine = {
            "HOME": str(self.folder),
            "KHEO_ENVIRONMENT": "production",
            "KHEO_SECRET_KEY": secrets.token_urlsafe(48),
            "KHEO_DATABASE_URL": self.postgresql.cluster.url(DATABASE),
            "KHEO_REDIS_URL": self.redis.url,
            "KHEO_PUBLIC_URL": f"https://{HOST}",
            "KHEO_TIMETABLE": "process",
            "KHEO_TRUSTED_PROXIES": "1",
            "KHEO_SUPPORT_PHONE": "1900 0000",
            "KHEO_BENCH_PAGES": str(self.folder / "pages.json"),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KHEO_")}
        return inherited | mine

    def _server(self, name: str, application: str, **sizes: int) -> WebServer:
        return WebServer(name, application, self.environ, self.folder, **sizes)

    def _program(self, name: str, *arguments: str, nice: int) -> Process:
        return Process(name, [sys.executable, "-m", *arguments], self.environ, self.folder, nice=nice)


def _prepare(nice: int) -> Callable[[], None]:
    """For the child, between fork and exec: end with the benchmark, and be as nice as asked."""
    die = die_with_parent(signal.SIGTERM)

    def prepare() -> None:
        die()
        os.nice(nice)

    return prepare


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
