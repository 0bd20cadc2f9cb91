"""The question bank: questions and their immutable versions."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Topic(Base):
    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Question(Base):
    """A question through its versions; `key` is the bank's own name for it."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    topic: Mapped[Topic] = relationship()


class QuestionVersion(Base):
    """One wording. A change is a new version; an approved one is never edited.

    `options` are in bank order, `answer` is the right letters ("B", "AC") of that order,
    `pinned` the letters that keep their place when options are shuffled, `search` what an
    organiser finds it by, without marks. `lacks` names the fields that kept the wording from approval
    when it was written, with spaces between. `image_sha256` is a stored file or "". Going back to an
    older wording is a new version too.
    """

    __tablename__ = "question_versions"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint("level between 1 and 3", name="level"),
        CheckConstraint("length(stem) between 1 and 1000", name="stem"),
        CheckConstraint("length(answer) between 1 and 4", name="answer"),
        CheckConstraint("approved_by <> created_by", name="second_person"),
        CheckConstraint("(approved_by is null) = (approved_at is null)", name="approval"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    number: Mapped[int]
    level: Mapped[int]
    asks: Mapped[str]
    stem: Mapped[str]
    options: Mapped[list[str]] = mapped_column(JSON)
    answer: Mapped[str]
    pinned: Mapped[str]
    explanation: Mapped[str]
    source: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    content_hash: Mapped[str] = mapped_column(String(64))
    search: Mapped[str]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lacks: Mapped[str] = mapped_column(server_default="", default="")
    image_sha256: Mapped[str] = mapped_column(String(64), index=True, server_default="", default="")
    image_alt: Mapped[str] = mapped_column(server_default="", default="")

    question: Mapped[Question] = relationship()


class QuestionComment(Base):
    """What an organiser says about a question to the others; append-only."""

    __tablename__ = "question_comments"
    __table_args__ = (CheckConstraint("length(text) between 1 and 2000", name="text"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    text: Mapped[str]


class QuestionUse(Base):
    """A round in whose papers a version may stand; append-only.

    `label` names the round to people; `share` is the expected share of its papers that show the
    version, in permille.
    """

    __tablename__ = "question_uses"
    __table_args__ = (CheckConstraint("share between 0 and 1000", name="share"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("question_versions.id"), primary_key=True)
    round_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    label: Mapped[str]
    opens_at: Mapped[datetime] = mapped_column(UTCDateTime)
    share: Mapped[int]
