"""A contest of five weeks of two questions each, and how its results come about."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.accounts.models import Account, Referral, RoleGrant
from app.contests.models import Contest, Round
from app.enrolments.models import Enrolment
from app.extensions import db
from app.jobs.runner import run_waiting_jobs
from app.ranking import queries, services
from tests import world as worlds
from tests.ranking import sittings

FIRST = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
LENGTH = timedelta(days=6, hours=14)
WEEKS = 5
BASIC = [{"topics": ["mau"], "level": 1, "count": 2}]
HARDER = [{"topics": ["mau"], "level": 2, "count": 2}]


def opening(number):
    return FIRST + (number - 1) * WEEK


def closing(number):
    return opening(number) + LENGTH


def page_of(number):
    return f"/cuoc-thi/dan-van-kheo/tuan/{number}"


def make_weeks(preset="vcnet"):
    """Five scheduled weeks; commits."""
    world = worlds.make_world(FIRST, preset=preset, blueprint=BASIC, closes_at=closing(1))
    contest = db.session.get_one(Contest, world.contest_id)
    for number in range(2, WEEKS + 1):
        worlds.make_round(
            contest,
            contest.created_by,
            opening(number),
            closes_at=closing(number),
            blueprint=BASIC if number <= 3 else HARDER,
        )
    db.session.commit()
    return world


def round_of(world, number):
    query = select(Round).where(Round.contest_id == world.contest_id, Round.number == number)
    return db.session.scalars(query).one()


def enrol(world, account, *, contestant_no=20_000_001, **values):
    """The account's enrolment in the contest; commits."""
    defaults = {
        "contest_id": world.contest_id,
        "account_id": account.id,
        "unit_id": account.unit_id,
        "league": "",
        "age": 30,
        "contestant_no": contestant_no,
        "created_at": FIRST,
    }
    enrolment = Enrolment(**(defaults | values))
    db.session.add(enrolment)
    db.session.commit()
    return enrolment


def sit(world, enrolment, number, *, turn=1, score=2, prediction=None, after=0):
    """A closed attempt in the middle of week `number`; commits."""
    started_at = opening(number) + timedelta(days=1, seconds=after)
    attempt = sittings.sit(
        enrolment,
        round_of(world, number),
        started_at=started_at,
        score=score,
        prediction=prediction,
        number=turn,
    )
    db.session.commit()
    return attempt


def bring(world, referrer, *, since=FIRST - timedelta(days=1), **values):
    """Somebody whom the referrer brought, with an account `since`; commits."""
    account = worlds.make_person(world.unit_id, since)
    for name, value in values.items():
        setattr(account, name, value)
    db.session.add(Referral(account_id=account.id, referrer_id=referrer.id, at=since))
    db.session.commit()
    return account


def freeze(world, number, *, now):
    """The computed freeze of a closed week; the process's clock must be at `now` or later."""
    asked = services.request_freeze(
        round_of(world, number), actor_id=organisers()[0], reason="Chốt kết quả tuần thi", now=now
    )
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()
    return queries.get_freeze(asked.id)


def publish(world, number, *, now):
    """Freeze a closed week as one organiser and approve it as the other."""
    frozen = freeze(world, number, now=now)
    services.approve_and_publish(
        round_of(world, number),
        frozen,
        body_sha256=frozen.body_sha256,
        approver_id=organisers()[1],
        reason="",
        now=now,
    )
    db.session.commit()


def organisers():
    query = select(Account.id).join(RoleGrant, RoleGrant.account_id == Account.id).order_by(Account.id)
    return db.session.scalars(query.where(RoleGrant.role == "organiser")).all()
