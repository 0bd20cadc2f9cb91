"""A contest with an open round and people who can sit it, made by the services that the product uses."""

import hashlib
import itertools
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.accounts.models import Account, Consent, RoleGrant, Session
from app.accounts.rules import Origin
from app.contests import policy
from app.contests import services as contests
from app.contests.models import Contest, Round
from app.extensions import db
from app.questions.models import Question, QuestionVersion, Topic
from app.text import fold, name_sort_key
from app.units.models import Unit, UnitSeries
from app.units.rules import search_text

BLUEPRINT = [{"topics": ["mau"], "level": 1, "count": 6}, {"topics": ["mau"], "level": 2, "count": 4}]
BIRTH = date(1990, 5, 8)
PHONES = itertools.count(5_000_001)  # valid numbers for the people of a test process, none of tests.factories
ORIGIN = Origin("203.0.113.0/24", b"0123456789abcdef")


@dataclass(frozen=True)
class World:
    """Ids only, so that threads and other processes may use it."""

    contest_id: int
    slug: str
    round_id: int
    unit_id: int


def make_units(series="vn-2024"):
    """A province with one district and two communes; returns the first commune."""
    db.session.add(UnitSeries(code=series, name="Danh mục thử", valid_from=None, valid_to=None))
    db.session.flush()
    parent, path = None, "/"
    for code, kind, name in (
        ("20", "tỉnh", "Lạng Sơn"),
        ("185", "huyện", "Bắc Sơn"),
        ("06325", "xã", "Bắc Quỳnh"),
    ):
        path = f"{path}{code}/"
        parent = make_unit(series, code, kind, name, parent, path)
    make_unit(series, "06328", "xã", "Chiêu Vũ", db.session.get(Unit, parent.parent_id), "/20/185/06328/")
    return parent


def make_unit(series, code, kind, name, parent, path):
    unit = Unit(
        series_code=series,
        code=code,
        kind=kind,
        name=name,
        full_name=f"{kind.capitalize()} {name}",
        parent_id=parent.id if parent else None,
        path=path,
        depth=path.count("/") - 1,
        is_leaf=kind == "xã",
        search=search_text(kind, name, parent.full_name if parent else ""),
        sort_key=name_sort_key(name),
        valid_from=None,
        valid_to=None,
    )
    db.session.add(unit)
    db.session.flush()
    return unit


def make_person(unit_id, now, *, born=BIRTH, consents=("participation", "publication"), password_hash=None):
    """An account that gave its consents."""
    account = Account(
        public_id=secrets.token_hex(16),
        sign_in_name=f"+8491{next(PHONES):07}",
        sign_in_kind="phone",
        full_name="Thí sinh mẫu Thử",
        search=fold("Thí sinh mẫu Thử"),
        sort_key=name_sort_key("Thí sinh mẫu Thử"),
        date_of_birth=born,
        unit_id=unit_id,
        password_hash=password_hash,
        referral_code=secrets.token_hex(6).upper(),
        created_at=now,
    )
    db.session.add(account)
    db.session.flush()
    for purpose in consents:
        db.session.add(
            Consent(account_id=account.id, purpose=purpose, text_version="1", is_given=True, at=now)
        )
    db.session.flush()
    return account


def make_session(account_id, now):
    """A signed-in device; returns its token."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        Session(
            account_id=account_id,
            token_hash=token_hash(token),
            device="Chrome trên Android",
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(days=30),
        )
    )
    db.session.flush()
    return token


def token_hash(token):
    return hashlib.sha256(token.encode()).hexdigest()


def make_questions(author_id, approver_id, now, *, per_level=(24, 16)):
    """Approved questions of topic "mau": a few with two right options, one in five with option D pinned."""
    topic = Topic(code="mau", name="Chủ đề mẫu")
    db.session.add(topic)
    db.session.flush()
    for level, count in enumerate(per_level, 1):
        for number in range(count):
            make_question(topic, f"mau-{level}-{number:03}", level, number, author_id, approver_id, now)
    db.session.flush()


def make_question(topic, key, level, number, author_id, approver_id, now):
    question = Question(key=key, topic_id=topic.id, created_at=now)
    db.session.add(question)
    db.session.flush()
    db.session.add(
        QuestionVersion(
            question_id=question.id,
            number=1,
            level=level,
            asks="content",
            stem=f"Câu hỏi mẫu {key}?",
            options=[f"{key} phương án {letter}" for letter in "ABCD"],
            answer="BD" if number % 8 == 0 else "ABCD"[number % 4],
            pinned="D" if number % 5 == 0 else "",
            explanation="Giải thích mẫu.",
            source="Văn bản mẫu, Điều 1",
            valid_from=date(2020, 1, 1),
            content_hash=hashlib.sha256(key.encode()).hexdigest(),
            search=fold(key),
            created_by=author_id,
            created_at=now,
            approved_by=approver_id,
            approved_at=now,
        )
    )


def make_world(now, *, preset="vcnet", **round_values):
    """A contest whose first round is scheduled and opens at `now`; commits."""
    unit = make_units()
    author, approver = (make_person(unit.id, now) for _ in range(2))
    for organiser in (author, approver):
        grant_organiser(organiser.id, now - timedelta(days=9))
    make_questions(author.id, approver.id, now - timedelta(days=2))
    contest = make_contest(author.id, now - timedelta(days=2), preset=preset)
    found = make_round(contest, author.id, now, **round_values)
    db.session.commit()
    return World(contest.id, contest.slug, found.id, unit.id)


def grant_organiser(account_id, now):
    db.session.add(RoleGrant(account_id=account_id, role="organiser", valid_from=now))
    db.session.flush()


def make_contest(author_id, now, *, preset="vcnet", slug="dan-van-kheo", series="vn-2024"):
    values = {
        "slug": slug,
        "name": "Dân vận khéo",
        "place": "tỉnh Lạng Sơn",
        "organiser": "Ban Tổ chức mẫu",
        "label": "tuần",
        "series_code": series,
        "minimum_age": 16,
        "guardian_under_age": 16,
        "shows_own_score": True,
        "complaint_days": 5,
        "rules_markdown": "Thể lệ mẫu.",
        "policy": policy.PRESETS[preset][1],
    }
    return contests.create_contest(values, scope_code="20", actor_id=author_id, now=now)


def make_round(contest: Contest, author_id: int, opens_at: datetime, **values) -> Round:
    """A scheduled round that opens at `opens_at` for a week; scheduled a day before."""
    defaults = {
        "title": "",
        "opens_at": opens_at,
        "last_start_at": None,
        "closes_at": opens_at + timedelta(days=6, hours=23),
        "time_limit": 900,
        "attempt_limit": 3,
        "minimum_answered": 1,
        "shuffles_questions": True,
        "shuffles_options": True,
        "has_prediction": policy.from_json(contest.policy).target is not None,
        "blueprint": BLUEPRINT,
    }
    before = opens_at - timedelta(days=1)
    found = contests.create_round(contest, defaults | values, actor_id=author_id, now=before)
    contests.schedule_round(found, actor_id=author_id, now=before)
    return found
