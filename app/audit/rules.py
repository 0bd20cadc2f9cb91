"""What changed, as an entry of the trail keeps it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

LONGEST_TEXT = 300


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """{field: [before, after]} of what differs, in JSON values; a field inside a field is "outer.inner".

    Long texts are cut: the trail says what was changed, not every word of it.
    """
    changes: dict[str, list[Any]] = {}
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            inner = changes_between(before, after)
            changes |= {f"{name}.{part}": pair for part, pair in inner.items()}
        else:
            changes[name] = [_plain(before), _plain(after)]
    return changes


def _plain(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[:LONGEST_TEXT]}… ({len(value)} ký tự)"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
