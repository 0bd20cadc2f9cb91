"""The answer sheet as a browser sends it: a plain form or JSON, with exactly the fields it may have."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from flask import request

from app.attempts import rules
from app.errors import BadInput
from app.text import parse_integer

SAVE_FIELDS = frozenset({"save_id", "answers", "prediction"})
FORM_FIELDS = re.compile(r"(q[1-9][0-9]{0,2}|prediction|save_id|csrf_token)\Z")
SAVE_ID = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True)
class SheetInput:
    save_id: str
    answers: rules.Answers
    prediction: int | None


def from_json() -> SheetInput:
    """{save_id, answers: {position: letters}, prediction}. Raises BadInput."""
    body = request.json_object(SAVE_FIELDS)  # type: ignore[attr-defined]
    answers = rules.parse_answers(body.get("answers", {}))
    return SheetInput(
        _checked_id(body.get("save_id")), answers, rules.parse_prediction(body.get("prediction"))
    )


def from_form(public_id: str) -> SheetInput:
    """Fields q1 … qn (repeated for several options), prediction and an optional save_id. Raises BadInput.

    Without a save_id the content names itself, so that a double click is one save.
    """
    raw: dict[str, str] = {}
    for name, values in request.form.lists():
        if not FORM_FIELDS.match(name):
            raise BadInput("Biểu mẫu có trường không hợp lệ.")
        if name.startswith("q"):
            raw[name[1:]] = "".join(values)
        elif len(values) > 1:
            raise BadInput("Biểu mẫu có trường lặp lại.")
    answers = rules.parse_answers(raw)
    written = request.form.get("prediction", "").strip().replace(".", "")
    prediction = parse_integer(written, 0, rules.MAX_PREDICTION) if written else None
    save_id = request.form.get("save_id", "")
    if save_id:
        return SheetInput(_checked_id(save_id), answers, prediction)
    content = f"{public_id}|{rules.encode_answers(answers)}|{prediction}"
    return SheetInput(hashlib.sha256(content.encode()).hexdigest()[:32], answers, prediction)


def _checked_id(save_id: Any) -> str:
    if not isinstance(save_id, str) or not SAVE_ID.match(save_id):
        raise BadInput("Mã lần lưu không hợp lệ.")
    return save_id
