"""Criteria as an editor holds them: cards of boxes with what was typed, changed by plain buttons."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.emulation.criteria_json_rules import criterion_to_json
from app.emulation.criteria_rules import KINDS
from app.emulation.sheet_wording import BOXES, Box, BoxKind
from app.emulation.wording import KIND_NAMES
from app.errors import BadInput
from app.formats import vn_date, vn_number

PARTS = ("i", "c")  # individual, collective
PART_KEYS = {"i": "individual", "c": "collective"}
MOST_GROUPS = 9
MOST_CARDS = 20
BOX_NAMES = {box.name for boxes in BOXES.values() for box in boxes}
NAME = re.compile(
    r"(?P<part>[ic])(?:-(?P<group>[1-9][0-9]?))?(?:-(?P<card>[1-9][0-9]?))?-(?P<name>[a-z_]+)\Z", re.ASCII
)
ACTION = re.compile(
    r"(?P<act>add|remove|up|down)-(?P<part>[ic])(?:-(?P<group>[1-9][0-9]?))?(?:-(?P<card>[1-9][0-9]?))?\Z",
    re.ASCII,
)


@dataclass
class Card:
    """One criterion: what stands in its boxes, and the sentence beside each wrong one."""

    kind: str
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class GroupSheet:
    values: dict[str, str]
    cards: list[Card]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class PartSheet:
    needed: str
    groups: list[GroupSheet]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Sheet:
    """`parts` by the letters of PARTS."""

    parts: dict[str, PartSheet]

    @property
    def has_errors(self) -> bool:
        groups = [group for part in self.parts.values() for group in part.groups]
        cards = [card for group in groups for card in group.cards]
        return (
            any(part.errors for part in self.parts.values())
            or any(group.errors for group in groups)
            or any(card.errors for card in cards)
        )

    def codes(self) -> set[str]:
        groups = [group for part in self.parts.values() for group in part.groups]
        cards = [card.values.get("code", "") for group in groups for card in group.cards]
        return {*cards, *(group.values.get("code", "") for group in groups)}


def sheet_of(content: Mapping[str, Any]) -> Sheet:
    """`content` as criteria_json_rules.to_json writes it."""
    return Sheet({letter: _part_sheet(content[PART_KEYS[letter]]) for letter in PARTS})


def _part_sheet(content: Mapping[str, Any]) -> PartSheet:
    return PartSheet(
        _needed_text(content["needed"]),
        [
            GroupSheet(
                {
                    "code": group["code"],
                    "title": group["title"],
                    "needed": _needed_text(group["needed"]),
                },
                [_card(one) for one in group["criteria"]],
            )
            for group in content["groups"]
        ],
    )


def _needed_text(needed: int | None) -> str:
    return "" if needed is None else str(needed)


def _card(content: Mapping[str, Any]) -> Card:
    values = {"code": content["code"], "title": content["title"]}
    for box in BOXES[content["kind"]]:
        values[box.name] = _text_of(box, content[box.name])
    return Card(content["kind"], values)


def _text_of(box: Box, value: Any) -> str:
    if box.kind is BoxKind.SWITCH:
        return "1" if value else ""
    if box.kind is BoxKind.DAY:
        return vn_date(date.fromisoformat(value)) if value else ""
    if box.kind is BoxKind.ROUNDS:
        return ", ".join(str(number) for number in value)
    return vn_number(value) if box.kind is BoxKind.NUMBER else str(value)


def is_name(name: str) -> bool:
    """May a posted field have this name?"""
    found = NAME.match(name)
    if found is None:
        return False
    if found["card"]:
        return found["name"] in BOX_NAMES | {"kind", "code", "title"}
    return found["name"] in ({"code", "title", "needed", "new"} if found["group"] else {"needed"})


def read_sheet(posted: Mapping[str, str]) -> Sheet:
    """What was typed, in the order of the numbers in the names. Raises BadInput for an unknown kind."""
    return Sheet({letter: _read_part(letter, posted) for letter in PARTS})


def _read_part(letter: str, posted: Mapping[str, str]) -> PartSheet:
    found = [match for name in posted if (match := NAME.match(name)) and match["part"] == letter]
    numbers = sorted({int(match["group"]) for match in found if match["group"]})
    if len(numbers) > MOST_GROUPS:
        raise BadInput("Quá nhiều nhóm tiêu chí.")
    groups = []
    for number in numbers:
        cards = sorted({int(one["card"]) for one in found if one["card"] and int(one["group"]) == number})
        if len(cards) > MOST_CARDS:
            raise BadInput("Quá nhiều tiêu chí trong một nhóm.")
        here = f"{letter}-{number}"
        values = {
            name: posted.get(f"{here}-{name}", "").strip() for name in ("code", "title", "needed", "new")
        }
        groups.append(GroupSheet(values, [_read_card(f"{here}-{card}", posted) for card in cards]))
    return PartSheet(posted.get(f"{letter}-needed", "").strip(), groups)


def _read_card(prefix: str, posted: Mapping[str, str]) -> Card:
    kind = posted.get(f"{prefix}-kind", "")
    if kind not in KINDS:
        raise BadInput("Không có loại tiêu chí này.")
    names = ["code", "title", *(box.name for box in BOXES[kind])]
    return Card(kind, {name: posted.get(f"{prefix}-{name}", "").strip() for name in names})


def change_sheet(sheet: Sheet, action: str) -> str:
    """Do what a button says: "add-i" a group, "add-i-2" the kind chosen there, "up-i-2-1" a criterion …

    Returns the prefix of a new card, "" without one. Raises BadInput for a button that is not on the page.
    """
    found = ACTION.match(action)
    if found is None:
        raise BadInput("Nút bấm không hợp lệ.")
    act, part = found["act"], sheet.parts[found["part"]]
    group = int(found["group"]) - 1 if found["group"] else None
    if group is None or not 0 <= group < len(part.groups):
        if group is not None or act != "add":
            raise BadInput("Nút bấm không hợp lệ.")
        _add_group(sheet, part)
    elif act == "add":
        _add_card(sheet, part.groups[group], found["part"])
        return f"{found['part']}-{group + 1}-{len(part.groups[group].cards)}"
    elif found["card"]:
        _move(part.groups[group].cards, int(found["card"]) - 1, act)
    else:
        _move(part.groups, group, act)
    return ""


def _add_group(sheet: Sheet, part: PartSheet) -> None:
    if len(part.groups) < MOST_GROUPS:
        values = {"code": _new_code(sheet, "nhom"), "title": "", "needed": "", "new": ""}
        part.groups.append(GroupSheet(values, []))


def _add_card(sheet: Sheet, group: GroupSheet, letter: str) -> None:
    kind = group.values.get("new", "")
    if kind not in KINDS or KINDS[kind].is_collective != (letter == "c"):
        raise BadInput("Không có loại tiêu chí này.")
    if len(group.cards) < MOST_CARDS:
        blank = KINDS[kind](_new_code(sheet, kind), KIND_NAMES[kind])
        group.cards.append(_card(criterion_to_json(blank)))


def _new_code(sheet: Sheet, stem: str) -> str:
    """A code that no group or criterion of the sheet has: attestations point at codes for good."""
    taken, number = sheet.codes(), 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _move(rows: list[Any], index: int, act: str) -> None:
    if not 0 <= index < len(rows):
        raise BadInput("Nút bấm không hợp lệ.")
    row = rows.pop(index)
    if act != "remove":
        rows.insert(max(index + (1 if act == "down" else -1), 0), row)
