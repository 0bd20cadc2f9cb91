"""A person in a contest: fixed at the first start."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Enrolment(Base):
    """Contest unit, league, public number and age (years, at the round's opening) of one account.

    `not_ranked_reason` marks people who may play and are not ranked (staff, organisers).
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("contest_id", "account_id"),
        UniqueConstraint("contest_id", "contestant_no"),
        CheckConstraint("contestant_no between 100000 and 99999999", name="contestant_no"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    league: Mapped[str]
    age: Mapped[int]
    contestant_no: Mapped[int]
    not_ranked_reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
