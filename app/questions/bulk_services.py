"""One act on many questions of the list: what can be done is done, the rest is named. Callers commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.audit.services import record
from app.extensions import db
from app.questions import queries, services
from app.questions.models import QuestionVersion


@dataclass(frozen=True)
class Done:
    """Keys of the questions the act changed, and (key, reason) of those it left as they were."""

    keys: list[str]
    left: list[tuple[str, str]]


def approve_ticked(shown: Sequence[tuple[str, int]], *, actor_id: int, now: datetime) -> Done:
    """Approve the versions that were shown, (key, number) each. Raises NoResultFound."""
    versions = queries.lock_versions([queries.get_version(key, number).id for key, number in shown])
    latest = queries.latest_versions([version.question_id for version in versions])
    sound, left = [], []
    for version in versions:
        refusal = services.refusal_of(version, latest[version.question_id].number, actor_id)
        if refusal is None:
            sound.append(version)
        else:
            left.append((version.question.key, refusal.message))
    if sound:
        services.approve_versions([version.id for version in sound], actor_id=actor_id, now=now)
    return Done(_keys(sound), left)


def retire_ticked(shown: Sequence[tuple[str, int]], *, actor_id: int, reason: str, now: datetime) -> Done:
    """Take the questions out of later draws, if nobody has changed them since. Raises NoResultFound."""
    versions = queries.lock_versions([queries.get_version(key, number).id for key, number in shown])
    latest = queries.latest_versions([version.question_id for version in versions])
    taken, left = [], []
    for version in versions:
        if version.question.retired_at is not None:
            left.append((version.question.key, services.Retired.message))
        elif latest[version.question_id].number != version.number:
            left.append((version.question.key, "Câu hỏi đã có bản mới hơn."))
        else:
            version.question.retired_at = now
            taken.append(version)
    if taken:
        db.session.flush()
        keys = _keys(taken)
        record(
            "questions.retired", actor_id=actor_id, subject="question_bank", now=now, reason=reason, keys=keys
        )
    return Done(_keys(taken), left)


def _keys(versions: Sequence[QuestionVersion]) -> list[str]:
    return [version.question.key for version in versions]
