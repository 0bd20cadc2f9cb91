"""What the criteria editor calls each kind of criterion and its parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.emulation.criteria_rules import KINDS, Basis, Good, Lives, Span, Took, Which

EVERY_ROUND_HINT = "Ghi số, cách nhau bằng dấu phẩy, ví dụ 1, 2, 5. Để trống: mọi vòng."


class BoxKind(StrEnum):
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    DAY = "day"
    ROUNDS = "rounds"
    SWITCH = "switch"


@dataclass(frozen=True)
class Box:
    """One parameter of a criterion as a box of its card; `choices` are (value, words)."""

    name: str
    kind: BoxKind
    label: str
    hint: str = ""
    choices: Sequence[tuple[str, str]] = ()
    is_optional: bool = False


INDIVIDUAL_KINDS = [name for name, found in KINDS.items() if not found.is_collective]
COLLECTIVE_KINDS = [name for name, found in KINDS.items() if found.is_collective]

_ROUNDS = Box("rounds", BoxKind.ROUNDS, "Chỉ tính các vòng", EVERY_ROUND_HINT, is_optional=True)
_SPAN = Box(
    "span",
    BoxKind.CHOICE,
    "Tính người",
    choices=(
        (Span.CONTEST, "cả cuộc thi, mỗi người tính một lần"),
        (Span.EVERY_ROUND, "ở từng vòng, vòng nào cũng phải đạt"),
    ),
)
_ATTESTER = Box(
    "attester", BoxKind.TEXT, "Ai xác nhận", "Ví dụ: Ban Dân vận huyện ủy hoặc thủ trưởng đơn vị."
)

BOXES: dict[str, tuple[Box, ...]] = {
    "rounds": (
        Box(
            "mode",
            BoxKind.CHOICE,
            "Cần dự thi",
            choices=(
                (Took.ALL, "mọi vòng"),
                (Took.COUNT, "ít nhất số vòng ghi ở dưới, vòng nào cũng được"),
                (Took.STREAK, "số vòng liên tiếp ghi ở dưới, lúc nào cũng được"),
                (Took.LAST, "các vòng cuối cùng, số vòng ghi ở dưới"),
            ),
        ),
        Box("count", BoxKind.NUMBER, "Số vòng", "Không dùng khi cần dự thi mọi vòng."),
        _ROUNDS,
    ),
    "result": (
        Box(
            "mode",
            BoxKind.CHOICE,
            "Kết quả tốt là",
            choices=(
                (Good.ANY, "có lượt thi hợp lệ, được Ban Tổ chức công nhận"),
                (Good.SCORE, "đạt tỷ lệ câu đúng ghi ở dưới"),
                (Good.RANK, "có hạng trong kết quả đã công bố"),
                (Good.PRIZE, "đạt giải trong kết quả đã công bố"),
            ),
        ),
        Box("percent", BoxKind.NUMBER, "Tỷ lệ câu đúng (%)", "Chỉ dùng khi chọn tỷ lệ câu đúng."),
        Box("count", BoxKind.NUMBER, "Ở ít nhất bao nhiêu vòng", "Chỉ dùng khi chọn tỷ lệ câu đúng."),
        Box("rank", BoxKind.NUMBER, "Từ hạng 1 đến hạng", "Chỉ dùng khi chọn hạng."),
        _ROUNDS,
    ),
    "referrals": (
        Box("count", BoxKind.NUMBER, "Ít nhất bao nhiêu người"),
        Box(
            "streak",
            BoxKind.NUMBER,
            "Mỗi người dự thi bao nhiêu vòng liên tiếp",
            "Ghi 0 nếu chỉ cần đăng ký, 1 nếu chỉ cần thi một vòng.",
        ),
        Box(
            "which",
            BoxKind.CHOICE,
            "Tính những ai",
            choices=(
                (Which.ANY, "bất kỳ ai trong những người đã giới thiệu"),
                (Which.FIRST, "chỉ những người đăng ký đầu tiên"),
            ),
        ),
        Box(
            "lives",
            BoxKind.CHOICE,
            "Người được giới thiệu ở đâu",
            choices=(
                (Lives.ANYWHERE, "ở đâu cũng được"),
                (Lives.CONTEST, "trong địa bàn của cuộc thi"),
                (Lives.UNIT, "trong đơn vị của đợt thi đua"),
            ),
        ),
        Box("own_streak", BoxKind.SWITCH, "Người giới thiệu cũng phải thi đủ số vòng liên tiếp ấy"),
        Box("registered_from", BoxKind.DAY, "Đăng ký từ ngày", "Ví dụ 25/03/2024.", is_optional=True),
        Box("registered_to", BoxKind.DAY, "Đăng ký đến hết ngày", "Ví dụ 28/04/2024.", is_optional=True),
        _ROUNDS,
    ),
    "belongs": (
        Box(
            "basis",
            BoxKind.CHOICE,
            "Xét theo",
            choices=(
                (Basis.EITHER, "nơi ở trong tài khoản hoặc đơn vị dự thi"),
                (Basis.ACCOUNT, "nơi ở trong tài khoản"),
                (Basis.ENROLMENT, "đơn vị dự thi"),
            ),
        ),
    ),
    "registered": (Box("day", BoxKind.DAY, "Có tài khoản chậm nhất ngày", "Ví dụ 25/03/2024."),),
    "no_void": (),
    "attested": (_ATTESTER,),
    "unit_rate": (
        Box("percent", BoxKind.NUMBER, "Tỷ lệ người tham gia ít nhất (%)"),
        _SPAN,
        Box(
            "least_headcount",
            BoxKind.NUMBER,
            "Đơn vị phải có ít nhất bao nhiêu người",
            "Đơn vị nhỏ hơn không xét theo tỷ lệ.",
        ),
    ),
    "unit_people": (Box("count", BoxKind.NUMBER, "Ít nhất bao nhiêu người"), _SPAN),
    "all_units": (),
    "unit_winners": (Box("count", BoxKind.NUMBER, "Ít nhất bao nhiêu người đạt giải"),),
    "unit_attested": (_ATTESTER,),
}
