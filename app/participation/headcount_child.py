"""The process that reads one spreadsheet of a stranger, under limits that it cannot lift.

`python -m app.participation.headcount_child`: the file on standard input, {"rows", "problems"} or {"refusal"}
on standard output.
"""

import json
import resource
import sys

from app.errors import BadInput
from app.participation import headcount_reader

MAX_MEMORY_BYTES = 512 * 1024 * 1024
MAX_CPU_SECONDS = 20


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        rows, problems = headcount_reader.read(sys.stdin.buffer.read())
        answer: dict[str, object] = {"rows": rows, "problems": problems}
    except BadInput as error:
        answer = {"refusal": str(error)}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
