"""Rounds as they look at another moment, and papers that are only samples. Nothing here is stored."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import set_committed_value

from app.attempts.rules import LETTERS, draw_paper
from app.contests.models import Contest, Round
from app.contests.queries import pool_candidates
from app.contests.rules import POOL_FACTOR, cells_of, choose_pool
from app.extensions import db
from app.questions.models import QuestionVersion
from app.ranking.models import Revision

SAMPLE_SEED = "sample paper, of no round"


class SampleQuestion(NamedTuple):
    """A question as it is displayed: options are (letter, text); no key."""

    stem: str
    options: Sequence[tuple[str, str]]
    is_multiple: bool


def round_at(found: Round, contest: Contest, moment: datetime) -> Round:
    """A copy outside the database that knows only what happened by `moment`; a draft is scheduled."""
    copy = Round(**{column.key: getattr(found, column.key) for column in Round.__table__.columns})
    set_committed_value(copy, "contest", contest)
    copy.scheduled_at = found.scheduled_at or moment
    if found.frozen_at is not None and found.frozen_at > moment:
        copy.frozen_at = None
    if found.cancelled_at is not None and found.cancelled_at > moment:
        copy.cancelled_at = None
    if found.published_revision is not None:
        query = select(func.max(Revision.number)).where(
            Revision.round_id == found.id, Revision.published_at <= moment
        )
        copy.published_revision = db.session.scalar(query)
    return copy


def sample_paper(found: Round, sample: int) -> list[SampleQuestion]:
    """The questions of one sample; empty while the bank is too small for the blueprint."""
    cells, candidates = cells_of(found.blueprint), pool_candidates(found)
    if any(len(own) < POOL_FACTOR * cell.count for cell, own in zip(cells, candidates, strict=True)):
        return []
    seed = f"{SAMPLE_SEED}|{found.id}|{sample}"
    pool = [
        {
            "cell": index,
            "id": question.version_id,
            "options": question.option_count,
            "pinned": question.pinned,
        }
        for index, questions in enumerate(choose_pool(cells, candidates, seed))
        for question in questions
    ]
    settings = {
        "shuffles_questions": found.shuffles_questions,
        "shuffles_options": found.shuffles_options,
    }
    paper = draw_paper(pool, found.blueprint, settings, seed=seed, contestant_no=0, number=sample)
    query = select(QuestionVersion).where(QuestionVersion.id.in_([each.version_id for each in paper]))
    versions = {version.id: version for version in db.session.scalars(query)}
    return [_displayed(versions[each.version_id], each.order) for each in paper]


def _displayed(version: QuestionVersion, order: Sequence[int]) -> SampleQuestion:
    options = [(LETTERS[place], version.options[index]) for place, index in enumerate(order)]
    return SampleQuestion(version.stem, options, len(version.answer) > 1)
