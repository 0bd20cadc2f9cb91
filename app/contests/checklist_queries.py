"""What must be true before a round can be scheduled; every line says what is missing or what was found."""

from datetime import datetime

from app.contests import policy, queries, rules, wording
from app.contests.models import Contest, Round
from app.contests.rules import Check
from app.formats import vn_date, vn_number, vn_time, vn_weekday

MINIMUM_APPROVERS = 2


def checklist(found: Round, now: datetime) -> list[Check]:
    chosen = policy.from_json(found.contest.policy)
    return [
        _window_check(found, now),
        _paper_check(found),
        _bank_check(found),
        _policy_check(chosen),
        _prediction_check(found, chosen),
        _text_check(found.contest),
        _approver_check(found.contest, now),
    ]


def overlapping_rounds(found: Round, window: tuple[datetime, datetime]) -> list[Round]:
    """The contest's other rounds whose window meets this one; a cancelled one leaves its window free."""
    held = queries.held_rounds(queries.rounds_of(found.contest))
    others = [other for other in held if other.id != found.id]
    return [other for other in others if rules.windows_overlap(window, (other.opens_at, other.closes_at))]


def _window_check(found: Round, now: datetime) -> Check:
    problems = rules.window_problems(
        found.opens_at, found.closes_at, found.last_start_at, found.time_limit, now
    )
    label = found.contest.label
    problems += [
        f"Trùng khung giờ với {label} {other.number}."
        for other in overlapping_rounds(found, (found.opens_at, found.closes_at))
    ]
    moments = (
        f"{vn_time(moment)} {vn_weekday(moment)} {vn_date(moment)}"
        for moment in (found.opens_at, found.closes_at)
    )
    return Check(
        "window", "Khung giờ", " ".join(problems), f"{' đến '.join(moments)}, không chồng {label} khác"
    )


def _paper_check(found: Round) -> Check:
    cells = rules.cells_of(found.blueprint)
    problems = rules.paper_problems(cells, found.minimum_answered)
    shuffled = [
        name
        for name, is_shuffled in (
            ("câu", found.shuffles_questions),
            ("phương án", found.shuffles_options),
        )
        if is_shuffled
    ]
    order = f"trộn {' và '.join(shuffled)}" if shuffled else "không trộn"
    return Check(
        "paper", "Cách rút đề", " ".join(problems), f"{rules.paper_size(cells)} câu ngẫu nhiên, {order}"
    )


def _bank_check(found: Round) -> Check:
    cells = rules.cells_of(found.blueprint)
    available = [len(questions) for questions in queries.pool_candidates(found)]
    needed = rules.POOL_FACTOR * rules.paper_size(cells)
    problems = rules.blueprint_problems(cells, available) if cells else ["Chưa có ma trận đề."]
    detail = f"{vn_number(sum(available))} câu dùng được, cần ít nhất {needed}"
    return Check("bank", "Ngân hàng đủ câu đã duyệt", " ".join(problems), detail)


def _policy_check(chosen: policy.Policy) -> Check:
    detail = f"{len(chosen.keys)} tiêu chí, {sum(prize.count for prize in chosen.prizes)} suất giải"
    return Check("policy", "Cách xếp hạng và giải thưởng", " ".join(policy.problems_of(chosen)), detail)


def _prediction_check(found: Round, chosen: policy.Policy) -> Check:
    is_needed = chosen.target is not None
    problem = ""
    if is_needed and not found.has_prediction:
        problem = "Cách xếp hạng cần số dự đoán nhưng câu hỏi phụ đang tắt."
    elif found.has_prediction and not is_needed:
        problem = "Câu hỏi phụ đang bật nhưng cách xếp hạng không dùng số dự đoán."
    detail = f"Đếm {wording.TARGET_NAMES[chosen.target]}" if chosen.target else "Không có câu hỏi phụ"
    return Check("prediction", "Câu hỏi phụ", problem, detail)


def _text_check(contest: Contest) -> Check:
    problem = "" if contest.rules_markdown.strip() else "Thể lệ còn trống."
    return Check("rules", "Thể lệ", problem, "Đã viết")


def _approver_check(contest: Contest, now: datetime) -> Check:
    count = queries.count_approvers(contest.id, now)
    problem = "" if count >= MINIMUM_APPROVERS else "Cần ít nhất hai người có quyền duyệt kết quả."
    return Check("approver", "Người thứ hai duyệt kết quả", problem, f"{count} người có quyền duyệt")
