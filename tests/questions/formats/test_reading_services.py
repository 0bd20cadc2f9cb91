"""Reading in a process of its own: it ends within its limits, and this one lives on."""

import resource
import subprocess
import sys
import time

import pytest

from app.questions.formats import child, reading_services
from app.questions.formats.file_json_rules import from_json, to_json
from app.questions.formats.moodle_writer import write
from tests.questions.formats import packages
from tests.questions.world import TOPICS, question

MOODLE = write([question(1), question(2, answer="C")], TOPICS)


def test_a_file_is_read_as_what_it_is():
    found = reading_services.read_file(MOODLE)

    assert (found.format, [each.key for each in found.questions]) == ("moodle", ["dc-001", "dc-002"])


def test_a_file_is_read_as_what_a_person_says_it_is():
    found = reading_services.read_file(MOODLE, "qti")

    assert found.questions == []
    assert found.problems[0].message.startswith("Không thấy câu hỏi QTI 2.1")


def test_a_file_of_no_known_kind_is_refused_in_words():
    (problem,) = reading_services.read_file(b"%PDF-1.7").problems

    assert (problem.where, problem.message[:20]) == ("cả tệp", "Đây có vẻ là tệp PDF")


def test_a_file_that_is_too_large_is_not_read():
    (problem,) = reading_services.read_file(b"x" * (reading_services.MAX_FILE_BYTES + 1)).problems

    assert problem.message == reading_services.TOO_LARGE


def test_a_bomb_is_refused_within_a_second():
    content = packages.bomb()
    before = time.process_time()
    (problem,) = reading_services.read_file(content).problems

    assert "lớn hơn 160 MB" in problem.message
    assert time.process_time() - before < 1


@pytest.mark.parametrize(
    ("work", "message"),
    [
        ("x = bytearray(4 << 30)", reading_services.FAILED),
        ("while True: pass", reading_services.TOO_SLOW),
        ("import os; os.abort()", reading_services.TOO_HEAVY),
        ("import sys; sys.exit(3)", reading_services.TOO_HEAVY),
    ],
)
def test_a_child_that_dies_of_a_limit_is_told_in_words(monkeypatch, work, message):
    limit = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({child.MAX_MEMORY_BYTES},) * 2); "
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 2)); "
    )
    run = subprocess.run
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda command, **options: run([sys.executable, "-c", limit + "\n" + work], **options),
    )

    (problem,) = reading_services.read_file(b"x", "text").problems

    assert problem.message == message


def test_a_child_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(reading_services, "MAX_SECONDS", 0.05)

    (problem,) = reading_services.read_file(MOODLE).problems

    assert problem.message == reading_services.TOO_SLOW


def test_the_child_limits_itself(monkeypatch):
    limits = {}
    monkeypatch.setattr(resource, "setrlimit", lambda kind, values: limits.update({kind: values}))
    child._limit()

    assert limits[resource.RLIMIT_AS] == (child.MAX_MEMORY_BYTES,) * 2
    assert limits[resource.RLIMIT_CPU][0] == child.MAX_CPU_SECONDS
    assert limits[resource.RLIMIT_FSIZE] == (0, 0)


def test_what_was_read_passes_between_processes_unchanged():
    found = reading_services.read_file(MOODLE)
    found.unsupported["câu tự luận"] += 2
    found.refuse("dòng 3", "Thiếu đáp án.")

    assert from_json(to_json(found)) == found
