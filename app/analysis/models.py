"""Item analyses of closed rounds, each with the moment and the key it was computed by."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class ItemAnalysis(Base):
    """One analysis of a round: asked for by an organiser, computed by a job.

    `scope` is "first" (each person's first valid attempt) or "all" (every valid attempt). The job
    writes the rest: `valid_count` attempts were valid, `used_count` of them analysed; `results` is
    round_rules.Results in JSON.
    """

    __tablename__ = "item_analyses"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("scope in ('first', 'all')", name="scope"),
        CheckConstraint("(computed_at is null) = (key_version is null)", name="computed"),
        CheckConstraint("used_count <= valid_count", name="used"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    number: Mapped[int]
    scope: Mapped[str]
    requested_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    computed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    key_version: Mapped[int | None]
    valid_count: Mapped[int | None]
    used_count: Mapped[int | None]
    results: Mapped[dict[str, Any] | None] = mapped_column(JSON)
