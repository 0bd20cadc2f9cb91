"""Read question bank files; everything wrong with them is told at once, with file and line."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.questions import bank_rules, rules
from app.questions.rules import BankQuestion

REQUIRED: dict[str, type] = {
    "key": str,
    "level": int,
    "asks": str,
    "stem": str,
    "options": list,
    "answer": str,
    "explanation": str,
    "source": str,
    "valid_from": date,
}
OPTIONAL: dict[str, type] = {"valid_until": date, "pinned": str}
TYPE_NAMES = {
    str: "một chuỗi trong ngoặc kép",
    int: "một số nguyên",
    list: "danh sách các chuỗi",
    date: "một ngày như 2022-11-10",
}
MISSING = {"source": "Thiếu nguồn.", "answer": "Thiếu đáp án."}
QUESTION_HEADER = re.compile(r"\s*\[\[\s*question\s*\]\]")
FIELD = re.compile(r"\s*([a-z_]+)\s*=")
SYNTAX_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, order=True)
class Located:
    """A problem where it stands: "file:line: message"."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Place:
    """Where a question stands: its first line and the line of each field."""

    file: str
    line: int
    lines: Mapping[str, int]


@dataclass
class ReadBank:
    """What could be read: `places` go with `questions`; `digest` is SHA-256 over the files, in hex.

    `count` also counts the questions that could not be read.
    """

    count: int = 0
    topics: dict[str, str] = field(default_factory=dict)
    questions: list[BankQuestion] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    problems: list[Located] = field(default_factory=list)
    digest: str = ""


def read_bank(path: Path) -> ReadBank:
    """Read one file, or every *.toml file of a folder in the order of names."""
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    bank = ReadBank()
    if not files:
        bank.problems.append(Located(path.name, 1, "Thư mục không có tệp .toml nào."))
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
        _read_file(bank, file.name, content)
    bank.digest = digest.hexdigest()
    return bank


def problems_of(bank: ReadBank, on: date | None = None) -> list[Located]:
    """Everything wrong with the files, the questions and the bank, in the order of files and lines."""
    problems = list(bank.problems)
    for question, place in zip(bank.questions, bank.places, strict=True):
        problems += [_locate(problem, place) for problem in rules.check_question(question, on)]
    for problem in bank_rules.check_bank(bank.questions):
        if problem.position is None:
            problems.append(Located("", 0, problem.message))
        else:
            problems.append(_locate(problem, bank.places[problem.position]))
    return sorted(problems)


def _locate(problem: rules.Problem, place: Place) -> Located:
    return Located(place.file, place.lines.get(problem.field, place.line), problem.message)


def _read_file(bank: ReadBank, name: str, content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        bank.problems.append(Located(name, line, "Tệp không phải UTF-8."))
        return
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = SYNTAX_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        bank.problems.append(Located(name, line, f"Sai cú pháp TOML: {error}"))
        return
    topic = _read_topic(bank, name, document)
    tables = document.get("question")
    places = _places(name, text)
    if not isinstance(tables, list) or len(tables) != len(places) or not topic:
        if topic:
            bank.problems.append(Located(name, 1, "Mỗi câu hỏi phải mở đầu bằng dòng [[question]]."))
        return
    bank.count += len(tables)
    for table, place in zip(tables, places, strict=True):
        _read_question(bank, topic, table, place)


def _read_topic(bank: ReadBank, name: str, document: Mapping[str, Any]) -> str:
    """The code of the file's topic, "" when there is none."""
    bank.problems += [
        Located(name, 1, f"Không có mục “{key}”.") for key in document if key not in ("topic", "question")
    ]
    topic = document.get("topic")
    if not isinstance(topic, dict) or not _are_texts([topic.get("code"), topic.get("name")]):
        bank.problems.append(Located(name, 1, "Thiếu mục [topic] với code và name."))
        return ""
    known = bank.topics.setdefault(topic["code"], topic["name"])
    if known != topic["name"]:
        bank.problems.append(Located(name, 1, f"Chủ đề {topic['code']} đã có tên khác: {known}."))
    return str(topic["code"])


def _places(name: str, text: str) -> list[Place]:
    """Where each [[question]] and its fields begin."""
    places: list[Place] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = FIELD.match(line)
        if QUESTION_HEADER.match(line):
            lines = {}
            places.append(Place(name, number, lines))
        elif found:
            lines.setdefault(found[1], number)
    return places


def _read_question(bank: ReadBank, topic: str, table: Mapping[str, Any], place: Place) -> None:
    problems = [
        Located(place.file, place.line, MISSING.get(name, f"Thiếu trường {name}."))
        for name in REQUIRED
        if name not in table
    ]
    types = REQUIRED | OPTIONAL
    for name, value in table.items():
        line = place.lines.get(name, place.line)
        if name not in types:
            problems.append(Located(place.file, line, f"Không có trường “{name}”."))
        elif not _is_a(value, types[name]):
            problems.append(Located(place.file, line, f"{name} phải là {TYPE_NAMES[types[name]]}."))
    bank.problems += problems
    if not problems:
        values = dict(table) | {"options": tuple(table["options"]), "topic": topic}
        bank.questions.append(rules.in_nfc(BankQuestion(**values)))
        bank.places.append(place)


def _is_a(value: object, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and _are_texts(value)
    return isinstance(value, kind) and not isinstance(value, bool | datetime)


def _are_texts(values: Sequence[object]) -> bool:
    return all(isinstance(value, str) for value in values)
