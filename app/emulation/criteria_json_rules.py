"""How criteria are written down, and what cannot be meant."""

from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import Any

from app.emulation.criteria_rules import (
    KINDS,
    Attested,
    Basis,
    Criteria,
    Criterion,
    Good,
    Group,
    Lives,
    Part,
    Referrals,
    Span,
    Took,
    Which,
)
from app.errors import DomainError

MOST_CRITERIA = 40
MOST_LETTERS = 200
# Least and greatest value of every number among the parameters.
BOUNDS = {
    "count": (1, 1_000_000),
    "percent": (1, 100),
    "rank": (1, 1_000_000),
    "streak": (0, 60),
    "least_headcount": (1, 1_000_000),
}
ENUMS: dict[tuple[str, str], type[StrEnum]] = {
    ("rounds", "mode"): Took,
    ("result", "mode"): Good,
    ("referrals", "which"): Which,
    ("referrals", "lives"): Lives,
    ("belongs", "basis"): Basis,
    ("unit_rate", "span"): Span,
    ("unit_people", "span"): Span,
}
DATES = {"day", "registered_from", "registered_to"}


class BadCriteria(DomainError):
    message = "Tiêu chí chưa hợp lệ."
    safe = "Tiêu chí đang dùng chưa thay đổi."


def to_json(criteria: Criteria) -> dict[str, Any]:
    """The one form in which criteria are stored; from_json reads it back to the same value."""
    return {
        "individual": _part_to_json(criteria.individual),
        "collective": _part_to_json(criteria.collective),
    }


def _part_to_json(part: Part) -> dict[str, Any]:
    groups = [
        {
            "code": group.code,
            "title": group.title,
            "needed": group.needed,
            "criteria": [criterion_to_json(criterion) for criterion in group.criteria],
        }
        for group in part.groups
    ]
    return {"needed": part.needed, "groups": groups}


def criterion_to_json(criterion: Criterion) -> dict[str, Any]:
    values = {found.name: _plain(getattr(criterion, found.name)) for found in fields(criterion)}
    return {"kind": criterion.kind} | values


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def from_json(content: dict[str, Any]) -> Criteria:
    """Raises BadCriteria on anything that to_json does not write, and on what cannot be meant."""
    try:
        criteria = Criteria(_part_from_json(content["individual"]), _part_from_json(content["collective"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadCriteria from error
    check_criteria(criteria)
    return criteria


def _part_from_json(content: dict[str, Any]) -> Part:
    groups = tuple(
        Group(
            group["code"],
            group["title"],
            tuple(criterion_from_json(criterion) for criterion in group["criteria"]),
            group["needed"],
        )
        for group in content["groups"]
    )
    return Part(groups, content["needed"])


def criterion_from_json(content: dict[str, Any]) -> Criterion:
    """Raises KeyError, TypeError or ValueError on anything that criterion_to_json does not write."""
    values = dict(content)
    found = KINDS[values.pop("kind")]
    return found(**{name: _typed(found, name, value) for name, value in values.items()})


def _typed(found: type[Criterion], name: str, value: Any) -> Any:
    if (found.kind, name) in ENUMS:
        return ENUMS[found.kind, name](value)
    if name in DATES:
        return None if value is None and name != "day" else date.fromisoformat(value)
    if name == "rounds":
        return tuple(int(number) for number in value)
    expected = bool if name == "own_streak" else int if name in BOUNDS else str
    if type(value) is not expected:
        raise TypeError(name)
    return value


def check_criteria(criteria: Criteria) -> None:
    """Raises BadCriteria with what is wrong."""
    everything = (*criteria.individual.criteria, *criteria.collective.criteria)
    if not everything:
        raise BadCriteria("Đợt thi đua cần có ít nhất một tiêu chí.")
    if len(everything) > MOST_CRITERIA:
        raise BadCriteria(f"Một đợt thi đua có không quá {MOST_CRITERIA} tiêu chí.")
    codes = [criterion.code for criterion in everything]
    if len(set(codes)) < len(codes) or not all(1 <= len(code) <= 20 for code in codes):
        raise BadCriteria("Mỗi tiêu chí cần có mã riêng, không quá 20 ký tự.")
    for part, is_collective in ((criteria.individual, False), (criteria.collective, True)):
        _check_part(part, is_collective)


def _check_part(part: Part, is_collective: bool) -> None:
    if part.needed is not None and not 1 <= part.needed <= max(len(part.groups), 1):
        raise BadCriteria("Số nhóm cần đạt phải từ 1 đến số nhóm đã ghi.")
    for group in part.groups:
        if not group.criteria:
            raise BadCriteria(f"Nhóm “{group.title}” chưa có tiêu chí nào.")
        if group.needed is not None and not 1 <= group.needed <= len(group.criteria):
            raise BadCriteria(f"Nhóm “{group.title}”: số tiêu chí cần đạt phải từ 1 đến số tiêu chí đã ghi.")
        for criterion in group.criteria:
            if criterion.is_collective != is_collective:
                raise BadCriteria(f"Tiêu chí “{criterion.title}” không dùng được ở phần này.")
            _check_criterion(criterion)


def _check_criterion(criterion: Criterion) -> None:
    for name, (least, most) in BOUNDS.items():
        value = getattr(criterion, name, None)
        if value is not None and not least <= value <= most:
            raise BadCriteria(f"Tiêu chí “{criterion.title}”: số phải từ {least} đến {most}.")
    if not 1 <= len(criterion.title) <= MOST_LETTERS:
        raise BadCriteria(f"Tên tiêu chí phải có từ 1 đến {MOST_LETTERS} ký tự.")
    if isinstance(criterion, Attested) and not 1 <= len(criterion.attester) <= MOST_LETTERS:
        raise BadCriteria(f"Tiêu chí “{criterion.title}”: bạn hãy ghi ai xác nhận.")
    if isinstance(criterion, Referrals):
        first, last = criterion.registered_from, criterion.registered_to
        if first is not None and last is not None and first > last:
            raise BadCriteria(f"Tiêu chí “{criterion.title}”: ngày bắt đầu phải trước ngày kết thúc.")
    numbers: tuple[int, ...] = getattr(criterion, "rounds", ())
    if list(numbers) != sorted(set(numbers)) or any(number < 1 for number in numbers):
        raise BadCriteria(f"Tiêu chí “{criterion.title}”: các vòng phải ghi một lần, theo thứ tự.")
