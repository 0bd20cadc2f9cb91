"""What a question is: what may be kept as a draft, what may be approved."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.errors import BadInput
from app.text import clean, collapse, fold

LETTERS = "ABCDEF"
LEVEL_NAMES = {1: "Nhận biết", 2: "Thông hiểu", 3: "Vận dụng"}
ASKS_NAMES = {"date": "ngày tháng", "number": "con số", "name": "tên riêng", "content": "nội dung"}
SEVERAL_NOTE = "(chọn tất cả phương án đúng)"
UNDATED_WORDS = ("hiện nay", "hiện hành", "mới nhất")
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
MAX_CODE_LENGTH = 60
# What may be kept, and what may stand before citizens.
DRAFT_LENGTHS = {"stem": (1, 1000), "explanation": (0, 2000), "source": (0, 1000)}
LENGTHS = {"stem": (10, 300), "explanation": (10, 400), "source": (5, 300)}
TEXT_NAMES = {"stem": "Câu hỏi", "explanation": "Giải thích", "source": "Nguồn"}
MAX_OPTION_LENGTH = 160
MAX_ALT_LENGTH = 300
MAX_RIGHT_COUNT = 4


@dataclass(frozen=True)
class BankQuestion:
    """A question as its author wrote it; `options` in bank order, `answer` and `pinned` letters of it.

    `image_sha256` names a stored picture, "" for none; `image_alt` says what it shows.
    """

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
    image_sha256: str = ""
    image_alt: str = ""

    @property
    def lettered_options(self) -> list[tuple[str, str]]:
        return list(zip(LETTERS, self.options, strict=False))

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


def in_nfc(question: BankQuestion) -> BankQuestion:
    """The same question with every text in NFC, as everything is stored."""
    return replace(
        question,
        stem=_nfc(question.stem),
        options=tuple(map(_nfc, question.options)),
        explanation=_nfc(question.explanation),
        source=_nfc(question.source),
        image_alt=_nfc(question.image_alt),
    )


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def content_hash(question: BankQuestion) -> str:
    """SHA-256 in hex over the canonical JSON of what a reader sees; key and topic are not part of it.

    A picture is part of it only where there is one: the digests from before pictures stay.
    """
    plain = in_nfc(question)
    content: dict[str, Any] = {
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
    if plain.image_sha256:
        content["image"] = [plain.image_sha256, plain.image_alt]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def search_text(question: BankQuestion) -> str:
    """What an organiser finds a question by."""
    return fold(" ".join([question.key, question.stem, *question.options, question.source]))


def check_question(question: BankQuestion, on: date | None = None) -> list[Problem]:
    """Everything that keeps a question from approval; with a date also whether it is right on that day."""
    return [*draft_problems(question), *_check_worth(question), *_check_day(question, on)]


def draft_problems(question: BankQuestion) -> list[Problem]:
    """What makes it impossible to keep a question even as a draft."""
    return [
        *_check_labels(question),
        *_check_texts(question),
        *_check_options(question),
        *_check_answer(question),
        *_check_dates(question),
        *_check_picture(question),
    ]


def shortfalls(question: BankQuestion) -> list[str]:
    """The fields that keep a draft from approval, each once, in order."""
    return list(dict.fromkeys(problem.field for problem in check_question(question)))


def _check_labels(question: BankQuestion) -> Iterator[Problem]:
    for field, code in (("key", question.key), ("topic", question.topic)):
        if not CODE.match(code) or len(code) > MAX_CODE_LENGTH:
            yield Problem(field, "Mã chỉ gồm chữ thường không dấu, chữ số và gạch nối, tối đa 60 ký tự.")
    if question.level not in LEVEL_NAMES:
        yield Problem("level", "Mức độ phải là 1, 2 hoặc 3.")
    if question.asks not in ASKS_NAMES:
        yield Problem("asks", "Loại phải là date, number, name hoặc content.")


def _check_texts(question: BankQuestion) -> Iterator[Problem]:
    for field in TEXT_NAMES:
        text = getattr(question, field)
        yield from _check_length(field, text, DRAFT_LENGTHS)
        yield from _check_tidy(field, text)


def _check_length(field: str, text: str, lengths: Mapping[str, tuple[int, int]]) -> Iterator[Problem]:
    shortest, longest = lengths[field]
    if len(text) < shortest and not text.strip():
        yield Problem(field, f"Thiếu {TEXT_NAMES[field].lower()}.")
    elif not shortest <= len(text) <= longest:
        yield Problem(
            field,
            f"{TEXT_NAMES[field]} phải có từ {shortest} đến {longest} ký tự, đang có {len(text)}.",
        )


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


def _is_ordered_part(letters: str, offered: str) -> bool:
    return letters == "".join(letter for letter in offered if letter in letters)


def _check_dates(question: BankQuestion) -> Iterator[Problem]:
    if question.valid_until is not None and question.valid_until < question.valid_from:
        yield Problem("valid_until", "Ngày hết đúng đứng trước ngày bắt đầu đúng.")


def _check_picture(question: BankQuestion) -> Iterator[Problem]:
    if len(question.image_alt) > MAX_ALT_LENGTH:
        yield Problem("image_alt", f"Lời mô tả hình có tối đa {MAX_ALT_LENGTH} ký tự.")
    yield from _check_tidy("image_alt", question.image_alt)


def _check_worth(question: BankQuestion) -> Iterator[Problem]:
    """What a question that may be kept still needs before citizens see it."""
    for field in TEXT_NAMES:
        text = getattr(question, field)
        if not list(_check_length(field, text, DRAFT_LENGTHS)):
            yield from _check_length(field, text, LENGTHS)
    if question.image_sha256 and not question.image_alt:
        yield Problem("image_alt", "Thiếu lời mô tả hình cho người không nhìn thấy hình.")
    for word in UNDATED_WORDS:
        if word in question.stem.lower():
            yield Problem("stem", f"Không hỏi “{word}”: hãy ghi văn bản và năm.")
    if (len(question.answer) > 1) != question.stem.endswith(SEVERAL_NOTE):
        yield Problem("stem", f"Câu nhiều đáp án, và chỉ câu đó, kết thúc bằng “{SEVERAL_NOTE}”.")


def _check_day(question: BankQuestion, on: date | None) -> Iterator[Problem]:
    if on is None:
        return
    if on < question.valid_from:
        yield Problem("valid_from", f"Ngày {on:%d/%m/%Y} căn cứ của câu hỏi chưa có hiệu lực.")
    if question.valid_until is not None and question.valid_until < on:
        yield Problem("valid_until", f"Ngày {on:%d/%m/%Y} căn cứ của câu hỏi không còn hiệu lực.")
