"""How the people of the demo behave: everything follows from the number streams that are passed in."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.accounts.rules import Origin
from app.attempts.rules import LETTERS, Answers, Paper, displayed_letters
from app.contests.draw import below
from app.localtime import VIETNAM

PHONE_BLOCK = "+849990{:05}"
"""Demo telephone numbers: 0999 000 000 to 0999 009 999 and no others."""

FAMILY = "Thí sinh mẫu"
GIVEN = (
    *("An", "Bình", "Chi", "Dung", "Đào", "Giang", "Hà", "Hiền", "Hoa", "Hồng", "Khánh", "Lan", "Lê", "Liên"),
    *(
        "Linh",
        "Loan",
        "Mai",
        "Minh",
        "Nga",
        "Ngân",
        "Nguyệt",
        "Nhung",
        "Oanh",
        "Phúc",
        "Phương",
        "Quế",
        "Quỳnh",
    ),
    *(
        "Sơn",
        "Tâm",
        "Thanh",
        "Thảo",
        "Thu",
        "Thuỷ",
        "Trang",
        "Trúc",
        "Tuyết",
        "Uyên",
        "Vân",
        "Vy",
        "Xuân",
        "Yến",
    ),
)
WORKPLACES = ("", "", "Trường học mẫu", "Thôn mẫu", "Cơ quan mẫu", "Hợp tác xã mẫu")
ROUND_COUNT = 5
OPEN_ROUND = 3
ROUND_LENGTH = timedelta(days=6, hours=14)
TIME_LIMIT = 900
ATTEMPT_LIMIT = 3


@dataclass(frozen=True)
class Habits:
    """One contestant's ways, all in hundredths: knowledge, taking part in a round, trying again."""

    knowledge: int
    diligence: int
    ambition: int


@dataclass(frozen=True)
class Sitting:
    """When an attempt starts and how many seconds it takes."""

    starts_at: datetime
    seconds: int


def origin_of(place: int) -> Origin:
    """A telephone of one's own on a network of one's own, out of the addresses kept for examples."""
    device = hashlib.sha256(f"demo device {place}".encode()).digest()[:16]
    return Origin(f"2001:db8:{place:x}::/48", device)


def full_name(stream: Iterator[int]) -> str:
    middle, last = (GIVEN[below(len(GIVEN), stream)] for _ in range(2))
    return f"{FAMILY} {middle} {last}"


def date_of_birth(stream: Iterator[int], today: date) -> date:
    """Between 17 and 70 years old."""
    return today - timedelta(days=17 * 366 + below(53 * 365, stream))


def habits(stream: Iterator[int]) -> Habits:
    """A quarter know nearly everything; most of the others know a good part."""
    is_expert = below(4, stream) == 0
    knowledge = 95 + below(5, stream) if is_expert else 45 + below(45, stream)
    return Habits(knowledge, 45 + below(50, stream), below(60, stream))


def first_opening(now: datetime) -> datetime:
    """Round OPEN_ROUND opened at eight in the morning three days ago; the first one two weeks before."""
    opened = now.astimezone(VIETNAM).replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=3)
    return (opened - timedelta(weeks=OPEN_ROUND - 1)).astimezone(UTC)


def sittings(person: Habits, opens_at: datetime, ends_at: datetime, stream: Iterator[int]) -> list[Sitting]:
    """A person's attempts in one round: none to three, one after the other, over by `ends_at`."""
    if below(100, stream) >= person.diligence:
        return []
    window = int((ends_at - opens_at).total_seconds()) - ATTEMPT_LIMIT * 3600
    starts_at = opens_at + timedelta(seconds=below(max(window, 1), stream))
    found = []
    for number in range(ATTEMPT_LIMIT):
        if number and below(100, stream) >= person.ambition:
            break
        seconds = 150 + below(600, stream)
        if starts_at + timedelta(seconds=TIME_LIMIT + 60) < ends_at:
            found.append(Sitting(starts_at, seconds))
        starts_at += timedelta(seconds=TIME_LIMIT + 60 + below(1200, stream))
    return found


def answers(paper: Paper, key: dict[str, str], person: Habits, stream: Iterator[int]) -> Answers:
    """Right where the person knows it, otherwise one displayed option by chance."""
    chosen = {}
    for position, question in enumerate(paper, 1):
        if below(100, stream) < person.knowledge:
            chosen[position] = displayed_letters(question, key[str(question.version_id)])
        else:
            chosen[position] = LETTERS[below(len(question.order), stream)]
    return chosen


def copied_answers(paper: Paper, key: dict[str, str]) -> Answers:
    """One sheet that is passed on: every third question of the bank is wrong, always in the same way."""
    copied = {}
    for position, question in enumerate(paper, 1):
        right = key[str(question.version_id)]
        wrong = next(letter for letter in LETTERS if letter not in right)
        copied[position] = displayed_letters(question, right if question.version_id % 3 else wrong)
    return copied


def prediction(crowd: int, stream: Iterator[int]) -> int | None:
    """A guess around a tenth of the crowd; one in twenty leaves it blank."""
    if below(20, stream) == 0:
        return None
    return below(max(crowd // 4, 4), stream)
