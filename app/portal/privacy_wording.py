"""What is stored about people, why, and for how long; the figures come from the rules that delete it."""

from typing import NamedTuple

from app.accounts.rules import CITIZEN_LONGEST, RESET_LIFETIME, SESSIONS_KEPT, TRACES_KEPT
from app.rosters.rules import KEPT_UNCONFIRMED
from app.rosters.slip_rules import LINK_LIFETIME

UNTIL_DOSSIER = "đến hết thời gian giải quyết khiếu nại và lưu hồ sơ khen thưởng"


class Stored(NamedTuple):
    """One kind of data: what it is, what it is for, how long it is kept."""

    what: str
    why: str
    how_long: str


ABOUT_PEOPLE = (
    Stored(
        "Số điện thoại hoặc mã tài khoản, họ tên, ngày sinh, đơn vị; giới tính, nơi công tác nếu bạn ghi",
        "Đăng nhập, xét độ tuổi, thống kê theo đơn vị, liên hệ khi đạt giải.",
        UNTIL_DOSSIER,
    ),
    Stored(
        "Mật khẩu",
        "Đăng nhập. Chỉ lưu dạng đã băm, không ai đọc được, kể cả người quản trị.",
        "đến khi bạn đổi hoặc xoá tài khoản",
    ),
    Stored(
        "Các câu đồng ý, kèm phiên bản và thời điểm",
        "Chứng minh bạn đã đồng ý hoặc đã rút lại điều gì, lúc nào.",
        UNTIL_DOSSIER,
    ),
    Stored(
        "Bài thi: đề của bạn, từng lần lưu câu trả lời với giờ máy chủ, số dự đoán, điểm, mã biên nhận",
        "Chấm, xếp hạng, giải quyết khiếu nại. Người khác chỉ thấy số câu đúng, số dự đoán, thời gian.",
        UNTIL_DOSSIER,
    ),
    Stored(
        "Ai giới thiệu bạn đăng ký",
        "Xét thi đua. Người giới thiệu thấy tên rút gọn, đơn vị của bạn và tuần nào bạn đã thi.",
        UNTIL_DOSSIER,
    ),
    Stored(
        "Phần đầu của địa chỉ mạng và mã đã băm của thiết bị, khi đăng ký và khi bắt đầu lượt thi",
        "Kiểm tra gian lận khi cần. Không tự động loại ai.",
        f"{TRACES_KEPT.days} ngày kể từ ngày ghi, rồi xoá",
    ),
    Stored(
        "Phiên đăng nhập: tên loại thiết bị, lúc đăng nhập, lúc dùng gần nhất",
        "Giữ đăng nhập; để bạn xem và đăng xuất từng thiết bị.",
        f"dài nhất {CITIZEN_LONGEST.days} ngày; phiên đã hết được xoá sau {SESSIONS_KEPT.days} ngày",
    ),
    Stored(
        "Liên kết đặt lại mật khẩu do cán bộ cấp",
        "Giúp bạn khi quên mật khẩu.",
        f"dùng được một lần, trong {RESET_LIFETIME.seconds // 60} phút; trên phiếu giấy, trong "
        f"{LINK_LIFETIME.days} ngày",
    ),
    Stored(
        "Danh sách mà đơn vị gửi để lập tài khoản trước cho bạn: họ tên, ngày sinh, số điện thoại nếu có",
        "Để bạn vào thi bằng phiếu của đơn vị.",
        f"tệp danh sách chưa ghi nhận: {KEPT_UNCONFIRMED.days} ngày; sau đó chỉ còn tài khoản của bạn",
    ),
    Stored(
        "Ai đăng ký giúp bạn, ai nhờ, và bạn đã đồng ý bằng cách nào",
        "Chứng minh bạn đã đồng ý khi có người giúp.",
        UNTIL_DOSSIER,
    ),
)


def stored(device_cookie_days: int) -> list[Stored]:
    """Everything that is kept about a person who takes part, on the server and on their device."""
    return [
        *ABOUT_PEOPLE,
        Stored(
            "Cookie trên máy bạn: một để giữ đăng nhập, một để nhận ra thiết bị đã dùng",
            "Không quảng cáo, không theo dõi, không gửi cho ai.",
            f"cookie đăng nhập {CITIZEN_LONGEST.days} ngày, cookie thiết bị {device_cookie_days} ngày",
        ),
        Stored(
            "Bộ nhớ trình duyệt trên máy bạn: câu trả lời chưa gửi được, cỡ chữ, màu nền",
            "Không mất câu trả lời khi đứt mạng.",
            "câu trả lời bị xoá khi bạn xem kết quả hoặc đăng xuất",
        ),
    ]
