"""The audit trail in words: what was done, and the details of an entry as readable lines."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from app.formats import vn_datetime

FIELD_NAMES = {
    "reason": "Lý do",
    "account": "Mã người",
    "attestation": "Mã xác nhận",
    "criterion": "Tiêu chí",
    "is_met": "Đạt",
    "shown": "Danh sách",
    "ground": "Căn cứ",
    "hand": "Phân công số",
    "step": "Bước",
    "award": "Hình thức khen",
    "council": "Hội đồng",
    "form_no": "Mẫu số",
    "decree": "Theo văn bản",
    "quota_individual": "Số cá nhân",
    "quota_collective": "Số tập thể",
    "approval_percent": "Tỷ lệ đồng ý (%)",
    "deadlines": "Thời hạn (ngày làm việc)",
    "role": "Vai trò",
    "unit": "Đơn vị số",
    "contest": "Cuộc thi số",
    "until": "Đến hết",
    "slug": "Đường dẫn",
    "name": "Tên",
    "place": "Nơi tổ chức",
    "organiser": "Đơn vị tổ chức",
    "label": "Tên gọi vòng",
    "series_code": "Danh mục đơn vị",
    "scope_unit_id": "Phạm vi đơn vị",
    "minimum_age": "Tuổi tối thiểu",
    "guardian_under_age": "Cần người giám hộ dưới tuổi",
    "shows_own_score": "Cho xem điểm ngay",
    "complaint_days": "Số ngày nhận khiếu nại",
    "rules_markdown": "Thể lệ",
    "policy": "Cách xếp hạng và giải thưởng",
    "title": "Tên vòng",
    "opens_at": "Giờ mở",
    "last_start_at": "Giờ nhận lượt cuối",
    "closes_at": "Giờ đóng",
    "time_limit": "Thời gian làm bài (giây)",
    "attempt_limit": "Số lượt",
    "minimum_answered": "Số câu phải trả lời",
    "shuffles_questions": "Trộn câu hỏi",
    "shuffles_options": "Trộn phương án",
    "has_prediction": "Có câu dự đoán",
    "blueprint": "Cơ cấu đề",
    "fields": "Mục đã sửa",
    "number": "Số",
    "freeze": "Lần chốt",
    "revision": "Bản công bố",
    "version": "Phiên bản",
    "decision": "Quyết định số",
    "kind": "Loại",
    "mode": "Mức",
    "exclusion": "Dòng số",
    "first_round": "Áp dụng từ vòng",
    "commitment": "Mã cam kết",
    "digest": "Mã kiểm tra",
    "body_sha256": "Mã số liệu",
    "old": "Trước",
    "new": "Mới",
    "changed": "Đổi",
    "same": "Không đổi",
    "retired": "Đã rút từ trước",
    "approved_by": "Người duyệt, số tài khoản",
    "change": "Câu, đáp án trước, đáp án sau",
    "channel": "Cách nhắc",
    "content_hash": "Mã nội dung",
    "decision_no": "Số quyết định",
    "effect": "Tác động",
    "file": "Mã tệp",
    "form": "Dạng lấy ra",
    "format": "Dạng tệp",
    "attempts": "Số lượt",
    "rate": "Tỷ lệ",
    "minimum_headcount": "Quân số tối thiểu",
    "winners": "Số giải",
    "is_weekly": "Tự lập sáng thứ Hai",
    "keys": "Các câu",
    "kept": "Câu giữ lại",
    "letters": "Đáp án",
    "list_sha256": "Mã danh sách",
    "outcome": "Kết luận",
    "people": "Số người",
    "proposal": "Đề nghị số",
    "question_import": "Lần nhập số",
    "removed": "Số câu lấy ra",
    "round": "Vòng số",
    "scope": "Tính trên",
    "signals": "Số dấu hiệu",
    "successions_changed": "Kế thừa đổi",
    "successions_new": "Kế thừa mới",
    "targets": "Chỉ tiêu, trước và sau",
    "units": "Số đơn vị",
    "valid_from": "Tính từ ngày",
    "verdict": "Kết luận",
    "absorbed": "Tài khoản bị khoá",
    "consent_way": "Cách đồng ý",
    "doubtful": "Cần xem lại",
    "enrolments": "Số cuộc thi",
    "known": "Đã có tài khoản",
    "list": "Danh sách số",
    "merge": "Lần gộp số",
    "sheet": "Tệp phiếu số",
    "unit_before": "Đơn vị trước",
    "unit_code": "Mã đơn vị",
    "versions": "Các bản",
}
VALUE_NAMES = {
    True: "có",
    False: "không",
    None: "không có",
    "staff": "Cán bộ đơn vị",
    "organiser": "Ban Tổ chức",
    "administrator": "Quản trị",
    "barred": "không được dự thi",
    "not_ranked": "không xếp hạng",
    "no_prize": "không trao giải",
    "void": "lượt thi không hợp lệ",
    "committee": "thành viên Ban Tổ chức",
    "author": "người ra đề",
    "relative": "người thân",
    "other": "lý do khác",
    "accepted": "chấp nhận",
    "partly": "chấp nhận một phần",
    "refused": "không chấp nhận",
    "none": "không đổi kết quả",
    "undo": "gỡ một quyết định",
    "key": "sửa đáp án",
    "revision": "công bố bản mới",
    "first": "lượt đầu của mỗi người",
    "all": "mọi lượt hợp lệ",
    "keep": "giữ hợp lệ",
    "speed": "làm nhanh hơn mức đọc kịp",
    "answers": "sai giống nhau",
    "cluster": "cùng máy hoặc cùng phút",
    "predictions": "số dự đoán liền nhau",
    "winners": "người nhà và người từng đạt giải",
    "sign_ups": "tài khoản tạo liên tiếp",
    "referrals": "nhóm giới thiệu lẫn nhau",
    "read_aloud": "đọc cho nghe",
    "on_paper": "ký trên giấy",
    "choose": "chọn và đề nghị",
    "appraise": "thẩm định",
    "council": "thư ký Hội đồng",
    "decide": "ghi quyết định",
    "wrong_subject": "không đúng đối tượng",
    "below_standard": "không đủ tiêu chuẩn",
    "incomplete": "hồ sơ không đầy đủ",
    "breach_of_law": "vi phạm pháp luật",
}
SUBJECT_NAMES = {
    "awarding_body": "Cơ quan khen thưởng",
    "campaign": "Đợt thi đua",
    "dossier": "Hồ sơ khen thưởng",
    "complaint": "Khiếu nại",
    "question": "Câu hỏi",
    "question_bank": "Ngân hàng câu hỏi",
    "signal": "Dấu hiệu",
    "units": "Danh mục đơn vị",
}
SHOWN_LETTERS = 200
DIGEST = re.compile(r"[0-9a-f]{64}\Z")
ISO_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+\+00:00\Z")


class Detail(NamedTuple):
    """One line of an entry. With `is_change`, `old` became `new`; otherwise `new` alone is told."""

    name: str
    old: str
    new: str
    is_change: bool

    @property
    def is_code(self) -> bool:
        """A digest, which is one long word."""
        return DIGEST.match(self.new) is not None


def plain_subject(subject: str) -> str:
    """What an entry is about when its row is not looked up: "question:hcm-011" is "Câu hỏi hcm-011"."""
    kind, _, key = subject.partition(":")
    name = SUBJECT_NAMES.get(kind)
    return f"{name} {key}".strip() if name else subject


def details_of(details: Mapping[str, Any]) -> list[Detail]:
    """Readable lines; {"changes": {field: [old, new]}} and an entry's own old and new become differences."""
    plain = dict(details)
    lines = []
    for name, (old, new) in (plain.pop("changes", None) or {}).items():
        lines.append(Detail(_name(name), _words(old), _words(new), is_change=True))
    if {"old", "new"} <= plain.keys():
        lines.append(Detail("Thay đổi", _words(plain.pop("old")), _words(plain.pop("new")), is_change=True))
    lines += [Detail(_name(name), "", _words(value), is_change=False) for name, value in plain.items()]
    return lines


def _name(name: str) -> str:
    whole, _, part = name.partition(".")
    return FIELD_NAMES.get(name) or (f"{_name(whole)}: {part}" if part else name)


def _words(value: Any) -> str:
    """A JSON value as people read it, cut when it is long."""
    if isinstance(value, str) and ISO_MOMENT.match(value):
        text = vn_datetime(datetime.fromisoformat(value))
    elif value is None or isinstance(value, bool | str):
        text = str(VALUE_NAMES.get(value, value))
    elif isinstance(value, list):
        text = (
            ", ".join(_name(part) if isinstance(part, str) else _words(part) for part in value) or "không có"
        )
    elif isinstance(value, dict):
        text = "; ".join(f"{_name(key)}: {_words(part)}" for key, part in value.items())
    else:
        text = str(value)
    return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]}…"
