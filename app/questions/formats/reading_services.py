"""Read a question file in a process of its own: whatever the file is, this process lives on."""

import signal
import subprocess
import sys
from pathlib import Path

import structlog

from app.errors import BadInput
from app.questions.formats import package_rules
from app.questions.formats.file_json_rules import from_json
from app.questions.formats.file_rules import ReadFile

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_QUESTIONS = 10_000
MAX_SECONDS = 25
ROOT = Path(__file__).parents[3]
TOO_LARGE = f"Tệp lớn hơn {MAX_FILE_BYTES // 1024 // 1024} MB: hãy chia thành nhiều tệp."
TOO_SLOW = "Đọc tệp mất quá nhiều thời gian: hãy chia thành nhiều tệp nhỏ hơn rồi gửi lại."
TOO_HEAVY = "Tệp cần quá nhiều bộ nhớ để đọc: hãy bỏ các trang và dòng trống rồi gửi lại."
FAILED = "Không đọc được tệp này: hãy mở bằng phần mềm gốc, lưu lại rồi gửi lại."
MESSAGES = {
    3: TOO_HEAVY,  # said by the child itself
    -signal.SIGXCPU: TOO_SLOW,
    -signal.SIGKILL: TOO_HEAVY,
    -signal.SIGABRT: TOO_HEAVY,
}

log = structlog.get_logger()


def read_file(content: bytes, format_name: str = "") -> ReadFile:
    """What the file says, read as `format_name` or as what it looks like. Never raises on any bytes."""
    if len(content) > MAX_FILE_BYTES:
        return _refused(format_name, TOO_LARGE)
    try:
        if package_rules.is_package(content):
            package_rules.open_package(content).close()
    except BadInput as error:
        return _refused(format_name, str(error))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.questions.formats.child", format_name],
            input=content,
            capture_output=True,
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            timeout=MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _refused(format_name, TOO_SLOW)
    if done.returncode != 0:
        last_words = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        log.warning("question_file_not_read", status=done.returncode, error=last_words[:200])
        return _refused(format_name, MESSAGES.get(done.returncode, FAILED))
    found = from_json(done.stdout)
    if len(found.questions) > MAX_QUESTIONS:
        return _refused(found.format, f"Tệp có hơn {MAX_QUESTIONS} câu: hãy chia thành nhiều tệp.")
    return found


def _refused(format_name: str, message: str) -> ReadFile:
    found = ReadFile(format_name)
    found.refuse("cả tệp", message)
    return found
