"""Bring questions into the bank, version them, approve them. Callers commit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.audit.services import record
from app.errors import DomainError
from app.extensions import db
from app.questions import editor_queries, queries, rules
from app.questions.models import Question, QuestionComment, QuestionUse, QuestionVersion, Topic
from app.questions.rules import BankQuestion


class UnsoundQuestion(DomainError):
    message = "Câu hỏi chưa đạt yêu cầu."


class TopicChanged(DomainError):
    message = "Câu hỏi không đổi chủ đề: hãy dùng mã mới."


class NothingChanged(DomainError):
    message = "Nội dung không khác bản gần nhất."


class Retired(DomainError):
    message = "Câu hỏi này đã rút khỏi ngân hàng."


class NewerVersion(DomainError):
    message = "Người khác đã lưu một bản mới của câu này trong lúc bạn sửa."
    todo = "Bạn hãy mở bản mới, chép phần sửa của mình sang rồi lưu lại."


class AlreadyApproved(DomainError):
    message = "Bản này đã được duyệt."


class Outdated(DomainError):
    message = "Câu hỏi đã có bản mới hơn. Hãy đọc và duyệt bản mới."


class OwnQuestion(DomainError):
    message = "Người soạn không tự duyệt câu của mình: cần người thứ hai."


@dataclass(frozen=True)
class ImportCounts:
    """What an import did to questions; `retired` ones stand in the files and stay out of the bank.

    `brought` are ids of the new versions.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    retired: int = 0
    brought: tuple[int, ...] = field(default=(), compare=False)


def import_bank(
    topics: Mapping[str, str],
    questions: Sequence[BankQuestion],
    *,
    author_id: int | None,
    now: datetime,
    **details: Any,
) -> ImportCounts:
    """Bring in all questions or none; running it again changes nothing.

    Everything new is a draft, which may still lack what approval needs. `topics` maps codes to names,
    `details` say in the audit entry what the questions come from. Raises UnsoundQuestion, TopicChanged.
    """
    _refuse_broken(questions)
    rows = _put_topics(topics)
    stored = queries.questions_by_key([question.key for question in questions])
    latest = queries.latest_versions([row.id for row in stored.values()])
    tally: Counter[str] = Counter()
    brought = []
    for question in map(rules.in_nfc, questions):
        row = stored.get(question.key)
        if row is None:
            tally["new"] += 1
            brought.append(_add_question(question, rows[question.topic], author_id=author_id, now=now))
            continue
        _refuse_other_topic(row, question)
        if row.retired_at is not None:
            tally["retired"] += 1
        elif latest[row.id].content_hash == rules.content_hash(question):
            tally["same"] += 1
        else:
            tally["changed"] += 1
            number = latest[row.id].number + 1
            brought.append(_add_version(row, number, question, author_id=author_id, now=now))
    db.session.flush()
    if brought:
        details = {**details, **tally}
        record("questions.imported", actor_id=author_id, subject="question_bank", now=now, **details)
    return ImportCounts(**tally, brought=tuple(version.id for version in brought))


def create_version(
    question: BankQuestion, *, author_id: int, now: datetime, base: int | None = None
) -> QuestionVersion:
    """Save an edit: a new question, or the next version of the one with this key; a draft either way.

    `base` is the number of the version that was edited, 0 for none; None takes whatever is the newest.
    Raises UnsoundQuestion, TopicChanged, Retired, NewerVersion, NothingChanged, NoResultFound (topic).
    """
    _refuse_broken([question])
    plain = rules.in_nfc(question)
    row = editor_queries.lock_question(plain.key)
    if row is None:
        version = _add_question(plain, queries.get_topic(plain.topic), author_id=author_id, now=now)
    else:
        _refuse_other_topic(row, plain)
        if row.retired_at is not None:
            raise Retired
        latest = queries.latest_versions([row.id])[row.id]
        if base is not None and latest.number != base:
            raise NewerVersion
        if latest.content_hash == rules.content_hash(plain):
            raise NothingChanged
        version = _add_version(row, latest.number + 1, plain, author_id=author_id, now=now)
    db.session.flush()
    record(
        "questions.version_created",
        actor_id=author_id,
        subject=f"question:{plain.key}",
        now=now,
        number=version.number,
        content_hash=version.content_hash,
    )
    return version


def new_key(topic_code: str) -> str:
    """A name for a question that does not have one: the topic's code and the next number of it.

    Whoever asks holds the topic until the transaction ends. Raises NoResultFound.
    """
    topic = editor_queries.lock_topic(topic_code)
    room = rules.MAX_CODE_LENGTH - len("-99999")
    stem = topic.code[:room].rstrip("-")
    numbers = [int(key.rpartition("-")[2]) for key in editor_queries.numbered_keys(stem)]
    return f"{stem}-{max(numbers, default=0) + 1:03}"


def approve_version(version_id: int, *, actor_id: int, now: datetime) -> None:
    """See approve_versions."""
    approve_versions([version_id], actor_id=actor_id, now=now)


def approve_versions(version_ids: Sequence[int], *, actor_id: int, now: datetime) -> None:
    """Approve all of them or none; one audit entry for the act.

    Raises AlreadyApproved, Outdated, OwnQuestion, Retired, UnsoundQuestion, NoResultFound.
    """
    versions = queries.lock_versions(version_ids)
    latest = queries.latest_versions([version.question_id for version in versions])
    for version in versions:
        refusal = refusal_of(version, latest[version.question_id].number, actor_id)
        if refusal is not None:
            raise refusal
    for version in versions:
        version.approved_by, version.approved_at = actor_id, now
    db.session.flush()
    record(
        "questions.approved",
        actor_id=actor_id,
        subject=f"question:{versions[0].question.key}" if len(versions) == 1 else "question_bank",
        now=now,
        versions=[[version.question.key, version.number, version.content_hash] for version in versions],
    )


def refusal_of(version: QuestionVersion, latest_number: int, actor_id: int) -> DomainError | None:
    """Why this person may not approve the version now, or None."""
    if version.approved_at is not None:
        return AlreadyApproved()
    if version.question.retired_at is not None:
        return Retired()
    if version.number != latest_number:
        return Outdated()
    if version.created_by == actor_id:
        return OwnQuestion()
    problems = rules.check_question(queries.as_written(version))
    if not problems:
        return None
    reasons = " ".join(problem.message for problem in problems)
    return UnsoundQuestion(
        f"Câu {version.question.key} chưa duyệt được: {reasons}",
        todo="Bạn hãy sửa câu hỏi cho đủ rồi duyệt bản mới.",
    )


def retire_question(key: str, *, actor_id: int, reason: str, now: datetime) -> None:
    """Take a question out of later draws; papers that have it keep it. Raises Retired, NoResultFound."""
    question = queries.get_question(key)
    if question.retired_at is not None:
        raise Retired
    question.retired_at = now
    db.session.flush()
    record("questions.retired", actor_id=actor_id, subject=f"question:{key}", now=now, reason=reason)


def add_comment(key: str, text: str, *, author_id: int, now: datetime) -> None:
    """Say something about a question to the other organisers. Raises NoResultFound."""
    question = queries.get_question(key)
    db.session.add(QuestionComment(question_id=question.id, author_id=author_id, at=now, text=text))
    db.session.flush()
    record("questions.commented", actor_id=author_id, subject=f"question:{key}", now=now)


def mark_uses(shares: Mapping[int, int], *, round_id: int, label: str, opens_at: datetime) -> None:
    """Note in which round versions may stand; `shares` are permille of its papers, by version id."""
    db.session.add_all(
        QuestionUse(version_id=version_id, round_id=round_id, label=label, opens_at=opens_at, share=share)
        for version_id, share in shares.items()
    )
    db.session.flush()


def _refuse_broken(questions: Sequence[BankQuestion]) -> None:
    """Refuse what cannot be kept even as a draft."""
    keys: set[str] = set()
    for question in questions:
        problems = rules.draft_problems(question)
        if problems:
            raise UnsoundQuestion(f"Câu {question.key} chưa đạt: {problems[0].message}")
        if question.key in keys:
            raise UnsoundQuestion(f"Mã {question.key} đứng hai lần.")
        keys.add(question.key)


def _refuse_other_topic(row: Question, question: BankQuestion) -> None:
    if row.topic.code != question.topic:
        raise TopicChanged(f"Câu {row.key} thuộc chủ đề {row.topic.code}: hãy dùng mã mới cho chủ đề khác.")


def _put_topics(topics: Mapping[str, str]) -> dict[str, Topic]:
    rows = {topic.code: topic for topic in queries.all_topics()}
    for code, name in topics.items():
        if code not in rows:
            rows[code] = Topic(code=code, name=name)
            db.session.add(rows[code])
        elif rows[code].name != name:
            rows[code].name = name
    return rows


def _add_question(
    question: BankQuestion, topic: Topic, *, author_id: int | None, now: datetime
) -> QuestionVersion:
    row = Question(key=question.key, topic=topic, created_at=now)
    db.session.add(row)
    return _add_version(row, 1, question, author_id=author_id, now=now)


def _add_version(
    row: Question, number: int, question: BankQuestion, *, author_id: int | None, now: datetime
) -> QuestionVersion:
    version = QuestionVersion(
        question=row,
        number=number,
        level=question.level,
        asks=question.asks,
        stem=question.stem,
        options=list(question.options),
        answer=question.answer,
        pinned=question.pinned,
        explanation=question.explanation,
        source=question.source,
        valid_from=question.valid_from,
        valid_until=question.valid_until,
        content_hash=rules.content_hash(question),
        search=rules.search_text(question),
        lacks=" ".join(rules.shortfalls(question)),
        image_sha256=question.image_sha256,
        image_alt=question.image_alt,
        created_by=author_id,
        created_at=now,
    )
    db.session.add(version)
    return version
