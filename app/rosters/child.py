"""The process that reads one list of a stranger, under limits that it cannot lift.

`python -m app.rosters.child`: the file on standard input, {"rows"} or {"refusal"} on standard output.
"""

import json
import resource
import sys

from app.errors import BadInput
from app.rosters import list_reader

MAX_MEMORY_BYTES = 512 * 1024 * 1024
MAX_CPU_SECONDS = 15
OUT_OF_MEMORY = 3


def main() -> int:
    for limit, most in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    try:
        answer: dict[str, object] = {"rows": list_reader.rows_of(sys.stdin.buffer.read())}
    except BadInput as error:
        answer = {"refusal": str(error)}
    except MemoryError:
        return OUT_OF_MEMORY
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
