"""Who may not take part in a contest, or takes part without a rank."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime

LISTED = text("removed_at is null")


class Exclusion(Base):
    """One person on a contest's list, by account, or by a telephone number until its owner enrols.

    It takes the rank in the rounds numbered from `first_round` until before `ranked_from_round`, which
    is set when it is removed: what a frozen round was computed with never changes. `relation` says whose
    relative, or what else. `counted_at` is when the live standings took it, or its removal, in.
    """

    __tablename__ = "exclusions"
    __table_args__ = (
        CheckConstraint("mode in ('barred', 'not_ranked')", name="mode"),
        CheckConstraint("kind in ('committee', 'author', 'relative', 'other')", name="kind"),
        CheckConstraint("(account_id is null) <> (phone is null)", name="account_or_phone"),
        CheckConstraint("kind not in ('relative', 'other') or length(relation) > 0", name="relation"),
        CheckConstraint(
            "(removed_at is null) = (removed_by is null) and (removed_at is null) = (removal_reason is null)"
            " and (removed_at is null) = (ranked_from_round is null)",
            name="removal",
        ),
        CheckConstraint("removed_by <> account_id", name="second_person"),
        Index(
            "uq_exclusions_listed_account",
            "contest_id",
            "account_id",
            unique=True,
            postgresql_where=LISTED,
            sqlite_where=LISTED,
        ),
        Index(
            "uq_exclusions_listed_phone",
            "contest_id",
            "phone",
            unique=True,
            postgresql_where=LISTED,
            sqlite_where=LISTED,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    phone: Mapped[str | None] = mapped_column(String(20))
    mode: Mapped[str]
    kind: Mapped[str]
    relation: Mapped[str] = mapped_column(String(160))
    first_round: Mapped[int]
    listed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    listed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removal_reason: Mapped[str | None] = mapped_column(String(300))
    ranked_from_round: Mapped[int | None]
    counted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
