"""The figures of an analysis in the words of people without statistics."""

from typing import NamedTuple

from app.analysis.rules import PaperFigures
from app.formats import vn_number

NOT_DEFINED = "không tính được"
WEAK_RELIABILITY, GOOD_RELIABILITY = 50.0, 70.0


class Explained(NamedTuple):
    """A figure with its name, what it says, and when to worry; `is_bad`: worry now."""

    name: str
    value: str
    meaning: str
    is_bad: bool = False


def vn_decimal(value: float | None, digits: int = 1) -> str:
    """-12.345 → "-12,3"."""
    if value is None:
        return NOT_DEFINED
    rounded = round(value, digits) + 0.0  # no "-0,0"
    whole, _, rest = f"{abs(rounded):.{digits}f}".partition(".")
    sign = "-" if rounded < 0 else ""
    return f"{sign}{vn_number(int(whole))}{',' if rest else ''}{rest}"


def vn_index(value: float | None) -> str:
    """A figure in per cent: -12.3 → "-12,3%"."""
    return NOT_DEFINED if value is None else f"{vn_decimal(value)}%"


def explain(figures: PaperFigures, highest: int) -> list[Explained]:
    """The figures of the whole paper; `highest` is the most points anybody had."""
    return [*_spread(figures, highest), *_shape(figures), *_trust(figures)]


def _spread(figures: PaperFigures, highest: int) -> list[Explained]:
    return [
        Explained(
            "Điểm trung bình",
            f"{vn_decimal(figures.mean, 2)} câu đúng",
            f"Một nửa số bài có từ {vn_decimal(figures.median)} câu đúng trở lên; bài cao nhất có {highest}.",
        ),
        Explained(
            "Độ phân tán",
            f"{vn_decimal(figures.sd, 2)} câu",
            "Độ lệch chuẩn: các bài chênh nhau chừng ấy câu quanh trung bình. "
            "Gần 0 nghĩa là đề không tách được ai.",
            figures.sd == 0,
        ),
    ]


def _shape(figures: PaperFigures) -> list[Explained]:
    return [
        Explained(
            "Độ lệch của phân bố",
            vn_decimal(figures.skewness, 2),
            "Âm: đa số bài điểm cao, đề dễ. Dương: đa số bài điểm thấp, đề khó. "
            "Dưới -1 hoặc trên 1 là lệch nhiều.",
            figures.skewness is not None and abs(figures.skewness) > 1,
        ),
        Explained(
            "Độ nhọn của phân bố",
            vn_decimal(figures.kurtosis, 2),
            "Dương: điểm dồn quanh một chỗ. Âm: điểm trải đều. Số này chỉ để tham khảo.",
        ),
    ]


def _trust(figures: PaperFigures) -> list[Explained]:
    reliability = figures.reliability
    return [
        Explained(
            "Độ tin cậy",
            vn_index(reliability),
            f"Các câu có cùng đo một thứ không. Từ {GOOD_RELIABILITY:.0f}% là tốt; dưới "
            f"{WEAK_RELIABILITY:.0f}% thì thứ hạng do may rủi nhiều. Số âm là có câu đi ngược cả đề. "
            "Đề càng ít câu thì số này càng khó cao.",
            reliability is not None and reliability < WEAK_RELIABILITY,
        ),
        Explained(
            "Sai số của điểm",
            f"{vn_decimal(figures.standard_error, 2)} câu",
            "Hai người hơn kém nhau ít hơn chừng ấy thì chưa chắc ai giỏi hơn.",
        ),
    ]


def index_words(value: float | None) -> str:
    """What a discrimination index says of a question."""
    if value is None:
        return "Không tính được: mọi người trả lời như nhau."
    if value < 0:
        return "Ngược: người làm tốt các câu khác lại hay sai câu này."
    if value < 10:
        return "Yếu: người giỏi và người kém làm đúng như nhau."
    if value < 30:
        return "Vừa phải."
    return "Tốt: câu tách được người giỏi."
