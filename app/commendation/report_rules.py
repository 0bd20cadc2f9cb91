"""An achievement report as form 08 of Decree 98/2023 has it: what is asked, what is still missing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.errors import DomainError

MOST_HONOURS = 10
HONOUR_PARTS = ("year", "title", "decision", "issuer")


@dataclass(frozen=True)
class Field:
    """One box of the report; `part` is I or II of the form."""

    name: str
    part: str
    label: str
    hint: str
    maximum: int
    is_required: bool = True
    is_long: bool = False


_RESULTS = (
    Field(
        "results",
        "II",
        "Kết quả đạt được",
        "Số liệu của cuộc thi đã ghi sẵn. Bạn sửa câu chữ và viết thêm kết quả khác.",
        4000,
        is_long=True,
    ),
    Field(
        "measures",
        "II",
        "Biện pháp, sáng kiến đã làm",
        "Ví dụ: đã tuyên truyền, hướng dẫn, vận động người thân dự thi như thế nào.",
        4000,
        is_long=True,
    ),
    Field(
        "lessons",
        "II",
        "Hiệu quả, bài học kinh nghiệm",
        "",
        3000,
        is_required=False,
        is_long=True,
    ),
)
PERSON_FIELDS = (
    Field("full_name", "I", "Họ và tên", "Ghi đầy đủ, có dấu, không viết tắt.", 80),
    Field("other_name", "I", "Bí danh", "", 80, is_required=False),
    Field("date_of_birth", "I", "Ngày, tháng, năm sinh", "", 20),
    Field("gender", "I", "Giới tính", "", 20),
    Field("hometown", "I", "Quê quán", "Xã, tỉnh.", 200),
    Field("residence", "I", "Nơi thường trú", "Thôn hoặc số nhà, xã, tỉnh.", 200),
    Field("occupation", "I", "Nghề nghiệp", "", 120),
    Field("position", "I", "Chức vụ, đơn vị công tác", "Không có chức vụ thì chỉ ghi đơn vị.", 200),
    *_RESULTS,
)
COLLECTIVE_FIELDS = (
    Field("full_name", "I", "Tên tập thể", "Ghi đầy đủ, không viết tắt.", 160),
    Field("founded", "I", "Năm thành lập", "", 20),
    Field("address", "I", "Địa chỉ", "", 200),
    Field("phone", "I", "Điện thoại", "", 20, is_required=False),
    Field("structure", "I", "Cơ cấu tổ chức", "Các phòng, tổ, chi bộ, chi đoàn…", 1000, is_long=True),
    Field("headcount", "I", "Tổng số người", "", 20),
    Field("tasks", "I", "Chức năng, nhiệm vụ được giao", "", 2000, is_long=True),
    *_RESULTS,
)


@dataclass(frozen=True)
class Honour:
    """A commendation received before: part III of the form."""

    year: str
    title: str
    decision: str
    issuer: str


@dataclass(frozen=True)
class Report:
    """`fields` are texts by the names of the person's or the collective's boxes."""

    fields: dict[str, str] = field(default_factory=dict)
    honours: tuple[Honour, ...] = ()


class Incomplete(DomainError):
    message = "Báo cáo còn thiếu mục bắt buộc."
    safe = "Nội dung đã lưu vẫn còn nguyên."


def fields_of(*, is_collective: bool) -> tuple[Field, ...]:
    return COLLECTIVE_FIELDS if is_collective else PERSON_FIELDS


def missing_items(report: Report, *, is_collective: bool) -> list[Field]:
    """Required boxes in which nothing is written, in the order of the form."""
    return [
        box
        for box in fields_of(is_collective=is_collective)
        if box.is_required and not report.fields.get(box.name, "").strip()
    ]


def check_complete(report: Report, *, is_collective: bool) -> None:
    """Raises Incomplete, naming what is missing."""
    missing = missing_items(report, is_collective=is_collective)
    if missing:
        raise Incomplete(f"Báo cáo còn thiếu: {', '.join(box.label for box in missing)}.")


def to_json(report: Report) -> dict[str, Any]:
    return asdict(report) | {"honours": [asdict(honour) for honour in report.honours]}


def from_json(content: Mapping[str, Any]) -> Report:
    honours = [Honour(**honour) for honour in content["honours"]]
    return Report(dict(content["fields"]), tuple(honours))


def results_paragraph(facts: Sequence[tuple[str, str]]) -> str:
    """(label, value) of the contest's figures as the lines with which part II begins."""
    return "\n".join(f"- {label}: {value}." for label, value in facts)
