"""What people agree to, word for word; a changed sentence is a new version.

Follows the Personal Data Protection Law 91/2025/QH15: each purpose has its own box, unticked;
silence is no consent; every consent can be withdrawn.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.accounts.rules import ADULT_CONSENT_AGE, TRACES_KEPT
from app.errors import DomainError


class Purpose(StrEnum):
    PARTICIPATION = "participation"
    PUBLICATION = "publication"
    GUARDIAN = "guardian"


@dataclass(frozen=True)
class ConsentText:
    """The sentence beside a box, and the version that is stored with the consent."""

    version: str
    sentence: str
    hint: str = ""


TEXTS = {
    Purpose.PARTICIPATION: ConsentText(
        version="2026-01",
        sentence=(
            "Tôi đồng ý để Ban Tổ chức xử lý số điện thoại, họ tên, ngày sinh, đơn vị "
            "và bài thi của tôi cho cuộc thi này, như trong thông báo."
        ),
    ),
    Purpose.PUBLICATION: ConsentText(
        version="2026-01",
        sentence=(
            "Tôi đồng ý công khai tên tôi: tên rút gọn (như “Hoàng T. L.”) và đơn vị trên bảng kết quả; "
            "đủ họ tên trong quyết định công nhận kết quả nếu tôi đạt giải."
        ),
        hint="Không bắt buộc. Nếu không đồng ý, bảng kết quả chỉ ghi số thí sinh của bạn.",
    ),
    Purpose.GUARDIAN: ConsentText(
        version="2026-01",
        sentence=(
            f"Tôi là cha, mẹ hoặc người giám hộ của thí sinh dưới {ADULT_CONSENT_AGE} tuổi; "
            "tôi đồng ý cho thí sinh dự thi và đồng ý việc xử lý dữ liệu như trong thông báo."
        ),
        hint=(
            f"Chỉ cần khi thí sinh chưa đủ {ADULT_CONSENT_AGE} tuổi. "
            "Thí sinh và người giám hộ cùng đồng ý. Tên của thí sinh không hiện công khai."
        ),
    ),
}

NOTICE_TITLE = "Thông báo xử lý dữ liệu cá nhân"
NOTICE = (
    (
        "Ai xử lý, theo luật nào",
        "Ban Tổ chức cuộc thi xử lý dữ liệu của bạn theo Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15 "
        "và các văn bản hướng dẫn thi hành.",
    ),
    (
        "Dữ liệu nào, để làm gì",
        "Số điện thoại hoặc mã tài khoản để đăng nhập và liên hệ khi bạn đạt giải. Họ tên, ngày sinh, đơn vị "
        "để xác định người dự thi, độ tuổi và thống kê theo đơn vị. Giới tính, nơi công tác hoặc học tập "
        "nếu bạn tự ghi. Bài thi, kết quả và người giới thiệu để chấm, xếp hạng và xét thi đua.",
    ),
    (
        "Dấu vết để chống gian lận",
        "Khi bạn đăng ký và khi bắt đầu mỗi lượt thi, hệ thống ghi phần đầu của địa chỉ mạng và một mã "
        "đã băm của thiết bị. Các dấu vết này để riêng, chỉ Ban Tổ chức và người quản trị được xem khi cần "
        "kiểm tra gian lận, không tự động loại ai, "
        f"và được xoá chậm nhất sau {TRACES_KEPT.days} ngày kể từ ngày ghi.",
    ),
    (
        "Ai được xem",
        "Cán bộ đơn vị chỉ xem được người trong đơn vị mình. Ban Tổ chức xem để công nhận kết quả và "
        "trao giải. Người giới thiệu bạn thấy tên rút gọn, đơn vị và tuần bạn đã thi. Không ai khác được "
        "nhận dữ liệu, trừ khi pháp luật yêu cầu. Trang không dùng cookie quảng cáo hay theo dõi; "
        "chỉ có cookie giữ đăng nhập và nhận ra thiết bị của bạn.",
    ),
    (
        "Giữ bao lâu",
        "Trong thời gian cuộc thi, giải quyết khiếu nại và lưu hồ sơ khen thưởng. Khi bạn yêu cầu xoá, "
        "tên và số điện thoại được bỏ đi, chỉ còn số thí sinh để kết quả đã công bố vẫn kiểm tra được.",
    ),
    (
        "Quyền của bạn",
        "Bạn được biết, xem, sửa, rút lại đồng ý, yêu cầu hạn chế hoặc xoá dữ liệu, và khiếu nại. "
        "Rút lại đồng ý không làm mất hiệu lực của việc đã làm trước đó. Bạn gửi yêu cầu cho Ban Tổ chức "
        "hoặc cán bộ đơn vị và được trả lời trong 02 ngày làm việc.",
    ),
)


class ConsentMissing(DomainError):
    message = "Chưa đủ đồng ý xử lý dữ liệu để dự thi."


PARTICIPATION_MISSING = "Bạn hãy đánh dấu đồng ý xử lý dữ liệu để dự thi."
GUARDIAN_MISSING = (
    f"Thí sinh chưa đủ {ADULT_CONSENT_AGE} tuổi: cha, mẹ hoặc người giám hộ cần đánh dấu đồng ý."
)


def needed(*, is_minor: bool) -> frozenset[Purpose]:
    """Without these nobody takes part."""
    return frozenset({Purpose.PARTICIPATION, Purpose.GUARDIAN} if is_minor else {Purpose.PARTICIPATION})


def recorded(given: Iterable[Purpose], *, is_minor: bool) -> frozenset[Purpose]:
    """The consents that are kept of those ticked. Raises ConsentMissing.

    A minor's name is never public, so that consent is not taken; an adult needs no guardian.
    """
    asked = {Purpose.PARTICIPATION, Purpose.GUARDIAN if is_minor else Purpose.PUBLICATION}
    kept = asked & set(given)
    if not needed(is_minor=is_minor) <= kept:
        raise ConsentMissing
    return frozenset(kept)
