"""What organisers review before a result is published: lines with full names, people, attempts, decisions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from app.accounts.models import Account
from app.attempts.models import Attempt
from app.contests.models import Round
from app.contests.queries import state_of
from app.contests.rules import RoundState
from app.enrolments.models import Enrolment
from app.extensions import db
from app.formats import vn_datetime
from app.jobs.models import Job
from app.jobs.queries import find_job
from app.ranking import live_queries, queries
from app.ranking.models import Decision, Freeze, FrozenLine, LiveBoard, Revision
from app.ranking.rules import is_over
from app.text import fold
from app.units.models import Unit

PAGE_LINES = 20
FOUND_PEOPLE = 50
STEPS = ("Đóng {label} thi", "Chốt số liệu", "Kiểm tra", "Duyệt", "Công bố")


class Step(NamedTuple):
    """One step on the way to publication; `state` is "done", "current" or "later"."""

    name: str
    state: str
    note: str


@dataclass(frozen=True)
class Review:
    """Where a round stands between closing and publication.

    `freeze` is the newest computed one, `pending` one whose job has not finished, `failure` what
    the job of `pending` ended with after all its tries.
    """

    state: RoundState
    is_over: bool
    freeze: Freeze | None
    pending: Freeze | None
    failure: str | None
    is_out_of_date: bool
    published: Revision | None
    live: LiveBoard | None

    @property
    def may_freeze(self) -> bool:
        return self.is_over and (self.pending is None or self.failure is not None)

    @property
    def may_approve(self) -> bool:
        """Is there a freeze that can be approved, whoever is allowed to?"""
        is_ready = self.freeze is not None and self.pending is None and not self.is_out_of_date
        return is_ready and self.published is None

    @property
    def current_step(self) -> int:
        """0 to 4 of STEPS, 5 when all are done."""
        if not self.is_over:
            return 0
        if self.freeze is None or self.pending is not None:
            return 1
        if self.is_out_of_date:
            return 2
        return 5 if self.published is not None else 3

    def steps(self, label: str, closes_at: datetime, decision_count: int) -> list[Step]:
        current = self.current_step
        freeze, revision = self.freeze, self.published
        notes = (
            vn_datetime(closes_at),
            f"lần {freeze.number}, {vn_datetime(freeze.frozen_at)}"
            if freeze and freeze.frozen_at
            else "chưa chốt",
            f"{decision_count} quyết định" if decision_count else "chưa có quyết định nào",
            "người thứ hai đã duyệt" if revision else "cần người thứ hai",
            f"bản {revision.number}, {vn_datetime(revision.published_at)}" if revision else "chưa công bố",
        )
        states = ["done" if n < current else "current" if n == current else "later" for n in range(5)]
        names = (name.format(label=label) for name in STEPS)
        return [Step(*step) for step in zip(names, states, notes, strict=True)]


class ReviewLine(NamedTuple):
    """A person in the round for organisers; rank and prize are None without a frozen line."""

    contestant_no: int
    full_name: str
    unit: str
    rank: int | None
    prize: str | None
    passed_over: str | None
    score: int | None
    prediction: int | None
    duration: int | None
    finished_at: datetime | None
    league: str


@dataclass(frozen=True)
class DecisionLine:
    """A decision with the people in it; `attempt` is the public id of a voided one."""

    decision: Decision
    contestant_no: int
    full_name: str
    attempt: str | None
    attempt_number: int | None
    decided_by: str
    undone_by: str


def review_of(found: Round, now: datetime) -> Review:
    latest = queries.find_latest_freeze(found.id)
    freeze = queries.find_computed_freeze(found.id)
    pending = latest if latest is not None and latest.frozen_at is None else None
    return Review(
        state=state_of(found, now),
        is_over=is_over(found.closes_at, now),
        freeze=freeze,
        pending=pending,
        failure=_failure_of(pending, now) if pending else None,
        is_out_of_date=freeze is not None and queries.is_out_of_date(freeze),
        published=queries.find_revision_of(freeze.id) if freeze else None,
        live=live_queries.find_live_board(found.id),
    )


def _failure_of(pending: Freeze, now: datetime) -> str | None:
    job: Job | None = find_job(queries.FREEZE_JOB, queries.freeze_job_key(pending))
    return (job.error or "") if job is not None and queries.has_given_up(pending, now) else None


def review_page(freeze: Freeze, page: int) -> list[ReviewLine]:
    """One page (from 1) of the frozen lines, league by league."""
    first = (page - 1) * PAGE_LINES + 1
    query = _people_query(freeze, inner=True)
    query = query.where(FrozenLine.position.between(first, first + PAGE_LINES - 1))
    return _lines(query.order_by(FrozenLine.position))


def count_pages(freeze: Freeze) -> int:
    return max(1, -(-sum((freeze.line_counts or {}).values()) // PAGE_LINES))


def find_people(found: Round, freeze: Freeze | None, text: str) -> list[ReviewLine]:
    """People with an attempt in the round, by contestant number or part of the name, marks ignored."""
    sat = select(Attempt.enrolment_id).where(Attempt.round_id == found.id)
    query = _people_query(freeze, inner=False).where(Enrolment.id.in_(sat), _matches(text))
    return _lines(query.order_by(Account.sort_key, Enrolment.contestant_no).limit(FOUND_PEOPLE))


def _matches(text: str) -> ColumnElement[bool]:
    digits = text.replace(".", "").replace(" ", "")
    by_name = Account.search.contains(fold(text), autoescape=True)
    if digits.isascii() and digits.isdigit() and len(digits) <= 8:
        return or_(Enrolment.contestant_no == int(digits), by_name)
    return by_name


def _people_query(freeze: Freeze | None, *, inner: bool) -> Select[Any]:
    on_line = (FrozenLine.enrolment_id == Enrolment.id) & (
        FrozenLine.freeze_id == (freeze.id if freeze else 0)
    )
    columns = (
        *(Enrolment.contestant_no, Account.full_name, Unit.full_name.label("unit"), FrozenLine.rank),
        *(FrozenLine.prize, FrozenLine.passed_over, FrozenLine.score, FrozenLine.prediction),
        *(FrozenLine.duration, FrozenLine.finished_at, Enrolment.league),
    )
    query = (
        select(*columns)
        .select_from(Enrolment)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
    )
    return query.join(FrozenLine, on_line) if inner else query.outerjoin(FrozenLine, on_line)


def _lines(query: Select[Any]) -> list[ReviewLine]:
    return [ReviewLine(*row) for row in db.session.execute(query)]


def get_person(found: Round, contestant_no: int) -> Row[Any]:
    """(enrolment, full_name, unit) of somebody in the contest. Raises NoResultFound."""
    query = (
        select(Enrolment, Account.full_name, Unit.full_name.label("unit"))
        .join(Account, Account.id == Enrolment.account_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .where(Enrolment.contest_id == found.contest_id, Enrolment.contestant_no == contestant_no)
    )
    return db.session.execute(query).one()


def find_frozen_line(freeze: Freeze, enrolment_id: int) -> FrozenLine | None:
    query = select(FrozenLine).filter_by(freeze_id=freeze.id, enrolment_id=enrolment_id)
    return db.session.scalars(query).one_or_none()


def attempts_of(found: Round, enrolment_id: int) -> Sequence[Attempt]:
    """The person's attempts in the round, in order."""
    query = select(Attempt).filter_by(round_id=found.id, enrolment_id=enrolment_id)
    return db.session.scalars(query.order_by(Attempt.number)).all()


def decision_lines(found: Round, enrolment_id: int | None = None) -> list[DecisionLine]:
    """Every decision of the round (or about one person), the newest first, undone ones too."""
    query = (
        select(Decision, Enrolment.contestant_no, Account.full_name, Attempt.public_id, Attempt.number)
        .join(Enrolment, Enrolment.id == Decision.enrolment_id)
        .join(Account, Account.id == Enrolment.account_id)
        .outerjoin(Attempt, Attempt.id == Decision.attempt_id)
        .where(Decision.round_id == found.id)
        .order_by(Decision.id.desc())
    )
    if enrolment_id is not None:
        query = query.where(Decision.enrolment_id == enrolment_id)
    rows = db.session.execute(query).all()
    names = names_of({row[0].decided_by for row in rows} | {row[0].undone_by for row in rows})
    return [
        DecisionLine(
            decision=decision,
            contestant_no=contestant_no,
            full_name=full_name,
            attempt=attempt,
            attempt_number=number,
            decided_by=names[decision.decided_by],
            undone_by=names.get(decision.undone_by or 0, ""),
        )
        for decision, contestant_no, full_name, attempt, number in rows
    ]


def names_of(account_ids: Collection[int | None]) -> dict[int, str]:
    """Full names of the organisers who acted."""
    query = select(Account.id, Account.full_name).where(Account.id.in_([one for one in account_ids if one]))
    return {account_id: name for account_id, name in db.session.execute(query)}


def count_running_attempts(found: Round, now: datetime) -> int:
    """Attempts that still get answers."""
    query = select(func.count()).where(
        Attempt.round_id == found.id, Attempt.closed_at.is_(None), Attempt.accept_until >= now
    )
    return db.session.scalar(query.select_from(Attempt)) or 0


def count_open_attempts(found: Round) -> int:
    query = select(func.count()).where(Attempt.round_id == found.id, Attempt.closed_at.is_(None))
    return db.session.scalar(query.select_from(Attempt)) or 0
