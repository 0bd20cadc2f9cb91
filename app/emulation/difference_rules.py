"""Two versions of criteria beside each other, and what somebody still has to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.emulation.criteria_rules import Criteria, Criterion, Group, Part
from app.emulation.wording import Words, combination_text, rule_text

Item = TypeVar("Item")


@dataclass(frozen=True)
class Difference:
    """What one criterion, or the way they combine, asked before and asks now; empty where it is not there."""

    title: str
    before: str
    after: str


def differences(old: Criteria, new: Criteria, words: Words) -> list[Difference]:
    """In the order of the new criteria, those that went at the end."""
    before, after = _texts(old, words), _texts(new, words)
    titles = {key: title for texts in (before, after) for key, (title, _text) in texts.items()}
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key, ("", ""))[1], after.get(key, ("", ""))[1]
        if was != now:
            found.append(Difference(titles[key], was, now))
    return found


def _texts(criteria: Criteria, words: Words) -> dict[str, tuple[str, str]]:
    """Key → (title, what is asked)."""
    texts: dict[str, tuple[str, str]] = {}
    for part, name in ((criteria.individual, "Cá nhân"), (criteria.collective, "Tập thể")):
        if part.groups:
            texts[f"part:{name}"] = (f"{name}: cách tính chung", combination_text(part))
        for group in part.groups:
            if len(group.criteria) > 1:
                texts[f"group:{name}:{group.code}"] = (f"Nhóm {group.title}", _group_text(group))
            for criterion in group.criteria:
                texts[criterion.code] = (criterion.title, rule_text(criterion, words))
    return texts


def _group_text(group: Group) -> str:
    count = len(group.criteria)
    if group.needed is None or group.needed >= count:
        return f"Phải đạt cả {count} tiêu chí."
    return f"Phải đạt ít nhất {group.needed} trong {count} tiêu chí."


def next_steps(part: Part, bits: int) -> list[Criterion]:
    """The criteria not met yet on the shortest way to the flag, as criteria_rules.judge counts it.

    `bits` has bit i for the i-th criterion of the part that is met.
    """
    ways, start = [], 0
    for group in part.groups:
        indexed = [
            (criterion, bool(bits >> (start + place) & 1)) for place, criterion in enumerate(group.criteria)
        ]
        start += len(group.criteria)
        missing = [criterion for criterion, is_met in indexed if not is_met]
        needed = len(group.criteria) if group.needed is None else min(group.needed, len(group.criteria))
        gap = max(needed - (len(group.criteria) - len(missing)), 0)
        ways.append((gap > 0 and group.is_attested, gap, missing if gap else []))
    wanted = len(ways) if part.needed is None else min(part.needed, len(ways))
    nearest = sorted(ways, key=lambda way: way[:2])[:wanted]
    return [criterion for _is_attested, _gap, missing in nearest for criterion in missing]


def grouped(part: Part, items: Sequence[Item]) -> list[tuple[Group, Sequence[Item]]]:
    """What belongs to the part's criteria, in their order, by group."""
    found, start = [], 0
    for group in part.groups:
        found.append((group, items[start : start + len(group.criteria)]))
        start += len(group.criteria)
    return found
