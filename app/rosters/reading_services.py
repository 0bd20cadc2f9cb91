"""Read a list in a process of its own: whatever the file is, this process lives on."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import structlog

from app.errors import BadInput
from app.rosters.list_reader import NOT_EXCEL
from app.rosters.rules import MAX_FILE_BYTES

MAX_SECONDS = 25
ROOT = Path(__file__).parents[2]
TOO_LARGE = f"Tệp lớn hơn {MAX_FILE_BYTES // 1024 // 1024} MB: hãy chia thành nhiều tệp."
TOO_HEAVY = "Tệp quá nặng để đọc: hãy bỏ các trang, dòng trống và hình rồi gửi lại."
MESSAGES = {3: TOO_HEAVY, -signal.SIGXCPU: TOO_HEAVY, -signal.SIGKILL: TOO_HEAVY, -signal.SIGABRT: TOO_HEAVY}

log = structlog.get_logger()


def read_rows(content: bytes) -> list[tuple[int, list[str]]]:
    """(row from 1, texts) of the list. Raises BadInput, whatever the bytes are."""
    if len(content) > MAX_FILE_BYTES:
        raise BadInput(TOO_LARGE)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.rosters.child"],
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
        log.warning("list_not_read", status=done.returncode, error=last_words[:200])
        raise BadInput(MESSAGES.get(done.returncode, NOT_EXCEL))
    answer = json.loads(done.stdout)
    if "refusal" in answer:
        raise BadInput(answer["refusal"])
    return [(int(number), list(texts)) for number, texts in answer["rows"]]
