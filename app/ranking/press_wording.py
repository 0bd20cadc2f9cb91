"""The text for the press (thông cáo): plain words and figures, names only as the public board has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from app.formats import vn_date, vn_datetime, vn_number


class PressWinner(NamedTuple):
    """`place` is empty for people who are named by their number."""

    league: str
    prize: str
    name: str
    place: str


@dataclass(frozen=True)
class PressFacts:
    """Everything the text says; `units` are (name, people, attempts), `target_name` empty without one."""

    contest: str
    organiser: str
    week: str
    opens_at: datetime
    closes_at: datetime
    revision: int
    reason: str
    published_at: datetime
    figures: Mapping[str, int]
    max_score: int
    target: int | None
    target_name: str
    winners: Sequence[PressWinner]
    units: Sequence[tuple[str, int, int]]
    complaint_days: int


def press_text(facts: PressFacts, address: str) -> str:
    """The whole text, lines ended by newline. `address` leads to the official page."""
    parts = [_heading(facts), _figures(facts), _winners(facts), _units(facts), _ending(facts, address)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(facts: PressFacts) -> str:
    lines = ["THÔNG CÁO", f"Kết quả {facts.week}, {facts.contest}"]
    if facts.revision > 1:
        lines.append(f"Bản {facts.revision}, thay bản {facts.revision - 1}: {facts.reason}.")
    return "\n".join(lines)


def _figures(facts: PressFacts) -> str:
    figures = facts.figures
    text = (
        f"{facts.organiser} công bố kết quả {facts.week} của cuộc thi, mở từ {vn_datetime(facts.opens_at)} "
        f"đến {vn_datetime(facts.closes_at)}. Có {vn_number(figures['people'])} người dự thi với "
        f"{vn_number(figures['attempts'])} lượt thi; {vn_number(figures['people_all_correct'])} người trả "
        f"lời đúng hết {facts.max_score} câu."
    )
    if facts.target is not None:
        text += f" Con số để so với dự đoán, {facts.target_name}: {vn_number(facts.target)}."
    return text


def _winners(facts: PressFacts) -> str:
    if not facts.winners:
        return f"{facts.week.capitalize()} không có thí sinh đạt giải."
    blocks = []
    for league, in_league in groupby(facts.winners, key=lambda winner: winner.league):
        title = f"Thí sinh đạt giải, {league[0].lower()}{league[1:]}:" if league else "Thí sinh đạt giải:"
        lines = [title]
        for prize, winners in groupby(in_league, key=lambda winner: winner.prize):
            lines.append(f"{prize}: {'; '.join(map(_winner, winners))}.")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _winner(winner: PressWinner) -> str:
    return f"{winner.name} ({winner.place})" if winner.place else winner.name


def _units(facts: PressFacts) -> str:
    if not facts.units:
        return ""
    lines = [f"{len(facts.units)} đơn vị có nhiều người tham gia nhất:"]
    lines += [
        f"{index}. {name}: {vn_number(people)} người, {vn_number(attempts)} lượt"
        for index, (name, people, attempts) in enumerate(facts.units, 1)
    ]
    return "\n".join(lines)


def _ending(facts: PressFacts, address: str) -> str:
    return (
        f"Công bố ngày {vn_date(facts.published_at)}; nhận khiếu nại trong "
        f"{facts.complaint_days} ngày. Họ tên rút gọn; ai chưa đồng ý công khai hoặc dưới 16 tuổi được ghi "
        f"bằng số thí sinh.\nKết quả chính thức: {address}"
    )
