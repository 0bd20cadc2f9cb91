import dataclasses

import pytest

from app.questions import bank_rules
from app.questions.rules import SEVERAL_NOTE, Problem
from tests.questions.world import question, stem_of


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
    return [problem.message for problem in bank_rules.check_bank(questions) if problem.position is None]


def test_a_key_used_twice_is_found_at_the_second():
    questions = [question(1), question(2), question(3, key="dc-001")]

    assert [problem for problem in bank_rules.check_bank(questions) if problem.field == "key"] == [
        Problem("key", "Mã dc-001 đã dùng cho một câu ở trên.", 2)
    ]


def test_near_stems_name_the_earlier_question():
    questions = bank({}, {"stem": question(1).stem})

    assert [problem for problem in bank_rules.check_bank(questions) if problem.field == "stem"] == [
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

    assert bank_rules.figures(questions).longest_share == 0


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
    found = bank_rules.figures(balanced(40, asks="number"))

    assert (found.question_count, found.single_count, found.several_count) == (40, 32, 8)
    assert found.letter_shares == {"A": 0.25, "B": 0.25, "C": 0.25, "D": 0.25}
    assert found.figure_share == 0.8


def test_an_empty_bank_has_figures_too():
    assert bank_rules.figures([]).longest_share == 0
    assert bank_rules.check_bank([]) == []
