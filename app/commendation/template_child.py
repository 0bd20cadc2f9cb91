"""The process that tries or fills one template, under limits that it cannot lift.

`python -m app.commendation.template_child KIND`: on standard input one line of JSON (the values, or null
to try the template with samples) and then the template; on standard output the document, nothing after a
trial. Exit status 2: standard output is the sentence that says why it cannot be.
"""

import json
import resource
import sys

from app.commendation import template_reader
from app.commendation.template_rules import Kind
from app.errors import BadInput

MAX_MEMORY_BYTES = 768 * 1024 * 1024
MAX_CPU_SECONDS = 30
REFUSED, OUT_OF_MEMORY = 2, 3


def main(kind: Kind) -> int:
    _limit()
    values = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        if values is None:
            template_reader.check(content, kind)
        else:
            sys.stdout.buffer.write(template_reader.fill(content, kind, values))
    except BadInput as refusal:
        sys.stdout.buffer.write(str(refusal).encode())
        return REFUSED
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(Kind(sys.argv[1])))
