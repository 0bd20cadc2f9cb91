import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.questions.near_rules import near_stems, near_to
from app.questions.rules import SEVERAL_NOTE


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "Theo Luật Biên phòng Việt Nam số 66/2020/QH14, nền biên phòng toàn dân là gì?",
            "Nền biên phòng toàn dân là gì theo Luật Biên phòng Việt Nam số 66/2020/QH14?",
        ),
        (
            "Chỉ thị số 30-CT/TW năm 1998 của Bộ Chính trị nêu phương châm nào?",
            "Chỉ thị số 30-CT/TW năm 1998 của Bộ Chính trị đề ra phương châm nào?",
        ),
        ("Bài báo “Dân vận” đăng trên báo nào?", "BÀI BÁO DÂN VẬN ĐĂNG TRÊN BÁO NÀO"),
        ("Ai ký Quyết định này vào năm 2010?", f"Ai ký quyết định này vào năm 2010? {SEVERAL_NOTE}"),
    ],
)
def test_near_stems_are_found(first, second):
    assert near_stems(["Một câu hỏi khác hẳn về biên giới?", first, second]) == [(1, 2)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "Ban Giám sát đầu tư của cộng đồng kết thúc hoạt động như thế nào theo Luật số 10/2022/QH15?",
            "Ban Giám sát đầu tư của cộng đồng theo Luật số 10/2022/QH15 có ít nhất bao nhiêu thành viên?",
        ),
        (
            "Tư cách pháp nhân của tổ chức tôn giáo theo khoản 1 Điều 30 Luật số 02/2016/QH14 có từ khi nào?",
            "Tổ chức tôn giáo có tư cách pháp lý nào theo khoản 1 Điều 30 Luật số 02/2016/QH14?",
        ),
    ],
)
def test_different_facts_of_one_law_are_not_near(first, second):
    assert near_stems([first, second]) == []


@given(st.lists(st.text(max_size=40), max_size=6))
def test_near_stems_is_defined_for_any_text(stems):
    assert all(first < second for first, second in near_stems(stems))


def test_one_stem_is_compared_with_all_the_others():
    others = [
        ("a-1", "Một câu hỏi khác hẳn về biên giới?"),
        ("a-2", "Bài báo “Dân vận” đăng trên báo nào?"),
        ("a-3", "BÀI BÁO DÂN VẬN ĐĂNG TRÊN BÁO NÀO"),
    ]

    assert [key for key, _stem in near_to("Bài báo Dân vận đăng trên báo nào?", others)] == ["a-2", "a-3"]
    assert near_to("Lực lượng nào bảo vệ biên giới?", others) == []


def test_only_the_first_few_are_named():
    others = [(f"a-{number}", "Bài báo “Dân vận” đăng trên báo nào?") for number in range(9)]

    assert len(near_to("Bài báo “Dân vận” đăng trên báo nào?", others)) == 3
