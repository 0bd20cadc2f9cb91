"""What the facts say about each criterion: the same sentence for the citizen and for staff."""

from collections.abc import Callable
from dataclasses import replace

from app.emulation.criteria_rules import (
    AllUnits,
    Attested,
    Belongs,
    Criterion,
    Good,
    GoodResult,
    NoVoid,
    Referrals,
    RegisteredBy,
    Span,
    Took,
    TookPart,
    UnitAttested,
    UnitPeople,
    UnitRate,
    UnitWinners,
)
from app.emulation.facts_rules import AccountFacts, Barrier, Calendar, WhyNot, own_streak, rounds_taken
from app.emulation.rules import bit_of, count_rounds, longest_streak, mask_of
from app.emulation.unit_rules import UnitFacts
from app.emulation.wording import Words
from app.formats import vn_date, vn_number, vn_percent

BARRIER_REASONS = {
    Barrier.DISABLED: "Tài khoản đang bị khóa nên chưa được xét.",
    Barrier.MERGED: "Tài khoản đã gộp vào một tài khoản khác của cùng một người; kết quả tính ở đó.",
    Barrier.BARRED: "Có tên trong danh sách không được dự thi nên không được xét.",
}
WHY_NOT = {
    WhyNot.BARRIER: "tài khoản bị khóa, đã gộp hoặc không thuộc diện dự thi",
    WhyNot.TOO_EARLY: "đăng ký trước ngày bắt đầu tính",
    WhyNot.TOO_LATE: "đăng ký sau ngày cuối được tính",
    WhyNot.OUTSIDE: "ở ngoài phạm vi được tính",
    WhyNot.NOT_AMONG_FIRST: "không nằm trong những người đăng ký đầu tiên",
    WhyNot.NO_STREAK: "chưa dự đủ",
}


def sentence(criterion: Criterion, facts: AccountFacts, calendar: Calendar, words: Words) -> str:
    """What the facts of a person say about an individual criterion."""
    return REASONS[criterion.kind](criterion, facts, calendar, words)


def unit_sentence(criterion: Criterion, facts: UnitFacts, calendar: Calendar, words: Words) -> str:
    """What the facts of a collective say about a collective criterion."""
    return UNIT_REASONS[criterion.kind](criterion, facts, calendar, words)


def marks(mask: int, calendar: Calendar, words: Words) -> str:
    """ "tuần 1 ✓ 2 ✓ 3 ✗ 4 …": what is over and was not taken is crossed out."""
    signs = []
    for number, is_taken in rounds_taken(mask, calendar):
        sign = "✓" if is_taken else "…" if calendar.open & bit_of(number) else "✗"
        signs.append(f"{number} {sign}")
    return f"{words.label} {' '.join(signs)}" if signs else f"chưa có {words.label} nào"


def _took_part(criterion: TookPart, facts: AccountFacts, calendar: Calendar, words: Words) -> str:
    numbers = calendar.pick(criterion.rounds)
    taken = count_rounds(facts.rounds_mask & mask_of(numbers))
    shown = marks(facts.rounds_mask, replace(calendar, numbers=numbers), words)
    said = f"Đã dự {taken}/{len(numbers)} {words.label}: {shown}."
    if criterion.mode is Took.STREAK:
        return f"{said} Dài nhất {longest_streak(facts.rounds_mask, numbers)} {words.label} liên tục."
    return said


def _good_result(criterion: GoodResult, facts: AccountFacts, calendar: Calendar, words: Words) -> str:
    within = mask_of(calendar.pick(criterion.rounds))
    best = f"cao nhất {facts.best_score} câu đúng"
    match criterion.mode:
        case Good.SCORE:
            count = count_rounds(facts.score_masks[criterion.percent] & within)
            return f"Đạt mức {criterion.percent}% ở {count} {words.label}; {best}."
        case Good.RANK:
            rank = facts.best_rank
            if rank is None:
                return "Chưa có hạng trong kết quả đã công bố nào."
            return f"Hạng cao nhất trong các kết quả đã công bố: {vn_number(rank)}."
        case Good.PRIZE:
            return f"Đạt giải ở {count_rounds(facts.prize_mask & within)} {words.label}."
    return f"Có kết quả được công nhận ở {count_rounds(facts.rounds_mask & within)} {words.label}; {best}."


def _referrals(criterion: Referrals, facts: AccountFacts, calendar: Calendar, words: Words) -> str:
    counted = facts.referrals[criterion]
    said = f"Có {counted.referred} tài khoản được tính"
    if criterion.streak:
        said += f", trong đó {counted.good} tài khoản đã dự đủ"
    if criterion.own_streak and criterion.streak:
        said += f"; người giới thiệu dự {own_streak(facts, calendar)} {words.label} liên tục"
    return f"{said} (cần {criterion.count})."


def _belongs(criterion: Belongs, facts: AccountFacts, calendar: Calendar, words: Words) -> str:
    if facts.lives_inside and facts.enrolled_inside:
        return f"Đăng ký và dự thi ở {words.unit}."
    if facts.lives_inside:
        return f"Tài khoản đăng ký ở {words.unit}; dự thi cho nơi khác hoặc chưa dự thi."
    if facts.enrolled_inside:
        return f"Dự thi cho {words.unit}; tài khoản đăng ký ở nơi khác."
    return f"Không đăng ký và không dự thi ở {words.unit}."


def _registered(criterion: RegisteredBy, facts: AccountFacts, calendar: Calendar, words: Words) -> str:
    return f"Tài khoản đăng ký ngày {vn_date(facts.registered_at)}."


def _no_void(criterion: NoVoid, facts: AccountFacts, calendar: Calendar, words: Words) -> str:
    return f"Có {facts.void_count} lượt thi bị hủy." if facts.void_count else "Không có lượt thi nào bị hủy."


def _attested(criterion: Attested, facts: AccountFacts | UnitFacts, calendar: Calendar, words: Words) -> str:
    word = facts.attested.get(criterion.code)
    if word is None:
        return f"Chưa có xác nhận của {criterion.attester}."
    return "Đã được xác nhận là đạt." if word else "Đã được xác nhận là chưa đạt."


def _unit_rate(criterion: UnitRate, facts: UnitFacts, calendar: Calendar, words: Words) -> str:
    headcount = facts.headcount
    if headcount is None:
        return "Chưa có quân số được duyệt."
    if headcount < criterion.least_headcount:
        return f"Quân số {vn_number(headcount)} người, chưa đủ {vn_number(criterion.least_headcount)}."
    if criterion.span is Span.CONTEST:
        people = f"{vn_number(facts.people)}/{vn_number(headcount)} người"
        return f"Tỷ lệ {vn_percent(facts.people / headcount)} ({people})."
    rates = [
        f"{number}: {vn_percent(facts.round_people.get(number, 0) / headcount)}"
        for number in calendar.numbers
    ]
    return f"Tỷ lệ từng {words.label} trên {vn_number(headcount)} người: {'; '.join(rates)}."


def _unit_people(criterion: UnitPeople, facts: UnitFacts, calendar: Calendar, words: Words) -> str:
    if criterion.span is Span.CONTEST:
        return f"Có {vn_number(facts.people)} người tham gia."
    counts = [f"{number}: {vn_number(facts.round_people.get(number, 0))}" for number in calendar.numbers]
    return f"Số người từng {words.label}: {'; '.join(counts)}."


def _all_units(criterion: AllUnits, facts: UnitFacts, calendar: Calendar, words: Words) -> str:
    if facts.silent_units:
        return f"Còn {facts.silent_units} đơn vị trực thuộc chưa có người tham gia."
    return "Đơn vị trực thuộc nào cũng có người tham gia." if facts.people else "Chưa có người tham gia."


def _unit_winners(criterion: UnitWinners, facts: UnitFacts, calendar: Calendar, words: Words) -> str:
    return f"Có {vn_number(facts.winners)} người đạt giải (cần {vn_number(criterion.count)})."


REASONS: dict[str, Callable[..., str]] = {
    TookPart.kind: _took_part,
    GoodResult.kind: _good_result,
    Referrals.kind: _referrals,
    Belongs.kind: _belongs,
    RegisteredBy.kind: _registered,
    NoVoid.kind: _no_void,
    Attested.kind: _attested,
}
UNIT_REASONS: dict[str, Callable[..., str]] = {
    UnitRate.kind: _unit_rate,
    UnitPeople.kind: _unit_people,
    AllUnits.kind: _all_units,
    UnitWinners.kind: _unit_winners,
    UnitAttested.kind: _attested,
}
