"""Read attempts. Citizens' reads start from the session: another's attempt does not exist for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import load_only

from app.attempts import rules
from app.attempts import statements as sql
from app.attempts.models import Attempt
from app.cache import remembered
from app.contests.models import Contest, Round, RoundKey, RoundPackage
from app.contests.policy import Policy, from_json
from app.contests.queries import get_package
from app.extensions import db
from app.questions.models import QuestionVersion


@dataclass(frozen=True)
class PageQuestion:
    """A question as the page shows it; `options` are (letter, text) in displayed order."""

    position: int
    stem: str
    options: tuple[tuple[str, str], ...]
    is_multiple: bool
    chosen: str
    right: str = ""
    explanation: str = ""
    source: str = ""
    image_sha256: str = ""
    image_alt: str = ""

    @property
    def is_right(self) -> bool:
        return self.right in (self.chosen, "*")


@dataclass(frozen=True)
class OwnAttempt:
    """One's own attempt with what is saved so far: `row` has statements.OWN_PAGE's columns."""

    row: Row[Any]
    sheet: rules.Sheet
    last_saved_at: datetime | None
    closing: rules.Closing | None = field(default=None)

    @property
    def is_over(self) -> bool:
        return self.closing is not None

    @property
    def turns_left(self) -> int | None:
        """How many more attempts the person may start in this round; None: as many as they like."""
        limit = self.row.attempt_limit
        return None if limit is None else max(limit - self.row.used, 0)


def find_own_attempt(token_hash: str, public_id: str, now: datetime) -> OwnAttempt | None:
    """The attempt of the session's account, or None. An overdue one reads as closed (nothing is stored)."""
    parameters = {"token_hash": token_hash, "public_id": public_id, "now": now}
    row = sql.find_row(sql.OWN_PAGE, parameters)
    if row is None:
        return None
    if row.closed_at is not None:
        sheet = rules.Sheet(rules.decode_answers(row.answers), row.prediction)
        return OwnAttempt(row, sheet, None, stored_closing(row))
    saves = saves_of(row.id)
    sheet = rules.fold((save.answers, save.prediction) for save in saves)
    last = saves[-1].received_at if saves else None
    closing = closing_of(row, sheet, now) if now > row.accept_until else None
    return OwnAttempt(row, sheet, last, closing)


def saves_of(attempt_id: int) -> Sequence[Row[Any]]:
    """(answers, prediction, received_at) of every save, oldest first."""
    return sql.rows(sql.SAVES, {"attempt_id": attempt_id})


def stored_closing(row: Row[Any]) -> rules.Closing:
    return rules.Closing(
        answers=row.answers,
        answered_count=len(row.answers.split()),
        prediction=row.prediction,
        digest=row.digest,
        score=row.score,
        finished_at=row.finished_at,
        close_reason=row.close_reason,
    )


def closing_of(row: Row[Any], sheet: rules.Sheet, received_at: datetime) -> rules.Closing:
    """What closing this open attempt at `received_at` stores."""
    return rules.close(
        paper=rules.decode_paper(row.paper),
        sheet=sheet,
        key=key_answers(row.round_id, row.latest_key),
        receipt_code=row.receipt_code,
        started_at=row.started_at,
        deadline_at=row.deadline_at,
        accept_until=row.accept_until,
        received_at=received_at,
    )


def package_of(round_id: int) -> RoundPackage:
    """The frozen package of a scheduled round; remembered, because it never changes."""

    def load() -> RoundPackage:
        package = get_package(round_id)
        db.session.expunge(package)
        return package

    return remembered("package", round_id, load)


def policy_of(round_id: int) -> Policy:
    """The ranking policy frozen with the round; remembered."""
    return remembered("policy", round_id, lambda: from_json(package_of(round_id).policy))


def key_answers(round_id: int, version: int) -> dict[str, str]:
    """One version of a round's key: version id (text) → right bank letters; remembered."""

    def load() -> dict[str, str]:
        answers = select(RoundKey.answers).where(RoundKey.round_id == round_id, RoundKey.version == version)
        return db.session.scalars(answers).one()

    return remembered("key", (round_id, version), load)


def versions_of(paper: rules.Paper) -> dict[int, QuestionVersion]:
    """The question versions of a paper by id; remembered, because they never change."""
    wanted = [question.version_id for question in paper]
    loaded: dict[int, QuestionVersion] = {}

    def load(version_id: int) -> QuestionVersion:
        if not loaded:
            loaded.update(_load_versions(wanted))
        return loaded[version_id]

    return {version_id: remembered("version", version_id, partial(load, version_id)) for version_id in wanted}


def _load_versions(version_ids: Sequence[int]) -> dict[int, QuestionVersion]:
    versions = db.session.scalars(select(QuestionVersion).where(QuestionVersion.id.in_(version_ids))).all()
    for version in versions:
        db.session.expunge(version)
    return {version.id: version for version in versions}


def page_questions(own: OwnAttempt, *, with_key: bool) -> list[PageQuestion]:
    """The paper as displayed; right letters, explanations and sources only `with_key`."""
    paper = rules.decode_paper(own.row.paper)
    versions = versions_of(paper)
    key = key_answers(own.row.round_id, own.row.latest_key) if with_key else {}
    questions = []
    for position, question in enumerate(paper, 1):
        version = versions[question.version_id]
        letters = zip(rules.LETTERS, question.order, strict=False)
        right = key.get(str(question.version_id), "")
        questions.append(
            PageQuestion(
                position=position,
                stem=version.stem,
                options=tuple((letter, version.options[index]) for letter, index in letters),
                is_multiple=len(version.answer) > 1,
                chosen=own.sheet.answers.get(position, ""),
                right=right if right in ("", "*") else rules.displayed_letters(question, right),
                explanation=version.explanation if with_key else "",
                source=version.source if with_key else "",
                image_sha256=version.image_sha256,
                image_alt=version.image_alt,
            )
        )
    return questions


def overdue_attempt_ids(now: datetime, limit: int) -> Sequence[int]:
    """Open attempts whose grace has passed, oldest first."""
    query = select(Attempt.id).where(Attempt.closed_at.is_(None), Attempt.accept_until < now)
    return db.session.scalars(query.order_by(Attempt.accept_until).limit(limit)).all()


def find_receipt(receipt_code: str) -> tuple[Attempt, Round, Contest] | None:
    """The closed attempt that a receipt code belongs to, with its round and contest."""
    query = (
        select(Attempt, Round, Contest)
        .join(Round, Round.id == Attempt.round_id)
        .join(Contest, Contest.id == Round.contest_id)
        .where(Attempt.receipt_code == receipt_code, Attempt.closed_at.is_not(None))
    )
    row = db.session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def own_attempts(account_id: int, round_id: int) -> Sequence[Attempt]:
    """An account's attempts in a round, in order."""
    query = (
        select(Attempt)
        .where(Attempt.account_id == account_id, Attempt.round_id == round_id)
        .order_by(Attempt.number)
        .options(load_only(Attempt.public_id, Attempt.number, Attempt.started_at, Attempt.deadline_at))
        .options(
            load_only(
                Attempt.accept_until, Attempt.closed_at, Attempt.finished_at, Attempt.score, Attempt.offered
            )
        )
    )
    return db.session.scalars(query).all()


def is_of_cancelled_round(public_id: str) -> bool:
    query = select(Attempt.id).join(Round, Round.id == Attempt.round_id)
    query = query.where(Attempt.public_id == public_id, Round.cancelled_at.is_not(None))
    return db.session.scalar(query) is not None


def rounds_taken(account_id: int, contest_id: int) -> set[int]:
    """Numbers of the contest's rounds in which the account has at least one closed attempt with an answer."""
    query = (
        select(Round.number)
        .join(Attempt, Attempt.round_id == Round.id)
        .where(
            Attempt.account_id == account_id,
            Round.contest_id == contest_id,
            Attempt.closed_at.is_not(None),
            Attempt.answered_count >= Round.minimum_answered,
        )
        .distinct()
    )
    return set(db.session.scalars(query))
