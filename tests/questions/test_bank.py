"""The bank that comes along: what is promised of it as a whole."""

from collections import Counter

import pytest

from app.questions import bank_rules
from app.questions.import_cli import BANK
from app.questions.importer import problems_of, read_bank


@pytest.fixture(scope="module")
def bank():
    return read_bank(BANK)


def test_the_bank_has_no_error(bank):
    assert [str(problem) for problem in problems_of(bank)] == []


def test_the_bank_is_large_enough(bank):
    per_topic = Counter(question.topic for question in bank.questions)

    assert len(bank.questions) >= 300
    assert len(per_topic) == 10
    assert min(per_topic.values()) >= 12
    assert {question.level for question in bank.questions} == {1, 2, 3}
    assert {len(question.options) for question in bank.questions} == {4}
    assert bank_rules.figures(bank.questions).several_count >= 30
