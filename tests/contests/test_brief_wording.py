"""The policy in a few words says the same as the policy does."""

import pytest

from app.contests.brief_wording import ranking_sentence, ranking_steps
from app.contests.policy import PRESETS, Key, Target


def policy_of(preset):
    return PRESETS[preset][1]


@pytest.mark.parametrize(
    ("preset", "titles"),
    [
        ("lang-son-2023", ["Đúng tất cả các câu", "Dự đoán gần nhất", "Nộp sớm hơn"]),
        ("vcnet", ["Đúng tất cả các câu", "Dự đoán gần nhất", "Nộp sớm hơn"]),
        ("cao-bang", ["Đúng nhiều câu hơn", "Làm bài nhanh hơn", "Dự đoán gần nhất"]),
    ],
)
def test_the_steps_stand_in_the_order_in_which_they_decide(preset, titles):
    assert [step.title for step in ranking_steps(policy_of(preset), "tuần")] == titles


@pytest.mark.parametrize("preset", PRESETS)
def test_every_key_that_can_decide_is_told(preset):
    policy = policy_of(preset)
    deciding = [key for key in policy.keys if not (policy.only_perfect and key is Key.SCORE)]

    assert len(ranking_steps(policy, "tuần")) == len(deciding) + policy.only_perfect


def test_the_prediction_is_compared_with_what_the_policy_counts():
    step = ranking_steps(policy_of("lang-son-2023"), "kỳ")[1]

    assert step.sentence == "So với số lượt thi của kỳ thi."


def test_only_later_steps_presuppose_a_tie():
    sentences = [step.sentence for step in ranking_steps(policy_of("cao-bang"), "tuần")]

    assert [sentence.startswith("Nếu vẫn bằng nhau") for sentence in sentences] == [False, True, True]


@pytest.mark.parametrize(
    ("preset", "sentence"),
    [
        (
            "vcnet",
            "Đúng tất cả các câu, rồi dự đoán gần nhất với số người trả lời đúng tất cả các câu hỏi, "
            "rồi nộp sớm hơn.",
        ),
        (
            "cao-bang",
            "Đúng nhiều câu hơn, rồi làm bài nhanh hơn, rồi dự đoán gần nhất với số người dự thi.",
        ),
    ],
)
def test_the_order_in_one_sentence(preset, sentence):
    assert ranking_sentence(policy_of(preset)) == sentence


def test_presets_ask_for_different_figures():
    assert {policy_of(preset).target for preset in PRESETS} == set(Target)
