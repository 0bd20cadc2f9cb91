"""The papers of commendation: asked for by a person, made by a job, kept as they were made."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class CommendationDocument(Base):
    """One paper of an awarding body; made again, it is another row and the newest is shown.

    A report or a letter is of one dossier, minutes of one meeting, a decision of one decision; a proposal
    and a list are of the body itself. `template_number` is the WordTemplate it was made from, 0 for our
    own. `sha256` names the file once it is made; `problem` says in Vietnamese why it could not be.
    """

    __tablename__ = "commendation_documents"
    __table_args__ = (
        CheckConstraint(
            "kind in ('report', 'letter', 'proposal', 'list', 'minutes', 'decision')", name="kind"
        ),
        CheckConstraint("(kind in ('report', 'letter')) = (dossier_id is not null)", name="of_dossier"),
        CheckConstraint("(kind = 'minutes') = (meeting_id is not null)", name="of_meeting"),
        CheckConstraint("(kind = 'decision') = (decision_id is not null)", name="of_decision"),
        CheckConstraint("sha256 is null or problem is null", name="made_or_not"),
        Index("ix_commendation_documents_body", "body_id", "kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    body_id: Mapped[int] = mapped_column(ForeignKey("awarding_bodies.id"))
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("council_meetings.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("award_decisions.id"))
    requested_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    template_number: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(ForeignKey("files.sha256"))
    problem: Mapped[str | None]
