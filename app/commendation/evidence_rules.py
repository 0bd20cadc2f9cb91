"""Evidence: facts frozen when a report is submitted, and how they differ from what is true now."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum


class Source(StrEnum):
    """Where a fact was read."""

    PARTICIPATION = "participation"
    RANKING = "ranking"
    REFERRALS = "referrals"
    UNIT = "unit"
    CRITERIA = "criteria"


@dataclass(frozen=True)
class Item:
    """One fact. `code` names it within a dossier, `criteria_version` the criteria it was read under."""

    source: Source
    code: str
    label: str
    value: str
    criteria_version: int


@dataclass(frozen=True)
class Difference:
    """A fact that was `frozen` and now reads otherwise; an empty text: it was not, or is no more, there."""

    label: str
    frozen: str
    now: str


def digest_of(items: Sequence[Item]) -> str:
    """SHA-256 in hex over the items in their order, as canonical JSON."""
    content = json.dumps([astuple(item) for item in items], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def differences(frozen: Sequence[Item], fresh: Sequence[Item]) -> list[Difference]:
    """What changed since submission, in the order of the frozen items, then of the new ones."""
    now = {item.code: item for item in fresh}
    then = {item.code for item in frozen}
    changed = [
        Difference(item.label, item.value, now[item.code].value if item.code in now else "")
        for item in frozen
        if item.code not in now or now[item.code].value != item.value
    ]
    return changed + [Difference(item.label, "", item.value) for item in fresh if item.code not in then]
