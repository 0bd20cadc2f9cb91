"""The sentences about criteria: what each one asks, as it stands in the rules."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.emulation.criteria_rules import (
    AllUnits,
    Attested,
    Basis,
    Belongs,
    Criterion,
    Good,
    GoodResult,
    Lives,
    NoVoid,
    Part,
    Referrals,
    RegisteredBy,
    Span,
    Took,
    TookPart,
    UnitAttested,
    UnitPeople,
    UnitRate,
    UnitWinners,
    Which,
)
from app.emulation.rules import Cause
from app.formats import vn_date, vn_number


class State(StrEnum):
    MET = "met"
    WAITING = "waiting"
    MISSING = "missing"


STATE_NAMES = {State.MET: "Đạt", State.WAITING: "Còn chờ", State.MISSING: "Chưa đạt"}
KIND_NAMES = {
    TookPart.kind: "Tham gia các vòng thi",
    GoodResult.kind: "Kết quả thi",
    Referrals.kind: "Vận động người khác dự thi",
    Belongs.kind: "Thuộc đơn vị",
    RegisteredBy.kind: "Ngày đăng ký tài khoản",
    NoVoid.kind: "Không có lượt thi bị hủy",
    Attested.kind: "Cán bộ xác nhận (cá nhân)",
    UnitRate.kind: "Tỷ lệ tham gia",
    UnitPeople.kind: "Số người tham gia",
    AllUnits.kind: "Đơn vị trực thuộc nào cũng có người tham gia",
    UnitWinners.kind: "Số người đạt giải",
    UnitAttested.kind: "Cán bộ xác nhận (tập thể)",
}
CAUSES = {
    Cause.PROGRESS: "Có thêm kết quả mới",
    Cause.CRITERIA: "Tiêu chí đã thay đổi",
    Cause.VOIDED: "Một lượt thi bị hủy",
    Cause.CANCELLED: "Một vòng thi bị hủy, không tính nữa",
    Cause.MERGED: "Tài khoản đã gộp vào một tài khoản khác",
    Cause.BARRED: "Tài khoản bị khóa hoặc không thuộc diện dự thi",
    Cause.REFERRAL: "Số người được giới thiệu được tính đã thay đổi",
    Cause.ATTESTED: "Có xác nhận mới",
    Cause.RESULT: "Kết quả được chấm lại hoặc công bố lại",
    Cause.MOVED: "Đã chuyển sang đơn vị khác",
    Cause.RECOUNTED: "Số liệu được tính lại",
}


@dataclass(frozen=True)
class Words:
    """What sentences call things: a round ("tuần"), the campaign's unit, whose contest it is."""

    label: str
    unit: str
    contest_unit: str


@dataclass(frozen=True)
class Check:
    """One criterion with its state, what it asks, and what the facts say about it."""

    code: str
    title: str
    state: State
    rule: str
    sentence: str


def state_of(is_met: bool, may_be_met: bool) -> State:
    """What is not met now, and would be at best, waits."""
    if is_met:
        return State.MET
    return State.WAITING if may_be_met else State.MISSING


def rule_text(criterion: Criterion, words: Words) -> str:
    """What a criterion asks, in one sentence."""
    return RULES[criterion.kind](criterion, words)


def combination_text(part: Part) -> str:
    """How the groups of a part combine; empty where there is nothing to combine."""
    if len(part.groups) <= 1:
        return ""
    titles = ", ".join(group.title for group in part.groups)
    if part.needed is None or part.needed >= len(part.groups):
        return f"Phải đạt tất cả các nhóm: {titles}."
    return f"Phải đạt ít nhất {part.needed} trong {len(part.groups)} nhóm: {titles}."


def list_rounds(numbers: tuple[int, ...], words: Words) -> str:
    return f"{words.label} {', '.join(map(str, numbers))}"


def _among(rounds: tuple[int, ...], words: Words) -> str:
    return f" trong các {list_rounds(rounds, words)}" if rounds else ""


def _took_part(criterion: TookPart, words: Words) -> str:
    among = _among(criterion.rounds, words)
    match criterion.mode:
        case Took.COUNT:
            return f"Có lượt thi hợp lệ ở ít nhất {criterion.count} {words.label}{among}."
        case Took.STREAK:
            return f"Có lượt thi hợp lệ {criterion.count} {words.label} liên tục{among}."
        case Took.LAST:
            return f"Có lượt thi hợp lệ ở cả {criterion.count} {words.label} cuối{among}."
    which = f"các {list_rounds(criterion.rounds, words)}" if criterion.rounds else f"tất cả các {words.label}"
    return f"Có lượt thi hợp lệ ở {which}."


def _good_result(criterion: GoodResult, words: Words) -> str:
    among = _among(criterion.rounds, words)
    match criterion.mode:
        case Good.SCORE:
            share = f"Đúng từ {criterion.percent}% số câu trở lên"
            return f"{share} ở ít nhất {criterion.count} {words.label}{among}."
        case Good.RANK:
            return f"Xếp hạng từ {vn_number(criterion.rank)} trở lên ở một kết quả đã công bố."
        case Good.PRIZE:
            return f"Đạt giải ở ít nhất một {words.label}{among} theo kết quả đã công bố."
    return f"Có kết quả được công nhận ở ít nhất một {words.label}{among}."


def _referrals(criterion: Referrals, words: Words) -> str:
    least = "" if criterion.which is Which.FIRST else "ít nhất "
    first = " đầu tiên" if criterion.which is Which.FIRST else ""
    lives = {
        Lives.ANYWHERE: "ở bất cứ đâu",
        Lives.CONTEST: f"thuộc {words.contest_unit}",
        Lives.UNIT: f"thuộc {words.unit}",
    }[criterion.lives]
    parts = [f"Vận động được {least}{criterion.count} tài khoản{first} {lives}{_window(criterion)}"]
    among = _among(criterion.rounds, words)
    if criterion.streak == 1:
        parts.append(f"mỗi tài khoản có lượt thi hợp lệ ở ít nhất một {words.label}{among}")
    elif criterion.streak:
        parts.append(f"mỗi tài khoản có lượt thi hợp lệ {criterion.streak} {words.label} liên tục{among}")
    if criterion.own_streak and criterion.streak:
        parts.append("chính người giới thiệu cũng dự thi như vậy")
    return "; ".join(parts) + "."


def _window(criterion: Referrals) -> str:
    first, last = criterion.registered_from, criterion.registered_to
    start = f" từ ngày {vn_date(first)}" if first else ""
    end = f" đến hết ngày {vn_date(last)}" if last else ""
    return f", đăng ký{start}{end}" if start or end else ""


def _belongs(criterion: Belongs, words: Words) -> str:
    return {
        Basis.ACCOUNT: f"Tài khoản đăng ký ở {words.unit}.",
        Basis.ENROLMENT: f"Dự thi cho {words.unit}.",
        Basis.EITHER: f"Tài khoản đăng ký ở {words.unit}, hoặc dự thi cho {words.unit}.",
    }[criterion.basis]


def _registered(criterion: RegisteredBy, words: Words) -> str:
    return f"Tài khoản đăng ký chậm nhất ngày {vn_date(criterion.day)}."


def _no_void(criterion: NoVoid, words: Words) -> str:
    return "Không có lượt thi nào bị hủy."


def _attested(criterion: Attested, words: Words) -> str:
    return f"{criterion.title}: {criterion.attester} xác nhận, có ghi rõ việc đã làm."


def _span(span: Span, words: Words) -> str:
    return "trong cả cuộc thi" if span is Span.CONTEST else f"ở mỗi {words.label}"


def _unit_rate(criterion: UnitRate, words: Words) -> str:
    least = f"đơn vị có quân số từ {vn_number(criterion.least_headcount)} người"
    return f"Tỷ lệ tham gia {_span(criterion.span, words)} từ {criterion.percent}% quân số trở lên ({least})."


def _unit_people(criterion: UnitPeople, words: Words) -> str:
    return f"Có ít nhất {vn_number(criterion.count)} người tham gia {_span(criterion.span, words)}."


def _all_units(criterion: AllUnits, words: Words) -> str:
    return "Tất cả các đơn vị trực thuộc đều có người tham gia."


def _unit_winners(criterion: UnitWinners, words: Words) -> str:
    return f"Có ít nhất {vn_number(criterion.count)} người đạt giải theo kết quả đã công bố."


RULES: dict[str, Callable[..., str]] = {
    TookPart.kind: _took_part,
    GoodResult.kind: _good_result,
    Referrals.kind: _referrals,
    Belongs.kind: _belongs,
    RegisteredBy.kind: _registered,
    NoVoid.kind: _no_void,
    Attested.kind: _attested,
    UnitRate.kind: _unit_rate,
    UnitPeople.kind: _unit_people,
    AllUnits.kind: _all_units,
    UnitWinners.kind: _unit_winners,
    UnitAttested.kind: _attested,
}
