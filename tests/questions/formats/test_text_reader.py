"""Plain text as people type it: numbers, labels, answers in many ways; problems on the line they stand."""

import unicodedata

import pytest

from app.questions.formats import text_reader
from app.questions.formats.draft_rules import NO_OPTIONS
from app.questions.formats.text_rules import NO_START
from tests.questions.formats.papers import problems_of, summary_of

FIRST = ("Ai bàn?", ("Nhân dân", "Trưởng thôn", "Bí thư", "Chủ tịch"), "B")
SECOND = ("Ai quyết?", ("Nhân dân", "Trưởng thôn", "Bí thư"), "AC")
LAYOUTS = {
    "each on its line": """
        Câu 1. Ai bàn?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        D. Chủ tịch
        Đáp án: B
        Câu 2: Ai quyết?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        Đáp án: A, C""",
    "blank lines between": """
        Câu hỏi 1. Ai bàn?

        a) Nhân dân

        b) Trưởng thôn

        c) Bí thư

        d) Chủ tịch

        Đáp án đúng là B

        Câu hỏi 2. Ai quyết?

        a) Nhân dân

        b) Trưởng thôn

        c) Bí thư

        Chọn: A và C""",
    "numbers only": """
        1. Ai bàn?
        A/ Nhân dân
        B/ Trưởng thôn
        C/ Bí thư
        D/ Chủ tịch
        ĐA: B
        2) Ai quyết?
        (A) Nhân dân
        (B) Trưởng thôn
        (C) Bí thư
        => Đáp án AC""",
    "bài": """
        Bài 1: Ai bàn?
        A - Nhân dân
        B - Trưởng thôn
        C - Bí thư
        D - Chủ tịch
        Đ/A: b
        Bài 2: Ai quyết?
        A - Nhân dân
        B - Trưởng thôn
        C - Bí thư
        Đ/A: a, c""",
    "without marks": """
        Cau 1. Ai bàn?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        D. Chủ tịch
        Dap an: B
        CAU 2. Ai quyết?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        DAP AN: AC""",
    "options run together": """
        Câu 1. Ai bàn?
        A. Nhân dân  B. Trưởng thôn  C. Bí thư  D. Chủ tịch
        Đáp án: B
        Câu 2. Ai quyết?
        A. Nhân dân\tB. Trưởng thôn
        C. Bí thư
        Đáp án: A,C""",
    "all on one line": """
        Câu 1. Ai bàn? A. Nhân dân B. Trưởng thôn C. Bí thư D. Chủ tịch Đáp án: B
        Câu 2. Ai quyết? A. Nhân dân B. Trưởng thôn C. Bí thư Đáp án: A; C""",
    "starred": """
        Câu 1. Ai bàn?
        A. Nhân dân
        *B. Trưởng thôn
        C. Bí thư
        D. Chủ tịch
        Câu 2. Ai quyết?
        A. Nhân dân (*)
        B. Trưởng thôn
        C.* Bí thư""",
    "said to be right": """
        Câu 1. Ai bàn?
        A. Nhân dân
        B. Trưởng thôn (đúng)
        C. Bí thư
        D. Chủ tịch
        Câu 2. Ai quyết?
        A. Nhân dân ✓
        B. Trưởng thôn
        C. Bí thư [x]""",
    "stem over lines": """
        Câu 1.
        Ai
        bàn?
        A. Nhân
        dân
        B. Trưởng thôn
        C. Bí thư
        D. Chủ tịch
        Đáp án:
        B
        Câu 2 (0,5 điểm): Ai quyết?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        Đáp án: A C""",
    "answer by its text": """
        Câu 1. Ai bàn?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        D. Chủ tịch
        Trả lời: B. Trưởng thôn
        Câu 2. Ai quyết?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        Trả lời: 1, 3""",
    "list at the end": """
        Câu 1. Ai bàn?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        D. Chủ tịch
        Câu 2. Ai quyết?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư

        1B – 2AC""",
    "titled list at the end": """
        1. Ai bàn?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        D. Chủ tịch
        2. Ai quyết?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        ---HẾT---
        BẢNG ĐÁP ÁN
        1. B
        2. A, C""",
    "list behind its title": """
        Câu 1. Ai bàn?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        D. Chủ tịch
        Câu 2. Ai quyết?
        A. Nhân dân
        B. Trưởng thôn
        C. Bí thư
        ĐÁP ÁN 1-B, 2-AC""",
    "bulleted options": """
        Câu 1. Ai bàn?
        - Nhân dân
        - Trưởng thôn
        - Bí thư
        - Chủ tịch
        Đáp án: 2
        Câu 2. Ai quyết?
        + Nhân dân
        + Trưởng thôn
        + Bí thư
        Đáp án: 1, 3""",
}


def read(text):
    return text_reader.read(text.encode())


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_layouts(text):
    found = read(text)

    assert problems_of(found) == []
    assert summary_of(found) == [FIRST, SECOND]


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_layouts_decomposed_with_other_line_ends(text, encoding):
    content = unicodedata.normalize("NFD", text).replace("\n", "\r\n").encode(encoding)

    assert summary_of(text_reader.read(content)) == [FIRST, SECOND]


def test_fields_of_a_question():
    found = read("""
        Câu 7 (TH). Ai bàn?
        A. Nhân dân
        B. Trưởng thôn
        Đáp án: A. Giải thích: Điều 3
        nêu rõ. Căn cứ: Luật số 10/2022/QH15
        Mã câu: dc-007
        Chủ đề: Dân chủ ở cơ sở
        Đúng từ ngày: 10/11/2022""").questions[0]

    assert (found.where, found.answer, found.level, found.key) == ("dòng 2", "A", 2, "dc-007")
    assert (found.explanation, found.source) == ("Điều 3 nêu rõ.", "Luật số 10/2022/QH15")
    assert (found.topic, f"{found.valid_from}") == ("Dân chủ ở cơ sở", "2022-11-10")


def test_titles_tell_topic_and_level_of_what_is_below():
    found = read("""
        PHẦN I. DÂN CHỦ
        Câu 1. Một? A. a B. b Đáp án: A
        II. THÔNG HIỂU
        Câu 2. Hai? A. a B. b Đáp án: B
        Chủ đề 2: Biên giới
        Câu 3. Ba? A. a B. b Đáp án: B""")

    assert [(each.topic, each.level) for each in found.questions] == [
        ("DÂN CHỦ", None),
        ("DÂN CHỦ", 2),
        ("Biên giới", 2),
    ]


def test_a_line_of_topic_above_the_first_question_goes_on_below():
    found = read("""
        Chủ đề: Dân chủ
        Câu 1. Một? A. a B. b Đáp án: A
        Chủ đề: Biên giới
        Câu 2. Hai? A. a B. b Đáp án: B""")

    assert [each.topic for each in found.questions] == ["Dân chủ", "Biên giới"]


def test_letters_inside_sentences_are_no_options():
    found = read("""
        Câu 1. Theo C. Mác, ở nhà máy A. người lao động là ai?
        A. B. Franklin
        B. C. Mác
        C. Ph. Ăng-ghen
        Đáp án: B
        Câu 2. Theo Nghị định số 1, đúng hay sai?
        Đáp án: Sai""")

    assert summary_of(found) == [
        ("Theo C. Mác, ở nhà máy A. người lao động là ai?", ("B. Franklin", "C. Mác", "Ph. Ăng-ghen"), "B"),
        ("Theo Nghị định số 1, đúng hay sai?", ("Đúng", "Sai"), "B"),
    ]


def test_letters_of_a_law_and_words_before_a_colon_are_no_options_and_no_fields():
    found = read("""
        Câu 1. Theo điểm a) và điểm b) khoản 1 Điều 5, ai bàn?
        A. Người nêu ở điểm a) và điểm b)
        B. Người dùng hai nguồn: nước và điện
        Đáp án: B""")

    assert problems_of(found) == []
    assert summary_of(found) == [
        (
            "Theo điểm a) và điểm b) khoản 1 Điều 5, ai bàn?",
            ("Người nêu ở điểm a) và điểm b)", "Người dùng hai nguồn: nước và điện"),
            "B",
        )
    ]


def test_each_list_of_answers_is_of_the_questions_above_it():
    found = read("""
        Câu 1. Một? A. a B. b
        Đáp án: 
        1A
        Câu 1. Hai? A. a B. b
        ĐÁP ÁN
        1B""")

    assert [each.answer for each in found.questions] == ["A", "B"]


@pytest.mark.parametrize(
    "text, problems",
    [
        (
            "Câu 1. Ai?\nA. a\nB. b",
            [("dòng 1", "Câu này không có đáp án.")],
        ),
        (
            "Câu 1. Ai?\nA. a\nB. b\nĐáp án: C",
            [("dòng 4", "Đáp án là C nhưng câu chỉ có 2 phương án.")],
        ),
        (
            "Câu 1. Ai?\nA. a\n*B. b\nĐáp án: A",
            [("dòng 4", "Đáp án không thống nhất: đáp án ghi là A, dấu sao là B.")],
        ),
        (
            "Câu 1. Ai?\nA. a\nB. b\nĐáp án: A\nĐáp án: B",
            [("dòng 5", "Câu này có hai dòng đáp án.")],
        ),
        (
            "Câu 1. Ai?\nA. Dân\nB. DÂN\nĐáp án: A",
            [("dòng 3", "Phương án B trùng với phương án A.")],
        ),
        (
            "Câu 1. Ai?\nA. a\nC. c\nĐáp án: A",
            [("dòng 3", "Có phương án C nhưng không thấy phương án B.")],
        ),
        (
            "Câu 1. Ai?\nA. a\nB. b\nNhư sau?\nA. a\nB. b\nĐáp án: A",
            [
                ("dòng 5", "Phương án A lặp lại: có thể câu sau thiếu số thứ tự (“Câu 2.”)."),
                ("dòng 6", "Phương án B lặp lại: có thể câu sau thiếu số thứ tự (“Câu 2.”)."),
            ],
        ),
        (
            "Câu 1. Dự đoán có bao nhiêu người dự thi?\nCâu 2.\nA. a\nB. b\nĐáp án: A",
            [
                ("dòng 1", NO_OPTIONS),
                ("dòng 2", "Thiếu nội dung câu hỏi."),
            ],
        ),
        (
            "Câu 1. Ai?\nA. a\nB. b\nĐáp án: A\nMức độ: siêu khó",
            [("dòng 5", "Mức độ “siêu khó” không phải Nhận biết (1), Thông hiểu (2) hay Vận dụng (3).")],
        ),
        (
            "Câu 1. Ai?\nA. a\nB. b\n1A 3B",
            [("dòng 4", "Có đáp án của câu 3 nhưng không thấy câu 3.")],
        ),
        (
            "Câu 1. Ai?\nA. a\nB. b\nCâu 1. Gì?\nA. a\nB. b\nĐÁP ÁN\n1A",
            [
                ("dòng 8", "Có 2 câu cùng số 1: không rõ đáp án của câu nào."),
                ("dòng 1", "Câu này không có đáp án."),
                ("dòng 4", "Câu này không có đáp án."),
            ],
        ),
        (
            "Câu 1. A\0i?\nA. a\nB. b\nĐáp án: A",
            [("dòng 1", "Nội dung có ký tự không hợp lệ.")],
        ),
        ("Xin chào", [("dòng 1", NO_START)]),
    ],
)
def test_problems_stand_where_the_person_sees_them(text, problems):
    assert problems_of(read(text)) == problems


def test_what_belongs_to_no_question_is_counted():
    found = read("NGÂN HÀNG CÂU HỎI\nNăm 2026\n\nCâu 1. Ai? A. a B. b Đáp án: A\n\nNgười lập biểu\n")

    assert found.unsupported == {"dòng ngoài câu hỏi": 3}
    assert len(found.questions) == 1


def test_a_question_in_an_old_font_among_others_is_refused():
    sound = "\nCâu {}. Ai bàn và quyết định trực tiếp ở cơ sở?\nA. Nhân dân\nB. Ủy ban\nĐáp án: A"
    spoilt = "Câu 1. C«ng t¸c d©n vËn lµ g×?\nA. NhiÖm vô cña c¶ hÖ thèng\nB. Kh¸c\nĐáp án: A"

    found = read(spoilt + "".join(sound.format(number) for number in range(2, 12)))

    assert len(found.questions) == 10
    assert [(where, message[:49]) for where, message in problems_of(found)] == [
        ("dòng 1", "Chữ không phải Unicode mà có vẻ là TCVN3 (ABC). H")
    ]
