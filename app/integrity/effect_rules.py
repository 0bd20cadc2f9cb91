"""What voiding the attempts of a case would do to the figures, before anybody decides."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from app.contests.policy import Target
from app.formats import vn_number

TARGET_NAMES = {
    Target.PEOPLE_ALL_CORRECT: "số người đúng hết",
    Target.PEOPLE: "số người dự thi",
    Target.ATTEMPTS: "số lượt thi",
}
FIGURE_NAMES = {
    "people": "số người dự thi",
    "attempts": "số lượt thi",
    "people_all_correct": "số người đúng hết",
}
FIGURE_OF = {
    Target.PEOPLE_ALL_CORRECT: "people_all_correct",
    Target.PEOPLE: "people",
    Target.ATTEMPTS: "attempts",
}


class Taken(NamedTuple):
    """One valid attempt of somebody in the case."""

    attempt_id: int
    enrolment_id: int
    is_all_correct: bool


def loss_of(taken: Iterable[Taken], voided: Collection[int]) -> dict[str, int]:
    """How much each figure falls; `taken` are all valid attempts of the case's people."""
    loss = dict.fromkeys(FIGURE_NAMES, 0)
    people: dict[int, list[Taken]] = {}
    for one in taken:
        people.setdefault(one.enrolment_id, []).append(one)
    for own in people.values():
        left = [one for one in own if one.attempt_id not in voided]
        loss["attempts"] += len(own) - len(left)
        loss["people"] += bool(own) and not left
        loss["people_all_correct"] += any(one.is_all_correct for one in own) and not any(
            one.is_all_correct for one in left
        )
    return loss


def effect_of(figures: Mapping[str, int], loss: Mapping[str, int], target: Target | None) -> list[str]:
    """What would change, one sentence a figure, and whether every prediction is measured anew."""
    lines = [_line(name, figures[name], figures[name] - loss[name]) for name in FIGURE_NAMES]
    if target is not None and loss[FIGURE_OF[target]]:
        lines.append(
            f"Con số để so với dự đoán là {TARGET_NAMES[target]}, nên hạng của mọi người được tính lại "
            "khi chốt lại."
        )
    elif target is not None:
        lines.append("Con số để so với dự đoán không đổi; chỉ hạng của những người này và sau họ đổi.")
    return lines


def _line(name: str, before: int, after: int) -> str:
    title = FIGURE_NAMES[name].capitalize()
    if before == after:
        return f"{title} vẫn {vn_number(before)}."
    return f"{title} từ {vn_number(before)} còn {vn_number(after)}."
