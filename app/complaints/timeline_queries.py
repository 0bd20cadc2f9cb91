"""What the committee looks at in one case: paper, saves, receipt, place, decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, literal, select

from app.attempts import rules as attempts
from app.attempts.models import Attempt, Save
from app.attempts.queries import OwnAttempt, PageQuestion, key_answers, package_of, page_questions
from app.complaints.desk_queries import Case
from app.contests.models import RoundKey
from app.contests.queries import extensions_of
from app.extensions import db
from app.formats import vn_datetime, vn_number
from app.ranking.board_queries import board_of
from app.ranking.models import FrozenLine, Revision
from app.ranking.own_queries import OwnResult, find_own_result
from app.ranking.review_queries import DecisionLine, decision_lines
from app.ranking.rules import is_over

CLOSE_REASONS = {
    "submitted": "Người dự thi nộp bài",
    "timer": "Hết giờ, hệ thống tự nộp bài",
    "sweep": "Hết giờ mà không có tín hiệu nào, hệ thống nộp thay sau thời gian nhận nốt",
}


class Moment(NamedTuple):
    """One line of the timeline; `second` counts from the start of the attempt."""

    at: datetime
    second: int
    what: str
    detail: str = ""


class Check(NamedTuple):
    """Something recomputed from what is stored."""

    what: str
    is_right: bool


@dataclass(frozen=True)
class Evidence:
    """`place` is the person's in the newest revision; `is_recognised`: it is by this attempt."""

    questions: list[PageQuestion]
    moments: list[Moment]
    checks: list[Check]
    place: OwnResult | None
    is_recognised: bool
    decisions: list[DecisionLine]
    other_attempts: Sequence[Attempt]


def evidence_of(case: Case, now: datetime) -> Evidence:
    """Right answers only once no attempt can get a save any more."""
    latest_key = db.session.scalar(select(func.max(RoundKey.version)).filter_by(round_id=case.round.id)) or 1
    saves = db.session.scalars(select(Save).filter_by(attempt_id=case.attempt.id).order_by(Save.seq)).all()
    others = select(Attempt).where(
        Attempt.round_id == case.round.id,
        Attempt.enrolment_id == case.enrolment.id,
        Attempt.id != case.attempt.id,
    )
    return Evidence(
        questions=_questions(case, latest_key, with_key=is_over(case.round.closes_at, now)),
        moments=_moments(case, saves),
        checks=_checks(case, saves, latest_key),
        place=find_own_result(case.round, board_of(case.round, now), case.account.id),
        is_recognised=_is_recognised(case),
        decisions=decision_lines(case.round, case.enrolment.id),
        other_attempts=db.session.scalars(others.order_by(Attempt.number)).all(),
    )


def _questions(case: Case, latest_key: int, *, with_key: bool) -> list[PageQuestion]:
    query = select(Attempt.paper, Attempt.round_id, literal(latest_key).label("latest_key"))
    row = db.session.execute(query.where(Attempt.id == case.attempt.id)).one()
    sheet = attempts.Sheet(attempts.decode_answers(case.attempt.answers or ""), case.attempt.prediction)
    return page_questions(OwnAttempt(row, sheet, None), with_key=with_key)


def _moments(case: Case, saves: Sequence[Save]) -> list[Moment]:
    attempt = case.attempt

    def moment(at: datetime, what: str, detail: str = "") -> Moment:
        return Moment(at, int((at - attempt.started_at).total_seconds()), what, detail)

    found = [moment(attempt.started_at, f"Bắt đầu lượt {attempt.number}")]
    known: attempts.Answers = {}
    for save in saves:
        answers = attempts.decode_answers(save.answers)
        found.append(moment(save.received_at, "Lưu", _words_of(answers, known, save.prediction)))
        known |= answers
    found += [
        moment(
            extension.extended_at, "Vòng thi được kéo dài", f"Đóng lúc {vn_datetime(extension.new_closes_at)}"
        )
        for extension in extensions_of(case.round.id)
        if extension.extended_at >= attempt.started_at
    ]
    found.append(moment(attempt.deadline_at, "Hạn nộp"))
    found.append(moment(attempt.accept_until, "Hết thời gian nhận nốt câu trả lời"))
    closed_at = attempt.closed_at or attempt.accept_until
    found.append(moment(closed_at, "Đóng bài", CLOSE_REASONS[attempt.close_reason or "sweep"]))
    return sorted(found, key=lambda each: each.at)


def _words_of(answers: attempts.Answers, known: attempts.Answers, prediction: int | None) -> str:
    """ "câu 3: B; câu 5: AC (trước là A); số dự đoán 7.171"."""
    parts = []
    for position, letters in sorted(answers.items()):
        before = known.get(position)
        was = f" (trước là {before})" if before not in (None, letters) else ""
        parts.append(f"câu {position}: {letters}{was}")
    if prediction is not None:
        parts.append(f"số dự đoán {vn_number(prediction)}")
    return "; ".join(parts)


def _checks(case: Case, saves: Sequence[Save], latest_key: int) -> list[Check]:
    """The receipt, the sheet, the score and the paper, each computed again."""
    attempt = case.attempt
    answers = attempt.answers or ""
    sheet = attempts.fold((save.answers, save.prediction) for save in saves)
    digest = attempts.receipt_digest(attempt.receipt_code, answers, attempt.prediction)
    paper = attempts.decode_paper(attempt.paper)
    key = key_answers(case.round.id, latest_key)
    package = package_of(case.round.id)
    drawn = attempts.draw_paper(
        package.pool,
        package.blueprint,
        package.settings,
        seed=package.seed,
        contestant_no=case.enrolment.contestant_no,
        number=attempt.number,
    )
    return [
        Check("Biên nhận: mã kiểm tra tính lại từ bài đang lưu", digest == attempt.digest),
        Check(
            "Bài đã nộp là đúng các lần lưu gộp lại",
            attempts.encode_answers(sheet.answers) == answers and sheet.prediction == attempt.prediction,
        ),
        Check(
            f"Số câu đúng chấm lại theo đáp án lần {latest_key}",
            attempts.score_of(paper, attempts.decode_answers(answers), key) == attempt.score,
        ),
        Check("Đề rút lại từ mã cam kết của vòng thi", drawn == paper),
    ]


def _is_recognised(case: Case) -> bool:
    """Does the newest revision rank the person by this attempt?"""
    query = (
        select(FrozenLine.attempt_id)
        .join(Revision, Revision.freeze_id == FrozenLine.freeze_id)
        .where(Revision.round_id == case.round.id, Revision.number == case.round.published_revision)
        .where(FrozenLine.enrolment_id == case.enrolment.id)
    )
    return db.session.scalar(query) == case.attempt.id
