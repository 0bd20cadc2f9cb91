"""Who has not taken part yet: what a list is narrowed to, how it is cut up, the words of a message."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from app.errors import BadInput

PAGE_SIZE = 50
NAMES_A_MESSAGE = 100
# A longer list is narrowed first, or exported.
MOST_TAKEN = 1_000
# A subtree up to this size is counted and searched at once, a larger one piece by piece.
PIECE_PEOPLE = 5_000
PIECES_A_PAGE = 8


class Show(StrEnum):
    ALL = ""
    NOT_REMINDED = "chua-nhac"
    REMINDED = "da-nhac"
    LAST_ROUND = "lan-truoc"
    NEVER_SIGNED_IN = "chua-dang-nhap"


def show_names(label: str) -> dict[Show, str]:
    """What each choice is called; `label` is the contest's word for a round."""
    return {
        Show.ALL: "Tất cả người chưa thi",
        Show.NOT_REMINDED: "Chưa nhắc lần nào",
        Show.REMINDED: "Đã nhắc mà chưa thi",
        Show.LAST_ROUND: f"Có thi {label.lower()} trước",
        Show.NEVER_SIGNED_IN: "Chưa đăng nhập lần nào",
    }


def parse_show(text: str) -> Show:
    """Raises BadInput."""
    try:
        return Show(text)
    except ValueError:
        raise BadInput("Không có cách lọc này.") from None


class Channel(StrEnum):
    ZALO = "zalo"
    PHONE = "phone"
    IN_PERSON = "in_person"


CHANNEL_NAMES = {
    Channel.ZALO: "Zalo",
    Channel.PHONE: "Điện thoại",
    Channel.IN_PERSON: "Trực tiếp",
}


@dataclass(frozen=True)
class Home:
    """A unit whose people are listed, in the order of the tree."""

    id: int
    path: str
    name: str

    @property
    def code(self) -> str:
        return self.path.strip("/").rpartition("/")[2]


def pieces_of(homes: Sequence[Home], people: Mapping[int, int]) -> Iterator[list[Home]]:
    """Runs of units with at most PIECE_PEOPLE together; a larger unit stands alone."""
    piece: list[Home] = []
    size = 0
    for home in homes:
        more = people.get(home.id, 0)
        if piece and size + more > PIECE_PEOPLE:
            yield piece
            piece, size = [], 0
        piece.append(home)
        size += more
    if piece:
        yield piece


def phone_end(sign_in_name: str) -> str:
    """The last three digits of a phone (··· 214); nothing of an issued code."""
    return f"0·· ··· {sign_in_name[-3:]}" if sign_in_name.startswith("+") else ""


@dataclass(frozen=True)
class Occasion:
    """What a reminder is about, in words: "Tuần 3", "22:00 Chủ nhật 14/04/2024", the address to go to."""

    round_name: str
    contest_name: str
    until: str
    is_over: bool
    address: str


def messages_for(occasion: Occasion, people: Sequence[tuple[str, str]], place: str) -> list[str]:
    """Texts to paste, NAMES_A_MESSAGE names each at most; `people` are (unit, name) in order of units.

    They name people and units, nothing else.
    """
    pieces = [people[start : start + NAMES_A_MESSAGE] for start in range(0, len(people), NAMES_A_MESSAGE)]
    return [_message(occasion, piece, place, number, len(pieces)) for number, piece in enumerate(pieces, 1)]


def _message(
    occasion: Occasion, people: Sequence[tuple[str, str]], place: str, number: int, count: int
) -> str:
    part = f" (phần {number} trên {count})" if count > 1 else ""
    if occasion.is_over:
        lines = [f"{place}: những người chưa dự thi {occasion.round_name}{part}, {occasion.until}."]
    else:
        lines = [
            f"{place}: những người chưa dự thi {occasion.round_name}{part}, "
            f"cuộc thi “{occasion.contest_name}”. Hạn cuối: {occasion.until}."
        ]
    for unit, group in groupby(people, key=lambda person: person[0]):
        lines.append(f"\n{unit}:")
        lines += [f"- {name}" for _, name in group]
    if not occasion.is_over:
        lines.append(f"\nVào thi tại: {occasion.address}")
    return "\n".join(lines)
