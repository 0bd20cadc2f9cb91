"""Posters with referral codes, referrals that look alike, and criteria that somebody is changing."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "referral_posters",
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.CheckConstraint("sha256 is null or problem is null", name=op.f("ck_referral_posters_made_or_not")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_referral_posters_account_id")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_referral_posters_contest_id")),
        sa.ForeignKeyConstraint(["sha256"], ["files.sha256"], name=op.f("fk_referral_posters_sha256")),
        sa.PrimaryKeyConstraint("contest_id", "account_id", name=op.f("pk_referral_posters")),
    )
    op.create_table(
        "referral_clusters",
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("referrer_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("on_device", sa.Integer(), nullable=False),
        sa.Column("in_row", sa.Integer(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.CheckConstraint("on_device >= 2 or in_row >= 3", name=op.f("ck_referral_clusters_alike")),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_referral_clusters_contest_id")
        ),
        sa.ForeignKeyConstraint(
            ["referrer_id"], ["accounts.id"], name=op.f("fk_referral_clusters_referrer_id")
        ),
        sa.PrimaryKeyConstraint("contest_id", "referrer_id", name=op.f("pk_referral_clusters")),
    )
    op.create_table(
        "criteria_drafts",
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("effect", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(effect is null) = (counted_at is null)", name=op.f("ck_criteria_drafts_counted")
        ),
        sa.CheckConstraint("base >= 0", name=op.f("ck_criteria_drafts_base")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_criteria_drafts_account_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_criteria_drafts_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "account_id", name=op.f("pk_criteria_drafts")),
    )


def downgrade() -> None:
    op.drop_table("criteria_drafts")
    op.drop_table("referral_clusters")
    op.drop_table("referral_posters")
