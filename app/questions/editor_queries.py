"""Read what the editor shows beside a question, and hold rows while it is saved."""

import re
from collections.abc import Sequence

from sqlalchemy import Row, exists, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import Account
from app.extensions import db
from app.files.models import StoredFile
from app.questions.models import Question, QuestionComment, QuestionUse, QuestionVersion, Topic

PICTURE_TYPES = ("image/png", "image/webp")


def lock_question(key: str) -> Question | None:
    """The question with its topic, locked until the transaction ends."""
    query = select(Question).where(Question.key == key).options(joinedload(Question.topic, innerjoin=True))
    query = query.with_for_update(of=Question).execution_options(populate_existing=True)
    return db.session.scalars(query).one_or_none()


def lock_topic(code: str) -> Topic:
    """Locked until the transaction ends. Raises NoResultFound."""
    return db.session.scalars(select(Topic).where(Topic.code == code).with_for_update()).one()


def numbered_keys(stem: str) -> list[str]:
    """Keys of the form stem-123."""
    query = select(Question.key).where(Question.key.startswith(f"{stem}-", autoescape=True))
    number = re.compile(rf"{re.escape(stem)}-[0-9]{{1,5}}\Z")
    return [key for key in db.session.scalars(query) if number.match(key)]


def comments_of(question: Question) -> Sequence[Row[tuple[QuestionComment, str]]]:
    """What was said about a question and by whom, the oldest first."""
    query = select(QuestionComment, Account.full_name).join(Account, Account.id == QuestionComment.author_id)
    query = query.where(QuestionComment.question_id == question.id)
    return db.session.execute(query.order_by(QuestionComment.id)).all()


def uses_of(question: Question) -> Sequence[QuestionUse]:
    """The rounds in whose papers a version of the question may stand, the newest first."""
    query = select(QuestionUse).join(QuestionVersion, QuestionVersion.id == QuestionUse.version_id)
    query = query.where(QuestionVersion.question_id == question.id)
    return db.session.scalars(query.order_by(QuestionUse.opens_at.desc(), QuestionUse.round_id)).all()


def live_stems(except_key: str) -> list[tuple[str, str]]:
    """(key, stem) of every other question that is not retired, in its newest version."""
    newer = aliased(QuestionVersion)
    is_newer = (newer.question_id == QuestionVersion.question_id) & (newer.number > QuestionVersion.number)
    query = (
        select(Question.key, QuestionVersion.stem)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(Question.retired_at.is_(None), Question.key != except_key, ~exists().where(is_newer))
        .order_by(Question.id)
    )
    return [(key, stem) for key, stem in db.session.execute(query)]


def is_picture(sha256: str) -> bool:
    """Is this a stored picture, in a question already or not yet?"""
    query = select(StoredFile.sha256).where(
        StoredFile.sha256 == sha256, StoredFile.media_type.in_(PICTURE_TYPES)
    )
    return db.session.scalars(query).first() is not None


def get_picture(sha256: str, *, only_used: bool) -> tuple[str, bytes]:
    """Media type and bytes. Raises NoResultFound, with `only_used` also when no question shows it."""
    query = select(StoredFile.media_type, StoredFile.body).where(
        StoredFile.sha256 == sha256, StoredFile.media_type.in_(PICTURE_TYPES)
    )
    if only_used:
        query = query.where(exists().where(QuestionVersion.image_sha256 == sha256))
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NoResultFound
    return row[0], row[1]
