"""What organisers watch while a round is open: one statement a figure, none of which reads all saves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, or_, select, text

from app.attempts.models import Attempt
from app.contests.models import Contest
from app.enrolments.models import Enrolment
from app.error_counts import count_errors
from app.extensions import db
from app.jobs.models import Job
from app.jobs.services import MAX_TRIES
from app.ranking.live_queries import find_live_board
from app.ranking.models import LiveBoard, Standing
from app.types import UTCDateTime
from app.units.models import Unit
from app.units.queries import under

SAVES_OF = timedelta(minutes=1)
ERRORS_OF = timedelta(minutes=15)
RECENT_SAVES = 20_000
SHOWN_UNITS = 12

# The newest saves of all rounds are the end of the primary key: never more rows than RECENT_SAVES.
SAVES_NOW = (
    text(
        """
    SELECT count(CASE WHEN a.round_id = :round_id AND s.received_at > :since THEN 1 END) AS saves,
      count(*) AS seen, min(s.received_at) AS oldest
    FROM (SELECT attempt_id, received_at FROM saves ORDER BY seq DESC LIMIT :recent) s
    JOIN attempts a ON a.id = s.attempt_id
    """
    )
    .bindparams(bindparam("since", type_=UTCDateTime()))
    .columns(oldest=UTCDateTime())
)


class Started(NamedTuple):
    """Attempts of the round however they stand now."""

    started: int
    submitted: int
    closed_by_time: int


class Jobs(NamedTuple):
    """Work waiting, and work that has been given up."""

    waiting: int
    failed: int


class UnitPeople(NamedTuple):
    name: str
    people: int


class UnitGaps(NamedTuple):
    """Units of the second level: how many there are, how many have nobody, and those with fewest people."""

    units: int
    without_people: int
    fewest: list[UnitPeople]


class Now(NamedTuple):
    """The figures that are cheap to read again and again; `board` knows when it was true."""

    board: LiveBoard | None
    open_attempts: int
    saves_per_second: float
    errors: dict[int, int]
    jobs: Jobs


class Behind(NamedTuple):
    """The figures that count through the whole round, read less often."""

    started: Started
    gaps: UnitGaps


def figures_now(round_id: int, now: datetime) -> Now:
    return Now(
        board=find_live_board(round_id),
        open_attempts=count_open(round_id),
        saves_per_second=saves_per_second(round_id, now),
        errors=count_errors(now - ERRORS_OF),
        jobs=count_jobs(),
    )


def figures_behind(contest: Contest, round_id: int) -> Behind:
    return Behind(count_started(round_id), unit_gaps(contest, round_id))


def count_open(round_id: int) -> int:
    """From the partial index of open attempts."""
    query = select(func.count()).select_from(Attempt)
    return db.session.scalar(query.where(Attempt.round_id == round_id, Attempt.closed_at.is_(None))) or 0


def saves_per_second(round_id: int, now: datetime) -> float:
    """Saves of this round that were received in the last minute, a second.

    When the newest RECENT_SAVES do not reach a minute back, of the time that they do cover.
    """
    since = now - SAVES_OF
    parameters = {"round_id": round_id, "since": since, "recent": RECENT_SAVES}
    saves, seen, oldest = db.session.execute(SAVES_NOW, parameters).one()
    start = max(since, oldest) if seen == RECENT_SAVES else since
    covered = max((now - start).total_seconds(), 1.0)
    return float(saves / covered)


def count_started(round_id: int) -> Started:
    by_time = Attempt.close_reason.in_(("timer", "sweep"))
    query = select(
        func.count(),
        func.count(case((Attempt.close_reason == "submitted", 1))),
        func.count(case((by_time, 1))),
    )
    return Started(*db.session.execute(query.where(Attempt.round_id == round_id)).one())


def count_jobs() -> Jobs:
    """From the partial index of jobs that are not done."""
    has_failed = Job.tries >= MAX_TRIES
    query = select(
        func.count(case((or_(Job.tries < MAX_TRIES, Job.lease_until.is_not(None)), 1))),
        func.count(case((has_failed & Job.lease_until.is_(None), 1))),
    )
    return Jobs(*db.session.execute(query.where(Job.done_at.is_(None))).one())


def unit_gaps(contest: Contest, round_id: int) -> UnitGaps:
    """The units right below the contest's own, with the people who have a valid attempt in the round."""
    scope = db.session.get_one(Unit, contest.scope_unit_id)
    level = scope.depth + 1
    people = _people_by_path(round_id, level)
    query = select(Unit.path, Unit.full_name).where(
        under(scope), Unit.depth == level, Unit.valid_to.is_(None)
    )
    found = [
        UnitPeople(name, people.get(path, 0))
        for path, name in db.session.execute(query.order_by(Unit.sort_key, Unit.code))
    ]
    fewest = sorted(found, key=lambda unit: unit.people)[:SHOWN_UNITS]
    return UnitGaps(len(found), sum(unit.people == 0 for unit in found), fewest)


def _people_by_path(round_id: int, level: int) -> dict[str, int]:
    """Path of the unit at `level` → people of the round in it and below it."""
    query = (
        select(Unit.path, func.count())
        .join(Enrolment, Enrolment.unit_id == Unit.id)
        .join(Standing, Standing.enrolment_id == Enrolment.id)
        .where(Standing.round_id == round_id)
        .group_by(Unit.path)
    )
    rows: Sequence[tuple[str, int]] = [(path, count) for path, count in db.session.execute(query)]
    people: dict[str, int] = {}
    for path, count in rows:
        above = "/".join(path.split("/")[: level + 1]) + "/"
        people[above] = people.get(above, 0) + count
    return people
