"""What was read from a file as JSON, between the process that reads and the one that asked."""

import base64
import json
from collections import Counter
from dataclasses import asdict
from datetime import date
from typing import Any

from app.questions.formats.file_rules import ReadFile, ReadProblem, ReadQuestion


def to_json(found: ReadFile) -> bytes:
    return json.dumps(
        {
            "format": found.format,
            "questions": [_plain(question) for question in found.questions],
            "problems": [[problem.where, problem.message] for problem in found.problems],
            "unsupported": dict(found.unsupported),
            "topic_names": found.topic_names,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def from_json(text: bytes) -> ReadFile:
    """Reads what `to_json` wrote. Raises ValueError, KeyError, TypeError on anything else."""
    plain = json.loads(text)
    return ReadFile(
        format=plain["format"],
        questions=[_question(values) for values in plain["questions"]],
        problems=[ReadProblem(where, message) for where, message in plain["problems"]],
        unsupported=Counter(plain["unsupported"]),
        topic_names=plain["topic_names"],
    )


def _plain(question: ReadQuestion) -> dict[str, Any]:
    values = {name: value for name, value in asdict(question).items() if value not in (None, "", ())}
    for name in ("valid_from", "valid_until"):
        if name in values:
            values[name] = values[name].isoformat()
    if question.images:
        values["images"] = [[name, base64.b64encode(body).decode()] for name, body in question.images]
    return values


def _question(values: dict[str, Any]) -> ReadQuestion:
    found = {"stem": "", "options": (), "answer": ""} | values
    for name in ("valid_from", "valid_until"):
        if name in found:
            found[name] = date.fromisoformat(found[name])
    found["options"] = tuple(found["options"])
    found["images"] = tuple((name, base64.b64decode(body)) for name, body in found.get("images", ()))
    return ReadQuestion(**found)
