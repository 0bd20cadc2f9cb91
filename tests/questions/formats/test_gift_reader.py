"""GIFT as Moodle writes it: answers, escapes, comments, categories; kinds we have none of are counted."""

import pytest

from app.questions.formats import gift_reader
from tests.questions.formats.papers import problems_of, summary_of


def read(text):
    return gift_reader.read(text.encode())


@pytest.mark.parametrize(
    "text, question",
    [
        ("Ai bàn? {=Nhân dân ~Xã ~Thôn}", ("Ai bàn?", ("Nhân dân", "Xã", "Thôn"), "A")),
        ("::Q1:: Ai bàn? {\n~Xã\n=Nhân dân\n}", ("Ai bàn?", ("Xã", "Nhân dân"), "B")),
        ("Ai? {~%50%a ~%50%b ~%-100%c}", ("Ai?", ("a", "b", "c"), "AB")),
        ("Ai? {~%100%a ~b}", ("Ai?", ("a", "b"), "A")),
        ("Đúng không? {TRUE}", ("Đúng không?", ("Đúng", "Sai"), "A")),
        ("Đúng không? {F#vì sao}", ("Đúng không?", ("Đúng", "Sai"), "B")),
        ("1 \\= 2 \\: \\{\\} \\~ \\# \\\\ {=a ~b}", ("1 = 2 : {} ~ # \\", ("a", "b"), "A")),
        ("Một\\nhai? {=a ~b}", ("Một hai?", ("a", "b"), "A")),
        ("[html]<p>Ai&nbsp;<b>bàn</b>?</p> {=a &lt; b ~c}", ("Ai bàn?", ("a < b", "c"), "A")),
        ("Ai <i>bàn</i>? {=a ~[html]<u>c</u>}", ("Ai bàn?", ("a", "c"), "A")),
        ("[plain]a < b và <i>? {=a ~c}", ("a < b và <i>?", ("a", "c"), "A")),
    ],
)
def test_questions(text, question):
    found = read(text)

    assert problems_of(found) == []
    assert summary_of(found) == [question]


def test_category_title_and_comments():
    found = read("""// question: 12  name: hcm
$CATEGORY: $course$/top/Dân chủ ở cơ sở

::dc-001::Ai bàn? {=Dân#Điều 3. ~Xã#sai}

// [id:dc-002] [tag:khó]
::Câu hai::Ai quyết? {=Dân ~Xã ####Điều 5.}

$CATEGORY: $course$/top/Mặc định cho Khóa học

Ai kiểm tra? {=Dân ~Xã}
""")

    assert [(each.where, each.key, each.topic, each.explanation) for each in found.questions] == [
        ("dòng 4", "dc-001", "Dân chủ ở cơ sở", "Điều 3."),
        ("dòng 7", "dc-002", "Dân chủ ở cơ sở", "Điều 5."),
        ("dòng 11", "", "", ""),
    ]


@pytest.mark.parametrize(
    "text, kind",
    [
        ("Viết bài. {}", "câu tự luận"),
        ("Nối. {=a -> 1 =b -> 2}", "câu ghép đôi"),
        ("Bao nhiêu? {#10:2}", "câu điền số"),
        ("Tên? {=Hà Nội =Ha Noi}", "câu trả lời ngắn"),
        ("Thủ đô là {=Hà Nội ~Huế} phải không?", "câu điền vào chỗ trống"),
        ("Ai? {=a ~%50%b ~c}", "câu cho điểm từng phần"),
        ("Đọc đoạn sau.", "đoạn mô tả"),
    ],
)
def test_other_kinds_are_counted(text, kind):
    found = read(f"{text}\n\n{text}\n\nAi bàn? {{=Dân ~Xã}}\n")

    assert found.unsupported == {kind: 2}
    assert len(found.questions) == 1


@pytest.mark.parametrize(
    "text, problems",
    [
        ("Ai? {=a ~b\n", [("dòng 1", "Thiếu ngoặc { mở hoặc } đóng phần trả lời.")]),
        ("\n\nMột? {=a ~b}\nHai? {=a ~b}", [("dòng 3", gift_reader.TWO_IN_ONE)]),
        ("Ai? {\n=a\n~A\n}", [("dòng 3", "Phương án B trùng với phương án A.")]),
        ("Ai? {~a ~b}", [("dòng 1", "Câu này không có đáp án.")]),
        ("Ai\U000f0000? {=a ~b}", [("dòng 1", "Nội dung có ký tự không hợp lệ.")]),
        (
            '// kheo: {"level": 9}\nAi? {=a ~b}',
            [("dòng 2", "Mức độ “9” không phải Nhận biết (1), Thông hiểu (2) hay Vận dụng (3).")],
        ),
        ("", [("cả tệp", "Không thấy câu hỏi GIFT nào.")]),
    ],
)
def test_problems(text, problems):
    assert problems_of(read(text)) == problems


def test_a_spoilt_comment_of_ours_says_nothing():
    assert read('// kheo: {"level": \nAi? {=a ~b}').questions[0].level is None


def test_a_picture_is_counted():
    assert read('[html]<img src="x.png"> Ai? {=a ~b}').unsupported == {gift_reader.PICTURE: 1}
