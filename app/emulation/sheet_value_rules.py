"""What was typed in the cards of the criteria editor as criteria, or a sentence beside each wrong box."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from app.emulation.criteria_json_rules import BOUNDS, MOST_LETTERS
from app.emulation.sheet_rules import PART_KEYS, PARTS, Card, PartSheet, Sheet
from app.emulation.sheet_wording import BOXES, Box, BoxKind
from app.errors import BadInput
from app.formats import vn_number
from app.text import collapse, parse_integer

DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})\Z", re.ASCII)
TITLE_MISSING = "Bạn hãy ghi tên."
TOO_LONG = f"Bạn viết dài quá: tối đa {MOST_LETTERS} ký tự."


def content_of(sheet: Sheet) -> dict[str, Any]:
    """The sheet as criteria_json_rules.from_json reads it; what is wrong stands in the sheet's errors."""
    return {PART_KEYS[letter]: _part_content(sheet.parts[letter]) for letter in PARTS}


def _part_content(part: PartSheet) -> dict[str, Any]:
    return {
        "needed": _needed(part.needed, len(part.groups), part.errors),
        "groups": [
            {
                "code": group.values["code"],
                "title": _title(group.values["title"], group.errors),
                "needed": _needed(group.values["needed"], len(group.cards), group.errors),
                "criteria": [_criterion(card) for card in group.cards],
            }
            for group in part.groups
        ],
    }


def _needed(text: str, most: int, errors: dict[str, str]) -> int | None:
    if not text:
        return None
    try:
        return parse_integer(text, 1, max(most, 1))
    except BadInput:
        errors["needed"] = f"Bạn ghi một số từ 1 đến {max(most, 1)}, hoặc để trống nếu phải đạt tất cả."
        return None


def _title(text: str, errors: dict[str, str]) -> str:
    title = collapse(text)
    if not title:
        errors["title"] = TITLE_MISSING
    elif len(title) > MOST_LETTERS:
        errors["title"] = TOO_LONG
    return title


def _criterion(card: Card) -> dict[str, Any]:
    content = {
        "kind": card.kind,
        "code": card.values["code"],
        "title": _title(card.values["title"], card.errors),
    }
    return content | {box.name: _value(card, box) for box in BOXES[card.kind]}


def _value(card: Card, box: Box) -> Any:
    text = card.values[box.name]
    try:
        return _READERS[box.kind](box, text)
    except ValueError as error:
        card.errors[box.name] = str(error)
        return None


def _read_number(box: Box, text: str) -> int:
    least, most = BOUNDS[box.name]
    try:
        return parse_integer(text.replace(".", ""), least, most)
    except BadInput:
        raise ValueError(f"Bạn hãy ghi một số từ {vn_number(least)} đến {vn_number(most)}.") from None


def _read_day(box: Box, text: str) -> str | None:
    if not text and box.is_optional:
        return None
    found = DAY.match(text)
    try:
        if found is None:
            raise ValueError
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        raise ValueError("Bạn hãy ghi ngày, tháng, năm, ví dụ 25/03/2024.") from None


def _read_rounds(_box: Box, text: str) -> list[int]:
    words = [word for word in re.split(r"[,;\s]+", text) if word]
    try:
        return sorted({parse_integer(word, 1, 60) for word in words})
    except BadInput:
        raise ValueError("Bạn ghi số của các vòng, cách nhau bằng dấu phẩy, ví dụ 1, 2, 5.") from None


def _read_text(_box: Box, text: str) -> str:
    if not collapse(text):
        raise ValueError("Bạn hãy ghi ô này.")
    if len(collapse(text)) > MOST_LETTERS:
        raise ValueError(TOO_LONG)
    return collapse(text)


def _read_choice(box: Box, text: str) -> str:
    if text not in [value for value, _words in box.choices]:
        raise BadInput("Lựa chọn không hợp lệ.")
    return text


def _read_switch(_box: Box, text: str) -> bool:
    return bool(text)


_READERS: dict[BoxKind, Callable[[Box, str], Any]] = {
    BoxKind.NUMBER: _read_number,
    BoxKind.DAY: _read_day,
    BoxKind.ROUNDS: _read_rounds,
    BoxKind.TEXT: _read_text,
    BoxKind.CHOICE: _read_choice,
    BoxKind.SWITCH: _read_switch,
}
