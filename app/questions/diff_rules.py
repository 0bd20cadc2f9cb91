"""What differs between two wordings of a question, word by word."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from app.formats import vn_date
from app.questions.rules import ASKS_NAMES, LETTERS, LEVEL_NAMES, BankQuestion


@dataclass(frozen=True)
class Piece:
    """Words that stayed ("same"), that went ("old") or that came ("new")."""

    kind: str
    text: str


@dataclass(frozen=True)
class FieldChange:
    """A field that differs, under the name people know it by."""

    name: str
    pieces: list[Piece]


def changes_between(old: BankQuestion, new: BankQuestion) -> list[FieldChange]:
    """The fields that differ, in the order of the page."""
    before, after = dict(_shown(old)), dict(_shown(new))
    names = [*after, *(name for name in before if name not in after)]
    return [
        FieldChange(name, word_pieces(before.get(name, ""), after.get(name, "")))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def word_pieces(old: str, new: str) -> list[Piece]:
    """Both texts in one line of pieces; the pieces that are not "new" make up `old`, word by word."""
    before, after = old.split(), new.split()
    pieces: list[Piece] = []
    for act, start, end, other_start, other_end in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if act == "equal":
            pieces += _piece("same", before[start:end])
        else:
            pieces += [*_piece("old", before[start:end]), *_piece("new", after[other_start:other_end])]
    return pieces


def _piece(kind: str, words: Sequence[str]) -> list[Piece]:
    return [Piece(kind, " ".join(words))] if words else []


def _shown(question: BankQuestion) -> list[tuple[str, str]]:
    options = [
        (f"Phương án {letter}", option) for letter, option in zip(LETTERS, question.options, strict=False)
    ]
    until = vn_date(question.valid_until) if question.valid_until else "không có"
    return [
        ("Câu hỏi", question.stem),
        *options,
        ("Đáp án", ", ".join(question.answer)),
        ("Giữ nguyên chỗ", ", ".join(question.pinned)),
        ("Mức độ", LEVEL_NAMES[question.level]),
        ("Loại", ASKS_NAMES[question.asks]),
        ("Giải thích", question.explanation),
        ("Nguồn", question.source),
        ("Đúng từ ngày", vn_date(question.valid_from)),
        ("Đúng đến hết ngày", until),
        ("Hình", question.image_sha256[:12]),
        ("Lời mô tả hình", question.image_alt),
    ]
