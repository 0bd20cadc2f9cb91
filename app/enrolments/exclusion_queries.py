"""Read a contest's exclusion list, whom to put on it, and whose rank it takes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import aliased

from app.accounts.models import Account, RoleGrant
from app.accounts.rules import find_sign_in_name
from app.contests.models import Contest, Round
from app.contests.queries import rounds_of
from app.contests.rules import cells_of
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.exclusion_rules import Kind, Mode, next_unfrozen
from app.enrolments.models import Enrolment
from app.extensions import db
from app.questions.models import Question, QuestionVersion, Topic
from app.text import fold
from app.units.models import Unit

PEOPLE_SHOWN = 20
LEAST_LETTERS = 3


@dataclass(frozen=True)
class Listed:
    """A line of the list; without an account nobody has registered the number yet."""

    entry: Exclusion
    account: Account | None
    unit_name: str
    enrolment: Enrolment | None
    lister: Account
    remover: Account | None


@dataclass(frozen=True)
class Suggestion:
    """Somebody who belongs on the list by what they do for the contest."""

    account: Account
    unit_name: str
    kind: Kind


def list_of(contest: Contest, *, is_removed: bool) -> list[Listed]:
    """The entries in force, or those that were removed, the newest first."""
    lister, remover = aliased(Account), aliased(Account)
    query = (
        select(Exclusion, Account, Unit.full_name, Enrolment, lister, remover)
        .outerjoin(Account, Account.id == Exclusion.account_id)
        .outerjoin(Unit, Unit.id == Account.unit_id)
        .outerjoin(
            Enrolment,
            and_(Enrolment.contest_id == Exclusion.contest_id, Enrolment.account_id == Exclusion.account_id),
        )
        .join(lister, lister.id == Exclusion.listed_by)
        .outerjoin(remover, remover.id == Exclusion.removed_by)
        .where(Exclusion.contest_id == contest.id, Exclusion.removed_at.is_not(None) == is_removed)
        .order_by(Exclusion.id.desc())
    )
    return [
        Listed(entry, account, unit_name or "", enrolment, by, removed_by)
        for entry, account, unit_name, enrolment, by, removed_by in db.session.execute(query)
    ]


def get_entry(contest: Contest, exclusion_id: int) -> Exclusion:
    """Locked. Raises NoResultFound for an entry of another contest."""
    query = select(Exclusion).where(Exclusion.contest_id == contest.id, Exclusion.id == exclusion_id)
    return db.session.scalars(query.with_for_update()).one()


def find_listed(contest_id: int, account: Account) -> Exclusion | None:
    """The entry in force for this person, by account or still by their number."""
    query = select(Exclusion).where(
        Exclusion.contest_id == contest_id,
        Exclusion.removed_at.is_(None),
        or_(Exclusion.account_id == account.id, Exclusion.phone == account.sign_in_name),
    )
    return db.session.scalars(query.limit(1)).first()


def find_listed_phone(contest_id: int, phone: str) -> Exclusion | None:
    query = select(Exclusion).filter_by(contest_id=contest_id, phone=phone, removed_at=None)
    return db.session.scalars(query).one_or_none()


def is_barred(contest_id: int, account: Account) -> bool:
    entry = find_listed(contest_id, account)
    return entry is not None and entry.mode == Mode.BARRED


def first_round_reached(contest: Contest) -> int:
    """The number of the first round that a change of the list reaches.

    The caller holds the rounds: a freeze may not come in between.
    """
    return next_unfrozen(found.number for found in rounds_of(contest) if found.frozen_at is not None)


def _takes_rank() -> ColumnElement[bool]:
    """As exclusion_rules.takes_rank_in, in SQL, of Exclusion and Round."""
    return and_(
        Exclusion.contest_id == Round.contest_id,
        Exclusion.first_round <= Round.number,
        or_(Exclusion.ranked_from_round.is_(None), Exclusion.ranked_from_round > Round.number),
    )


def unranked_in(round_id: int) -> dict[int, Mode]:
    """Enrolment → how it is listed, of everybody without a rank in this round by the contest's list."""
    return {enrolment_id: Mode(mode) for enrolment_id, mode in db.session.execute(_unranked_in(round_id))}


def find_unranked(round_id: int, enrolment_id: int) -> Mode | None:
    """How this enrolment is listed, when the list leaves it without a rank in this round."""
    row = db.session.execute(_unranked_in(round_id).where(Enrolment.id == enrolment_id)).first()
    return Mode(row.mode) if row else None


def _unranked_in(round_id: int) -> Select[tuple[int, str]]:
    return (
        select(Enrolment.id, Exclusion.mode)
        .join(
            Exclusion,
            and_(Exclusion.contest_id == Enrolment.contest_id, Exclusion.account_id == Enrolment.account_id),
        )
        .join(Round, _takes_rank())
        .where(Round.id == round_id)
    )


def uncounted_entries() -> Select[tuple[Exclusion]]:
    """Entries with a person, changed since the live standings took them in; locked by who reads them."""
    query = select(Exclusion).where(Exclusion.counted_at.is_(None), Exclusion.account_id.is_not(None))
    return query.order_by(Exclusion.id).with_for_update(skip_locked=True)


def find_people(text: str) -> Sequence[tuple[Account, str]]:
    """(account, its unit's name) by phone, code or part of the name; PEOPLE_SHOWN at most."""
    name = find_sign_in_name(text)
    if name is None and len(fold(text)) < LEAST_LETTERS:
        return []
    matches = Account.sign_in_name == name if name else Account.search.contains(fold(text), autoescape=True)
    query = select(Account, Unit.full_name).join(Unit, Unit.id == Account.unit_id)
    query = query.where(matches, Account.disabled_at.is_(None)).order_by(Account.sort_key, Account.id)
    return [(account, unit_name) for account, unit_name in db.session.execute(query.limit(PEOPLE_SHOWN))]


def get_account(public_id: str) -> Account:
    """Raises NoResultFound: a person who is not there, or whose account was locked."""
    account = db.session.scalars(select(Account).where(Account.public_id == public_id)).one()
    if account.disabled_at is not None:
        raise NoResultFound
    return account


def suggestions(contest: Contest) -> list[Suggestion]:
    """Organisers of the contest, and who wrote or approved questions of its topics, not listed yet."""
    organisers = select(RoleGrant.account_id).where(
        RoleGrant.role == "organiser", or_(RoleGrant.contest_id.is_(None), RoleGrant.contest_id == contest.id)
    )
    listed = set(
        db.session.scalars(select(Exclusion.account_id).filter_by(contest_id=contest.id, removed_at=None))
    )
    authors = _question_people(contest) - listed
    committee = set(db.session.scalars(organisers)) - listed - authors
    return [
        *(Suggestion(account, unit, Kind.AUTHOR) for account, unit in _people(authors)),
        *(Suggestion(account, unit, Kind.COMMITTEE) for account, unit in _people(committee)),
    ]


def _question_people(contest: Contest) -> set[int]:
    topics = {
        code for found in rounds_of(contest) for cell in cells_of(found.blueprint) for code in cell.topics
    }
    query = (
        select(QuestionVersion.created_by, QuestionVersion.approved_by)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Topic, Topic.id == Question.topic_id)
        .where(Topic.code.in_(topics))
        .distinct()
    )
    return {person for row in db.session.execute(query) for person in row if person is not None}


def _people(account_ids: Collection[int]) -> Sequence[tuple[Account, str]]:
    query = select(Account, Unit.full_name).join(Unit, Unit.id == Account.unit_id)
    query = query.where(Account.id.in_(account_ids), Account.disabled_at.is_(None))
    return [(account, unit) for account, unit in db.session.execute(query.order_by(Account.sort_key))]
