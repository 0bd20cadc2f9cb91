"""Read who is enrolled in a contest."""

from sqlalchemy import func, select

from app.accounts.models import Consent
from app.enrolments.models import Enrolment
from app.extensions import db


def find_enrolment(contest_id: int, account_id: int) -> Enrolment | None:
    query = select(Enrolment).filter_by(contest_id=contest_id, account_id=account_id)
    return db.session.scalars(query).one_or_none()


def consents_given(account_id: int) -> frozenset[str]:
    """The purposes whose latest act is consent."""
    latest = select(func.max(Consent.id)).where(Consent.account_id == account_id).group_by(Consent.purpose)
    query = select(Consent.purpose).where(Consent.id.in_(latest), Consent.is_given)
    return frozenset(db.session.scalars(query))
