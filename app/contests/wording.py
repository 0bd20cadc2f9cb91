"""The policy in words: rules page, prediction question, explanation of a line."""

from app.contests.policy import (
    Key,
    Leagues,
    Policy,
    Recognised,
    Target,
    prediction_distance,
)
from app.formats import vn_duration, vn_money, vn_number

TARGET_NAMES = {
    Target.PEOPLE_ALL_CORRECT: "số người trả lời đúng tất cả các câu hỏi",
    Target.PEOPLE: "số người dự thi",
    Target.ATTEMPTS: "số lượt thi",
}
TARGET_COUNTED = {
    Target.PEOPLE_ALL_CORRECT: "người trả lời đúng tất cả các câu hỏi",
    Target.PEOPLE: "người dự thi",
    Target.ATTEMPTS: "lượt thi",
}
TARGET_UNITS = {
    Target.PEOPLE_ALL_CORRECT: "người đúng hết",
    Target.PEOPLE: "người",
    Target.ATTEMPTS: "lượt",
}
TARGET_DEFINITIONS = {
    Target.PEOPLE_ALL_CORRECT: (
        "mỗi người có ít nhất một lượt thi hợp lệ đúng tất cả các câu hỏi được tính một lần"
    ),
    Target.PEOPLE: "mỗi người có ít nhất một lượt thi hợp lệ được tính một lần",
    Target.ATTEMPTS: "mỗi lượt thi hợp lệ được tính một lượt, kể cả nhiều lượt của cùng một người",
}
KEY_SENTENCES = {
    Key.SCORE: "ai trả lời đúng nhiều câu hơn xếp trên",
    Key.PREDICTION_DISTANCE: "ai dự đoán gần đúng hơn xếp trên",
    Key.DURATION: "ai làm bài trong thời gian ngắn hơn (tính tròn giây, theo giờ máy chủ) xếp trên",
    Key.SUBMITTED_AT: "ai hoàn thành bài sớm hơn (tính tròn giây, theo giờ máy chủ) xếp trên",
}
RECOGNISED_SENTENCES = {
    Recognised.BEST_THEN_EARLIEST: (
        "Mỗi người được công nhận một lượt thi: lượt có nhiều câu đúng nhất; nếu bằng nhau, lượt hoàn "
        "thành sớm hơn; nếu vẫn bằng nhau, lượt thi trước."
    ),
    Recognised.FIRST: "Mỗi người được công nhận một lượt thi: lượt thi hợp lệ đầu tiên.",
    Recognised.LAST: "Mỗi người được công nhận một lượt thi: lượt thi hợp lệ cuối cùng.",
}
ORDINALS = ("Thứ nhất", "Thứ hai", "Thứ ba", "Thứ tư")


def rules_sentences(policy: Policy, label: str) -> list[str]:
    """How a round is ranked, one sentence a rule, in the order in which it is applied."""
    sentences = [RECOGNISED_SENTENCES[policy.recognised]]
    if policy.only_perfect:
        sentences.append("Chỉ xếp hạng những lượt thi được công nhận đã trả lời đúng tất cả các câu hỏi.")
    for ordinal, key in zip(ORDINALS, policy.keys, strict=False):
        sentences.append(f"{ordinal}: {_key_sentence(key, policy)}.")
    if policy.target is not None:
        sentences.append(
            f"Con số để so với dự đoán là {TARGET_NAMES[policy.target]} của {label} thi, được tính một lần "
            f"khi chốt kết quả: {TARGET_DEFINITIONS[policy.target]}. Dự đoán cao hơn hay thấp hơn được "
            "tính như nhau; để trống thì xếp sau mọi dự đoán."
        )
    sentences.append(
        "Nếu mọi tiêu chí đều bằng nhau thì đồng hạng; khi đồng hạng mà không đủ suất giải, thứ tự do phép "
        "bốc thăm công khai quyết định: ai có mã bốc thăm nhỏ hơn xếp trên, mã tính từ số hạt giống của "
        f"{label} thi (công bố sau khi đóng) và số thí sinh."
    )
    if policy.leagues is Leagues.BY_SCOPE:
        sentences.append("Khối trong tỉnh và khối ngoài tỉnh được xếp hạng và trao giải riêng.")
    if policy.one_prize_per_person:
        sentences.append(
            "Mỗi người chỉ nhận một giải trong cả cuộc thi; giải dư được chuyển cho người xếp kế tiếp."
        )
    return sentences


def _key_sentence(key: Key, policy: Policy) -> str:
    if key is Key.PREDICTION_DISTANCE and policy.target is not None:
        return f"ai dự đoán {TARGET_NAMES[policy.target]} gần đúng hơn xếp trên"
    return KEY_SENTENCES[key]


def prize_sentences(policy: Policy) -> list[str]:
    """One sentence a prize: "2 Giải Nhì, mỗi giải 1.000.000 đ"."""
    sentences = []
    for prize in policy.prizes:
        worth = " và ".join(filter(None, [vn_money(prize.amount) if prize.amount else "", prize.in_kind]))
        sentences.append(f"{vn_number(prize.count)} {prize.name}" + (f", mỗi giải {worth}" if worth else ""))
    return sentences


def prediction_question(policy: Policy, label: str, number: int) -> str:
    """The extra question of a round; empty when the policy asks none."""
    if policy.target is None:
        return ""
    return f"Theo bạn, có bao nhiêu {TARGET_COUNTED[policy.target]} ở {label} {number}?"


def explain_prediction(prediction: int | None, target: int) -> str:
    """How far a prediction was: "lệch 14 so với 7.171"."""
    if prediction is None:
        return "không dự đoán, xếp sau mọi dự đoán"
    distance = prediction_distance(prediction, target)
    if distance == 0:
        return f"dự đoán đúng {vn_number(target)}"
    return f"lệch {vn_number(distance)} so với {vn_number(target)}"


def explain_line(
    policy: Policy,
    *,
    score: int,
    max_score: int,
    prediction: int | None,
    duration: int,
    finished: str,
    target: int | None,
) -> str:
    """One person's line in words, in the order of the policy's keys. `finished` is the local time shown."""
    parts = []
    for key in policy.keys:
        if key is Key.SCORE:
            parts.append(f"đúng {score}/{max_score} câu")
        elif key is Key.PREDICTION_DISTANCE and target is not None:
            parts.append(f"bạn {explain_prediction(prediction, target)}")
        elif key is Key.DURATION:
            parts.append(f"làm bài trong {vn_duration(duration)}")
        elif key is Key.SUBMITTED_AT:
            parts.append(f"hoàn thành lúc {finished}")
    return "; ".join(parts)
