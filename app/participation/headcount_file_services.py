"""Read a spreadsheet in a process of its own: whatever the file is, this process lives on."""

import json
import subprocess
import sys
from pathlib import Path

import structlog

from app.errors import BadInput
from app.participation.headcount_reader import Problems, Rows
from app.questions.formats.reading_services import FAILED, TOO_HEAVY

MAX_FILE_BYTES = 2 * 1024 * 1024
# By the clock, on a machine that does much else; the process itself bounds its own work.
MAX_SECONDS = 60
ROOT = Path(__file__).parents[2]

log = structlog.get_logger()


def read_table(content: bytes) -> tuple[Rows, Problems]:
    """As headcount_reader.read. Raises BadInput, whatever the bytes are."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.participation.headcount_child"],
            input=content,
            capture_output=True,
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            timeout=MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadInput(TOO_HEAVY) from error
    if done.returncode != 0:
        last_words = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        log.warning("headcounts_not_read", status=done.returncode, error=last_words[:200])
        raise BadInput(TOO_HEAVY if done.returncode < 0 or "MemoryError" in last_words else FAILED)
    answer = json.loads(done.stdout)
    if "refusal" in answer:
        raise BadInput(answer["refusal"])
    return [(number, texts) for number, texts in answer["rows"]], [
        (number, message) for number, message in answer["problems"]
    ]
