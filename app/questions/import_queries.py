"""Read what imports did, and the bank as an import compares with it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Account
from app.extensions import db
from app.questions.import_models import QuestionImport
from app.questions.import_plan_rules import Bank, Known, bank_of
from app.questions.models import QuestionComment
from app.questions.queries import Filters, QuestionState, all_topics, as_written, find_versions
from app.questions.rules import BankQuestion

PAGE_SIZE = 20


def whole_bank() -> Bank:
    """Every question in its latest version, beside the topics there are."""
    known = [
        Known(as_written(version), version.question.retired_at is not None)
        for version in find_versions(Filters())
    ]
    return bank_of({topic.code: topic.name for topic in all_topics()}, known)


def exported_questions(filters: Filters) -> list[BankQuestion]:
    """What the filters find, in its latest version; retired questions only when they are asked for."""
    wants_retired = filters.state is QuestionState.RETIRED
    return [
        as_written(version)
        for version in find_versions(filters)
        if wants_retired or version.question.retired_at is None
    ]


def get_import(import_id: int, *, lock: bool = False) -> QuestionImport:
    """Raises NoResultFound."""
    query = select(QuestionImport).where(QuestionImport.id == import_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def list_imports(page: int) -> tuple[Sequence[QuestionImport], bool]:
    """One page of what was brought in, the newest first, and whether more follow."""
    query = select(QuestionImport).where(QuestionImport.confirmed_at.is_not(None))
    query = query.order_by(QuestionImport.confirmed_at.desc(), QuestionImport.id.desc())
    rows = db.session.scalars(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)).all()
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def commented_since(moment: datetime, question_ids: Collection[int]) -> set[int]:
    """Which of these questions somebody has commented on from that moment."""
    query = select(QuestionComment.question_id).where(
        QuestionComment.question_id.in_(question_ids), QuestionComment.at >= moment
    )
    return set(db.session.scalars(query))


def names_of(account_ids: Collection[int | None]) -> dict[int, str]:
    """Full names by account id."""
    ids = {account_id for account_id in account_ids if account_id is not None}
    rows = db.session.execute(select(Account.id, Account.full_name).where(Account.id.in_(ids)))
    return {account_id: name for account_id, name in rows}
