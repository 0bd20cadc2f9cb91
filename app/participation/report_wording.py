"""Every sentence of a report, and numbers in words."""

from collections.abc import Sequence
from datetime import datetime

from app.formats import vn_date, vn_number, vn_percent, vn_time
from app.participation.report_rules import MINIMUM_HEADCOUNT, Figures, Line

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES = ("", "nghìn", "triệu", "tỷ")
LISTED = 10
DEFINITIONS = (
    "Người: người có ít nhất một lượt thi hợp lệ, mỗi người tính một lần.",
    "Lượt: lượt thi hợp lệ, tức là đã nộp hoặc hết giờ, trả lời đủ số câu tối thiểu và không bị hủy.",
    f"Tỷ lệ: số người chia cho quân số đã duyệt; đơn vị dưới {MINIMUM_HEADCOUNT} người không tính tỷ lệ.",
    "Mỗi người tính cho đơn vị dự thi đã ghi nhận khi vòng thi đóng.",
)
INTERNAL = (
    "Vòng thi còn mở và còn hỏi dự đoán: số liệu này chỉ dùng trong nội bộ, không chuyển cho thí sinh "
    "cho đến khi vòng thi đóng."
)


def in_words(number: int) -> str:
    """1234 → "một nghìn hai trăm ba mươi tư". Numbers below 10^12."""
    if number == 0:
        return DIGITS[0]
    groups = []
    rest = number
    while rest:
        rest, group = divmod(rest, 1000)
        groups.append(group)
    words = []
    for index in range(len(groups) - 1, -1, -1):
        if groups[index]:
            words += [_group(groups[index], is_first=index == len(groups) - 1), SCALES[index]]
    return " ".join(word for word in words if word)


def _group(number: int, *, is_first: bool) -> str:
    """Three digits; after a higher group hundreds are said even when there are none."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [] if is_first and not hundreds else [DIGITS[hundreds], "trăm"]
    if tens == 0 and ones and words:
        words.append("lẻ")
    elif tens == 1:
        words.append("mười")
    elif tens > 1:
        words += [DIGITS[tens], "mươi"]
    if ones:
        words.append(_ones(tens, ones))
    return " ".join(words)


def _ones(tens: int, ones: int) -> str:
    if ones == 5 and tens:
        return "lăm"
    if tens > 1 and ones in (1, 4):
        return {1: "mốt", 4: "tư"}[ones]
    return DIGITS[ones]


def moment(value: datetime) -> str:
    """07 giờ 30, ngày 08/04/2024."""
    return f"{vn_time(value).replace(':', ' giờ ')}, ngày {vn_date(value)}"


def period_name(label: str, round_number: int | None) -> str:
    return "cả cuộc thi" if round_number is None else f"{label} {round_number}"


def subject_of(figures: Figures) -> str:
    """What the report is about, under the word BÁO CÁO."""
    period = "" if figures.round_number is None else f", {period_name(figures.label, figures.round_number)}"
    return f"Kết quả tham gia Cuộc thi trắc nghiệm trên Internet “{figures.contest}” {figures.place}{period}"


def opening_of(figures: Figures) -> str:
    whole = "Cuộc thi" if figures.round_number is None else period_name(figures.label, figures.round_number)
    state = "đang diễn ra" if figures.is_running else "đã diễn ra"
    return (
        f"{whole[0].upper()}{whole[1:]} {state} từ {moment(figures.opens_at)} đến "
        f"{moment(figures.closes_at)}. Theo số liệu của hệ thống lúc {moment(figures.as_of)}, kết quả "
        f"tham gia của {figures.unit} như sau:"
    )


def sentences_of(figures: Figures) -> list[str]:
    """The general results, one sentence each."""
    total = figures.total
    found = [_people(figures), _attempts(total)]
    if total.people_all_correct is not None:
        found.append(
            f"Số người trả lời đúng tất cả câu hỏi: {vn_number(total.people_all_correct)} người"
            f"{_share(total.people_all_correct, total.people)}."
        )
        found.append(f"Số người lần đầu dự thi: {vn_number(total.newcomers)} người.")
    if total.change is not None and figures.compared_with is not None:
        found.append(_change(figures, total.change))
    return found


def _people(figures: Figures) -> str:
    total = figures.total
    text = f"Số người dự thi: {vn_number(total.people)} người (bằng chữ: {in_words(total.people)} người)"
    if total.rate is not None and total.headcount is not None:
        text += f", đạt {vn_percent(total.rate)} so với quân số {vn_number(total.headcount)} người"
    if total.target_share is not None and total.target is not None:
        text += f", bằng {vn_percent(total.target_share)} chỉ tiêu {vn_number(total.target)} người"
    return f"{text}."


def _attempts(total: Line) -> str:
    text = f"Số lượt thi: {vn_number(total.attempts)} lượt (bằng chữ: {in_words(total.attempts)} lượt)"
    if total.people:
        text += f", bình quân {total.attempts / total.people:.1f}".replace(".", ",", 1) + " lượt một người"
    return f"{text}."


def _share(part: int, whole: int) -> str:
    return f", bằng {vn_percent(part / whole)} số người dự thi" if whole else ""


def _change(figures: Figures, change: int) -> str:
    before = f"{figures.label} {figures.compared_with}"
    when = f"cùng ngày của {before}" if figures.is_running else before
    if change == 0:
        return f"Số người dự thi bằng {when}."
    return f"So với {when}: {'tăng' if change > 0 else 'giảm'} {vn_number(abs(change))} người."


def remarks_of(figures: Figures) -> list[str]:
    """What the lines show: who leads by rate, who is below target, who has nobody."""
    if len(figures.lines) < 2:
        return []
    found = []
    rated = sorted(
        (line for line in figures.lines if line.rate is not None), key=lambda line: -(line.rate or 0)
    )
    if rated:
        best = [f"{line.name} ({vn_percent(line.rate or 0)})" for line in rated[:3]]
        found.append(f"Đơn vị có tỷ lệ tham gia cao: {', '.join(best)}.")
    below = [line.name for line in figures.lines if line.target and line.people < line.target]
    if below:
        found.append(f"Đơn vị chưa đạt chỉ tiêu ({vn_number(len(below))}): {_listed(below)}.")
    absent = [line.name for line in figures.lines if not line.people]
    if absent:
        found.append(f"Đơn vị chưa có người dự thi ({vn_number(len(absent))}): {_listed(absent)}.")
    above = [line.name for line in figures.lines if line.rate is not None and line.rate > 1]
    if above:
        found.append(
            f"Cần rà soát vì số người vượt quân số, có thể có người chọn nhầm đơn vị: {_listed(above)}."
        )
    return found


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" và {vn_number(rest)} đơn vị khác" if rest > 0 else "")


def notes_of(figures: Figures) -> list[str]:
    """How the figures are counted, and who may read them."""
    partly = f"Chưa tính các đơn vị trước sắp xếp chỉ chuyển một phần: {_listed(figures.left_out)}."
    internal = figures.is_running and figures.predicts
    return [*DEFINITIONS, *([partly] if figures.left_out else []), *([INTERNAL] if internal else [])]
