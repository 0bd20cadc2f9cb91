"""Awarding bodies, who stands at each step, dossiers with all that happened to them, and decisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime

OPEN = "state not in ('rejected', 'withdrawn', 'revoked')"


class AwardingBody(Base):
    """Who commends in a campaign, with what form of award, and how many.

    `unit_id` is the body's place: it commends people and collectives of that subtree. `form_no` and
    `decree` name the form that reports follow. `deadlines` maps a state of workflow_rules to working days;
    `approval_percent` of the council's members present must agree.
    """

    __tablename__ = "awarding_bodies"
    __table_args__ = (
        UniqueConstraint("id", "campaign_id"),
        UniqueConstraint("campaign_id", "name"),
        CheckConstraint("length(name) between 3 and 160", name="name"),
        CheckConstraint("quota_individual between 0 and 10000", name="quota_individual"),
        CheckConstraint("quota_collective between 0 and 10000", name="quota_collective"),
        CheckConstraint("approval_percent between 1 and 100", name="approval_percent"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str]
    award: Mapped[str] = mapped_column(String(60))
    council: Mapped[str] = mapped_column(String(160))
    form_no: Mapped[str] = mapped_column(String(60))
    decree: Mapped[str] = mapped_column(String(160))
    quota_individual: Mapped[int]
    quota_collective: Mapped[int]
    approval_percent: Mapped[int]
    deadlines: Mapped[dict[str, int]] = mapped_column(JSON)
    created_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Hand(Base):
    """One account standing at one step (workflow_rules.Step) of a body, until `ended_at`.

    Who chooses, who appraises and who decides are different people; the council's secretary may be
    one of them where the dossier's own rules allow it.
    """

    __tablename__ = "commendation_hands"
    __table_args__ = (
        CheckConstraint("step in ('choose', 'appraise', 'council', 'decide')", name="step"),
        Index(
            "uq_commendation_hands_step",
            "body_id",
            "step",
            "account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_commendation_hands_other_person",
            "body_id",
            "account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND step <> 'council'"),
            sqlite_where=text("ended_at IS NULL AND step <> 'council'"),
        ),
        Index("ix_commendation_hands_account", "account_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("awarding_bodies.id"))
    step: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    given_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AwardDecision(Base):
    """A signed decision on paper, as recorded; it is public from `published_at` on."""

    __tablename__ = "award_decisions"
    __table_args__ = (
        UniqueConstraint("body_id", "decision_no"),
        CheckConstraint("length(decision_no) between 1 and 60", name="decision_no"),
        CheckConstraint("(published_at is null) = (published_by is null)", name="published"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("awarding_bodies.id"))
    decision_no: Mapped[str]
    signed_on: Mapped[date]
    signer: Mapped[str] = mapped_column(String(80))
    signer_title: Mapped[str] = mapped_column(String(120))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Dossier(Base):
    """One proposal for commendation: a person (`account_id`), or the collective `unit_id` itself.

    For a person `unit_id` is where they belonged when chosen. `number` counts within the body, `state` is
    workflow_rules.State, `due_on` the last day of the step that waits. `written_by` submitted the newest
    report. `code` verifies the award in public, from the decision on.
    """

    __tablename__ = "dossiers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["body_id", "campaign_id"], ["awarding_bodies.id", "awarding_bodies.campaign_id"]
        ),
        UniqueConstraint("body_id", "number"),
        Index(
            "uq_dossiers_person",
            "campaign_id",
            "account_id",
            unique=True,
            postgresql_where=text(OPEN),
            sqlite_where=text(OPEN),
        ),
        Index(
            "uq_dossiers_collective",
            "campaign_id",
            "unit_id",
            unique=True,
            postgresql_where=text(f"account_id is null and {OPEN}"),
            sqlite_where=text(f"account_id is null and {OPEN}"),
        ),
        Index("ix_dossiers_state", "body_id", "state"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(
            "state in ('chosen', 'reporting', 'submitted', 'returned', 'appraised', 'council', 'approved', "
            "'decided', 'published', 'rejected', 'withdrawn', 'revoked')",
            name="state",
        ),
        CheckConstraint(
            "account_id not in (chosen_by, appraised_by, reviewed_by, decided_by)",
            name="not_ones_own",
        ),
        CheckConstraint("appraised_by not in (chosen_by, written_by)", name="appraised_by_another"),
        CheckConstraint("reviewed_by not in (chosen_by, written_by)", name="reviewed_by_another"),
        CheckConstraint("decided_by not in (chosen_by, written_by, appraised_by)", name="decided_by_another"),
        CheckConstraint("(decision_id is null) = (code is null)", name="code"),
        CheckConstraint(
            "(state in ('decided', 'published', 'revoked')) = (decision_id is not null)", name="decision"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    body_id: Mapped[int] = mapped_column(BigId)
    campaign_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    due_on: Mapped[date | None]
    chosen_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    chosen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    written_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    appraised_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("award_decisions.id"), index=True)
    code: Mapped[str | None] = mapped_column(String(12), unique=True)


class DossierEvent(Base):
    """Something done to a dossier, oldest first by id; append-only. People's notices are these rows.

    `act` and the states are workflow_rules'; `ground` is one of the four grounds of a refusal.
    """

    __tablename__ = "dossier_events"
    __table_args__ = (
        Index("ix_dossier_events_dossier", "dossier_id", "id"),
        CheckConstraint(
            "ground in ('wrong_subject', 'below_standard', 'incomplete', 'breach_of_law')", name="ground"
        ),
        CheckConstraint("(act = 'reject') = (ground is not null)", name="refusal_has_a_ground"),
        CheckConstraint("act not in ('reject', 'return', 'revoke') or length(text) >= 10", name="reason"),
        CheckConstraint("length(text) <= 3000", name="text"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    act: Mapped[str] = mapped_column(String(10))
    old_state: Mapped[str | None] = mapped_column(String(10))
    new_state: Mapped[str] = mapped_column(String(10))
    ground: Mapped[str | None] = mapped_column(String(16))
    text: Mapped[str]
    done_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReportVersion(Base):
    """One saved version of an achievement report; append-only.

    `content` is report_rules.Report in JSON. A submitted version has the SHA-256 over its evidence.
    """

    __tablename__ = "report_versions"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence_digest: Mapped[str | None] = mapped_column(String(64))
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class EvidenceItem(Base):
    """A fact as it stood when the report `version` was submitted; append-only, never corrected.

    `source` says where it was read (evidence_rules.Source), `code` which fact it is.
    """

    __tablename__ = "evidence_items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dossier_id", "version"], ["report_versions.dossier_id", "report_versions.version"]
        ),
        UniqueConstraint("dossier_id", "version", "code"),
    )

    dossier_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str]
    value: Mapped[str]
    criteria_version: Mapped[int]


class CouncilMeeting(Base):
    """A council's meeting as its minutes say; append-only. `text` is what was discussed."""

    __tablename__ = "council_meetings"
    __table_args__ = (
        UniqueConstraint("body_id", "number"),
        CheckConstraint("present_count between 1 and member_count", name="present_count"),
        CheckConstraint("member_count <= 99", name="member_count"),
        CheckConstraint("length(text) <= 3000", name="text"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("awarding_bodies.id"))
    number: Mapped[int]
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(160))
    chair: Mapped[str] = mapped_column(String(120))
    secretary: Mapped[str] = mapped_column(String(120))
    member_count: Mapped[int]
    present_count: Mapped[int]
    text: Mapped[str]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CouncilVote(Base):
    """How many members present voted for one dossier in one meeting; append-only."""

    __tablename__ = "council_votes"
    __table_args__ = (CheckConstraint("votes_for between 0 and 99", name="votes_for"),)

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("council_meetings.id"), primary_key=True, autoincrement=False
    )
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), primary_key=True, autoincrement=False)
    votes_for: Mapped[int]
    is_approved: Mapped[bool]
