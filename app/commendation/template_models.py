"""The Word templates that organisers put in the place of ours."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import UTCDateTime


class WordTemplate(Base):
    """One choice of a template for a kind of document (template_rules.Kind); the newest is in force.

    `sha256` None: back to our default. Append-only: documents tell which number they were made from,
    0 standing for the default before any choice.
    """

    __tablename__ = "word_templates"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(sha256 is null) = (name is null)", name="own_or_default"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("files.sha256"))
    name: Mapped[str | None] = mapped_column(String(160))
    chosen_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    chosen_at: Mapped[datetime] = mapped_column(UTCDateTime)
