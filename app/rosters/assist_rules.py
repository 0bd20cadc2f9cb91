"""Signing up somebody who has no phone of their own: what is written down about the help."""

from app.errors import DomainError

MAX_ASKED_BY = 160
CONSENT_WAYS = {
    "read_aloud": "Đã đọc cho người dự thi nghe, người dự thi đồng ý bằng lời",
    "on_paper": "Người dự thi đã ký đồng ý trên giấy, đơn vị giữ bản giấy",
}


class AlreadyThere(DomainError):
    message = "Đã có người cùng họ tên, ngày sinh ở đơn vị này."
    safe = "Chưa có tài khoản nào được tạo."
    todo = "Bạn tìm người này ở mục Người dự thi rồi in phiếu mới cho họ."
