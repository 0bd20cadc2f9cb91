"""What the bank is narrowed by beside words, topic, level and state: validity in law, and use in rounds."""

from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.questions.models import QuestionUse, QuestionVersion

SOON = timedelta(days=60)


class Validity(StrEnum):
    """Whether what a question asks is right on a day."""

    VALID = "valid"
    ENDING = "ending"
    ENDED = "ended"
    COMING = "coming"


class Exposure(StrEnum):
    """In the papers of how many rounds a question may have stood."""

    UNUSED = "unused"
    ONCE = "once"
    OFTEN = "often"


VALIDITY_NAMES = {
    Validity.VALID: "Còn hiệu lực hôm nay",
    Validity.ENDING: f"Sắp hết, trong {SOON.days} ngày",
    Validity.ENDED: "Đã hết hiệu lực",
    Validity.COMING: "Chưa có hiệu lực",
}
EXPOSURE_NAMES = {
    Exposure.UNUSED: "Chưa dùng",
    Exposure.ONCE: "Đã có trong đề 1 vòng",
    Exposure.OFTEN: "Đã có trong đề từ 2 vòng",
}


def has_validity(validity: Validity, on: date) -> ColumnElement[bool]:
    """Of a version, on that day in Viet Nam."""
    first, last = QuestionVersion.valid_from, QuestionVersion.valid_until
    return {
        Validity.VALID: and_(first <= on, or_(last.is_(None), last >= on)),
        Validity.ENDING: and_(last >= on, last <= on + SOON),
        Validity.ENDED: last < on,
        Validity.COMING: first > on,
    }[validity]


def has_exposure(exposure: Exposure) -> ColumnElement[bool]:
    """Counted in rounds over all versions of the question."""
    other = aliased(QuestionVersion)
    rounds = (
        select(func.count(QuestionUse.round_id.distinct()))
        .join(other, other.id == QuestionUse.version_id)
        .where(other.question_id == QuestionVersion.question_id)
        .correlate(QuestionVersion)
        .scalar_subquery()
    )
    return {Exposure.UNUSED: rounds == 0, Exposure.ONCE: rounds == 1, Exposure.OFTEN: rounds > 1}[exposure]
