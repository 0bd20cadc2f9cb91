"""Live standings, frozen results, decisions, and the revisions that were published."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Standing(Base):
    """The recognised attempt of one person in one round, live. `sort_key` packs the policy's key."""

    __tablename__ = "standings"
    __table_args__ = (Index("ix_standings_order", "round_id", "sort_key"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    sort_key: Mapped[bytes] = mapped_column(LargeBinary)


class StandingCut(Base):
    """Every 1,000th live sort key of a round: own rank is a cut's position and a short count."""

    __tablename__ = "standing_cuts"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sort_key: Mapped[bytes] = mapped_column(LargeBinary)
    computed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Decision(Base):
    """A person's decision before publication: void an attempt, not rank a person, or give no prize."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("kind in ('void', 'not_ranked', 'no_prize')", name="kind"),
        CheckConstraint("(kind = 'void') = (attempt_id is not null)", name="void_has_attempt"),
        CheckConstraint("length(reason) between 5 and 1000", name="reason"),
        Index(
            "uq_decisions_void",
            "attempt_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL AND kind = 'void'"),
            sqlite_where=text("undone_at IS NULL AND kind = 'void'"),
        ),
        Index(
            "uq_decisions_person",
            "round_id",
            "enrolment_id",
            "kind",
            unique=True,
            postgresql_where=text("undone_at IS NULL AND kind <> 'void'"),
            sqlite_where=text("undone_at IS NULL AND kind <> 'void'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))
    kind: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Freeze(Base):
    """One freezing of a closed round: asked for by an organiser, computed by a job.

    `figures` = {"people", "attempts", "people_all_correct"}; `changes` lists what moved since the
    previous freeze of the round.
    """

    __tablename__ = "freezes"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    number: Mapped[int]
    reason: Mapped[str]
    requested_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    frozen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    key_version: Mapped[int | None]
    target: Mapped[int | None]
    figures: Mapped[dict[str, int] | None] = mapped_column(JSON)
    changes: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)


class FrozenLine(Base):
    """One person's line in one freeze. `position` is unique; `rank` is shared by equal keys."""

    __tablename__ = "frozen_lines"
    __table_args__ = (Index("ix_frozen_lines_position", "freeze_id", "position", unique=True),)

    freeze_id: Mapped[int] = mapped_column(ForeignKey("freezes.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    position: Mapped[int]
    rank: Mapped[int]
    league: Mapped[str]
    score: Mapped[int]
    prediction: Mapped[int | None]
    duration: Mapped[int]
    finished_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lot: Mapped[str | None]
    prize: Mapped[str | None]


class Revision(Base):
    """A published result: immutable, chained by digest, approved by a second person.

    `body_sha256` names the canonical JSON body in `files`: lines of contestant_no, score,
    prediction, seconds, rank, prize, without names.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        CheckConstraint("frozen_by <> approved_by", name="second_person"),
        CheckConstraint("number >= 1", name="number"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    freeze_id: Mapped[int] = mapped_column(ForeignKey("freezes.id"), unique=True)
    frozen_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    approved_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str]
    body_sha256: Mapped[str] = mapped_column(ForeignKey("files.sha256"))
    public_sha256: Mapped[str] = mapped_column(ForeignKey("files.sha256"))
    previous_digest: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class RevisionFile(Base):
    """A document made from a revision by a job: the decision annex as PDF and XLSX."""

    __tablename__ = "revision_files"
    __table_args__ = (CheckConstraint("kind in ('annex_pdf', 'annex_xlsx')", name="kind"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("files.sha256"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
