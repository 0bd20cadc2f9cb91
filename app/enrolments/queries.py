"""Read who is enrolled in a contest."""

from sqlalchemy import select

from app.enrolments.models import Enrolment
from app.extensions import db


def find_enrolment(contest_id: int, account_id: int) -> Enrolment | None:
    query = select(Enrolment).filter_by(contest_id=contest_id, account_id=account_id)
    return db.session.scalars(query).one_or_none()
