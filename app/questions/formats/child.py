"""The process that reads one file of a stranger, under limits that it cannot lift.

`python -m app.questions.formats.child FORMAT`: the file on standard input, what was read on standard output.
"""

import resource
import sys
from importlib import import_module

from app.errors import BadInput
from app.questions.formats import detection_rules, package_rules
from app.questions.formats.file_json_rules import to_json
from app.questions.formats.file_rules import ReadFile

MAX_MEMORY_BYTES = 768 * 1024 * 1024
MAX_CPU_SECONDS = 20
OUT_OF_MEMORY = 3
# By name, so that each reading loads the library of its own format alone.
READERS = {name: f"app.questions.formats.{name}_reader" for name in detection_rules.FORMAT_NAMES}


def main(format_name: str) -> int:
    """Read standard input as the format, or as what it looks like when the name is empty."""
    _limit()
    content = sys.stdin.buffer.read()
    try:
        answer = to_json(read_content(content, format_name))
    except MemoryError:
        return OUT_OF_MEMORY
    sys.stdout.buffer.write(answer)
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_content(content: bytes, format_name: str) -> ReadFile:
    """What the bytes say, in this very process and without limits of its own."""
    found = ReadFile(format_name)
    try:
        chosen = format_name or detection_rules.detect(content)
        if package_rules.is_package(content):
            package_rules.check_contents(package_rules.open_package(content))
    except BadInput as error:
        found.refuse("cả tệp", str(error))
        return found
    read: ReadFile = import_module(READERS[chosen]).read(content)
    return read


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
