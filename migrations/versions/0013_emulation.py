"""Emulation campaigns, criteria, attestations and results."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "criteria_versions",
    "attestations",
    "result_changes",
)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("plan", sa.String(length=300), nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("evaluated_mark", sa.String(length=64), nullable=True),
        sa.Column("evaluated_at", MOMENT, nullable=True),
        sa.CheckConstraint("length(name) between 3 and 160", name=op.f("ck_campaigns_name")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_campaigns_contest_id")),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_campaigns_created_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_campaigns_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("public_id", name=op.f("uq_campaigns_public_id")),
    )
    op.create_index(op.f("ix_campaigns_contest_id"), "campaigns", ["contest_id"], unique=False)

    op.create_table(
        "account_results",
        sa.Column("campaign_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rounds_mask", sa.BigInteger(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("best_score", sa.Integer(), nullable=False),
        sa.Column("best_rank", sa.Integer(), nullable=True),
        sa.Column("referred_count", sa.Integer(), nullable=False),
        sa.Column("good_referrals", sa.Integer(), nullable=False),
        sa.Column("met_bits", sa.BigInteger(), nullable=False),
        sa.Column("is_met", sa.Boolean(), nullable=False),
        sa.Column("missing_count", sa.Integer(), nullable=False),
        sa.Column("evaluated_at", MOMENT, nullable=False),
        sa.CheckConstraint("(missing_count = 0) or not is_met", name=op.f("ck_account_results_met")),
        sa.PrimaryKeyConstraint("campaign_id", "account_id", name=op.f("pk_account_results")),
    )
    op.create_index(
        "ix_account_results_met",
        "account_results",
        ["campaign_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("is_met"),
        sqlite_where=sa.text("is_met"),
    )
    op.create_index(
        "ix_account_results_near",
        "account_results",
        ["campaign_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("missing_count = 1"),
        sqlite_where=sa.text("missing_count = 1"),
    )
    op.create_index("ix_account_results_unit", "account_results", ["campaign_id", "unit_id"], unique=False)

    op.create_table(
        "attestations",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("unit_id", BIG_ID, nullable=True),
        sa.Column("is_met", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=True),
        sa.Column("evidence_name", sa.String(length=120), nullable=True),
        sa.Column("attested_by", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("(account_id is null) <> (unit_id is null)", name=op.f("ck_attestations_subject")),
        sa.CheckConstraint(
            "(evidence_sha256 is null) = (evidence_name is null)", name=op.f("ck_attestations_evidence")
        ),
        sa.CheckConstraint("account_id <> attested_by", name=op.f("ck_attestations_second_person")),
        sa.CheckConstraint("length(text) between 5 and 2000", name=op.f("ck_attestations_text")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_attestations_account_id")),
        sa.ForeignKeyConstraint(["attested_by"], ["accounts.id"], name=op.f("fk_attestations_attested_by")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_attestations_campaign_id")),
        sa.ForeignKeyConstraint(
            ["evidence_sha256"], ["files.sha256"], name=op.f("fk_attestations_evidence_sha256")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_attestations_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attestations_public_id")),
    )
    op.create_index("ix_attestations_account", "attestations", ["campaign_id", "account_id"], unique=False)
    op.create_index("ix_attestations_unit", "attestations", ["campaign_id", "unit_id"], unique=False)

    op.create_table(
        "criteria_versions",
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("saved_by", BIG_ID, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(reason) between 5 and 1000", name=op.f("ck_criteria_versions_reason")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_criteria_versions_version")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_criteria_versions_campaign_id")
        ),
        sa.ForeignKeyConstraint(["saved_by"], ["accounts.id"], name=op.f("fk_criteria_versions_saved_by")),
        sa.PrimaryKeyConstraint("campaign_id", "version", name=op.f("pk_criteria_versions")),
    )
    op.create_table(
        "result_changes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("unit_id", BIG_ID, nullable=True),
        sa.Column("old_bits", sa.BigInteger(), nullable=False),
        sa.Column("new_bits", sa.BigInteger(), nullable=False),
        sa.Column("was_met", sa.Boolean(), nullable=False),
        sa.Column("is_met", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("round_id", BIG_ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(account_id is null) <> (unit_id is null)", name=op.f("ck_result_changes_subject")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_result_changes_account_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_result_changes_campaign_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_result_changes_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_result_changes_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_changes")),
    )
    op.create_index(
        "ix_result_changes_account", "result_changes", ["campaign_id", "account_id"], unique=False
    )
    op.create_index("ix_result_changes_unit", "result_changes", ["campaign_id", "unit_id"], unique=False)

    op.create_table(
        "unit_results",
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("rate_permille", sa.Integer(), nullable=True),
        sa.Column("winners", sa.Integer(), nullable=False),
        sa.Column("silent_units", sa.Integer(), nullable=False),
        sa.Column("met_bits", sa.BigInteger(), nullable=False),
        sa.Column("is_met", sa.Boolean(), nullable=False),
        sa.Column("missing_count", sa.Integer(), nullable=False),
        sa.Column("evaluated_at", MOMENT, nullable=False),
        sa.CheckConstraint("(missing_count = 0) or not is_met", name=op.f("ck_unit_results_met")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_unit_results_campaign_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_results_unit_id")),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", name=op.f("pk_unit_results")),
    )
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    op.drop_table("unit_results")
    op.drop_table("result_changes")
    op.drop_table("criteria_versions")
    op.drop_table("attestations")
    op.drop_table("account_results")
    op.drop_table("campaigns")
