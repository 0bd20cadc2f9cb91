"""What a published result consists of: body, public file, statement. The same facts give the same bytes.

The body is the result (numbers, ranks, prizes); the public file is what it was computed from. Neither
holds names, so that erasing a person keeps every digest true.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.contests.rules import canonical_json
from app.localtime import local
from app.ranking.order_rules import AttemptRow, Place, Result

GENESIS = "0" * 64
BODY_TYPE = "application/json"
PUBLIC_TYPE = "text/csv; charset=utf-8"
BODY_COLUMNS = (
    *("league", "rank", "contestant_no", "score", "prediction", "seconds", "finished_at"),
    *("lot", "prize", "passed_over"),
)
PUBLIC_COLUMNS = (
    *("contestant_no", "number", "league", "score", "max_score", "prediction"),
    *("started_at", "finished_at", "valid", "ranked"),
)
PUBLIC_HEADER = """\
# Các lượt thi đã kết thúc của một vòng thi: không có họ tên, đơn vị, câu trả lời, thứ hạng, giải.
# Dòng bắt đầu bằng "#!" là JSON: cách xếp hạng (policy), con số để so với dự đoán (target),
# số hạt giống của phép bốc thăm (seed).
# Sau đó mỗi dòng là một lượt thi, các cột cách nhau bằng dấu phẩy:
# contestant_no  số thí sinh
# number         lượt thứ mấy của người đó trong vòng thi
# league         khối xếp hạng (inside: trong tỉnh, outside: ngoài tỉnh; trống khi không chia khối)
# score          số câu đúng
# max_score      số câu của đề
# prediction     số dự đoán, trống khi không dự đoán
# started_at     lúc bắt đầu, theo giờ máy chủ
# finished_at    lúc kết thúc, theo giờ máy chủ; thời gian làm bài = finished_at - started_at
# valid          1: lượt thi hợp lệ; 0: không hợp lệ nên không được tính
# ranked         1: người này được xếp hạng; 0: dự thi không xếp hạng
"""


@dataclass(frozen=True)
class RoundFacts:
    """What names a round and its rules in the published files. `policy` is contests.policy in JSON."""

    contest: str
    round: int
    opens_at: datetime
    closes_at: datetime
    minimum_answered: int
    commitment: str
    seed: str
    policy: dict[str, Any]
    key_version: int
    key_digest: str


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def moment(value: datetime) -> str:
    """A whole second as people in Viet Nam read it, with its offset: 2024-04-02T07:41:09+07:00."""
    return local(value).isoformat(timespec="seconds")


def body_of(facts: RoundFacts, result: Result) -> bytes:
    """The canonical JSON of a result: BODY_COLUMNS for every ranked person, in order."""
    content = _facts_in_json(facts) | {
        "figures": asdict(result.figures),
        "target": result.target,
        "columns": BODY_COLUMNS,
        "lines": [_body_line(place) for place in result.places],
    }
    return canonical_json(content).encode()


def _facts_in_json(facts: RoundFacts) -> dict[str, Any]:
    moments = {"opens_at": moment(facts.opens_at), "closes_at": moment(facts.closes_at)}
    return asdict(facts) | moments


def _body_line(place: Place) -> list[Any]:
    entry, line = place.entry, place.entry.line
    return [
        entry.league,
        place.rank,
        line.contestant_no,
        line.score,
        line.prediction,
        line.duration,
        moment(line.finished_at),
        place.lot,
        place.prize,
        place.passed_over,
    ]


def public_file_of(facts: RoundFacts, result: Result, rows: Iterable[AttemptRow]) -> bytes:
    """Every finished attempt as CSV under a header that explains itself; rows by number, then turn."""
    head = _facts_in_json(facts) | {"figures": asdict(result.figures), "target": result.target}
    lines = [f"{PUBLIC_HEADER}#! {canonical_json(head)}", ",".join(PUBLIC_COLUMNS)]
    lines += [_public_line(row) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def _public_line(row: AttemptRow) -> str:
    prediction = "" if row.prediction is None else row.prediction
    return (
        f"{row.contestant_no},{row.number},{row.league},{row.score},{row.max_score},{prediction},"
        f"{moment(row.started_at)},{moment(row.finished_at)},{row.is_valid:d},{row.is_ranked:d}"
    )


def statement_of(
    *,
    contest: str,
    round_number: int,
    revision: int,
    reason: str,
    published_at: datetime,
    body_sha256: str,
    public_sha256: str,
    previous_digest: str,
) -> bytes:
    """The canonical JSON that a revision's digest is taken over; GENESIS precedes the first revision."""
    content = {
        "contest": contest,
        "round": round_number,
        "revision": revision,
        "reason": reason,
        "published_at": moment(published_at),
        "body_sha256": body_sha256,
        "public_sha256": public_sha256,
        "previous_digest": previous_digest,
    }
    return canonical_json(content).encode()
