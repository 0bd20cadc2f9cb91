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


class ReferralCluster(Base):
    """A person whose referrals look alike by where they came from, for people to look at; never a verdict.

    Counts only: `devices` used by more than one of the person and those brought, `on_device` people on the
    one used most, `in_row` registered one right after the other behind one network. Found anew from the
    traces each time, so that it goes when they go.
    """

    __tablename__ = "referral_clusters"
    __table_args__ = (CheckConstraint("on_device >= 2 or in_row >= 3", name="alike"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    referrer_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    people: Mapped[int]
    devices: Mapped[int]
    on_device: Mapped[int]
    in_row: Mapped[int]
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)
