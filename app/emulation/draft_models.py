"""Criteria that somebody is changing, and what the change would do."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import UTCDateTime


class CriteriaDraft(Base):
    """One person's change of a campaign's criteria: criteria_rules.Criteria in JSON, not in force.

    `base` is the version it was begun from, 0 before the first. `effect` is what a job found these very
    criteria would change, empty while it counts. Only a draft with an effect can be saved as a version.
    """

    __tablename__ = "criteria_drafts"
    __table_args__ = (
        CheckConstraint("(effect is null) = (counted_at is null)", name="counted"),
        CheckConstraint("base >= 0", name="base"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    base: Mapped[int]
    criteria: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    effect: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    counted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
