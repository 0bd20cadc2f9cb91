"""Make the demo: a contest of five rounds whose whole history went through the product's services.

Every function takes past moments; none commits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.accounts.consent_wording import Purpose
from app.accounts.rules import Origin, Registration
from app.accounts.services import grant_role, register_account
from app.contests import policy
from app.contests.draw import below, number_stream
from app.contests.queries import rounds_of
from app.contests.services import create_contest, create_round, schedule_round
from app.developers import demo_rules as rules
from app.jobs.queries import find_job
from app.jobs.services import finish_job
from app.localtime import local_day
from app.permissions import Role
from app.questions import importer as question_files
from app.questions import services as questions
from app.questions.queries import Filters, approvable
from app.ranking import queries as results
from app.ranking.freeze_services import compute_freeze
from app.ranking.services import approve_and_publish, request_freeze
from app.units import importer as unit_files
from app.units.queries import browse_units, get_unit
from app.units.services import import_units

SERIES = "vn-2024"
PROVINCE = "20"
DISTRICT = "185"
SLUG = "dan-van-kheo"
BATCH = 300
CHOOSER_PLACE, APPRAISER_PLACE, DECIDER_PLACE = 4, 6, 7
VISITOR_PLACE = 5
VISITOR_REFERRALS = 3
CROWD_PLACE = 10
RULES = """\
Cuộc thi trắc nghiệm trên Internet “Dân vận khéo” dành cho người từ đủ 16 tuổi ở tỉnh Lạng Sơn.

- Mỗi tuần một vòng thi, mỗi người có **3 lượt**, mỗi lượt **15 phút** cho 10 câu hỏi và 1 câu hỏi phụ.
- Câu trả lời được lưu ngay khi chọn; hết giờ hệ thống tự nộp bài với những câu đã lưu.
- Đáp án được công khai sau khi vòng thi đóng.
- Khiếu nại gửi Ban Tổ chức trong 5 ngày sau khi công bố kết quả; quyết định của Ban Tổ chức là cuối cùng.
"""
GROUPS = (
    ("tu-tuong-ho-chi-minh", "chu-truong-cua-dang", "dan-chu-o-co-so"),
    ("mat-tran-va-doan-the", "dan-van-chinh-quyen", "tin-nguong-ton-giao"),
    ("cong-tac-dan-toc", "bien-gioi-quoc-phong", "muc-tieu-quoc-gia", "lang-son"),
)
CELLS = ((0, 1, 2), (0, 2, 2), (0, 3, 1), (1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 2, 1), (2, 3, 1))


@dataclass(frozen=True)
class Staff:
    """By account id: two organisers, one of whom freezes and the other approves, and a district's office.

    `chooser` is the district's staff whose account is printed; the others stand at later steps of dossiers.
    """

    freezer: int
    approver: int
    chooser: int
    appraiser: int
    decider: int


@dataclass(frozen=True)
class Contestant:
    """`account` is a row of accounts; its ways are in `habits`, its telephone in `origin`."""

    account: Any
    habits: rules.Habits
    origin: Origin


def bring_units_and_questions(bank: question_files.ReadBank, *, now: datetime) -> None:
    """Both national trees and the bank; nothing changes when they are there already."""
    national = unit_files.read_national_units()
    import_units(national.trees, national.successions, now=now)
    questions.import_bank(bank.topics, bank.questions, author_id=None, now=now, digest=bank.digest)


def register(
    place: int,
    name: str,
    born: date,
    unit_id: int,
    *,
    now: datetime,
    origin: Origin | None = None,
    **more: Any,
) -> Any:
    """The account with the `place`-th number of the demo's block; from its own telephone or `origin`."""
    registration = Registration(
        full_name=name, phone=rules.PHONE_BLOCK.format(place), date_of_birth=born, unit_id=unit_id
    )
    consents = (Purpose.PARTICIPATION, Purpose.PUBLICATION)
    seen_on = origin or rules.origin_of(place)
    return register_account(registration, consents=consents, now=now, origin=seen_on, **more)


def appoint_staff(password_hash: str, *, now: datetime) -> Staff:
    """An administrator, two organisers and the staff of one district, all with the demo's password."""
    commune = communes()[0]
    district = get_unit(SERIES, DISTRICT)
    appointed = {}
    for place, name, role, unit_id in (
        (1, "Thí sinh mẫu Quản Trị", Role.ADMINISTRATOR, None),
        (2, "Thí sinh mẫu Ban Tổ Chức", Role.ORGANISER, None),
        (3, "Thí sinh mẫu Người Duyệt", Role.ORGANISER, None),
        (CHOOSER_PLACE, "Thí sinh mẫu Cán Bộ", Role.STAFF, district.id),
        (APPRAISER_PLACE, "Thí sinh mẫu Thẩm Định", Role.STAFF, district.id),
        (DECIDER_PLACE, "Thí sinh mẫu Quyết Định", Role.STAFF, district.id),
    ):
        account = register(place, name, date(1985, 5, 19), commune, now=now, password_hash=password_hash)
        grant_role(account, role, granted_by=None, now=now, unit_id=unit_id)
        appointed[place] = account.id
    return Staff(*(appointed[place] for place in (2, 3, CHOOSER_PLACE, APPRAISER_PLACE, DECIDER_PLACE)))


def communes_of_district() -> list[int]:
    """Ids of the communes of the district whose office the demo shows."""
    return [get_unit(SERIES, choice.id).id for choice in browse_units(SERIES, get_unit(SERIES, DISTRICT))]


def communes() -> list[int]:
    """Ids of the communes of the demo's province, district by district."""
    province = get_unit(SERIES, PROVINCE)
    districts = [get_unit(SERIES, choice.id) for choice in browse_units(SERIES, province)]
    return [
        get_unit(SERIES, choice.id).id for district in districts for choice in browse_units(SERIES, district)
    ]


def approve_bank(staff: Staff, *, now: datetime) -> None:
    drafts = approvable(Filters(), staff.approver, limit=None)
    if drafts:
        questions.approve_versions([line.version.id for line in drafts], actor_id=staff.approver, now=now)


def make_contest(staff: Staff, first_opening: datetime, *, now: datetime) -> list[Any]:
    """The contest with its five rounds, all scheduled before the first opens; returns the rounds."""
    contest = create_contest(
        {
            "slug": SLUG,
            "name": "Dân vận khéo",
            "place": "tỉnh Lạng Sơn",
            "organiser": "Ban Tổ chức cuộc thi mẫu",
            "label": "tuần",
            "series_code": SERIES,
            "minimum_age": 16,
            "guardian_under_age": 16,
            "shows_own_score": True,
            "complaint_days": 5,
            "rules_markdown": RULES,
            "policy": policy.PRESETS["vcnet"][1],
        },
        scope_code=PROVINCE,
        actor_id=staff.freezer,
        now=now,
    )
    for number in range(rules.ROUND_COUNT):
        opens_at = first_opening + timedelta(weeks=number)
        found = create_round(contest, round_values(opens_at), actor_id=staff.freezer, now=now)
        schedule_round(found, actor_id=staff.freezer, now=now)
    return list(rounds_of(contest))


def round_values(opens_at: datetime) -> dict[str, Any]:
    return {
        "title": "",
        "opens_at": opens_at,
        "last_start_at": None,
        "closes_at": opens_at + rules.ROUND_LENGTH,
        "time_limit": rules.TIME_LIMIT,
        "attempt_limit": rules.ATTEMPT_LIMIT,
        "minimum_answered": 1,
        "shuffles_questions": True,
        "shuffles_options": True,
        "has_prediction": True,
        "blueprint": [
            {"topics": list(GROUPS[group]), "level": level, "count": count} for group, level, count in CELLS
        ],
    }


def register_visitor(password_hash: str, *, now: datetime) -> Contestant:
    """The citizen whose account the demo prints: somebody who knows much and misses no round."""
    name, born = "Thí sinh mẫu Dự Thi", date(1990, 5, 8)
    unit_id = communes_of_district()[0]
    account = register(VISITOR_PLACE, name, born, unit_id, now=now, password_hash=password_hash)
    habits = rules.Habits(knowledge=92, diligence=100, ambition=50)
    return Contestant(account, habits, rules.origin_of(VISITOR_PLACE))


def register_crowd(count: int, visitor: Contestant, *, before: datetime) -> Iterator[list[Contestant]]:
    """`count` contestants without passwords, BATCH at a time; every sixth was brought by an earlier one,
    the first three by the visitor."""
    units = communes()
    people: list[Contestant] = []
    for place in range(count):
        stream = number_stream("demo person", place)
        now = before - timedelta(minutes=count - place)
        is_brought = place and below(6, stream) == 0
        referrer = (
            visitor if place < VISITOR_REFERRALS else people[below(place, stream)] if is_brought else None
        )
        born = rules.date_of_birth(stream, local_day(before))
        unit_id = units[below(len(units), stream)]
        name = rules.full_name(stream)
        account = register(
            CROWD_PLACE + place, name, born, unit_id, now=now, referrer=referrer.account if referrer else None
        )
        people.append(Contestant(account, rules.habits(stream), rules.origin_of(CROWD_PLACE + place)))
        if len(people) % BATCH == 0 or place == count - 1:
            yield people[-BATCH:] if len(people) % BATCH == 0 else people[-(len(people) % BATCH) :]


def publish_round(found: Any, staff: Staff) -> None:
    """Freeze an hour after closing, approve by the second organiser an hour later."""
    frozen_at = found.closes_at + timedelta(hours=1)
    freeze = request_freeze(found, actor_id=staff.freezer, reason="Chốt kết quả tuần", now=frozen_at)
    compute_freeze(freeze.id, now=frozen_at)
    job = find_job(results.FREEZE_JOB, results.freeze_job_key(freeze))
    if job is not None:
        finish_job(job.id, now=frozen_at)
    approve_and_publish(
        found,
        freeze,
        body_sha256=str(freeze.body_sha256),
        approver_id=staff.approver,
        reason="",
        now=frozen_at + timedelta(hours=1),
    )
