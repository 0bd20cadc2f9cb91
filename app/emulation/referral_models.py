"""The poster with somebody's referral code."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import UTCDateTime


class ReferralPoster(Base):
    """A sheet that invites to a contest with the code of one account, made by a job when asked for.

    Until it is made both `sha256` and `problem` are empty; `problem` says in Vietnamese why it could not be
    made on this machine.
    """

    __tablename__ = "referral_posters"
    __table_args__ = (CheckConstraint("sha256 is null or problem is null", name="made_or_not"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("files.sha256"))
    problem: Mapped[str | None]
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
