"""What is in the database before anybody comes: made by the product's own services, with past times."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import select

from app.accounts import passwords
from app.accounts.consent_wording import Purpose
from app.accounts.models import Account
from app.accounts.rules import Registration
from app.accounts.services import grant_role, register_account
from app.contests import policy
from app.contests import services as contests
from app.contests.models import Contest, Round
from app.extensions import db
from app.factory import create_app
from app.permissions import Role
from app.questions import importer as question_files
from app.questions.models import QuestionVersion
from app.questions.services import approve_versions, import_bank
from app.units import importer as unit_files
from app.units.queries import get_unit
from app.units.services import import_units
from bench.servers import ROOT
from config import Config

MIGRATIONS = ROOT / "migrations"
BANK = ROOT / "question_bank"
SERIES, PROVINCE, COMMUNE = "vn-2024", "20", "06325"
FIRST_PHONE = 900_000_000
BIRTH = date(1990, 5, 8)
SLUG = "do-hieu-nang"
FULL_NAME = "Thí sinh mẫu Đo"
CLOSED_ROUND, OPEN_ROUND = 1, 2
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
# Everybody is ranked, by every key: the dearest order that a live board may show.
POLICY = replace(policy.PRESETS["vcnet"][1], target=policy.Target.ATTEMPTS, only_perfect=False)


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in."""

    phone: str
    password: str


@dataclass(frozen=True)
class World:
    """Names and ids only, so that other processes may use it. Round 1 has closed, round 2 is open."""

    slug: str
    contest_id: int
    closed_round_id: int
    open_round_id: int
    organiser_id: int
    people: tuple[Person, ...]

    @property
    def open_path(self) -> str:
        return f"/cuoc-thi/{self.slug}/tuan/{OPEN_ROUND}"


def make_world(config: Config, *, people: int) -> World:
    """Migrate an empty database, fill it, and register `people` persons with passwords of their own."""
    app = create_app(config)
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        now = datetime.now(UTC).replace(microsecond=0)
        world = _fill(app, people, now)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return world


def _fill(app: Flask, people: int, now: datetime) -> World:
    long_ago = now - 5 * WEEK
    national = unit_files.read_national_units()
    import_units(national.trees, national.successions, now=long_ago)
    commune = get_unit(SERIES, COMMUNE).id
    author, approver = (_register(commune, number, None, long_ago) for number in range(2))
    for organiser in (author, approver):
        grant_role(organiser, Role.ORGANISER, granted_by=None, now=long_ago)
    db.session.flush()
    _approve_bank(BANK, author.id, approver.id, long_ago)
    contest = _make_contest(author.id, long_ago)
    closed = _make_round(contest, author.id, opens_at=now - 2 * WEEK, closes_at=now - WEEK)
    opened = _make_round(contest, author.id, opens_at=now - WEEK + HOUR, closes_at=now + WEEK)
    known = [Person(_phone(number), f"mật khẩu {secrets.token_hex(6)}") for number in range(2, people + 2)]
    for number, person in enumerate(known, 2):
        _register(commune, number, passwords.hash_password(person.password), long_ago)
    return World(contest.slug, contest.id, closed.id, opened.id, author.id, tuple(known))


def _phone(number: int) -> str:
    return f"+84{FIRST_PHONE + number}"


def _register(unit_id: int, number: int, password_hash: str | None, now: datetime) -> Account:
    person = Registration(full_name=FULL_NAME, phone=_phone(number), date_of_birth=BIRTH, unit_id=unit_id)
    consents = (Purpose.PARTICIPATION, Purpose.PUBLICATION)
    return register_account(person, consents=consents, password_hash=password_hash, now=now)


def _approve_bank(folder: Path, author_id: int, approver_id: int, now: datetime) -> None:
    bank = question_files.read_bank(folder)
    import_bank(bank.topics, bank.questions, author_id=author_id, now=now, digest=bank.digest)
    drafts = db.session.scalars(select(QuestionVersion.id).order_by(QuestionVersion.id)).all()
    approve_versions(drafts, actor_id=approver_id, now=now)


def _make_contest(author_id: int, now: datetime) -> Contest:
    values = {
        "slug": SLUG,
        "name": "Cuộc thi mẫu để đo",
        "place": "tỉnh Lạng Sơn",
        "organiser": "Ban Tổ chức mẫu",
        "label": "tuần",
        "series_code": SERIES,
        "minimum_age": 16,
        "guardian_under_age": 16,
        "shows_own_score": True,
        "complaint_days": 5,
        "rules_markdown": "Thể lệ mẫu.",
        "policy": POLICY,
    }
    return contests.create_contest(values, scope_code=PROVINCE, actor_id=author_id, now=now)


def _make_round(contest: Contest, author_id: int, *, opens_at: datetime, closes_at: datetime) -> Round:
    """Ten questions of all topics, no limit of attempts, fifteen minutes."""
    topics = list(question_files.read_bank(BANK).topics)
    values = {
        "title": "",
        "opens_at": opens_at,
        "last_start_at": None,
        "closes_at": closes_at,
        "time_limit": 900,
        "attempt_limit": None,
        "minimum_answered": 1,
        "shuffles_questions": True,
        "shuffles_options": True,
        "has_prediction": True,
        "blueprint": [
            {"topics": topics, "level": 1, "count": 5},
            {"topics": topics, "level": 2, "count": 5},
        ],
    }
    before = opens_at - timedelta(days=1)
    found = contests.create_round(contest, values, actor_id=author_id, now=before)
    contests.schedule_round(found, actor_id=author_id, now=before)
    return found
