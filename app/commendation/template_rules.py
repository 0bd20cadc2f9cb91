"""What Word templates are for, and the fields that each kind of them may name."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.errors import DomainError

MAX_FILE_BYTES = 2 * 1024 * 1024
Value = str | int | list[dict[str, str | int]]


class Kind(StrEnum):
    REPORT_PERSON = "report_person"
    REPORT_COLLECTIVE = "report_collective"
    PROPOSAL = "proposal"
    LIST = "list"
    MINUTES = "minutes"
    DECISION = "decision"


KIND_NAMES = {
    Kind.REPORT_PERSON: "Báo cáo thành tích của cá nhân",
    Kind.REPORT_COLLECTIVE: "Báo cáo thành tích của tập thể",
    Kind.PROPOSAL: "Tờ trình đề nghị khen thưởng",
    Kind.LIST: "Danh sách đề nghị khen thưởng",
    Kind.MINUTES: "Biên bản họp xét khen thưởng",
    Kind.DECISION: "Quyết định khen thưởng",
}
# In addresses and names of files.
KIND_SLUGS = {
    Kind.REPORT_PERSON: "bao-cao-ca-nhan",
    Kind.REPORT_COLLECTIVE: "bao-cao-tap-the",
    Kind.PROPOSAL: "to-trinh",
    Kind.LIST: "danh-sach",
    Kind.MINUTES: "bien-ban",
    Kind.DECISION: "quyet-dinh",
}


class TemplateRefused(DomainError):
    """The file cannot be a template; the message says why."""

    safe = "Mẫu đang dùng vẫn giữ nguyên."


class AlreadyDefault(DomainError):
    message = "Đang dùng mẫu có sẵn của hệ thống."
    safe = "Mẫu đang dùng vẫn giữ nguyên."


@dataclass(frozen=True)
class Field:
    """A text or a number that a template may print."""

    name: str
    label: str
    sample: str | int


@dataclass(frozen=True)
class Rows:
    """A list that a template may go through row by row; `fields` are what each row has."""

    name: str
    label: str
    fields: tuple[Field, ...]


COMMON = (
    Field("cuoc_thi", "Tên cuộc thi", "Cuộc thi mẫu Dân vận khéo"),
    Field("dot_thi_dua", "Tên đợt thi đua", "Đợt thi đua mẫu"),
    Field("ke_hoach", "Kế hoạch của đợt thi đua", "Kế hoạch số 01/KH-UBND"),
    Field("co_quan_khen", "Cơ quan, người khen thưởng", "Chủ tịch UBND huyện mẫu"),
    Field("hoi_dong", "Hội đồng xét", "Hội đồng Thi đua - Khen thưởng huyện mẫu"),
    Field("hinh_thuc", "Hình thức khen", "Giấy khen"),
    Field("mau_so", "Số của mẫu báo cáo", "Mẫu số 08"),
    Field("nghi_dinh", "Nghị định làm căn cứ", "Nghị định số 98/2023/NĐ-CP"),
    Field("don_vi_cap_tren", "Đơn vị cấp trên", "Huyện mẫu"),
    Field("don_vi", "Đơn vị lập văn bản", "Xã mẫu"),
    Field("dia_danh", "Địa danh", "Huyện mẫu"),
    Field("ngay", "Ngày của văn bản, hai chữ số", "05"),
    Field("thang", "Tháng của văn bản, hai chữ số", "04"),
    Field("nam", "Năm của văn bản", 2024),
)
_RESULTS = (
    Field("ket_qua", "Kết quả đạt được", "Đã dự thi 5 tuần.\nĐã vận động người thân."),
    Field("bien_phap", "Biện pháp, sáng kiến", "Hướng dẫn từng hộ."),
    Field("bai_hoc", "Hiệu quả, bài học", ""),
    Rows(
        "minh_chung",
        "Số liệu của cuộc thi đã chốt khi nộp báo cáo",
        (
            Field("noi_dung", "Nội dung", "Số tuần dự thi"),
            Field("gia_tri", "Số liệu", "5 trên 5 tuần"),
        ),
    ),
    Rows(
        "khen_thuong",
        "Các hình thức đã được khen thưởng",
        (
            Field("nam", "Năm", "2023"),
            Field("danh_hieu", "Danh hiệu, hình thức", "Giấy khen"),
            Field("so_quyet_dinh", "Số, ngày quyết định", "12/QĐ-UBND"),
            Field("co_quan", "Cơ quan ban hành", "UBND xã mẫu"),
        ),
    ),
)
_PEOPLE = (
    Field("so_ca_nhan", "Số cá nhân", 2),
    Field("so_tap_the", "Số tập thể", 2),
    Rows(
        "ca_nhan",
        "Các cá nhân",
        (
            Field("stt", "Số thứ tự", 1),
            Field("ho_ten", "Họ và tên", "Thí sinh mẫu Nguyễn Thị Ưỡng"),
            Field("chuc_vu", "Chức vụ, nơi làm việc", "Cán bộ Mặt trận thôn"),
            Field("don_vi", "Đơn vị", "Xã mẫu, Huyện mẫu"),
            Field("thanh_tich", "Tóm tắt thành tích", "Dự thi 5 trên 5 tuần"),
        ),
    ),
    Rows(
        "tap_the",
        "Các tập thể",
        (
            Field("stt", "Số thứ tự", 1),
            Field("ten", "Tên tập thể", "Xã mẫu"),
            Field("don_vi", "Đơn vị cấp trên", "Huyện mẫu"),
            Field("thanh_tich", "Tóm tắt thành tích", "85% số người dự thi"),
        ),
    ),
)
FIELDS: Mapping[Kind, tuple[Field | Rows, ...]] = {
    Kind.REPORT_PERSON: (
        *COMMON,
        Field("ho_ten", "Họ và tên", "Thí sinh mẫu Nguyễn Thị Ưỡng"),
        Field("bi_danh", "Bí danh", ""),
        Field("ngay_sinh", "Ngày, tháng, năm sinh", "08/05/1990"),
        Field("gioi_tinh", "Giới tính", "Nữ"),
        Field("que_quan", "Quê quán", "Xã mẫu"),
        Field("thuong_tru", "Nơi thường trú", "Thôn mẫu"),
        Field("nghe_nghiep", "Nghề nghiệp", "Nông dân"),
        Field("chuc_vu", "Chức vụ, đơn vị công tác", "Trưởng thôn mẫu"),
        *_RESULTS,
    ),
    Kind.REPORT_COLLECTIVE: (
        *COMMON,
        Field("ten_tap_the", "Tên tập thể", "Xã mẫu"),
        Field("nam_thanh_lap", "Năm thành lập", "1997"),
        Field("dia_chi", "Địa chỉ", "Thôn mẫu"),
        Field("dien_thoai", "Điện thoại", ""),
        Field("co_cau", "Cơ cấu tổ chức", "05 thôn"),
        Field("tong_so", "Tổng số người", "1.200"),
        Field("nhiem_vu", "Chức năng, nhiệm vụ", "Quản lý nhà nước"),
        *_RESULTS,
    ),
    Kind.PROPOSAL: (*COMMON, *_PEOPLE),
    Kind.LIST: (*COMMON, *_PEOPLE),
    Kind.MINUTES: (
        *COMMON,
        Field("dia_diem", "Nơi họp", "Hội trường mẫu"),
        Field("chu_tri", "Người chủ trì", "Người chủ trì mẫu"),
        Field("thu_ky", "Thư ký", "Thư ký mẫu"),
        Field("so_thanh_vien", "Số thành viên hội đồng", 9),
        Field("so_co_mat", "Số thành viên có mặt", 8),
        Field("noi_dung", "Nội dung họp", "Các thành viên đã trao đổi."),
        Field("so_dong_y", "Số hồ sơ được thông qua", 1),
        Rows(
            "phieu",
            "Kết quả bỏ phiếu từng hồ sơ",
            (
                Field("stt", "Số thứ tự", 1),
                Field("ten", "Cá nhân, tập thể", "Thí sinh mẫu Nguyễn Thị Ưỡng"),
                Field("don_vi", "Đơn vị", "Xã mẫu"),
                Field("so_phieu", "Số phiếu đồng ý", 8),
                Field("ty_le", "Tỷ lệ trên số có mặt", "100,0%"),
                Field("ket_qua", "Kết quả", "Đồng ý đề nghị khen"),
            ),
        ),
    ),
    Kind.DECISION: (
        *COMMON,
        Field("so_quyet_dinh", "Số quyết định", "12/QĐ-UBND"),
        Field("nguoi_ky", "Người ký", "Người ký mẫu"),
        Field("chuc_vu_ky", "Chức vụ người ký", "Chủ tịch"),
        *_PEOPLE,
    ),
}


def scalars_of(kind: Kind) -> list[Field]:
    return [field for field in FIELDS[kind] if isinstance(field, Field)]


def rows_of(kind: Kind) -> list[Rows]:
    return [field for field in FIELDS[kind] if isinstance(field, Rows)]


def sample(kind: Kind, *, rows: int) -> dict[str, Value]:
    """Values to try a template with; every list has this many rows."""
    values: dict[str, Value] = {field.name: field.sample for field in scalars_of(kind)}
    for listed in rows_of(kind):
        values[listed.name] = [{field.name: field.sample for field in listed.fields} for _row in range(rows)]
    return values


def check_values(kind: Kind, values: Mapping[str, Any]) -> None:
    """The values of a document are exactly the fields of its kind. Raises ValueError: our own mistake."""
    expected = {field.name: field for field in FIELDS[kind]}
    if values.keys() != expected.keys():
        raise ValueError(f"{kind}: {sorted(values.keys() ^ expected.keys())}")
    for listed in rows_of(kind):
        names = {field.name for field in listed.fields}
        if any(row.keys() != names for row in values[listed.name]):
            raise ValueError(f"{kind}: rows of {listed.name}")
