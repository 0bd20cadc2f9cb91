"""Campaigns, the versions of their criteria, what staff attest, and who meets them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.types import BigId, UTCDateTime


class Campaign(Base):
    """One emulation drive in a contest, for the people and collectives of `unit_id` and below.

    `plan` names the plan it follows ("Kế hoạch số …"). `evaluated_mark` tells what the last evaluation
    had seen: the same mark needs no new one.
    """

    __tablename__ = "campaigns"
    __table_args__ = (CheckConstraint("length(name) between 3 and 160", name="name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str]
    plan: Mapped[str] = mapped_column(String(300))
    created_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    evaluated_mark: Mapped[str | None] = mapped_column(String(64))
    evaluated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CriteriaVersion(Base):
    """The criteria of a campaign from `saved_at` on: criteria_rules.Criteria in JSON; append-only."""

    __tablename__ = "criteria_versions"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("length(reason) between 5 and 1000", name="reason"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    criteria: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str]
    saved_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Attestation(Base):
    """A person's word, with evidence, on one attested criterion of an account or a unit; append-only.

    The newest one of a criterion (`code`) and its subject counts.
    """

    __tablename__ = "attestations"
    __table_args__ = (
        CheckConstraint("(account_id is null) <> (unit_id is null)", name="subject"),
        CheckConstraint("account_id <> attested_by", name="second_person"),
        CheckConstraint("length(text) between 5 and 2000", name="text"),
        CheckConstraint("(evidence_sha256 is null) = (evidence_name is null)", name="evidence"),
        Index("ix_attestations_account", "campaign_id", "account_id"),
        Index("ix_attestations_unit", "campaign_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    code: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    is_met: Mapped[bool]
    text: Mapped[str]
    evidence_sha256: Mapped[str | None] = mapped_column(ForeignKey("files.sha256"))
    evidence_name: Mapped[str | None] = mapped_column(String(120))
    attested_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class AccountResult(Base):
    """What the last evaluation found for one person who did anything that counts; others have no row.

    `rounds_mask` has bit number − 1 for every round with a valid attempt; `streak` is the longest run of
    rounds of the contest; `best_score` in points, `best_rank` of published results. `referred_count` and
    `good_referrals` are those of the first referral criterion: who counts, and who has the streak.
    `met_bits` has bit i for the i-th individual criterion of `version`; `missing_count` is the least
    number of criteria still to meet. `unit_id` is where the person is enrolled, or else lives.

    Counted anew like a tally, a million rows at once: foreign keys would lock every account meanwhile.
    """

    __tablename__ = "account_results"
    __table_args__ = (
        CheckConstraint("(missing_count = 0) or not is_met", name="met"),
        Index("ix_account_results_unit", "campaign_id", "unit_id"),
        Index(
            "ix_account_results_met",
            "campaign_id",
            "account_id",
            postgresql_where=text("is_met"),
            sqlite_where=text("is_met"),
        ),
        Index(
            "ix_account_results_near",
            "campaign_id",
            "account_id",
            postgresql_where=text("missing_count = 1"),
            sqlite_where=text("missing_count = 1"),
        ),
    )

    campaign_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(BigId)
    version: Mapped[int]
    rounds_mask: Mapped[int] = mapped_column(BigInteger)
    streak: Mapped[int]
    best_score: Mapped[int]
    best_rank: Mapped[int | None]
    referred_count: Mapped[int]
    good_referrals: Mapped[int]
    met_bits: Mapped[int] = mapped_column(BigInteger)
    is_met: Mapped[bool]
    missing_count: Mapped[int]
    evaluated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class UnitResult(Base):
    """What the last evaluation found for one collective.

    `people` are distinct over the contest's rounds; `headcount` and `rate_permille` are None where nothing
    approved was declared; `winners` are people with a prize, `silent_units` units below without anybody.
    """

    __tablename__ = "unit_results"
    __table_args__ = (CheckConstraint("(missing_count = 0) or not is_met", name="met"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    people: Mapped[int]
    headcount: Mapped[int | None]
    rate_permille: Mapped[int | None]
    winners: Mapped[int]
    silent_units: Mapped[int]
    met_bits: Mapped[int] = mapped_column(BigInteger)
    is_met: Mapped[bool]
    missing_count: Mapped[int]
    evaluated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ResultChange(Base):
    """A flag won or lost, or a criterion lost again, with the cause; append-only.

    `cause` is rules.Cause, `round_id` the round it happened in; bits are those of `version`, except where
    the cause is new criteria: then `old_bits` belong to the version before.
    """

    __tablename__ = "result_changes"
    __table_args__ = (
        CheckConstraint("(account_id is null) <> (unit_id is null)", name="subject"),
        Index("ix_result_changes_account", "campaign_id", "account_id"),
        Index("ix_result_changes_unit", "campaign_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    old_bits: Mapped[int] = mapped_column(BigInteger)
    new_bits: Mapped[int] = mapped_column(BigInteger)
    was_met: Mapped[bool]
    is_met: Mapped[bool]
    cause: Mapped[str] = mapped_column(String(20))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"))
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
