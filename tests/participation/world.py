"""Contests whose attempts are written as rows: many people, weeks and days in little time."""

import secrets
from datetime import timedelta

from app.attempts.models import Attempt
from app.contests import policy
from app.contests.models import Contest, Round, RoundPackage
from app.enrolments.models import Enrolment
from app.extensions import db
from app.localtime import from_local
from app.ranking import live_services
from tests.factories import make_account, make_unit

# Monday 25 March 2024, 8:00 in Viet Nam; a week is open until Sunday 22:00.
OPENS = from_local(2024, 3, 25, 8)
LENGTH = timedelta(days=6, hours=14)
WEEK = timedelta(days=7)
OFFERED = "4" * 10


def make_tree(series_code="vn-2024", districts=2, communes=2):
    """A province with districts of communes: (province, [district, [commune, …]] …)."""
    province = make_unit(code="20", kind="tỉnh", name="Lạng Sơn", series_code=series_code)
    branches = []
    for _ in range(districts):
        district = make_unit(province, kind="huyện", name=f"Huyện mẫu {len(branches) + 1}")
        leaves = [make_unit(district, name=f"Xã mẫu {number + 1}") for number in range(communes)]
        branches.append((district, leaves))
    return province, branches


def make_contest(province, *, slug="dan-van-kheo", **values):
    defaults = {
        "slug": slug,
        "name": "Dân vận khéo",
        "place": "tỉnh Lạng Sơn",
        "organiser": "Ban Tổ chức mẫu",
        "label": "tuần",
        "series_code": province.series_code,
        "scope_unit_id": province.id,
        "minimum_age": 16,
        "guardian_under_age": 16,
        "shows_own_score": True,
        "complaint_days": 5,
        "rules_markdown": "Thể lệ mẫu.",
        "policy": policy.to_json(policy.PRESETS["vcnet"][1]),
        "created_at": OPENS - WEEK,
    }
    return _add(Contest(**(defaults | values)))


def make_week(contest, number, *, minimum_answered=1, **values):
    """The scheduled round of that number, a week after the one before."""
    opens_at = OPENS + (number - 1) * WEEK
    defaults = {
        "contest_id": contest.id,
        "number": number,
        "title": "",
        "opens_at": opens_at,
        "closes_at": opens_at + LENGTH,
        "time_limit": 900,
        "attempt_limit": 3,
        "minimum_answered": minimum_answered,
        "shuffles_questions": True,
        "shuffles_options": True,
        "has_prediction": True,
        "blueprint": [],
        "scheduled_at": OPENS - WEEK,
    }
    found = _add(Round(**(defaults | values)))
    package = {
        "seed": "0" * 64,
        "pool": [],
        "blueprint": [],
        "policy": contest.policy,
        "settings": {"minimum_answered": minimum_answered},
        "commitment": "0" * 64,
        "frozen_at": OPENS - WEEK,
    }
    _add(RoundPackage(round_id=found.id, **package))
    return found


def enrol(contest, unit, *, age=30, **account):
    """A new person of the unit in the contest."""
    person = make_account(unit, **account)
    return enrol_account(contest, person, unit, age=age)


def enrol_account(contest, account, unit, *, age=30):
    values = {"league": "", "age": age, "contestant_no": 10_000_000 + account.id, "created_at": OPENS}
    return _add(Enrolment(contest_id=contest.id, account_id=account.id, unit_id=unit.id, **values))


def take(enrolment, found, at, *, score=8, answered=10, number=1):
    """A submitted attempt that ended at `at`."""
    return _add(
        Attempt(
            public_id=secrets.token_hex(16),
            round_id=found.id,
            account_id=enrolment.account_id,
            enrolment_id=enrolment.id,
            number=number,
            receipt_code=secrets.token_hex(6).upper(),
            paper="",
            offered=OFFERED,
            started_at=at - timedelta(seconds=60),
            deadline_at=at + timedelta(minutes=10),
            accept_until=at + timedelta(minutes=10, seconds=30),
            closed_at=at,
            close_reason="submitted",
            finished_at=at,
            answers="",
            answered_count=answered,
            prediction=100,
            digest="0" * 64,
            key_version=1,
            score=score,
        )
    )


def let_count(now):
    """Take every attempt that waits into the live standings; commits."""
    while live_services.tally(1_000, now=now):
        db.session.commit()
    db.session.commit()


def _add(row):
    db.session.add(row)
    db.session.flush()
    return row
