"""The policy in a few words, for pages that have no room for the sentences of contests.wording."""

from typing import NamedTuple

from app.contests.policy import Key, Policy, Recognised
from app.contests.wording import TARGET_NAMES

ALL_CORRECT = ("Đúng tất cả các câu", "Chỉ lượt thi đúng hết mới được xếp hạng.")
KEY_STEPS = {
    Key.SCORE: ("Đúng nhiều câu hơn", "Ai trả lời đúng nhiều câu hơn xếp trên."),
    Key.PREDICTION_DISTANCE: ("Dự đoán gần nhất", ""),
    Key.DURATION: ("Làm bài nhanh hơn", "Ai làm bài trong thời gian ngắn hơn xếp trên."),
    Key.SUBMITTED_AT: ("Nộp sớm hơn", "Ai nộp bài trước xếp trên."),
}
RECOGNISED_BRIEF = {
    Recognised.BEST_THEN_EARLIEST: "Bài tốt nhất",
    Recognised.FIRST: "Bài hợp lệ đầu tiên",
    Recognised.LAST: "Bài hợp lệ cuối cùng",
}


class Step(NamedTuple):
    """One criterion: its name, and how it decides."""

    title: str
    sentence: str


def ranking_steps(policy: Policy, label: str) -> list[Step]:
    """The criteria in the order in which they decide; one that cannot decide any more is left out."""
    steps = [Step(*ALL_CORRECT)] if policy.only_perfect else []
    for place, key in enumerate(_deciding_keys(policy)):
        title, sentence = KEY_STEPS[key]
        if key is Key.PREDICTION_DISTANCE and policy.target is not None:
            sentence = f"So với {TARGET_NAMES[policy.target]} của {label} thi."
        steps.append(Step(title, f"Nếu vẫn bằng nhau: {_lower(sentence)}" if place else sentence))
    return steps


def ranking_sentence(policy: Policy) -> str:
    """ "Đúng tất cả các câu, rồi dự đoán gần nhất với số người dự thi, rồi nộp sớm hơn." """
    parts = [ALL_CORRECT[0]] if policy.only_perfect else []
    for key in _deciding_keys(policy):
        title = KEY_STEPS[key][0]
        if key is Key.PREDICTION_DISTANCE and policy.target is not None:
            title = f"{title} với {TARGET_NAMES[policy.target]}"
        parts.append(title)
    return ", rồi ".join([parts[0], *map(_lower, parts[1:])]) + "."


def _deciding_keys(policy: Policy) -> list[Key]:
    """Among perfect papers the score decides nothing."""
    return [key for key in policy.keys if not (key is Key.SCORE and policy.only_perfect)]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
