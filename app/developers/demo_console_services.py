"""What organisers find at work in the demo: exclusions, a draft, analyses, complaints. Nothing commits."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from app.accounts.queries import live_grants
from app.analysis.rules import Scope
from app.analysis.services import request_analysis
from app.attempts.queries import own_attempts
from app.complaints import desk_services
from app.complaints.desk_queries import get_case
from app.complaints.rules import Effect, Outcome, Subject, Verdict
from app.complaints.services import file_complaint
from app.developers.demo_services import Contestant, Staff
from app.enrolments.exclusion_rules import Kind, Mode
from app.enrolments.exclusion_services import Entry, list_phone
from app.integrity.services import request_search
from app.questions.rules import BankQuestion
from app.questions.services import add_comment, create_version

RELATIVE_PHONE = "+84999009990"
DRAFT = BankQuestion(
    key="nhap-lich-tiep-cong-dan",
    topic="dan-van-chinh-quyen",
    level=1,
    asks="content",
    stem="Lịch tiếp công dân của Chủ tịch Ủy ban nhân dân xã được niêm yết ở đâu?",
    options=("Trụ sở tiếp công dân của xã", "Chỉ ở trụ sở tỉnh", "Không niêm yết", "Nhà riêng trưởng thôn"),
    answer="A",
    explanation="",
    source="",
    valid_from=date(2014, 7, 1),
)


def prepare(contest: Any, staff: Staff, *, now: datetime) -> None:
    """A relative of the committee plays without a rank; one question waits for its source."""
    entry = Entry(Mode.NOT_RANKED, Kind.RELATIVE, "Người thân của Người Duyệt")
    list_phone(contest, RELATIVE_PHONE, entry, actor_id=staff.freezer, now=now)
    create_version(DRAFT, author_id=staff.freezer, now=now)
    add_comment(DRAFT.key, "Cần ghi điều khoản của Luật Tiếp công dân.", author_id=staff.approver, now=now)


def look_into(found: Any, staff: Staff) -> None:
    """Ask for the integrity search and the item analysis of a closed round; jobs do both."""
    now = found.closes_at + timedelta(minutes=30)
    request_search(found, actor_id=staff.freezer, now=now)
    request_analysis(found, Scope.FIRST, actor_id=staff.freezer, now=now)


def complain(found: Any, visitor: Contestant, people: Sequence[Contestant], staff: Staff) -> None:
    """The visitor's complaint waits; somebody else's has been answered."""
    filed_at = found.closes_at + timedelta(hours=20)
    file(found, visitor, Subject.TECHNICAL, "Máy tôi mất mạng giữa bài. Xin xem câu đã lưu.", now=filed_at)
    other = next(person for person in people if own_attempts(person.account.id, found.id))
    told = file(found, other, Subject.RANKING, "Tôi nộp sớm hơn người xếp trên.", now=filed_at)
    answered_at = filed_at + timedelta(hours=2)
    case = get_case(live_grants(staff.approver, answered_at), told.public_id, lock=True)
    desk_services.take(case, actor_id=staff.approver, now=answered_at)
    answer = Verdict(
        Outcome.REFUSED,
        Effect.NONE,
        text="Số dự đoán của người xếp trên gần con số thật hơn nên được xét trước thời điểm nộp.",
        ground="Thể lệ, mục Cách xếp hạng",
    )
    desk_services.decide(case, answer, actor_id=staff.approver, now=answered_at)


def file(found: Any, person: Contestant, subject: Subject, text: str, *, now: datetime) -> Any:
    """A complaint about the person's first attempt of the round."""
    attempt = own_attempts(person.account.id, found.id)[0]
    return file_complaint(found, attempt, subject=subject, position=None, text=text, now=now)
