"""Read complaints for the committee: lists in the actor's scope, one case, who may not decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import contains_eager

from app.accounts.models import Account
from app.attempts.models import Attempt
from app.attempts.rules import decode_paper
from app.complaints import rules
from app.complaints.models import Complaint
from app.complaints.queries import state_of
from app.contests.models import Contest, Round, RoundKey
from app.contests.queries import in_scope
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.models import Enrolment
from app.extensions import db
from app.localtime import local_day
from app.permissions import Grant, Permission
from app.questions.models import QuestionVersion
from app.ranking.models import Decision
from app.ranking.review_queries import DecisionLine, decision_lines
from app.units.models import Unit

PAGE_LINES = 25
LATE, CLOSED = "late", "closed"

DeskRow = TypeVar("DeskRow", bound=tuple[Any, ...])


@dataclass(frozen=True)
class Filters:
    """`state` is "" for all that is open, "late", "closed", or a State; `subject` "" for every subject."""

    state: str = ""
    subject: str = ""
    round_id: int | None = None


class DeskLine(NamedTuple):
    """One complaint in a list."""

    complaint: Complaint
    round: Round
    contest: Contest
    contestant_no: int
    full_name: str

    @property
    def state(self) -> rules.State:
        return state_of(self.complaint)


class Case(NamedTuple):
    """One complaint with whom and what it is about."""

    complaint: Complaint
    round: Round
    attempt: Attempt
    enrolment: Enrolment
    account: Account
    unit: Unit

    @property
    def state(self) -> rules.State:
        return state_of(self.complaint)


class Counts(NamedTuple):
    """Complaints of a scope: how many came, are open, are open past their day, were answered."""

    received: int
    open: int
    late: int
    decided: int


def desk_page(
    grants: tuple[Grant, ...], filters: Filters, page: int, now: datetime
) -> tuple[list[DeskLine], int]:
    """(one page of complaints, the most urgent first; number of pages)."""
    query = _scoped(select(Complaint, Round, Contest, Enrolment.contestant_no, Account.full_name), grants)
    query = query.where(*_conditions(filters, now))
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(
        Complaint.closed_at.is_not(None), Complaint.due_on, Complaint.filed_at, Complaint.id
    )
    rows = db.session.execute(ordered.offset((page - 1) * PAGE_LINES).limit(PAGE_LINES))
    return [DeskLine(*row) for row in rows], max(1, -(-count // PAGE_LINES))


def _scoped(query: Select[DeskRow], grants: tuple[Grant, ...]) -> Select[DeskRow]:
    return (
        query.select_from(Complaint)
        .join(Round, Round.id == Complaint.round_id)
        .join(Contest, Contest.id == Round.contest_id)
        .join(Attempt, Attempt.id == Complaint.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Account, Account.id == Complaint.account_id)
        .where(in_scope(grants, Permission.COMPLAINTS_ANSWER))
    )


def _conditions(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    is_open = Complaint.closed_at.is_(None)
    by_state: dict[str, list[ColumnElement[bool]]] = {
        "": [is_open],
        LATE: [is_open, Complaint.due_on < local_day(now)],
        CLOSED: [Complaint.closed_at.is_not(None)],
        rules.State.NEW: [is_open, Complaint.taken_at.is_(None)],
        rules.State.TAKEN: [is_open, Complaint.taken_at.is_not(None), Complaint.asked_at.is_(None)],
        rules.State.ASKED: [is_open, Complaint.asked_at.is_not(None)],
    }
    found = list(by_state[filters.state])
    if filters.subject:
        found.append(Complaint.subject == filters.subject)
    if filters.round_id is not None:
        found.append(Complaint.round_id == filters.round_id)
    return found


def counts_of(grants: tuple[Grant, ...], round_id: int | None, now: datetime) -> Counts:
    is_open = Complaint.closed_at.is_(None)
    query = _scoped(
        select(
            func.count(),
            func.count().filter(is_open),
            func.count().filter(is_open, Complaint.due_on < local_day(now)),
            func.count().filter(Complaint.outcome.is_not(None), Complaint.outcome != rules.Outcome.WITHDRAWN),
        ),
        grants,
    )
    if round_id is not None:
        query = query.where(Complaint.round_id == round_id)
    return Counts(*db.session.execute(query).one())


def get_case(grants: tuple[Grant, ...], public_id: str, *, lock: bool = False) -> Case:
    """A complaint in the actor's scope. `lock` locks it and its round. Raises NoResultFound."""
    query = (
        select(Complaint, Round, Attempt, Enrolment, Account, Unit)
        .join(Round, Round.id == Complaint.round_id)
        .join(Round.contest)
        .join(Attempt, Attempt.id == Complaint.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Account, Account.id == Complaint.account_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .where(in_scope(grants, Permission.COMPLAINTS_ANSWER), Complaint.public_id == public_id)
        .options(contains_eager(Round.contest))
    )
    if lock:
        query = query.with_for_update(of=(Round, Complaint), key_share=True)
        query = query.execution_options(populate_existing=True)
    return Case(*db.session.execute(query).one())


def find_involvement(case: Case, account_id: int) -> str | None:
    """Why this person may not decide the case, in Vietnamese; None when they may."""
    if case.complaint.account_id == account_id:
        return "Bạn là người gửi khiếu nại này."
    if account_id in _deciders_about(case):
        return "Bạn đã ra quyết định về người khiếu nại ở vòng thi này."
    if any(entry.listed_by == account_id for entry in exclusions_of(case)):
        return "Bạn đã ghi người khiếu nại vào danh sách loại trừ."
    if case.complaint.subject == rules.Subject.QUESTION and account_id in _keepers_of_the_key(case):
        return "Bạn đã duyệt đáp án bị khiếu nại."
    return None


def exclusions_of(case: Case) -> Sequence[Exclusion]:
    """What the contest's list in force says about the complainant: whose relative, for what reason."""
    query = select(Exclusion).where(
        Exclusion.contest_id == case.round.contest_id,
        Exclusion.account_id == case.complaint.account_id,
        Exclusion.removed_at.is_(None),
    )
    return db.session.scalars(query).all()


def _deciders_about(case: Case) -> set[int]:
    """Who made or undid a decision about the complainant in the round."""
    query = select(Decision.decided_by, Decision.undone_by).where(
        Decision.round_id == case.round.id, Decision.enrolment_id == case.enrolment.id
    )
    return {person for pair in db.session.execute(query) for person in pair if person is not None}


def _keepers_of_the_key(case: Case) -> set[int]:
    """Who approved the question, and who proposed or approved corrections of its key.

    When the complaint names no question: of any key of the round.
    """
    position = case.complaint.question_position
    version_id = decode_paper(case.attempt.paper)[position - 1].version_id if position else None
    people: set[int | None] = set()
    if version_id is not None:
        people.add(db.session.get_one(QuestionVersion, version_id).approved_by)
    query = select(RoundKey).where(RoundKey.round_id == case.round.id).order_by(RoundKey.version)
    keys = db.session.scalars(query).all()
    for before, after in pairwise(keys):
        name = str(version_id)
        if version_id is None or before.answers[name] != after.answers[name]:
            people |= {after.proposed_by, after.approved_by}
    return {person for person in people if person is not None}


def active_decisions(case: Case) -> list[DecisionLine]:
    """The decisions about the complainant in the round that are in force, the newest first."""
    lines = decision_lines(case.round, case.enrolment.id)
    return [line for line in lines if line.decision.undone_at is None]


def get_active_decision(case: Case, decision_id: int | None) -> Decision:
    """One of active_decisions. Raises NoResultFound."""
    for line in active_decisions(case):
        if line.decision.id == decision_id:
            return line.decision
    raise NoResultFound
