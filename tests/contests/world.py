"""A contest with draft or scheduled rounds and two organisers, for the tests of this feature."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from app.accounts.models import Account, RoleGrant
from app.audit.models import AuditEntry
from app.contests import policy, services
from app.contests.models import Contest, Round, RoundExtension, RoundKey, RoundPackage
from app.extensions import db
from app.units.models import Unit
from tests import world

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
DAY = timedelta(days=1)
OPENS = datetime(2026, 3, 3, 0, tzinfo=UTC)
LENGTH = timedelta(days=6, hours=15)


def make_people():
    """The units and two organisers of every contest; their account ids."""
    unit = world.make_units()
    author, approver = (world.make_person(unit.id, NOW - DAY).id for _ in range(2))
    for account_id in (author, approver):
        db.session.add(RoleGrant(account_id=account_id, role="organiser", valid_from=NOW - DAY))
    db.session.flush()
    return author, approver


def make_contest(author_id, *, slug="dan-van-kheo", preset="vcnet", scope_code="20", **changes):
    values = {
        "slug": slug,
        "name": "Dân vận khéo",
        "place": "tỉnh Lạng Sơn",
        "organiser": "Ban Tổ chức mẫu",
        "label": "tuần",
        "series_code": "vn-2024",
        "minimum_age": 16,
        "guardian_under_age": 16,
        "shows_own_score": True,
        "complaint_days": 5,
        "rules_markdown": "Thể lệ mẫu.",
        "policy": policy.PRESETS[preset][1],
    }
    return services.create_contest(values | changes, scope_code=scope_code, actor_id=author_id, now=NOW)


def make_draft(contest, author_id, *, days=0, **changes):
    """The contest's next round, not scheduled; the first opens 19 hours after NOW."""
    opens_at = OPENS + days * DAY
    values = {
        "title": "",
        "opens_at": opens_at,
        "last_start_at": None,
        "closes_at": opens_at + LENGTH,
        "time_limit": 900,
        "attempt_limit": 3,
        "minimum_answered": 1,
        "shuffles_questions": True,
        "shuffles_options": True,
        "has_prediction": True,
        "blueprint": world.BLUEPRINT,
    }
    return services.create_round(contest, values | changes, actor_id=author_id, now=NOW)


def draft(*, levels=(24, 16), **changes):
    """(draft round 1, author's id): everything is there to schedule it, unless `changes` say otherwise."""
    author, approver = make_people()
    world.make_questions(author, approver, NOW - DAY, per_level=levels)
    return make_draft(make_contest(author), author, **changes), author


def scheduled(*, levels=(24, 16), **changes):
    """(scheduled round 1, author's id)."""
    found, author = draft(levels=levels, **changes)
    services.schedule_round(found, actor_id=author, now=NOW)
    return found, author


def sign_in(login, client, account_id):
    login(client, db.session.get(Account, account_id))


def make_role(role, *, contest_id=None):
    """Somebody else with one role, or none; the account's id."""
    home = db.session.scalars(select(Unit).where(Unit.is_leaf)).first()
    account = world.make_person(home.id, NOW - DAY)
    if role is not None:
        grant = RoleGrant(account_id=account.id, role=role, contest_id=contest_id, valid_from=NOW - DAY)
        grant.unit_id = home.id if role == "staff" else None
        db.session.add(grant)
    db.session.flush()
    return account.id


def rows():
    """Everything that the pages of this feature may change."""
    tables = (Contest, Round, RoundPackage, RoundKey, RoundExtension, AuditEntry)
    return {
        table.__tablename__: [
            tuple(row) for row in db.session.execute(select(*table.__table__.columns).order_by(text("1")))
        ]
        for table in tables
    }
