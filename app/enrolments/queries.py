"""Read who is enrolled in a contest."""

from sqlalchemy import select

from app.accounts.consent_wording import Purpose
from app.accounts.queries import has_consent
from app.enrolments.models import Enrolment
from app.extensions import db


def find_enrolment(contest_id: int, account_id: int) -> Enrolment | None:
    query = select(Enrolment).filter_by(contest_id=contest_id, account_id=account_id)
    return db.session.scalars(query).one_or_none()


def consents_given(account_id: int) -> frozenset[str]:
    """The purposes on which the person's last word is yes."""
    return frozenset(purpose for purpose in Purpose if has_consent(account_id, purpose))
