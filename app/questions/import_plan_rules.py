"""What an import would do: questions of a file beside those of the bank."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from app.questions import rules
from app.questions.formats.file_rules import ReadProblem
from app.questions.rules import BankQuestion
from app.text import fold

FIELD_NAMES = {
    "topic": "Chủ đề",
    "level": "Mức độ",
    "asks": "Loại",
    "stem": "Câu hỏi",
    "options": "Phương án",
    "answer": "Đáp án",
    "explanation": "Giải thích",
    "source": "Nguồn",
    "valid_from": "Đúng từ ngày",
    "valid_until": "Đúng đến ngày",
    "pinned": "Giữ nguyên chỗ",
    "image_sha256": "Hình",
    "image_alt": "Lời mô tả hình",
}


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    RETIRED = "retired"


OUTCOME_NAMES = {
    Outcome.NEW: "Mới",
    Outcome.CHANGED: "Thay đổi",
    Outcome.SAME: "Như cũ",
    Outcome.RETIRED: "Đã rút, để nguyên",
}


class UnknownTopics(StrEnum):
    """What to do with topics that the bank does not have."""

    REFUSE = "refuse"
    CREATE = "create"
    DEFAULT = "default"


@dataclass(frozen=True)
class Defaults:
    """What stands for what the file does not say; `topic` is a code, empty for the topic of the unsorted."""

    valid_from: date
    topic: str = ""
    level: int = 1
    asks: str = "content"
    source: str = ""
    unknown_topics: UnknownTopics = UnknownTopics.REFUSE

    def as_json(self) -> dict[str, Any]:
        return {
            "valid_from": self.valid_from.isoformat(),
            "topic": self.topic,
            "level": self.level,
            "asks": self.asks,
            "source": self.source,
            "unknown_topics": self.unknown_topics.value,
        }


def defaults_from_json(values: Mapping[str, Any]) -> Defaults:
    return Defaults(
        valid_from=date.fromisoformat(values["valid_from"]),
        topic=values["topic"],
        level=values["level"],
        asks=values["asks"],
        source=values["source"],
        unknown_topics=UnknownTopics(values["unknown_topics"]),
    )


@dataclass(frozen=True)
class Known:
    """A question of the bank in its latest version."""

    question: BankQuestion
    is_retired: bool = False


@dataclass(frozen=True)
class Bank:
    """What there is: topic codes and names, questions by key and by what they ask."""

    topics: Mapping[str, str]
    by_key: Mapping[str, Known]
    by_content: Mapping[str, Known]


def bank_of(topics: Mapping[str, str], questions: Sequence[Known]) -> Bank:
    by_content: dict[str, Known] = {}
    for known in questions:
        found = by_content.setdefault(identity(known.question), known)
        if found.is_retired and not known.is_retired:
            by_content[identity(known.question)] = known
    return Bank(topics, {known.question.key: known for known in questions}, by_content)


@dataclass(frozen=True)
class Line:
    """A question of the file as the bank would hold it; `before` is what a changed one was."""

    where: str
    question: BankQuestion
    outcome: Outcome
    before: BankQuestion | None = None

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """(name of the field, before, after) of what a change changes."""
        if self.before is None:
            return []
        return [
            (name, in_words(self.before, field), in_words(self.question, field))
            for field, name in FIELD_NAMES.items()
            if getattr(self.before, field) != getattr(self.question, field)
        ]


def in_words(question: BankQuestion, name: str) -> str:
    """A field as people read it; options one a line."""
    value = getattr(question, name)
    if name == "options":
        return "\n".join(f"{letter}. {text}" for letter, text in zip(rules.LETTERS, value, strict=False))
    if name == "level":
        return rules.LEVEL_NAMES.get(value, str(value))
    if name == "asks":
        return rules.ASKS_NAMES.get(value, str(value))
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return str(value or "")


@dataclass
class Plan:
    """What would happen. `notes` are what a person should know and that stops nothing."""

    format: str
    lines: list[Line] = field(default_factory=list)
    problems: list[ReadProblem] = field(default_factory=list)
    unsupported: Counter[str] = field(default_factory=Counter)
    new_topics: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome is outcome for line in self.lines)

    @property
    def brought(self) -> list[Line]:
        """The lines that would change the bank."""
        return [line for line in self.lines if line.outcome in (Outcome.NEW, Outcome.CHANGED)]

    @property
    def digest(self) -> str:
        """SHA-256 in hex over everything that would happen: another outcome has another digest."""
        content = [
            [
                line.outcome,
                line.question.key,
                line.question.topic,
                rules.content_hash(line.question),
                rules.content_hash(line.before) if line.before else "",
            ]
            for line in self.brought
        ]
        text = json.dumps([content, sorted(self.new_topics.items())], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def report(self) -> dict[str, object]:
        """The counts and problems as the commands print them."""
        return {
            "format": self.format,
            "questions": len(self.lines),
            "new": self.count(Outcome.NEW),
            "changed": self.count(Outcome.CHANGED),
            "same": self.count(Outcome.SAME),
            "unsupported": self.unsupported.total(),
            "errors": [{"where": problem.where, "message": problem.message} for problem in self.problems],
        }


def identity(question: BankQuestion) -> str:
    """SHA-256 in hex over what a question asks: stem, options and answer."""
    plain = rules.in_nfc(question)
    text = json.dumps([plain.stem, list(plain.options), plain.answer], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def code_of(text: str) -> str:
    """A code out of what another program calls something: "CAU_01 (mới)" → "cau-01-moi"."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[: rules.MAX_CODE_LENGTH].strip("-")
