"""The policy in words: what the rules page, the prediction question and a result line say."""

from dataclasses import replace

import pytest

from app.contests import policy, wording
from app.contests.policy import Key, Leagues, Prize, Recognised, Target

VCNET = policy.PRESETS["vcnet"][1]
LOT = (
    "Nếu mọi tiêu chí đều bằng nhau thì đồng hạng; khi đồng hạng mà không đủ suất giải, thứ tự do phép bốc "
    "thăm công khai quyết định: ai có mã bốc thăm nhỏ hơn xếp trên, mã tính từ số hạt giống của tuần thi "
    "(công bố sau khi đóng) và số thí sinh."
)
BEST = (
    "Mỗi người được công nhận một lượt thi: lượt có nhiều câu đúng nhất; nếu bằng nhau, lượt hoàn thành sớm "
    "hơn; nếu vẫn bằng nhau, lượt thi trước."
)
ONLY_PERFECT = "Chỉ xếp hạng những lượt thi được công nhận đã trả lời đúng tất cả các câu hỏi."


def test_rules_sentences_of_lang_son():
    assert wording.rules_sentences(policy.PRESETS["lang-son-2023"][1], "tuần") == [
        BEST,
        ONLY_PERFECT,
        "Thứ nhất: ai dự đoán số lượt thi gần đúng hơn xếp trên.",
        "Thứ hai: ai hoàn thành bài sớm hơn (tính tròn giây, theo giờ máy chủ) xếp trên.",
        "Con số để so với dự đoán là số lượt thi của tuần thi, được tính một lần khi chốt kết quả: mỗi "
        "lượt thi hợp lệ được tính một lượt, kể cả nhiều lượt của cùng một người. Dự đoán cao hơn hay thấp "
        "hơn được tính như nhau; để trống thì xếp sau mọi dự đoán.",
        LOT,
    ]


def test_rules_sentences_of_vcnet():
    assert wording.rules_sentences(VCNET, "tuần") == [
        BEST,
        ONLY_PERFECT,
        "Thứ nhất: ai trả lời đúng nhiều câu hơn xếp trên.",
        "Thứ hai: ai dự đoán số người trả lời đúng tất cả các câu hỏi gần đúng hơn xếp trên.",
        "Thứ ba: ai hoàn thành bài sớm hơn (tính tròn giây, theo giờ máy chủ) xếp trên.",
        "Con số để so với dự đoán là số người trả lời đúng tất cả các câu hỏi của tuần thi, được tính một "
        "lần khi chốt kết quả: mỗi người có ít nhất một lượt thi hợp lệ đúng tất cả các câu hỏi được tính "
        "một lần. Dự đoán cao hơn hay thấp hơn được tính như nhau; để trống thì xếp sau mọi dự đoán.",
        LOT,
    ]


def test_rules_sentences_of_cao_bang():
    assert wording.rules_sentences(policy.PRESETS["cao-bang"][1], "kỳ") == [
        BEST,
        "Thứ nhất: ai trả lời đúng nhiều câu hơn xếp trên.",
        "Thứ hai: ai làm bài trong thời gian ngắn hơn (tính tròn giây, theo giờ máy chủ) xếp trên.",
        "Thứ ba: ai dự đoán số người dự thi gần đúng hơn xếp trên.",
        "Con số để so với dự đoán là số người dự thi của kỳ thi, được tính một lần khi chốt kết quả: mỗi "
        "người có ít nhất một lượt thi hợp lệ được tính một lần. Dự đoán cao hơn hay thấp hơn được tính "
        "như nhau; để trống thì xếp sau mọi dự đoán.",
        LOT.replace("tuần thi", "kỳ thi"),
        "Khối trong tỉnh và khối ngoài tỉnh được xếp hạng và trao giải riêng.",
        "Mỗi người chỉ nhận một giải trong cả cuộc thi; giải dư được chuyển cho người xếp kế tiếp.",
    ]


@pytest.mark.parametrize(
    ("recognised", "sentence"),
    [
        (Recognised.FIRST, "Mỗi người được công nhận một lượt thi: lượt thi hợp lệ đầu tiên."),
        (Recognised.LAST, "Mỗi người được công nhận một lượt thi: lượt thi hợp lệ cuối cùng."),
    ],
)
def test_rules_sentences_name_the_recognised_attempt(recognised, sentence):
    assert wording.rules_sentences(replace(VCNET, recognised=recognised), "đợt")[0] == sentence


def test_rules_sentences_without_prediction_do_not_speak_of_one():
    plain = replace(
        VCNET, keys=(Key.SCORE, Key.DURATION), target=None, only_perfect=False, leagues=Leagues.NONE
    )

    assert not any("dự đoán" in sentence for sentence in wording.rules_sentences(plain, "tuần"))
    assert wording.prediction_question(plain, "tuần", 3) == ""


@pytest.mark.parametrize(
    ("target", "question"),
    [
        (
            Target.PEOPLE_ALL_CORRECT,
            "Theo bạn, có bao nhiêu người trả lời đúng tất cả các câu hỏi ở tuần 3?",
        ),
        (Target.PEOPLE, "Theo bạn, có bao nhiêu người dự thi ở tuần 3?"),
        (Target.ATTEMPTS, "Theo bạn, có bao nhiêu lượt thi ở tuần 3?"),
    ],
)
def test_the_prediction_question_counts_what_the_rules_count(target, question):
    asked = replace(VCNET, target=target)

    assert wording.prediction_question(asked, "tuần", 3) == question
    assert any(
        wording.TARGET_NAMES[target] in sentence for sentence in wording.rules_sentences(asked, "tuần")
    )


def test_prize_sentences():
    prizes = (Prize("nhat", "Giải Nhất", 1, 2_000_000, "giấy chứng nhận"), Prize("nhi", "Giải Nhì", 2, 0))

    assert wording.prize_sentences(replace(VCNET, prizes=prizes)) == [
        "1 Giải Nhất, mỗi giải 2.000.000 đ và giấy chứng nhận",
        "2 Giải Nhì",
    ]


def test_a_prize_in_kind_alone_names_no_money():
    prizes = (Prize("sach", "Giải phong trào", 3, 0, "một bộ sách"),)

    assert wording.prize_sentences(replace(VCNET, prizes=prizes)) == [
        "3 Giải phong trào, mỗi giải một bộ sách"
    ]


@pytest.mark.parametrize(
    ("prediction", "target", "words"),
    [
        (7157, 7171, "lệch 14 so với 7.171"),
        (7185, 7171, "lệch 14 so với 7.171"),
        (7171, 7171, "dự đoán đúng 7.171"),
        (None, 7171, "không dự đoán, xếp sau mọi dự đoán"),
        (99_999_999, 0, "lệch 99.999.999 so với 0"),
    ],
)
def test_explain_prediction(prediction, target, words):
    assert wording.explain_prediction(prediction, target) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lang-son-2023", "bạn lệch 14 so với 7.171; hoàn thành lúc 20:29:58, 11/04/2024"),
        ("vcnet", "đúng 10/10 câu; bạn lệch 14 so với 7.171; hoàn thành lúc 20:29:58, 11/04/2024"),
        ("cao-bang", "đúng 10/10 câu; làm bài trong 3 phút 05 giây; bạn lệch 14 so với 7.171"),
    ],
)
def test_explain_line_follows_the_order_of_the_keys(name, words):
    line = wording.explain_line(
        policy.PRESETS[name][1],
        score=10,
        max_score=10,
        prediction=7157,
        duration=185,
        finished="20:29:58, 11/04/2024",
        target=7171,
    )

    assert line == words


def test_explain_line_before_the_target_is_known_says_nothing_of_the_prediction():
    line = wording.explain_line(
        VCNET, score=9, max_score=10, prediction=7157, duration=1, finished="20:00", target=None
    )

    assert line == "đúng 9/10 câu; hoàn thành lúc 20:00"
