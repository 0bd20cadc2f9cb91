"""The papers of commendation: when each can be made, and the values that fill its template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.commendation.evidence_rules import Item
from app.commendation.report_rules import Report
from app.commendation.template_rules import Kind, Value
from app.commendation.workflow_rules import AWARDED, State
from app.errors import DomainError
from app.formats import vn_percent

NOTHING_MADE = "Chưa có văn bản nào được tạo."
MOST_ACHIEVEMENTS = 6
# Whoever handed a report in and was neither refused nor withdrawn is proposed.
PROPOSED = (
    State.SUBMITTED,
    State.APPRAISED,
    State.COUNCIL,
    State.APPROVED,
    State.DECIDED,
    State.PUBLISHED,
)


class Paper(StrEnum):
    REPORT = "report"
    LETTER = "letter"
    PROPOSAL = "proposal"
    LIST = "list"
    MINUTES = "minutes"
    DECISION = "decision"


PAPER_NAMES = {
    Paper.REPORT: "Báo cáo thành tích",
    Paper.LETTER: "Giấy khen",
    Paper.PROPOSAL: "Tờ trình",
    Paper.LIST: "Danh sách đề nghị khen thưởng",
    Paper.MINUTES: "Biên bản họp xét",
    Paper.DECISION: "Quyết định khen thưởng",
}
# Names of files.
PAPER_SLUGS = {
    Paper.REPORT: "bao-cao-thanh-tich",
    Paper.LETTER: "giay-khen",
    Paper.PROPOSAL: "to-trinh",
    Paper.LIST: "danh-sach",
    Paper.MINUTES: "bien-ban",
    Paper.DECISION: "quyet-dinh",
}


class NoReport(DomainError):
    message = "Hồ sơ chưa có báo cáo thành tích đã nộp."
    safe = NOTHING_MADE


class NotAwarded(DomainError):
    message = "Giấy khen chỉ in được sau khi hồ sơ có quyết định khen thưởng."
    safe = NOTHING_MADE


class NobodyProposed(DomainError):
    message = "Chưa có hồ sơ nào đã nộp báo cáo để đưa vào văn bản."
    safe = NOTHING_MADE


@dataclass(frozen=True)
class Heading:
    """What stands over every paper; `day` is the paper's date."""

    contest: str
    campaign: str
    plan: str
    body: str
    council: str
    award: str
    form_no: str
    decree: str
    upper_unit: str
    unit: str
    place: str
    day: date


@dataclass(frozen=True)
class Proposed:
    """One dossier in a list: a person with position, or a collective; `unit` is where they belong."""

    name: str
    is_collective: bool
    position: str
    unit: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Voted:
    """How a council voted on one dossier."""

    name: str
    unit: str
    votes_for: int
    is_approved: bool


@dataclass(frozen=True)
class Minutes:
    """A meeting as its minutes tell it."""

    place: str
    chair: str
    secretary: str
    member_count: int
    present_count: int
    text: str
    votes: tuple[Voted, ...]


def check_letter(state: State) -> None:
    """Raises NotAwarded."""
    if state not in AWARDED:
        raise NotAwarded


def heading_values(heading: Heading) -> dict[str, Value]:
    return {
        "cuoc_thi": heading.contest,
        "dot_thi_dua": heading.campaign,
        "ke_hoach": heading.plan,
        "co_quan_khen": heading.body,
        "hoi_dong": heading.council,
        "hinh_thuc": heading.award,
        "mau_so": heading.form_no,
        "nghi_dinh": heading.decree,
        "don_vi_cap_tren": heading.upper_unit,
        "don_vi": heading.unit,
        "dia_danh": heading.place,
        "ngay": f"{heading.day.day:02}",
        "thang": f"{heading.day.month:02}",
        "nam": heading.day.year,
    }


_PERSON_BOXES = {
    "ho_ten": "full_name",
    "bi_danh": "other_name",
    "ngay_sinh": "date_of_birth",
    "gioi_tinh": "gender",
    "que_quan": "hometown",
    "thuong_tru": "residence",
    "nghe_nghiep": "occupation",
    "chuc_vu": "position",
}
_COLLECTIVE_BOXES = {
    "ten_tap_the": "full_name",
    "nam_thanh_lap": "founded",
    "dia_chi": "address",
    "dien_thoai": "phone",
    "co_cau": "structure",
    "tong_so": "headcount",
    "nhiem_vu": "tasks",
}
_RESULT_BOXES = {"ket_qua": "results", "bien_phap": "measures", "bai_hoc": "lessons"}


def report_kind(*, is_collective: bool) -> Kind:
    return Kind.REPORT_COLLECTIVE if is_collective else Kind.REPORT_PERSON


def report_values(
    heading: Heading, report: Report, items: Sequence[Item], *, is_collective: bool
) -> dict[str, Value]:
    """An achievement report as it was submitted, with the facts that were frozen then."""
    boxes = (_COLLECTIVE_BOXES if is_collective else _PERSON_BOXES) | _RESULT_BOXES
    values: dict[str, Value] = {name: report.fields.get(box, "") for name, box in boxes.items()}
    values["minh_chung"] = [{"noi_dung": item.label, "gia_tri": item.value} for item in items]
    values["khen_thuong"] = [
        {
            "nam": honour.year,
            "danh_hieu": honour.title,
            "so_quyet_dinh": honour.decision,
            "co_quan": honour.issuer,
        }
        for honour in report.honours
    ]
    return heading_values(heading) | values


def list_values(heading: Heading, proposed: Sequence[Proposed]) -> dict[str, Value]:
    """A proposal or a list: people and collectives, each numbered from 1."""
    people = [one for one in proposed if not one.is_collective]
    collectives = [one for one in proposed if one.is_collective]
    return heading_values(heading) | {
        "so_ca_nhan": len(people),
        "so_tap_the": len(collectives),
        "ca_nhan": [
            {
                "stt": number,
                "ho_ten": one.name,
                "chuc_vu": one.position,
                "don_vi": one.unit,
                "thanh_tich": achievements(one.items),
            }
            for number, one in enumerate(people, 1)
        ],
        "tap_the": [
            {"stt": number, "ten": one.name, "don_vi": one.unit, "thanh_tich": achievements(one.items)}
            for number, one in enumerate(collectives, 1)
        ],
    }


def achievements(items: Sequence[Item]) -> str:
    """The first facts in one sentence: "Số tuần dự thi: 5 trên 5; Số lượt thi: 12"."""
    return "; ".join(f"{item.label}: {item.value}" for item in items[:MOST_ACHIEVEMENTS])


def minutes_values(heading: Heading, minutes: Minutes) -> dict[str, Value]:
    return heading_values(heading) | {
        "dia_diem": minutes.place,
        "chu_tri": minutes.chair,
        "thu_ky": minutes.secretary,
        "so_thanh_vien": minutes.member_count,
        "so_co_mat": minutes.present_count,
        "noi_dung": minutes.text,
        "so_dong_y": sum(vote.is_approved for vote in minutes.votes),
        "phieu": [
            {
                "stt": number,
                "ten": vote.name,
                "don_vi": vote.unit,
                "so_phieu": vote.votes_for,
                "ty_le": vn_percent(vote.votes_for / minutes.present_count),
                "ket_qua": "Đồng ý đề nghị khen" if vote.is_approved else "Không đồng ý",
            }
            for number, vote in enumerate(minutes.votes, 1)
        ],
    }


def decision_values(
    heading: Heading,
    proposed: Sequence[Proposed],
    *,
    decision_no: str,
    signer: str,
    signer_title: str,
) -> dict[str, Value]:
    return list_values(heading, proposed) | {
        "so_quyet_dinh": decision_no,
        "nguoi_ky": signer,
        "chuc_vu_ky": signer_title,
    }
