"""What a signal says to people: its title, its numbers, how many look the same, and what it is not."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.formats import vn_datetime, vn_duration, vn_number
from app.integrity.rules import Kind, Verdict

KIND_NAMES = {
    Kind.SPEED: "Làm nhanh hơn mức đọc kịp",
    Kind.ANSWERS: "Sai giống nhau",
    Kind.CLUSTER: "Cùng máy hoặc cùng phút",
    Kind.PREDICTIONS: "Số dự đoán liền nhau",
    Kind.WINNERS: "Người nhà và người từng đạt giải",
    Kind.SIGN_UPS: "Tài khoản tạo liên tiếp",
    Kind.REFERRALS: "Nhóm giới thiệu lẫn nhau",
}
KIND_ICONS = {
    Kind.SPEED: "timer",
    Kind.ANSWERS: "copy",
    Kind.CLUSTER: "fingerprint-pattern",
    Kind.PREDICTIONS: "git-compare-arrows",
    Kind.WINNERS: "award",
    Kind.SIGN_UPS: "users",
    Kind.REFERRALS: "share-2",
}
VERDICT_NAMES = {
    Verdict.KEEP: "Giữ hợp lệ",
    Verdict.VOID: "Hủy lượt thi",
    Verdict.NOT_RANKED: "Không xếp hạng",
}
INNOCENT = {
    Kind.SPEED: "Người đã thuộc câu hỏi có thể làm rất nhanh. Hãy so với các lượt khác của chính người này.",
    Kind.ANSWERS: "Người học cùng một tài liệu có lỗi có thể sai giống nhau.",
    Kind.CLUSTER: "Trường học, cơ quan thường có nhiều người dùng chung máy hoặc vào thi cùng giờ; "
    "điều đó không phải là vi phạm.",
    Kind.PREDICTIONS: "Người cùng đơn vị có thể bàn nhau một khoảng số. "
    "Bàn nhau chưa phải là vi phạm nếu thể lệ không cấm.",
    Kind.WINNERS: "Đạt giải nhiều lần hoặc có người nhà đạt giải không phải là vi phạm. "
    "Hãy đối chiếu với thể lệ.",
    Kind.SIGN_UPS: "Cán bộ có thể giúp nhiều người chưa quen máy đăng ký liên tiếp trên một máy.",
    Kind.REFERRALS: "Người vận động giỏi có thể giới thiệu cả tổ dân phố, giúp họ thi trên máy của mình.",
}
ALIKE = {
    Kind.SPEED: "người khác cũng có lượt nhanh như vậy",
    Kind.ANSWERS: "người khác cũng có ít nhất 3 câu sai giống một người khác, nhưng chưa vượt mức ngẫu nhiên",
    Kind.CLUSTER: "người khác cũng chung máy hoặc chung phút như vậy mà không có dấu hiệu thứ hai",
    Kind.PREDICTIONS: "người khác cũng dự đoán sát nhau trong đơn vị, nhưng trùng số như thường gặp",
    Kind.WINNERS: "người khác cũng ở gần giải và giống như vậy",
    Kind.SIGN_UPS: "người khác cũng tạo tài khoản liên tiếp trên một máy mà không có dấu hiệu thứ hai",
    Kind.REFERRALS: "người khác cũng được giới thiệu và chung máy như vậy mà không có dấu hiệu thứ hai",
}


FACT_LINES = {
    "fast": ("Làm rất nhanh", "{fast} trên {of} người nhanh hơn mức đọc kịp mà vẫn đúng"),
    "same_wrong": ("Sai giống nhau", "{alike} trên {of} lần sai là cùng một đáp án, ở {questions} câu"),
    "predictions": ("Dự đoán liền nhau", "{numbers} số từ {first} đến {last} của {people} người"),
    "seamless": ("Nối tiếp không nghỉ", "{quick} trên {of} lần đổi người cách nhau tối đa {seconds} giây"),
    "names": ("Họ tên gần trùng", "{count} trên {of} cặp liền nhau có họ tên chỉ khác một chữ cái"),
    "phones": ("Số điện thoại liền nhau", "{count} trên {of} cặp có số điện thoại cách nhau tối đa 3"),
    "pace": ("Tạo quá nhanh", "{count} trên {of} lần tạo chỉ cách nhau tối đa 30 giây"),
}


def title_of(kind: str, evidence: Mapping[str, Any]) -> str:
    """The case in one line, with its main number."""
    people = vn_number(evidence.get("people", 1))
    if kind == Kind.SPEED:
        return f"{evidence['questions']} câu trong {vn_duration(evidence['seconds'])}"
    if kind == Kind.CLUSTER:
        shared = "dùng chung một máy" if evidence["by"] == "device" else "bắt đầu cùng một phút"
        return f"{people} người {shared}"
    if kind == Kind.WINNERS:
        return f"{people} người cùng họ ở gần giải" if evidence["people"] > 1 else "Người từng đạt giải"
    titles = {
        Kind.ANSWERS: f"{people} người sai giống nhau",
        Kind.PREDICTIONS: f"{vn_number(evidence.get('numbers', 0))} số dự đoán liền nhau",
        Kind.SIGN_UPS: f"{people} tài khoản tạo liên tiếp",
        Kind.REFERRALS: f"{people} người giới thiệu nhau, chung máy",
    }
    return titles[Kind(kind)]


def facts_of(kind: str, evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, text) of every number of the evidence that people can use."""
    lines = _WRITERS[Kind(kind)](evidence)
    return lines + [fact_line(fact) for fact in evidence.get("facts", ())]


def alike_line(kind: str, alike: int, people: int) -> str:
    """How many others of the round look the same by this measure alone."""
    if alike == 0:
        return f"Trong {vn_number(people)} người của vòng này không có ai khác giống vậy."
    return f"{vn_number(alike)} {ALIKE[Kind(kind)]}, trong {vn_number(people)} người của vòng này."


def _speed(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    others = [
        f"đúng {one['score']} câu trong {vn_duration(one['seconds'])}" for one in evidence["other_attempts"]
    ]
    return [
        ("Kết quả", f"đúng {evidence['score']} trên {evidence['questions']} câu"),
        ("Tốc độ", f"{evidence['characters_per_second']} chữ cái mỗi giây; đọc lướt khoảng 50"),
        ("Lượt khác", "; ".join(others) or "không có"),
    ]


def _answers(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    same = evidence["same_wrong"]
    lines = [
        ("Số cặp giống nhau", f"{vn_number(evidence['pairs'])} cặp"),
        ("Đáp án sai chung", f"{len(same)} câu"),
        ("Khả năng trùng hợp", f"cặp giống nhất khoảng 1 trên 2 mũ {evidence['strongest_bits']}"),
    ]
    if same:
        group = f"{same[0]['group']} trên {same[0]['group_had']} người trong nhóm chọn cùng một đáp án sai"
        everybody = f"cả vòng chỉ {vn_number(same[0]['all'])} trên {vn_number(same[0]['all_had'])} người"
        lines.insert(2, ("Câu rõ nhất", f"{group}; {everybody}"))
    return lines


def _cluster(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("Số lượt", f"{vn_number(evidence['attempts'])} lượt của {vn_number(evidence['people'])} người"),
        ("Thời gian", f"từ {moment(evidence['first'])} đến {moment(evidence['last'])}"),
    ]


def _predictions(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    stretch = f"{vn_number(evidence['first'])} đến {vn_number(evidence['last'])}"
    usual = str(evidence["expected"]).replace(".", ",")
    return [
        ("Khoảng số", f"{stretch}, của {vn_number(evidence['people'])} người cùng đơn vị"),
        ("Số khác nhau", f"{vn_number(evidence['numbers'])} số, gần như không ai trùng ai"),
        ("Bình thường có", f"khoảng {usual} số trong khoảng này"),
    ]


def _winners(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = [
        ("Đang ở gần giải", f"{evidence['near_prize_now']} người"),
        ("Giải ở các vòng trước", f"{evidence['prizes_before']} giải"),
    ]
    if evidence["people"] > 1:
        lines.append(("Điểm chung", "cùng họ, cùng đơn vị, cùng máy hoặc cùng mạng gia đình"))
    return lines


def _sign_ups(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("Tạo tài khoản", f"từ {moment(evidence['first'])} đến {moment(evidence['last'])}, trên một máy")]


def _referrals(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    most = f"nhiều nhất {evidence['most_by_one']} người do một người giới thiệu"
    return [
        ("Người giới thiệu", f"{evidence['referrers']} người; {most}"),
        ("Máy đã dùng", f"{evidence['devices']} máy"),
    ]


_WRITERS = {
    Kind.SPEED: _speed,
    Kind.ANSWERS: _answers,
    Kind.CLUSTER: _cluster,
    Kind.PREDICTIONS: _predictions,
    Kind.WINNERS: _winners,
    Kind.SIGN_UPS: _sign_ups,
    Kind.REFERRALS: _referrals,
}


def fact_line(fact: Mapping[str, Any]) -> tuple[str, str]:
    """A second fact as (label, text)."""
    label, text = FACT_LINES[fact["name"]]
    return label, text.format(**fact)


def moment(seconds: int) -> str:
    """Seconds since 1970 as people read a moment."""
    return vn_datetime(datetime.fromtimestamp(seconds, UTC))
