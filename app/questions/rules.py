"""What a sound question is, and what a sound bank of questions is."""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from itertools import combinations, pairwise

from app.errors import BadInput
from app.text import clean, collapse, fold

LETTERS = "ABCDEF"
LEVEL_NAMES = {1: "Nhận biết", 2: "Thông hiểu", 3: "Vận dụng"}
ASKS_NAMES = {"date": "ngày tháng", "number": "con số", "name": "tên riêng", "content": "nội dung"}
SEVERAL_NOTE = "(chọn tất cả phương án đúng)"
UNDATED_WORDS = ("hiện nay", "hiện hành", "mới nhất")
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
MAX_CODE_LENGTH = 60
LENGTHS = {"stem": (10, 300), "explanation": (10, 400), "source": (5, 300)}
MAX_OPTION_LENGTH = 160
MAX_RIGHT_COUNT = 4

# Shares of a bank, and how many questions it takes before a share means something.
MAX_LONGEST_SHARE = 0.35
MAX_LETTER_SHARE = 0.35
MAX_FIGURE_SHARE = 0.40
MIN_SEVERAL_SHARE = 0.08
MIN_FOR_SHARES = 20

# Two stems are too near from here on. In the bank of 331 questions that these were set with, different
# facts of one law reach 0.75 (words in their order) and 0.88 (words in any order).
NEAR_IN_ORDER = 0.80
NEAR_IN_ANY_ORDER = 0.92
NEAR_PAIRS_SHARE = 0.30


@dataclass(frozen=True)
class BankQuestion:
    """A question as its author wrote it; `options` in bank order, `answer` and `pinned` letters of it."""

    key: str
    topic: str
    level: int
    asks: str
    stem: str
    options: tuple[str, ...]
    answer: str
    explanation: str
    source: str
    valid_from: date
    valid_until: date | None = None
    pinned: str = ""

    @property
    def right_options(self) -> list[str]:
        return [
            option for letter, option in zip(LETTERS, self.options, strict=False) if letter in self.answer
        ]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field; `position` is the question's index in a bank, None for the bank itself."""

    field: str
    message: str
    position: int | None = None


@dataclass(frozen=True)
class Figures:
    """What a bank looks like as a whole; shares are between 0 and 1."""

    question_count: int
    single_count: int
    several_count: int
    longest_share: float
    letter_shares: dict[str, float]
    figure_share: float


def in_nfc(question: BankQuestion) -> BankQuestion:
    """The same question with every text in NFC, as everything is stored."""
    return replace(
        question,
        stem=_nfc(question.stem),
        options=tuple(map(_nfc, question.options)),
        explanation=_nfc(question.explanation),
        source=_nfc(question.source),
    )


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def content_hash(question: BankQuestion) -> str:
    """SHA-256 in hex over the canonical JSON of what a reader sees; key and topic are not part of it."""
    plain = in_nfc(question)
    content = {
        "level": plain.level,
        "asks": plain.asks,
        "stem": plain.stem,
        "options": list(plain.options),
        "answer": plain.answer,
        "pinned": plain.pinned,
        "explanation": plain.explanation,
        "source": plain.source,
        "valid_from": plain.valid_from.isoformat(),
        "valid_until": plain.valid_until.isoformat() if plain.valid_until else None,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def search_text(question: BankQuestion) -> str:
    """What an organiser finds a question by."""
    return fold(" ".join([question.key, question.stem, *question.options, question.source]))


def check_question(question: BankQuestion, on: date | None = None) -> list[Problem]:
    """Everything wrong with one question; with a date also whether it is right on that day."""
    return [
        *_check_labels(question),
        *_check_texts(question),
        *_check_options(question),
        *_check_answer(question),
        *_check_dates(question, on),
    ]


def _check_labels(question: BankQuestion) -> Iterator[Problem]:
    for field, code in (("key", question.key), ("topic", question.topic)):
        if not CODE.match(code) or len(code) > MAX_CODE_LENGTH:
            yield Problem(field, "Mã chỉ gồm chữ thường không dấu, chữ số và gạch nối, tối đa 60 ký tự.")
    if question.level not in LEVEL_NAMES:
        yield Problem("level", "Mức độ phải là 1, 2 hoặc 3.")
    if question.asks not in ASKS_NAMES:
        yield Problem("asks", "Loại phải là date, number, name hoặc content.")


def _check_texts(question: BankQuestion) -> Iterator[Problem]:
    for field, (shortest, longest) in LENGTHS.items():
        text = getattr(question, field)
        if field == "source" and not text.strip():
            yield Problem(field, "Thiếu nguồn.")
        elif not shortest <= len(text) <= longest:
            yield Problem(field, f"Phải có từ {shortest} đến {longest} ký tự, đang có {len(text)}.")
        yield from _check_tidy(field, text)
    for word in UNDATED_WORDS:
        if word in question.stem.lower():
            yield Problem("stem", f"Không hỏi “{word}”: hãy ghi văn bản và năm.")


def _check_tidy(field: str, text: str) -> Iterator[Problem]:
    try:
        clean(text)
    except BadInput as error:
        yield Problem(field, str(error))
        return
    if text != collapse(text):
        yield Problem(field, "Thừa dấu cách hoặc xuống dòng.")


def _check_options(question: BankQuestion) -> Iterator[Problem]:
    if not 2 <= len(question.options) <= len(LETTERS):
        yield Problem("options", f"Phải có từ 2 đến {len(LETTERS)} phương án.")
    first: dict[str, str] = {}
    for letter, option in zip(LETTERS, question.options, strict=False):
        if not 1 <= len(option) <= MAX_OPTION_LENGTH:
            yield Problem(
                "options",
                f"Phương án {letter} phải có từ 1 đến {MAX_OPTION_LENGTH} ký tự, đang có {len(option)}.",
            )
        yield from _check_tidy("options", option)
        same = _nfc(collapse(option)).casefold()
        if same in first:
            yield Problem("options", f"Phương án {letter} trùng với phương án {first[same]}.")
        first.setdefault(same, letter)


def _check_answer(question: BankQuestion) -> Iterator[Problem]:
    offered = LETTERS[: len(question.options)]
    if not question.answer:
        yield Problem("answer", "Thiếu đáp án.")
    elif not _is_ordered_part(question.answer, offered):
        yield Problem(
            "answer", f"Đáp án “{question.answer}” không thể có: ghi chữ cái của các phương án, theo thứ tự."
        )
    elif len(question.answer) > min(MAX_RIGHT_COUNT, len(offered) - 1):
        yield Problem("answer", "Quá nhiều phương án đúng: phải còn ít nhất một phương án sai.")
    if not _is_ordered_part(question.pinned, offered):
        yield Problem("pinned", "Ghi chữ cái của các phương án giữ nguyên chỗ, theo thứ tự.")
    if (len(question.answer) > 1) != question.stem.endswith(SEVERAL_NOTE):
        yield Problem("stem", f"Câu nhiều đáp án, và chỉ câu đó, kết thúc bằng “{SEVERAL_NOTE}”.")


def _is_ordered_part(letters: str, offered: str) -> bool:
    return letters == "".join(letter for letter in offered if letter in letters)


def _check_dates(question: BankQuestion, on: date | None) -> Iterator[Problem]:
    until = question.valid_until
    if until is not None and until < question.valid_from:
        yield Problem("valid_until", "Ngày hết đúng đứng trước ngày bắt đầu đúng.")
    if on is None:
        return
    if on < question.valid_from:
        yield Problem("valid_from", f"Ngày {on:%d/%m/%Y} căn cứ của câu hỏi chưa có hiệu lực.")
    if until is not None and until < on:
        yield Problem("valid_until", f"Ngày {on:%d/%m/%Y} căn cứ của câu hỏi không còn hiệu lực.")


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


def near_stems(stems: Sequence[str]) -> list[tuple[int, int]]:
    """Positions of stems that ask the same in almost the same words, whatever their order."""
    words = [re.findall(r"\w+", fold(stem.removesuffix(SEVERAL_NOTE))) for stem in stems]
    pairs = [set(pairwise(each)) for each in words]
    return [
        (first, second)
        for first, second in combinations(range(len(stems)), 2)
        if _share_pairs(pairs[first], pairs[second]) and _is_near(words[first], words[second])
    ]


def _share_pairs(first: set[tuple[str, str]], second: set[tuple[str, str]]) -> bool:
    """Enough neighbouring words in common to be worth a closer look."""
    shared = len(first & second)
    return shared >= NEAR_PAIRS_SHARE * (len(first) + len(second) - shared)


def _is_near(first: list[str], second: list[str]) -> bool:
    shared = (Counter(first) & Counter(second)).total()
    if 2 * shared >= NEAR_IN_ANY_ORDER * (len(first) + len(second)):
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= NEAR_IN_ORDER


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
