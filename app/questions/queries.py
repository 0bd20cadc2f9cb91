"""Read the bank: what a draw may use, what an organiser looks through."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.accounts.models import Account
from app.extensions import db
from app.questions.filter_queries import Exposure, Validity, has_exposure, has_validity
from app.questions.models import Question, QuestionVersion, Topic
from app.questions.rules import BankQuestion
from app.text import fold

PAGE_SIZE = 50


class QuestionState(StrEnum):
    """Where a question stands, told by its latest version."""

    INCOMPLETE = "incomplete"
    DRAFT = "draft"
    CHANGED = "changed"
    APPROVED = "approved"
    RETIRED = "retired"


STATE_NAMES = {
    QuestionState.INCOMPLETE: "Bản nháp còn thiếu",
    QuestionState.DRAFT: "Chờ duyệt",
    QuestionState.CHANGED: "Bản sửa chờ duyệt",
    QuestionState.APPROVED: "Đã duyệt",
    QuestionState.RETIRED: "Đã rút",
}


@dataclass(frozen=True)
class Filters:
    """What to look for in the bank; empty values look for everything. `validity` is that of the day `on`."""

    text: str = ""
    topic: str = ""
    level: int | None = None
    state: QuestionState | None = None
    exposure: Exposure | None = None
    validity: Validity | None = None
    on: date | None = None


@dataclass(frozen=True)
class BankLine:
    """A question in the list, in its latest version."""

    version: QuestionVersion
    state: QuestionState


def all_topics() -> Sequence[Topic]:
    return db.session.scalars(select(Topic).order_by(Topic.id)).all()


def get_topic(code: str) -> Topic:
    """Raises NoResultFound."""
    return db.session.scalars(select(Topic).where(Topic.code == code)).one()


def get_question(key: str) -> Question:
    """Raises NoResultFound."""
    query = select(Question).where(Question.key == key).options(joinedload(Question.topic))
    return db.session.scalars(query).one()


def questions_by_key(keys: Collection[str]) -> dict[str, Question]:
    """The questions there are, by key; with their topics."""
    query = select(Question).where(Question.key.in_(keys)).options(joinedload(Question.topic))
    return {question.key: question for question in db.session.scalars(query)}


def versions_of(question: Question) -> Sequence[QuestionVersion]:
    """The newest first."""
    query = select(QuestionVersion).where(QuestionVersion.question_id == question.id)
    return db.session.scalars(query.order_by(QuestionVersion.number.desc())).all()


def get_version(key: str, number: int) -> QuestionVersion:
    """Raises NoResultFound."""
    query = _with_question().where(Question.key == key, QuestionVersion.number == number)
    return db.session.scalars(query).one()


def as_written(version: QuestionVersion) -> BankQuestion:
    """The version as its author wrote it."""
    return BankQuestion(
        key=version.question.key,
        topic=version.question.topic.code,
        level=version.level,
        asks=version.asks,
        stem=version.stem,
        options=tuple(version.options),
        answer=version.answer,
        explanation=version.explanation,
        source=version.source,
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        pinned=version.pinned,
        image_sha256=version.image_sha256,
        image_alt=version.image_alt,
    )


def names_of(versions: Sequence[QuestionVersion]) -> dict[int, str]:
    """Full names of those who wrote and approved, by account id."""
    ids = {version.created_by for version in versions} | {version.approved_by for version in versions}
    query = select(Account.id, Account.full_name).where(Account.id.in_(ids - {None}))
    return {account_id: name for account_id, name in db.session.execute(query)}


def latest_versions(question_ids: Collection[int]) -> dict[int, QuestionVersion]:
    """The newest version of each question, by the question's id."""
    query = _with_question().where(QuestionVersion.question_id.in_(question_ids), _is_latest())
    return {version.question_id: version for version in db.session.scalars(query)}


def get_versions(version_ids: Collection[int]) -> dict[int, QuestionVersion]:
    """Versions by id, for papers. Raises NoResultFound unless every one is there."""
    query = _with_question().where(QuestionVersion.id.in_(version_ids))
    found = {version.id: version for version in db.session.scalars(query)}
    if not found.keys() >= set(version_ids):
        raise NoResultFound
    return found


def lock_versions(version_ids: Collection[int]) -> Sequence[QuestionVersion]:
    """The rows in order of id, locked until the transaction ends. Raises NoResultFound."""
    query = _with_question().where(QuestionVersion.id.in_(version_ids)).order_by(QuestionVersion.id)
    query = query.with_for_update(of=QuestionVersion).execution_options(populate_existing=True)
    versions = db.session.scalars(query).all()
    if not versions or len(versions) != len(set(version_ids)):
        raise NoResultFound
    return versions


def approved_versions(
    topic_codes: Collection[str],
    level: int,
    *,
    first: date,
    last: date,
    excluding: Collection[int] = (),
) -> Sequence[QuestionVersion]:
    """What a draw may use, in order of id: of each question the newest approved version.

    It must be right on every day from `first` to `last`, and no version of its question may be
    among `excluding`: a reworded question is not new to those who have seen it.
    """
    query = _approved(topic_codes, level, first, last, excluding)
    return db.session.scalars(query.order_by(QuestionVersion.id)).all()


def count_approved_versions(
    topic_codes: Collection[str],
    level: int,
    *,
    first: date,
    last: date,
    excluding: Collection[int] = (),
) -> int:
    """How many versions `approved_versions` would give."""
    query = _approved(topic_codes, level, first, last, excluding)
    return db.session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0


def _approved(
    topic_codes: Collection[str], level: int, first: date, last: date, excluding: Collection[int]
) -> Select[tuple[QuestionVersion]]:
    seen = select(QuestionVersion.question_id).where(QuestionVersion.id.in_(excluding))
    return _with_question().where(
        Topic.code.in_(topic_codes),
        Question.retired_at.is_(None),
        QuestionVersion.level == level,
        QuestionVersion.valid_from <= first,
        or_(QuestionVersion.valid_until.is_(None), QuestionVersion.valid_until >= last),
        _is_latest_approved(),
        QuestionVersion.question_id.not_in(seen),
    )


def list_questions(filters: Filters, page: int) -> list[BankLine]:
    """One page of the bank, counted from 1, in order of topics and keys."""
    query = _filtered(filters).order_by(Topic.id, Question.key)
    return _lines(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE))


def find_versions(filters: Filters) -> Sequence[QuestionVersion]:
    """Everything in the bank that fits, in the order of the list."""
    return db.session.scalars(_filtered(filters).order_by(Topic.id, Question.key)).all()


def count_questions(filters: Filters) -> int:
    query = _filtered(filters).with_only_columns(func.count(), maintain_column_froms=True)
    return db.session.scalar(query) or 0


def approvable(filters: Filters, actor_id: int, limit: int | None = None) -> list[BankLine]:
    """The drafts that fit the filters and that this person may approve: all, or the first `limit`."""
    return _lines(_approvable(filters, actor_id).order_by(Topic.id, Question.key).limit(limit))


def count_approvable(filters: Filters, actor_id: int) -> int:
    query = _approvable(filters, actor_id).with_only_columns(func.count(), maintain_column_froms=True)
    return db.session.scalar(query) or 0


def bank_counts() -> dict[tuple[str, int, QuestionState], int]:
    """How many questions there are per topic code, level and state; a question counts once."""
    columns = (Topic.code, QuestionVersion.level, _state().label("state"))
    lines = _filtered(Filters()).with_only_columns(*columns, maintain_column_froms=True).subquery()
    query = select(*lines.c, func.count()).group_by(*lines.c)
    return {
        (code, level, QuestionState(state)): count for code, level, state, count in db.session.execute(query)
    }


def _with_question() -> Select[tuple[QuestionVersion]]:
    query = select(QuestionVersion).join(QuestionVersion.question).join(Question.topic)
    loaded = contains_eager(QuestionVersion.question).contains_eager(Question.topic)
    return query.options(loaded)


def _is_latest() -> ColumnElement[bool]:
    newer = aliased(QuestionVersion)
    is_newer = and_(newer.question_id == QuestionVersion.question_id, newer.number > QuestionVersion.number)
    return ~select(newer.id).where(is_newer).correlate(QuestionVersion).exists()


def _is_latest_approved() -> ColumnElement[bool]:
    newer = aliased(QuestionVersion)
    is_newer = and_(
        newer.question_id == QuestionVersion.question_id,
        newer.number > QuestionVersion.number,
        newer.approved_at.is_not(None),
    )
    no_newer = ~select(newer.id).where(is_newer).correlate(QuestionVersion).exists()
    return and_(QuestionVersion.approved_at.is_not(None), no_newer)


def _has_approved() -> ColumnElement[bool]:
    other = aliased(QuestionVersion)
    is_approved = and_(other.question_id == QuestionVersion.question_id, other.approved_at.is_not(None))
    return select(other.id).where(is_approved).correlate(QuestionVersion).exists()


def _state() -> ColumnElement[str]:
    return case(
        (Question.retired_at.is_not(None), QuestionState.RETIRED.value),
        (QuestionVersion.approved_at.is_not(None), QuestionState.APPROVED.value),
        (QuestionVersion.lacks != "", QuestionState.INCOMPLETE.value),
        (_has_approved(), QuestionState.CHANGED.value),
        else_=QuestionState.DRAFT.value,
    )


def _filtered(filters: Filters) -> Select[tuple[QuestionVersion]]:
    """The latest version of every question that fits."""
    query = _with_question().where(_is_latest())
    for word in fold(filters.text).split():
        query = query.where(QuestionVersion.search.contains(word, autoescape=True))
    if filters.topic:
        query = query.where(Topic.code == filters.topic)
    if filters.level is not None:
        query = query.where(QuestionVersion.level == filters.level)
    if filters.state is not None:
        query = query.where(_state() == filters.state.value)
    if filters.exposure is not None:
        query = query.where(has_exposure(filters.exposure))
    if filters.validity is not None and filters.on is not None:
        query = query.where(has_validity(filters.validity, filters.on))
    return query


def _approvable(filters: Filters, actor_id: int) -> Select[tuple[QuestionVersion]]:
    is_other = or_(QuestionVersion.created_by.is_(None), QuestionVersion.created_by != actor_id)
    return _filtered(filters).where(
        QuestionVersion.approved_at.is_(None),
        QuestionVersion.lacks == "",
        Question.retired_at.is_(None),
        is_other,
    )


def _lines(query: Select[tuple[QuestionVersion]]) -> list[BankLine]:
    rows = db.session.execute(query.add_columns(_state()))
    return [BankLine(version, QuestionState(state)) for version, state in rows]
