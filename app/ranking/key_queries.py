"""A round's answer key as people read it: questions with options, corrections, open proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select

from app.contests.models import RoundKey
from app.contests.queries import get_package
from app.contests.rules import KEY_VOIDED
from app.extensions import db
from app.questions.models import QuestionVersion
from app.ranking.desk_models import KeyProposal

LETTERS = "ABCDEFGH"
PAGE_QUESTIONS = 50


@dataclass(frozen=True)
class KeyChange:
    """One correction: `old` and `new` are right letters in bank order, "*" a voided question."""

    old: str
    new: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class KeyQuestion:
    """A question of the round's pool; `number` is its place there, from 1. `changes` are oldest first."""

    number: int
    version: QuestionVersion
    letters: str
    changes: list[KeyChange]

    @property
    def is_voided(self) -> bool:
        return self.letters == KEY_VOIDED

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """(letter, text, is it right) in bank order."""
        return options_of(self.version, self.letters)


def options_of(version: QuestionVersion, letters: str) -> list[tuple[str, str, bool]]:
    """(letter, text, is it right by these letters) in bank order."""
    return [(letter, text, letter in letters) for letter, text in zip(LETTERS, version.options, strict=False)]


def count_questions(round_id: int) -> int:
    return len(get_package(round_id).pool)


def count_pages(round_id: int) -> int:
    return max(1, -(-count_questions(round_id) // PAGE_QUESTIONS))


def key_questions(round_id: int, page: int) -> list[KeyQuestion]:
    """One page (from 1) of the pool, in its order, with the key in force."""
    first = (page - 1) * PAGE_QUESTIONS
    pool = list(enumerate(get_package(round_id).pool, 1))
    return _questions(
        round_id, [(number, entry["id"]) for number, entry in pool[first : first + PAGE_QUESTIONS]]
    )


def find_key_question(round_id: int, number: int) -> KeyQuestion | None:
    """The question at a place (from 1) of the pool."""
    pool = get_package(round_id).pool
    if not 1 <= number <= len(pool):
        return None
    return _questions(round_id, [(number, pool[number - 1]["id"])])[0]


def corrected_questions(round_id: int, *, since: int = 1) -> list[KeyQuestion]:
    """The questions whose key was changed after this version, in the pool's order."""
    keys = [key for key in _keys(round_id) if key.version >= since]
    changed = {one for old, new in pairwise(keys) for one in _changed(old, new)}
    pool = enumerate(get_package(round_id).pool, 1)
    return _questions(
        round_id, [(number, entry["id"]) for number, entry in pool if str(entry["id"]) in changed]
    )


def number_of(round_id: int, version_id: int) -> int:
    """The place (from 1) of a question in the round's pool. Raises StopIteration for a foreign one."""
    pool = enumerate(get_package(round_id).pool, 1)
    return next(number for number, entry in pool if entry["id"] == version_id)


def _questions(round_id: int, wanted: Sequence[tuple[int, int]]) -> list[KeyQuestion]:
    keys = _keys(round_id)
    ids = [version_id for _number, version_id in wanted]
    query = select(QuestionVersion).where(QuestionVersion.id.in_(ids))
    versions = {version.id: version for version in db.session.scalars(query)}
    return [
        KeyQuestion(number, versions[one], keys[-1].answers[str(one)], _changes_of(keys, str(one)))
        for number, one in wanted
    ]


def _keys(round_id: int) -> Sequence[RoundKey]:
    query = select(RoundKey).where(RoundKey.round_id == round_id).order_by(RoundKey.version)
    return db.session.scalars(query).all()


def _changed(old: RoundKey, new: RoundKey) -> list[str]:
    return [one for one, letters in new.answers.items() if old.answers[one] != letters]


def _changes_of(keys: Sequence[RoundKey], version_id: str) -> list[KeyChange]:
    return [
        KeyChange(old.answers[version_id], new.answers[version_id], new.reason, new.created_at)
        for old, new in pairwise(keys)
        if old.answers[version_id] != new.answers[version_id]
    ]


def proposals_of(round_id: int) -> Sequence[KeyProposal]:
    """The newest first."""
    query = select(KeyProposal).where(KeyProposal.round_id == round_id)
    return db.session.scalars(query.order_by(KeyProposal.number.desc())).all()


def get_proposal(round_id: int, number: int) -> KeyProposal:
    """Raises NoResultFound."""
    return db.session.scalars(select(KeyProposal).filter_by(round_id=round_id, number=number)).one()


def find_open_proposal(round_id: int, version_id: int) -> KeyProposal | None:
    query = select(KeyProposal).filter_by(round_id=round_id, version_id=version_id, outcome=None)
    return db.session.scalars(query).one_or_none()
