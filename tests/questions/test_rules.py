import dataclasses
import unicodedata
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.questions import rules
from app.questions.rules import SEVERAL_NOTE, Problem
from tests.questions.world import question, stem_of

SEVERAL_STEM = f"Theo văn bản mẫu năm 2022, việc này do những ai bàn? {SEVERAL_NOTE}"


def fields_of(problems):
    return [problem.field for problem in problems]


def bank(*changes):
    return [question(number, **each) for number, each in enumerate(changes, start=1)]


def balanced(count, **changes):
    """A bank whose keys sit on the four letters in turn, one question in five with two right options."""
    return [
        question(number, answer="BD", stem=f"{stem_of(number)} {SEVERAL_NOTE}")
        if number % 5 == 0
        else question(number, **({"answer": "ABCD"[number % 4]} | changes))
        for number in range(count)
    ]


def messages_of_shares(questions):
    return [problem.message for problem in rules.check_bank(questions) if problem.position is None]


def test_a_sound_question_has_no_problem():
    assert rules.check_question(question()) == []
    assert rules.check_question(question(stem=SEVERAL_STEM, answer="ABD", pinned="CD")) == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("key", {"key": ""}),
        ("key", {"key": "DC 1"}),
        ("key", {"key": "a" * 61}),
        ("topic", {"topic": "Dân chủ"}),
        ("level", {"level": 0}),
        ("level", {"level": 4}),
        ("asks", {"asks": "year"}),
        ("stem", {"stem": "Ngắn?"}),
        ("stem", {"stem": "x" * 301}),
        ("stem", {"stem": "Theo quy định hiện hành, việc này do ai bàn?"}),
        ("stem", {"stem": "Thừa  dấu cách ở giữa câu hỏi này?"}),
        ("stem", {"stem": "Có ký tự \u202elạ trong câu hỏi này?"}),
        ("stem", {"stem": "Có ký tự \x00 trong câu hỏi này?"}),
        ("stem", {"stem": SEVERAL_STEM}),
        ("stem", {"answer": "AB"}),
        ("explanation", {"explanation": ""}),
        ("explanation", {"explanation": "x" * 401}),
        ("source", {"source": ""}),
        ("source", {"source": "x" * 301}),
        ("options", {"options": tuple("ABCDEFG")}),
        ("options", {"options": ("Một", "Hai", "Ba", "")}),
        ("options", {"options": ("Một", "Hai", "Ba", "x" * 161)}),
        ("options", {"options": ("Một", "Hai", "Ba", " Bốn")}),
        ("options", {"options": ("Một", "Hai", "Ba", "MỘT")}),
        ("options", {"options": ("Thủy", "Hai", "Ba", unicodedata.normalize("NFD", "thủy"))}),
        ("answer", {"answer": ""}),
        ("answer", {"answer": "E"}),
        ("answer", {"answer": "b"}),
        ("answer", {"answer": "CA", "stem": SEVERAL_STEM}),
        ("answer", {"answer": "AA", "stem": SEVERAL_STEM}),
        ("answer", {"answer": "ABCD", "stem": SEVERAL_STEM}),
        ("answer", {"answer": "ABCDE", "stem": SEVERAL_STEM, "options": tuple("UVWXYZ")}),
        ("pinned", {"pinned": "E"}),
        ("pinned", {"pinned": "DC"}),
        ("valid_until", {"valid_until": date(2022, 11, 9)}),
    ],
)
def test_a_fault_is_found_in_its_field(field, changes):
    assert set(fields_of(rules.check_question(question(**changes)))) == {field}


def test_one_option_is_no_choice():
    assert fields_of(rules.check_question(question(options=("Một",)))) == ["options", "answer"]


def test_missing_source_says_so():
    assert rules.check_question(question(source=" "))[0] == Problem("source", "Thiếu nguồn.")


def test_all_faults_of_a_question_are_told():
    faulty = question(level=9, stem="?", answer="", source="")

    assert fields_of(rules.check_question(faulty)) == ["level", "stem", "source", "answer"]


@pytest.mark.parametrize(
    ("on", "fields"),
    [
        (date(2022, 11, 9), ["valid_from"]),
        (date(2022, 11, 10), []),
        (date(2025, 6, 30), []),
        (date(2025, 7, 1), ["valid_until"]),
        (None, []),
    ],
)
def test_a_question_is_right_from_its_first_to_its_last_day(on, fields):
    dated = question(valid_until=date(2025, 6, 30))

    assert fields_of(rules.check_question(dated, on)) == fields


def test_the_hash_follows_what_a_reader_sees():
    changes = [
        {"level": 2},
        {"asks": "name"},
        {"stem": "Theo văn bản khác năm 2022, việc thứ nhất do ai bàn?"},
        {"options": question().options[::-1]},
        {"answer": "B"},
        {"pinned": "D"},
        {"explanation": "Điều 4 nêu rõ việc này."},
        {"source": "Văn bản mẫu, Điều 4"},
        {"valid_from": date(2022, 11, 11)},
        {"valid_until": date(2030, 1, 1)},
    ]

    hashes = {rules.content_hash(question(**change)) for change in [{}, *changes]}

    assert len(hashes) == 1 + len(changes)
    assert all(len(digest) == 64 for digest in hashes)


def test_the_hash_ignores_key_topic_and_the_form_of_unicode():
    twin = dataclasses.replace(
        question(), key="other-1", topic="bien-gioi", source=unicodedata.normalize("NFD", question().source)
    )

    assert rules.content_hash(twin) == rules.content_hash(question())


def test_the_hash_is_that_of_the_canonical_json():
    # printf '{"answer":"A","asks":"content","explanation":"Điều 3 nêu rõ việc này.","level":1,"options":
    # ["Nhân dân 1","Trưởng thôn 1","Bí thư 1","Chủ tịch 1"],"pinned":"","source":"Văn bản mẫu, Điều 3",
    # "stem":"Việc thứ 1 do ai bàn?","valid_from":"2022-11-10","valid_until":null}' | sha256sum
    assert rules.content_hash(question(stem="Việc thứ 1 do ai bàn?")) == (
        "719147335fd69648f403b6fe4008fd4c7d76cfccd705624d324c07b2e2b816c6"
    )


@given(st.lists(st.text("ab ", max_size=4), min_size=2, max_size=4))
def test_the_hash_keeps_options_apart(options):
    assume("".join(options) != options[0])
    joined = (options[0] + options[1], *options[2:])

    first, second = question(options=tuple(options)), question(options=joined)

    assert rules.content_hash(first) != rules.content_hash(second)


def test_a_key_used_twice_is_found_at_the_second():
    questions = [question(1), question(2), question(3, key="dc-001")]

    assert [problem for problem in rules.check_bank(questions) if problem.field == "key"] == [
        Problem("key", "Mã dc-001 đã dùng cho một câu ở trên.", 2)
    ]


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
    assert rules.near_stems(["Một câu hỏi khác hẳn về biên giới?", first, second]) == [(1, 2)]


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
    assert rules.near_stems([first, second]) == []


def test_near_stems_name_the_earlier_question():
    questions = bank({}, {"stem": question(1).stem})

    assert [problem for problem in rules.check_bank(questions) if problem.field == "stem"] == [
        Problem("stem", "Nội dung gần trùng với câu dc-001.", 1)
    ]


def test_a_balanced_bank_has_no_problem_of_shares():
    assert messages_of_shares(balanced(40)) == []


def test_shares_of_a_handful_mean_nothing():
    assert messages_of_shares([question(number) for number in range(19)]) == []


def test_a_key_on_one_letter_is_found():
    assert messages_of_shares(balanced(40, answer="C")) == ["Đáp án là C ở 100% số câu một đáp án."]


def test_a_key_that_is_the_longest_option_is_found():
    questions = [
        dataclasses.replace(
            each,
            options=tuple(
                option + " dài hơn" * (letter in each.answer)
                for letter, option in zip("ABCD", each.options, strict=True)
            ),
        )
        for each in balanced(40)
    ]

    assert messages_of_shares(questions) == ["Đáp án là phương án dài nhất ở 100% số câu một đáp án."]


def test_a_key_as_long_as_another_option_does_not_stick_out():
    questions = [dataclasses.replace(each, options=("01/7", "02/7", "03/7", "04/7")) for each in balanced(40)]

    assert rules.figures(questions).longest_share == 0


def test_a_bank_of_dates_is_found():
    assert messages_of_shares(balanced(40, asks="date")) == [
        "80% số câu chỉ hỏi ngày tháng, con số hoặc tên riêng."
    ]


def test_a_bank_with_hardly_any_question_of_several_answers_is_found():
    single = [each for each in balanced(50) if len(each.answer) == 1]

    assert messages_of_shares(single) == ["Chỉ có 0 câu nhiều đáp án."]


@pytest.mark.parametrize(("on_a", "is_refused"), [(35, False), (36, True)])
def test_the_limit_of_a_letter_is_thirty_five_percent(on_a, is_refused):
    letters = "A" * on_a + "BCD" * 33
    questions = [question(number, answer=letter) for number, letter in enumerate(letters[:100])]

    refused = any("Đáp án là A" in message for message in messages_of_shares(questions))

    assert refused is is_refused


def test_figures_count_what_there_is():
    found = rules.figures(balanced(40, asks="number"))

    assert (found.question_count, found.single_count, found.several_count) == (40, 32, 8)
    assert found.letter_shares == {"A": 0.25, "B": 0.25, "C": 0.25, "D": 0.25}
    assert found.figure_share == 0.8


def test_an_empty_bank_has_figures_too():
    assert rules.figures([]).longest_share == 0
    assert rules.check_bank([]) == []


@given(st.lists(st.text(max_size=40), max_size=6))
def test_near_stems_is_defined_for_any_text(stems):
    assert all(first < second for first, second in rules.near_stems(stems))


@given(
    st.builds(
        question,
        key=st.text(max_size=5),
        level=st.integers(),
        stem=st.text(max_size=320),
        options=st.lists(st.text(max_size=5), max_size=8).map(tuple),
        answer=st.text("ABCDEFxyz", max_size=6),
        source=st.text(max_size=10),
    )
)
def test_any_question_is_checked_without_an_error(some):
    assert all(problem.message for problem in rules.check_question(some, date(2026, 1, 1)))


def test_search_text_has_no_marks():
    assert "do ai ban? nhan dan 1 truong thon 1" in rules.search_text(question())
    assert rules.search_text(question()).startswith("dc-001 ")
