"""The ranking policy: one object that orders results and writes the sentences about it.

Freeze, live board, rules page, prediction question and the line's explanation all ask this
module, so they cannot contradict each other. Presets follow the rules of real contests.
"""

import hashlib
import struct
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

BLANK_PREDICTION_DISTANCE = 10**9
MAX_PREDICTION = 99_999_999


class Key(StrEnum):
    SCORE = "score"
    PREDICTION_DISTANCE = "prediction_distance"
    DURATION = "duration"
    SUBMITTED_AT = "submitted_at"


class Recognised(StrEnum):
    BEST_THEN_EARLIEST = "best_then_earliest"
    FIRST = "first"
    LAST = "last"


class Target(StrEnum):
    PEOPLE_ALL_CORRECT = "people_all_correct"
    PEOPLE = "people"
    ATTEMPTS = "attempts"


class Leagues(StrEnum):
    NONE = "none"
    BY_SCOPE = "by_scope"


@dataclass(frozen=True)
class Prize:
    """`amount` in whole đồng; `in_kind` in words, may be empty."""

    code: str
    name: str
    count: int
    amount: int
    in_kind: str = ""


@dataclass(frozen=True)
class Policy:
    keys: tuple[Key, ...]
    recognised: Recognised
    target: Target | None
    only_perfect: bool
    leagues: Leagues
    prizes: tuple[Prize, ...]
    one_prize_per_person: bool


@dataclass(frozen=True)
class Line:
    """What ranking knows of a recognised attempt. `duration` in seconds, `finished_at` to the second."""

    contestant_no: int
    score: int
    max_score: int
    prediction: int | None
    duration: int
    finished_at: datetime
    number: int = 1


LEAGUE_NAMES = {"": "", "inside": "Khối trong tỉnh", "outside": "Khối ngoài tỉnh"}
DEFAULT_PRIZES = (
    Prize("nhat", "Giải Nhất", 1, 2_000_000),
    Prize("nhi", "Giải Nhì", 2, 1_000_000),
    Prize("ba", "Giải Ba", 3, 700_000),
    Prize("khuyen-khich", "Giải Khuyến khích", 5, 300_000),
)
PRESETS: dict[str, tuple[str, Policy]] = {
    "lang-son-2023": (
        "Lạng Sơn 2023",
        Policy(
            (Key.PREDICTION_DISTANCE, Key.SUBMITTED_AT),
            Recognised.BEST_THEN_EARLIEST,
            Target.ATTEMPTS,
            only_perfect=True,
            leagues=Leagues.NONE,
            prizes=DEFAULT_PRIZES,
            one_prize_per_person=False,
        ),
    ),
    "vcnet": (
        "VCNET",
        Policy(
            (Key.SCORE, Key.PREDICTION_DISTANCE, Key.SUBMITTED_AT),
            Recognised.BEST_THEN_EARLIEST,
            Target.PEOPLE_ALL_CORRECT,
            only_perfect=True,
            leagues=Leagues.NONE,
            prizes=DEFAULT_PRIZES,
            one_prize_per_person=False,
        ),
    ),
    "cao-bang": (
        "Cao Bằng",
        Policy(
            (Key.SCORE, Key.DURATION, Key.PREDICTION_DISTANCE),
            Recognised.BEST_THEN_EARLIEST,
            Target.PEOPLE,
            only_perfect=False,
            leagues=Leagues.BY_SCOPE,
            prizes=DEFAULT_PRIZES,
            one_prize_per_person=True,
        ),
    ),
}


def problems_by_part(policy: Policy) -> list[tuple[str, str]]:
    """(part, problem): what makes the policy unusable, in words for the organiser.

    Parts are "keys", "target", "only_perfect" and "prizes".
    """
    problems = []
    if not policy.keys:
        problems.append(("keys", "Chưa chọn tiêu chí xếp hạng nào."))
    if len(set(policy.keys)) != len(policy.keys):
        problems.append(("keys", "Một tiêu chí xếp hạng được chọn hai lần."))
    if (Key.PREDICTION_DISTANCE in policy.keys) != (policy.target is not None):
        problems.append(("target", "Câu hỏi phụ và tiêu chí “dự đoán gần nhất” phải đi cùng nhau."))
    if policy.only_perfect and policy.keys == (Key.SCORE,):
        problems.append(("only_perfect", "Chỉ xét bài đúng hết thì cần thêm tiêu chí ngoài số câu đúng."))
    if not policy.prizes:
        problems.append(("prizes", "Chưa có cơ cấu giải thưởng."))
    if any(prize.count < 1 or prize.amount < 0 for prize in policy.prizes):
        problems.append(("prizes", "Mỗi giải cần ít nhất một suất và giá trị không âm."))
    if len({prize.code for prize in policy.prizes}) != len(policy.prizes):
        problems.append(("prizes", "Hai giải trùng tên."))
    return problems


def problems_of(policy: Policy) -> list[str]:
    """What makes the policy unusable, in words for the organiser; empty when it is sound."""
    return [problem for _part, problem in problems_by_part(policy)]


def to_json(policy: Policy) -> dict[str, Any]:
    return asdict(policy) | {
        "keys": [str(key) for key in policy.keys],
        "prizes": [asdict(p) for p in policy.prizes],
    }


def from_json(data: dict[str, Any]) -> Policy:
    """Raises KeyError, TypeError or ValueError on data that `to_json` did not write."""
    return Policy(
        keys=tuple(Key(key) for key in data["keys"]),
        recognised=Recognised(data["recognised"]),
        target=Target(data["target"]) if data["target"] else None,
        only_perfect=bool(data["only_perfect"]),
        leagues=Leagues(data["leagues"]),
        prizes=tuple(Prize(**prize) for prize in data["prizes"]),
        one_prize_per_person=bool(data["one_prize_per_person"]),
    )


def prediction_distance(prediction: int | None, target: int) -> int:
    """How far the prediction is from the target; a blank one is farther than any number."""
    return BLANK_PREDICTION_DISTANCE if prediction is None else abs(prediction - target)


def sort_key(line: Line, policy: Policy, target: int | None) -> tuple[int, ...]:
    """The line's place as integers, smaller is better: the only order anywhere.

    `target` is needed when the policy has the prediction among its keys. Raises ValueError without.
    """
    values = {
        Key.SCORE: line.max_score - line.score,
        Key.DURATION: line.duration,
        Key.SUBMITTED_AT: int(line.finished_at.timestamp()),
    }
    if Key.PREDICTION_DISTANCE in policy.keys:
        if target is None:
            raise ValueError("the policy ranks by prediction and needs a target")
        values[Key.PREDICTION_DISTANCE] = prediction_distance(line.prediction, target)
    return tuple(values[key] for key in policy.keys)


def pack(key: tuple[int, ...]) -> bytes:
    """The key as bytes that sort like it (8 big-endian bytes a number)."""
    return struct.pack(f">{len(key)}Q", *key)


def recognise(lines: list[Line], policy: Policy) -> Line:
    """The one attempt of a person that is ranked; `lines` must not be empty."""
    if policy.recognised is Recognised.FIRST:
        return min(lines, key=lambda line: line.number)
    if policy.recognised is Recognised.LAST:
        return max(lines, key=lambda line: line.number)
    return min(lines, key=lambda line: (-line.score, line.finished_at, line.number))


def is_rankable(line: Line, policy: Policy) -> bool:
    """Does the line enter the ranking (all, or only those with every answer right)?"""
    return line.score == line.max_score or not policy.only_perfect


def lot_of(seed: str, contestant_no: int) -> str:
    """The public lot at a prize boundary: SHA-256 of the round's seed, "lot" and the number, in hex."""
    return hashlib.sha256(f"{seed}lot{contestant_no}".encode()).hexdigest()


def live_policy(policy: Policy) -> Policy:
    """The order of the provisional board: without the prediction, whose target is still moving."""
    keys = [key for key in policy.keys if key is not Key.PREDICTION_DISTANCE]
    if Key.SCORE not in keys:
        keys.insert(0, Key.SCORE)
    return replace(policy, keys=tuple(keys), target=None, only_perfect=False)


def shows_live_board(policy: Policy) -> bool:
    """May a board be public while the round is open, without telling what people must predict?"""
    return policy.target in (None, Target.ATTEMPTS)
