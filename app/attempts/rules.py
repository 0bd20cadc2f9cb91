"""The attempt's rules: papers, deadlines, answer sheets, grading, receipts."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.contests.draw import draw, number_stream, shuffle_with_pins
from app.contests.rules import GRACE as CONTEST_GRACE
from app.contests.rules import KEY_VOIDED
from app.errors import BadInput, DomainError

GRACE = CONTEST_GRACE
LETTERS = "ABCDEFGH"
MAX_PREDICTION = 99_999_999
RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RECEIPT_LENGTH = 12


class RoundNotOpen(DomainError):
    message = "Vòng thi chưa mở."


class RoundEnded(DomainError):
    message = "Vòng thi đã kết thúc."


class NoAttemptsLeft(DomainError):
    message = "Bạn đã dùng hết lượt thi của vòng này."
    safe = "Các lượt thi đã nộp của bạn vẫn được tính."


class StillReceiving(DomainError):
    message = "Lượt thi trước vừa hết giờ, hệ thống đang nhận nốt câu trả lời."
    todo = "Bạn chờ khoảng nửa phút rồi bấm lại."


@dataclass(frozen=True)
class PaperQuestion:
    """A question as displayed: bank version and, per displayed letter, the bank index of the option."""

    version_id: int
    order: tuple[int, ...]


Paper = tuple[PaperQuestion, ...]
Answers = dict[int, str]


@dataclass(frozen=True)
class Sheet:
    """What was answered: displayed letters by position (1…n), and the prediction."""

    answers: Answers
    prediction: int | None


@dataclass(frozen=True)
class Closing:
    """The values a closed attempt gets."""

    answers: str
    answered_count: int
    prediction: int | None
    digest: str
    score: int
    finished_at: datetime
    close_reason: str


def draw_paper(
    pool: Sequence[Mapping[str, Any]],
    blueprint: Sequence[Mapping[str, Any]],
    settings: Mapping[str, Any],
    *,
    seed: str,
    contestant_no: int,
    number: int,
) -> Paper:
    """The paper of one contestant's n-th attempt: the same arguments always give the same paper.

    `pool`, `blueprint` and `settings` are those of contests.models.RoundPackage.
    """
    stream = number_stream(seed, "paper", contestant_no, number)
    chosen: list[Mapping[str, Any]] = []
    for index, cell in enumerate(blueprint):
        candidates = [entry for entry in pool if entry["cell"] == index]
        chosen += draw(candidates, int(cell["count"]), stream)
    if settings["shuffles_questions"]:
        chosen = draw(chosen, len(chosen), stream)
    paper = []
    for entry in chosen:
        count = int(entry["options"])
        pinned = frozenset(LETTERS.index(letter) for letter in entry["pinned"])
        order = (
            shuffle_with_pins(count, pinned, stream) if settings["shuffles_options"] else list(range(count))
        )
        paper.append(PaperQuestion(int(entry["id"]), tuple(order)))
    return tuple(paper)


def encode_paper(paper: Paper) -> str:
    """ "17:2031 25:0123": version id, then the bank index behind each displayed letter."""
    return " ".join(f"{question.version_id}:{''.join(map(str, question.order))}" for question in paper)


def decode_paper(text: str) -> Paper:
    parts = (part.split(":") for part in text.split(" "))
    return tuple(PaperQuestion(int(version), tuple(map(int, order))) for version, order in parts)


def offered_digits(paper: Paper) -> str:
    """How many options each position offers, one digit a position."""
    return "".join(str(len(question.order)) for question in paper)


def deadline(started_at: datetime, time_limit: int, closes_at: datetime) -> datetime:
    """When the paper hands itself in: start plus the limit (seconds), or the round's closing."""
    return min(started_at + timedelta(seconds=time_limit), closes_at)


def check_can_start(
    opens_at: datetime, last_start_at: datetime | None, closes_at: datetime, now: datetime
) -> None:
    """Raises RoundNotOpen or RoundEnded; the last start defaults to the closing."""
    if now < opens_at:
        raise RoundNotOpen
    if now >= (last_start_at or closes_at):
        raise RoundEnded


def check_attempts_left(used: int, limit: int | None) -> None:
    if limit is not None and used >= limit:
        raise NoAttemptsLeft(f"Bạn đã dùng hết {limit} lượt thi của vòng này.")


def parse_answers(raw: object) -> Answers:
    """{"3": "B", "5": "AC"} from a request as {3: "B", 5: "AC"}; blanks are left out. Raises BadInput."""
    if not isinstance(raw, dict):
        raise BadInput("Câu trả lời không đúng dạng.")
    answers = {}
    for position, letters in raw.items():
        if not (
            isinstance(position, str) and position.isascii() and position.isdigit() and len(position) <= 3
        ):
            raise BadInput("Số thứ tự câu hỏi không hợp lệ.")
        if not isinstance(letters, str) or len(letters) > len(LETTERS) or not set(letters) <= set(LETTERS):
            raise BadInput("Phương án trả lời không hợp lệ.")
        if len(set(letters)) != len(letters) or position != str(int(position)) or position == "0":
            raise BadInput("Câu trả lời không hợp lệ.")
        if letters:
            answers[int(position)] = "".join(sorted(letters))
    return answers


def parse_prediction(raw: object) -> int | None:
    """A whole number from 0 to 99,999,999, or None. Raises BadInput."""
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= MAX_PREDICTION:
        raise BadInput("Số dự đoán phải là số nguyên từ 0 đến 99.999.999.")
    return raw


def encode_answers(answers: Mapping[int, str]) -> str:
    """The canonical form: "1B 3AC", by position."""
    return " ".join(f"{position}{answers[position]}" for position in sorted(answers))


def decode_answers(text: str) -> Answers:
    answers = {}
    for part in text.split():
        digits = part.rstrip(LETTERS)
        answers[int(digits)] = part[len(digits) :]
    return answers


def offered_pattern(answers: Mapping[int, str], *, is_regex: bool) -> str:
    """A pattern that `attempts.offered` matches when every answered letter was offered.

    As a GLOB for SQLite, as a regular expression for PostgreSQL.
    """
    last = max(answers, default=0)
    parts = []
    for position in range(1, last + 1):
        letters = answers.get(position, "")
        needed = LETTERS.index(letters[-1]) + 1 if letters else 1
        parts.append(f"[{needed}-9]")
    return f"^{''.join(parts)}" if is_regex else f"{''.join(parts)}*"


def fold(saves: Iterable[tuple[str, int | None]]) -> Sheet:
    """The answers in force after these saves, oldest first; a blank never erases."""
    answers: Answers = {}
    prediction = None
    for text, predicted in saves:
        answers.update(decode_answers(text))
        prediction = predicted if predicted is not None else prediction
    return Sheet(answers, prediction)


def score_of(paper: Paper, answers: Mapping[int, str], key: Mapping[str, str]) -> int:
    """One point for each question whose chosen options are exactly the right ones (all or nothing).

    A voided question ("*") gives its point to everybody who had it.
    """
    return sum(
        is_right(question, answers.get(position, ""), key) for position, question in enumerate(paper, 1)
    )


def is_right(question: PaperQuestion, letters: str, key: Mapping[str, str]) -> bool:
    right = key[str(question.version_id)]
    if right == KEY_VOIDED:
        return True
    chosen = {LETTERS[question.order[LETTERS.index(letter)]] for letter in letters}
    return chosen == set(right)


def displayed_letters(question: PaperQuestion, bank_letters: str) -> str:
    """Bank letters as this paper displayed them, in displayed order."""
    wanted = {LETTERS.index(letter) for letter in bank_letters}
    return "".join(LETTERS[place] for place, index in enumerate(question.order) if index in wanted)


def receipt_digest(receipt_code: str, answers: str, prediction: int | None) -> str:
    """SHA-256 (hex) of the secret code and the canonical answer sheet: proves what was handed in."""
    sheet = f"{receipt_code}|{answers}|{'' if prediction is None else prediction}"
    return hashlib.sha256(sheet.encode()).hexdigest()


def finish_time(received_at: datetime, started_at: datetime, deadline_at: datetime) -> datetime:
    """min(received, deadline) to the whole second, never before the start."""
    return max(started_at, min(received_at, deadline_at).replace(microsecond=0))


def close(
    *,
    paper: Paper,
    sheet: Sheet,
    key: Mapping[str, str],
    receipt_code: str,
    started_at: datetime,
    deadline_at: datetime,
    accept_until: datetime,
    received_at: datetime,
) -> Closing:
    """What closing the attempt at `received_at` stores: graded from the saves, finished by the deadline."""
    reason = "submitted" if received_at < deadline_at else "timer"
    answers = encode_answers(sheet.answers)
    return Closing(
        answers=answers,
        answered_count=len(sheet.answers),
        prediction=sheet.prediction,
        digest=receipt_digest(receipt_code, answers, sheet.prediction),
        score=score_of(paper, sheet.answers, key),
        finished_at=finish_time(received_at, started_at, deadline_at),
        close_reason="sweep" if received_at > accept_until else reason,
    )
