"""Which questions a person should look at after a round, and why, in words for people without statistics."""

from enum import StrEnum
from math import sqrt

from app.analysis.round_rules import OptionFigures, QuestionFigures

LEAST_PEOPLE = 30  # below it a figure says more about chance than about the question
LEAST_CHOSEN = 5
TOO_EASY, TOO_HARD = 0.95, 0.20
WEAK_INDEX = 10.0
UNUSED_SHARE = 0.02
SURE = 2.0  # standard errors between two means


class Flag(StrEnum):
    """The gravest first."""

    KEY = "key"
    NEGATIVE = "negative"
    BETTER_CHOOSE_WRONG = "better_choose_wrong"
    TOO_HARD = "too_hard"
    TOO_EASY = "too_easy"
    WEAK = "weak"
    UNUSED = "unused"


FLAG_NAMES = {
    Flag.KEY: "Nghi sai đáp án",
    Flag.NEGATIVE: "Phân biệt ngược",
    Flag.BETTER_CHOOSE_WRONG: "Người giỏi chọn phương án sai",
    Flag.TOO_HARD: "Quá khó",
    Flag.TOO_EASY: "Quá dễ",
    Flag.WEAK: "Ít phân biệt",
    Flag.UNUSED: "Phương án không ai chọn",
}
FLAG_MEANINGS = {
    Flag.KEY: "Một phương án bị coi là sai được chọn nhiều hơn đáp án, và người chọn nó làm các câu khác "
    "tốt hơn. Mở văn bản nguồn và kiểm tra lại đáp án trước tiên.",
    Flag.NEGATIVE: "Người làm tốt các câu khác lại hay sai câu này. Đọc lại lời câu hỏi và đáp án: "
    "có thể đáp án sai, hoặc câu đánh lừa người hiểu kỹ.",
    Flag.BETTER_CHOOSE_WRONG: "Người chọn phương án sai này làm các câu khác tốt hơn người chọn đáp án. "
    "Có thể phương án này cũng đúng theo một cách hiểu.",
    Flag.TOO_HARD: "Không tới một phần năm số người làm đúng, thấp hơn cả chọn bừa một trong bốn phương án.",
    Flag.TOO_EASY: "Hầu như ai cũng đúng: câu không giúp xếp hạng. Không sai, nhưng nên dùng ít.",
    Flag.WEAK: "Người giỏi và người kém làm đúng câu này gần như nhau.",
    Flag.UNUSED: "Phương án sai này lộ liễu: gần như không ai chọn. Nên viết lại cho giống thật hơn.",
}


def flags_of(question: QuestionFigures) -> list[Flag]:
    """The flags of one question, the gravest first; none for a voided one or below LEAST_PEOPLE."""
    figures = question.figures
    if question.is_voided or figures.n < LEAST_PEOPLE:
        return []
    index, better = figures.discrimination_index, options_of_better_people(question)
    raised = {
        Flag.KEY: any(option.count > _right_count(question) for option in better),
        Flag.NEGATIVE: index is not None and index < 0,
        Flag.BETTER_CHOOSE_WRONG: bool(better),
        Flag.TOO_HARD: figures.facility <= TOO_HARD,
        Flag.TOO_EASY: figures.facility >= TOO_EASY,
        Flag.WEAK: index is not None and 0 <= index < WEAK_INDEX and figures.facility < TOO_EASY,
        Flag.UNUSED: bool(unused_options(question)) and figures.facility < TOO_EASY,
    }
    return [flag for flag in Flag if raised[flag]]


def gravity_of(flags: list[Flag]) -> tuple[int, int]:
    """Sorts questions with the gravest flags first."""
    order = list(Flag)
    return (min((order.index(flag) for flag in flags), default=len(order)), -len(flags))


def options_of_better_people(question: QuestionFigures) -> list[OptionFigures]:
    """Wrong options whose people do surely better on the other questions than those of every right one."""
    rights = [option for option in question.options if option.is_right]
    return [
        option
        for option in question.options
        if not option.is_right
        and option.count >= LEAST_CHOSEN
        and all(_is_surely_better(option, right) for right in rights)
    ]


def _is_surely_better(option: OptionFigures, other: OptionFigures) -> bool:
    """Is the mean on the rest higher by more than SURE standard errors? Nobody is worse than anybody."""
    if option.mean_rest is None or other.mean_rest is None:
        return option.mean_rest is not None
    error = sqrt(
        sum(max(each.variance_rest or 0.0, 0.0) / each.count for each in (option, other) if each.count)
    )
    return option.mean_rest - other.mean_rest > SURE * error


def unused_options(question: QuestionFigures) -> list[OptionFigures]:
    """Wrong options that hardly anybody chose."""
    return [option for option in question.options if not option.is_right and option.share < UNUSED_SHARE]


def _right_count(question: QuestionFigures) -> int:
    return max((option.count for option in question.options if option.is_right), default=0)
