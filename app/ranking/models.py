"""Live standings, frozen results, decisions, and the revisions that were published."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Standing(Base):
    """One person with a valid attempt in one round, live: the recognised attempt and what counts for figures.

    `sort_key` packs the live policy's key; None for people who are not ranked. `league` is empty
    unless the policy has leagues.
    """

    __tablename__ = "standings"
    __table_args__ = (
        Index(
            "ix_standings_order",
            "round_id",
            "league",
            "sort_key",
            postgresql_where=text("sort_key IS NOT NULL"),
            sqlite_where=text("sort_key IS NOT NULL"),
        ),
        CheckConstraint("attempt_count >= 1", name="attempt_count"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    attempt_count: Mapped[int]
    is_all_correct: Mapped[bool]
    league: Mapped[str]
    sort_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class LiveBoard(Base):
    """The live figures of one round, true at `computed_at`; its row lock orders those who tally.

    `moved` counts standings that came or went since the cuts were rewritten at `cuts_at`.
    """

    __tablename__ = "live_boards"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    people: Mapped[int]
    attempts: Mapped[int]
    people_all_correct: Mapped[int]
    computed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    cuts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    moved: Mapped[int]


class StandingCut(Base):
    """A key of a round's live order with its exact place: own rank is a cut and a short count.

    `below` counts the standings before this key, `through` those up to and including it; both
    move with every tally, so that they are true whenever the standings are.
    """

    __tablename__ = "standing_cuts"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    league: Mapped[str] = mapped_column(primary_key=True)
    sort_key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    below: Mapped[int]
    through: Mapped[int]


class Decision(Base):
    """A person's decision before publication: void an attempt, not rank a person, or give no prize."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("kind in ('void', 'not_ranked', 'no_prize')", name="kind"),
        CheckConstraint("(kind = 'void') = (attempt_id is not null)", name="void_has_attempt"),
        CheckConstraint("length(reason) between 5 and 1000", name="reason"),
        CheckConstraint("length(undo_reason) between 5 and 1000", name="undo_reason"),
        CheckConstraint(
            "(undone_at is null) = (undo_reason is null) and (undone_at is null) = (undone_by is null)",
            name="undo",
        ),
        Index("ix_decisions_round", "round_id"),
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
    undo_reason: Mapped[str | None]


class Freeze(Base):
    """One freezing of a closed round: asked for by an organiser, computed by a job.

    Everything below `frozen_at` is written by the job: `figures` = {"people", "attempts",
    "people_all_correct"}; `line_counts` = ranked people per league; `units` = [{"unit_id", "people",
    "attempts"}] of the second level, most people first; `decision_ids` = the decisions applied;
    `barred` = {contestant_no: rules.PassedOver} of those who take no prize; `changes` =
    order_rules.changes_between against the previous freeze, None for the first; `public_changes` = the
    same against the revision in force, None where nothing is published. `body_sha256` and
    `public_sha256` name what publication would serve, in `files`.
    """

    __tablename__ = "freezes"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("length(reason) between 5 and 1000", name="reason"),
        CheckConstraint("(frozen_at is null) = (body_sha256 is null)", name="computed"),
    )

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
    line_counts: Mapped[dict[str, int] | None] = mapped_column(JSON)
    units: Mapped[list[dict[str, int]] | None] = mapped_column(JSON)
    decision_ids: Mapped[list[int] | None] = mapped_column(JSON)
    barred: Mapped[dict[str, str] | None] = mapped_column(JSON)
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    public_changes: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    body_sha256: Mapped[str | None] = mapped_column(ForeignKey("files.sha256"))
    public_sha256: Mapped[str | None] = mapped_column(ForeignKey("files.sha256"))


class FrozenLine(Base):
    """One person's line in one freeze. `position` is unique; `rank` is shared by equal keys of a league.

    `lot` (hex) stands where equal ranks needed one; `prize` is a prize code; `passed_over` says why
    a place with a prize has none: rules.PassedOver.
    """

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
    passed_over: Mapped[str | None]


class Revision(Base):
    """A published result: immutable, chained by digest, approved by a second person.

    `body_sha256` names the canonical JSON body in `files`: lines of contestant_no, score,
    prediction, seconds, rank, prize, without names. `digest` is the SHA-256 of the statement that
    names both files, the reason and the previous revision's digest.
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
    """A document made from a revision by a job: the decision annex as PDF and XLSX.

    `problem` says in Vietnamese why it could not be made on this machine.
    """

    __tablename__ = "revision_files"
    __table_args__ = (
        CheckConstraint("kind in ('annex_pdf', 'annex_xlsx')", name="kind"),
        CheckConstraint("(sha256 is null) <> (problem is null)", name="made_or_not"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("files.sha256"))
    problem: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Regrade(Base):
    """All attempts of a round graded by a later key version; the before/after list is a CSV in `files`."""

    __tablename__ = "regrades"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    key_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    changed_count: Mapped[int]
    changes_sha256: Mapped[str] = mapped_column(ForeignKey("files.sha256"))
    done_at: Mapped[datetime] = mapped_column(UTCDateTime)
