"""The order of a round, worked out slowly from the sentences of the rules page and nothing else.

It knows attempts (contests.policy.Line) and Vietnamese sentences; it never sees a policy. Every
sentence must be one it understands, so that a change of wording or of meaning is noticed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.contests.policy import Line

Better = Callable[[Line, Line], bool]


@dataclass(frozen=True)
class Place:
    """One ranked person; equal ones share the rank and the next rank is passed over."""

    rank: int
    line: Line


def rank_round(
    attempts: Sequence[Line],
    sentences: Sequence[str],
    target: int | None,
    leagues: Mapping[int, str] | None = None,
) -> list[Place]:
    """The ranked people of a round, best first, equal ones by number.

    `attempts` are all valid ones. `leagues` maps contestant numbers to the league; it is needed
    when the sentences speak of leagues. Raises AssertionError on a sentence it does not know.
    """
    people: dict[int, list[Line]] = {}
    for attempt in attempts:
        people.setdefault(attempt.contestant_no, []).append(attempt)
    recognised = [recognised_attempt(own, sentences) for own in people.values()]
    entered = [line for line in recognised if enters(line, sentences)]
    better = comparison(sentences, target)
    has_leagues = any("khối" in sentence.lower() for sentence in sentences)
    league = dict(leagues or {})
    places = []
    for line in entered:
        rivals = [
            other
            for other in entered
            if not has_leagues or league[other.contestant_no] == league[line.contestant_no]
        ]
        places.append(Place(1 + sum(better(other, line) for other in rivals), line))
    return sorted(places, key=lambda place: (place.rank, place.line.contestant_no))


def recognised_attempt(own: Sequence[Line], sentences: Sequence[str]) -> Line:
    (sentence,) = [text for text in sentences if text.startswith("Mỗi người được công nhận một lượt thi: ")]
    rule = sentence.removeprefix("Mỗi người được công nhận một lượt thi: ")
    by_number = sorted(own, key=lambda line: line.number)
    if rule == "lượt thi hợp lệ đầu tiên.":
        return by_number[0]
    if rule == "lượt thi hợp lệ cuối cùng.":
        return by_number[-1]
    assert rule == (
        "lượt có nhiều câu đúng nhất; nếu bằng nhau, lượt hoàn thành sớm hơn; "
        "nếu vẫn bằng nhau, lượt thi trước."
    )
    most = [line for line in by_number if line.score == max(other.score for other in own)]
    earliest = [line for line in most if all(line.finished_at <= other.finished_at for other in most)]
    return earliest[0]


def enters(line: Line, sentences: Sequence[str]) -> bool:
    only_perfect = (
        "Chỉ xếp hạng những lượt thi được công nhận đã trả lời đúng tất cả các câu hỏi." in sentences
    )
    return line.score == line.max_score or not only_perfect


def comparison(sentences: Sequence[str], target: int | None) -> Better:
    """Is the first line strictly better than the second, by the criteria in their order?"""
    criteria = []
    for ordinal in ("Thứ nhất", "Thứ hai", "Thứ ba", "Thứ tư"):
        criteria += [criterion(text, target) for text in sentences if text.startswith(f"{ordinal}: ")]
    understood = len(criteria) + sum(any(text.startswith(start) for start in OTHERS) for text in sentences)
    assert understood == len(sentences), f"a sentence is not understood: {sentences}"

    def better(one: Line, other: Line) -> bool:
        for measure in criteria:
            if measure(one) != measure(other):
                return bool(measure(one) < measure(other))
        return False

    return better


OTHERS = (
    "Mỗi người được công nhận một lượt thi: ",
    "Chỉ xếp hạng những lượt thi được công nhận đã trả lời đúng tất cả các câu hỏi.",
    "Con số để so với dự đoán là ",
    "Nếu mọi tiêu chí đều bằng nhau thì đồng hạng; ",
    "Khối trong tỉnh và khối ngoài tỉnh được xếp hạng và trao giải riêng.",
    "Mỗi người chỉ nhận một giải trong cả cuộc thi; ",
)


def criterion(sentence: str, target: int | None) -> Callable[[Line], float | Fraction]:
    """What the sentence measures; the smaller the better."""
    text = sentence.partition(": ")[2]
    if text == "ai trả lời đúng nhiều câu hơn xếp trên.":
        return lambda line: -line.score
    if text == "ai làm bài trong thời gian ngắn hơn (tính tròn giây, theo giờ máy chủ) xếp trên.":
        return lambda line: line.duration
    if text == "ai hoàn thành bài sớm hơn (tính tròn giây, theo giờ máy chủ) xếp trên.":
        return lambda line: Fraction(line.finished_at.timestamp()).__floor__()
    assert re.fullmatch(r"ai dự đoán .+ gần đúng hơn xếp trên\.", text), text
    assert target is not None

    def distance(line: Line) -> float:
        if line.prediction is None:
            return float("inf")
        return line.prediction - target if line.prediction > target else target - line.prediction

    return distance


def count_target(valid_attempts: Sequence[Line], sentences: Sequence[str]) -> int | None:
    """The figure that predictions are compared with; None when the rules ask for no prediction."""
    found = [text for text in sentences if text.startswith("Con số để so với dự đoán là ")]
    if not found:
        return None
    definition = found[0].split(": ")[1].split(". ")[0]
    if definition == "mỗi lượt thi hợp lệ được tính một lượt, kể cả nhiều lượt của cùng một người":
        return len(valid_attempts)
    if definition == "mỗi người có ít nhất một lượt thi hợp lệ được tính một lần":
        return len({line.contestant_no for line in valid_attempts})
    assert definition == "mỗi người có ít nhất một lượt thi hợp lệ đúng tất cả các câu hỏi được tính một lần"
    return len({line.contestant_no for line in valid_attempts if line.score == line.max_score})
