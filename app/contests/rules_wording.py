"""The rules text that a new contest begins with; organisers rewrite it after their own decision."""

from collections.abc import Mapping
from typing import Any

FIRST_RULES = """\
# Đối tượng

Mọi người từ {minimum_age} tuổi trở lên, trong phạm vi {place}. Người dưới {guardian_under_age} tuổi cần \
người giám hộ đồng ý khi đăng ký.

# Cách dự thi

- Đăng ký một tài khoản bằng số điện thoại hoặc mã do cán bộ cấp. Mỗi người chỉ dùng một tài khoản.
- Mỗi {label} thi có giờ mở, giờ đóng, thời gian làm bài và số lượt ghi ở trang của {label} đó.
- Câu trả lời được lưu từng câu. Hết giờ, hệ thống tự nộp những câu đã lưu.

# Không được làm

- Thi hộ, dùng nhiều tài khoản, dùng phần mềm trả lời tự động.
- Vi phạm có thể bị hủy lượt thi hoặc không xét giải; quyết định có lý do và được báo cho người dự thi.

# Khiếu nại

Kết quả của từng {label} được công bố trên trang này. Bạn gửi khiếu nại trong {complaint_days} ngày kể từ \
khi công bố. {organiser} trả lời bằng văn bản.
"""


def first_rules(facts: Mapping[str, Any]) -> str:
    """The text in Markdown for columns of Contest as a form gives them."""
    names = ("minimum_age", "guardian_under_age", "place", "label", "complaint_days", "organiser")
    return FIRST_RULES.format(**{name: facts[name] for name in names})
