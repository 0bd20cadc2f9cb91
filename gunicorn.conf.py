"""How gunicorn serves Khéo: threads, bounded requests, the timetable where the settings ask for it.

KHEO_BIND, KHEO_WORKERS and KHEO_THREADS size it; KHEO_REUSE_PORT=1 lets a second gunicorn listen on the
same port, to hand over without a gap. Keep KHEO_POOL_SIZE at KHEO_THREADS.
"""

import importlib
import os
from pathlib import Path

from gunicorn.workers.gthread import ThreadWorker

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 -- gunicorn makes its heartbeat file there by mkstemp

bind = os.environ.get("KHEO_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("KHEO_WORKERS", "1"))
threads = int(os.environ.get("KHEO_THREADS", "8"))
reuse_port = os.environ.get("KHEO_REUSE_PORT") == "1"
worker_class = "gthread"
control_socket_disable = True
proc_name = "kheo"

timeout = 30
graceful_timeout = 30
keepalive = 75  # longer than nginx keeps its side open, so that it never sends into a closing connection
worker_tmp_dir = (
    str(SHARED_MEMORY) if SHARED_MEMORY.is_dir() else None
)  # a slow disk must not look like a hang

limit_request_line = 2048
limit_request_fields = 64
limit_request_field_size = 8190

accesslog = None  # addresses and links of people; nginx keeps what the law asks for
errorlog = "-"
loglevel = os.environ.get("KHEO_LOG_LEVEL", "info")


def post_worker_init(worker: ThreadWorker) -> None:
    """Start the timetable thread in the embedded mode.

    The import waits until here: the main process loads no code of Khéo, so a reload brings new code.
    """
    app = worker.app.wsgi()
    if app.config["KHEO"].timetable == "thread":
        importlib.import_module("app.timetable").start_thread(app)
