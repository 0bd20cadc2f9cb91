"""What a sound bank of questions is, beyond each of its questions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.questions.near_rules import near_stems
from app.questions.rules import BankQuestion, Problem

# Shares of a bank, and how many questions it takes before a share means something.
MAX_LONGEST_SHARE = 0.35
MAX_LETTER_SHARE = 0.35
MAX_FIGURE_SHARE = 0.40
MIN_SEVERAL_SHARE = 0.08
MIN_FOR_SHARES = 20


@dataclass(frozen=True)
class Figures:
    """What a bank looks like as a whole; shares are between 0 and 1."""

    question_count: int
    single_count: int
    several_count: int
    longest_share: float
    letter_shares: dict[str, float]
    figure_share: float


def check_bank(questions: Sequence[BankQuestion]) -> list[Problem]:
    """What is wrong between questions and in the bank as a whole."""
    return [*_check_keys(questions), *_check_stems(questions), *_check_shares(questions)]


def _check_keys(questions: Sequence[BankQuestion]) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, question in enumerate(questions):
        if question.key in seen:
            yield Problem("key", f"Mã {question.key} đã dùng cho một câu ở trên.", position)
        seen.add(question.key)


def _check_stems(questions: Sequence[BankQuestion]) -> Iterator[Problem]:
    for first, second in near_stems([question.stem for question in questions]):
        yield Problem("stem", f"Nội dung gần trùng với câu {questions[first].key}.", second)


def figures(questions: Sequence[BankQuestion]) -> Figures:
    single = [question for question in questions if len(question.answer) == 1]
    letters = Counter(question.answer for question in single)
    return Figures(
        question_count=len(questions),
        single_count=len(single),
        several_count=sum(len(question.answer) > 1 for question in questions),
        longest_share=_share(sum(map(_is_key_longest, single)), len(single)),
        letter_shares={letter: _share(count, len(single)) for letter, count in sorted(letters.items())},
        figure_share=_share(sum(question.asks != "content" for question in questions), len(questions)),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _is_key_longest(question: BankQuestion) -> bool:
    """Does the right option stick out as longer than every other?"""
    wrong = [option for option in question.options if option not in question.right_options]
    return all(len(right) > len(other) for right in question.right_options for other in wrong)


def _check_shares(questions: Sequence[BankQuestion]) -> Iterator[Problem]:
    found = figures(questions)
    if found.single_count >= MIN_FOR_SHARES:
        if found.longest_share > MAX_LONGEST_SHARE:
            yield Problem(
                "options", f"Đáp án là phương án dài nhất ở {found.longest_share:.0%} số câu một đáp án."
            )
        for letter, share in found.letter_shares.items():
            if share > MAX_LETTER_SHARE:
                yield Problem("answer", f"Đáp án là {letter} ở {share:.0%} số câu một đáp án.")
    if found.question_count >= MIN_FOR_SHARES:
        if found.figure_share > MAX_FIGURE_SHARE:
            yield Problem(
                "asks", f"{found.figure_share:.0%} số câu chỉ hỏi ngày tháng, con số hoặc tên riêng."
            )
        if found.several_count < MIN_SEVERAL_SHARE * found.question_count:
            yield Problem("answer", f"Chỉ có {found.several_count} câu nhiều đáp án.")
