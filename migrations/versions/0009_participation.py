"""Participation tallies, moves between units and merged accounts."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("unit_moves",)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "account_merges",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kept_id", BIG_ID, nullable=False),
        sa.Column("absorbed_id", BIG_ID, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("merged_by", BIG_ID, nullable=False),
        sa.Column("merged_at", MOMENT, nullable=False),
        sa.Column("undone_by", BIG_ID, nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undo_reason", sa.String(), nullable=True),
        sa.CheckConstraint("kept_id <> absorbed_id", name=op.f("ck_account_merges_two_accounts")),
        sa.ForeignKeyConstraint(["absorbed_id"], ["accounts.id"], name=op.f("fk_account_merges_absorbed_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["accounts.id"], name=op.f("fk_account_merges_kept_id")),
        sa.ForeignKeyConstraint(["merged_by"], ["accounts.id"], name=op.f("fk_account_merges_merged_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["accounts.id"], name=op.f("fk_account_merges_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_merges")),
    )
    op.create_index(op.f("ix_account_merges_kept_id"), "account_merges", ["kept_id"], unique=False)
    op.create_index(
        "uq_account_merges_absorbed",
        "account_merges",
        ["absorbed_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
        sqlite_where=sa.text("undone_at IS NULL"),
    )

    op.create_table(
        "group_tallies",
        sa.Column("round_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("age_band", sa.String(), nullable=False),
        sa.Column("gender", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_group_tallies_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_group_tallies_unit_id")),
        sa.PrimaryKeyConstraint("round_id", "unit_id", "age_band", "gender", name=op.f("pk_group_tallies")),
    )
    op.create_table(
        "tally_states",
        sa.Column("round_id", BIG_ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("tallied_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_tally_states_round_id")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_tally_states")),
    )
    op.create_table(
        "unit_moves",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("enrolment_id", BIG_ID, nullable=False),
        sa.Column("from_unit_id", BIG_ID, nullable=False),
        sa.Column("to_unit_id", BIG_ID, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("moved_by", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("from_unit_id <> to_unit_id", name=op.f("ck_unit_moves_units")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_unit_moves_enrolment_id")),
        sa.ForeignKeyConstraint(["from_unit_id"], ["units.id"], name=op.f("fk_unit_moves_from_unit_id")),
        sa.ForeignKeyConstraint(["moved_by"], ["accounts.id"], name=op.f("fk_unit_moves_moved_by")),
        sa.ForeignKeyConstraint(["to_unit_id"], ["units.id"], name=op.f("fk_unit_moves_to_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_moves")),
    )
    op.create_index("ix_unit_moves_enrolment", "unit_moves", ["enrolment_id", "at"], unique=False)

    op.create_table(
        "unit_tallies",
        sa.Column("round_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("newcomers", sa.Integer(), nullable=False),
        sa.Column("people_all_correct", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "attempts >= people and people >= newcomers and people_all_correct >= 0",
            name=op.f("ck_unit_tallies_counts"),
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_unit_tallies_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_tallies_unit_id")),
        sa.PrimaryKeyConstraint("round_id", "unit_id", "day", name=op.f("pk_unit_tallies")),
    )
    op.create_index(op.f("ix_unit_tallies_unit_id"), "unit_tallies", ["unit_id"], unique=False)
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    op.drop_table("unit_tallies")
    op.drop_table("unit_moves")
    op.drop_table("tally_states")
    op.drop_table("group_tallies")
    op.drop_table("account_merges")
