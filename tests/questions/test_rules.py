import dataclasses
import unicodedata
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.questions import rules
from app.questions.rules import SEVERAL_NOTE, Problem
from tests.questions.world import question

SEVERAL_STEM = f"Theo văn bản mẫu năm 2022, việc này do những ai bàn? {SEVERAL_NOTE}"


def fields_of(problems):
    return [problem.field for problem in problems]


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
    assert rules.check_question(question(source="")) == [Problem("source", "Thiếu nguồn.")]


def test_all_faults_of_a_question_are_told():
    faulty = question(level=9, stem="?", answer="", source="")

    assert fields_of(rules.check_question(faulty)) == ["level", "answer", "stem", "source"]


@pytest.mark.parametrize(
    "changes",
    [
        {"stem": "?"},
        {"stem": "x" * 1000},
        {"stem": "Theo quy định hiện hành, việc này do ai bàn?"},
        {"answer": "AB"},
        {"explanation": ""},
        {"explanation": "x" * 2000},
        {"source": ""},
    ],
)
def test_a_draft_may_lack_what_approval_needs(changes):
    unfinished = question(**changes)

    assert rules.draft_problems(unfinished) == []
    assert rules.check_question(unfinished) != []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("stem", {"stem": ""}),
        ("stem", {"stem": "x" * 1001}),
        ("stem", {"stem": "Thừa  dấu cách?"}),
        ("explanation", {"explanation": "x" * 2001}),
        ("source", {"source": "x" * 1001}),
        ("options", {"options": ("Một", "Hai", "Ba", "một")}),
        ("answer", {"answer": ""}),
        ("answer", {"answer": "E"}),
        ("valid_until", {"valid_until": date(2022, 11, 9)}),
    ],
)
def test_some_faults_cannot_be_kept_even_as_a_draft(field, changes):
    assert fields_of(rules.draft_problems(question(**changes))) == [field]


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
