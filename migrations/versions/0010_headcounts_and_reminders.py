"""Headcounts, what became of them, targets, reminders and populations."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "headcounts",
    "headcount_decisions",
    "targets",
    "reminders",
)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "headcounts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("declared_by", BIG_ID, nullable=False),
        sa.Column("declared_at", MOMENT, nullable=False),
        sa.CheckConstraint("source = 'form' or length(source) = 64", name=op.f("ck_headcounts_source")),
        sa.CheckConstraint("length(note) <= 200", name=op.f("ck_headcounts_note")),
        sa.CheckConstraint("people between 1 and 10000000", name=op.f("ck_headcounts_people")),
        sa.ForeignKeyConstraint(["declared_by"], ["accounts.id"], name=op.f("fk_headcounts_declared_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_headcounts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcounts")),
        sa.UniqueConstraint("id", "declared_by", name=op.f("uq_headcounts_id_declared_by")),
    )
    op.create_index("ix_headcounts_unit", "headcounts", ["unit_id", "valid_from"], unique=False)

    op.create_table(
        "headcount_decisions",
        sa.Column("headcount_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("declared_by", BIG_ID, nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", BIG_ID, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "declared_by <> decided_by or not is_approved", name=op.f("ck_headcount_decisions_second_person")
        ),
        sa.CheckConstraint(
            "is_approved or length(reason) between 5 and 500", name=op.f("ck_headcount_decisions_reason")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_headcount_decisions_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by"], ["accounts.id"], name=op.f("fk_headcount_decisions_declared_by")
        ),
        sa.ForeignKeyConstraint(
            ["headcount_id", "declared_by"],
            ["headcounts.id", "headcounts.declared_by"],
            name=op.f("fk_headcount_decisions_headcount_id_declared_by"),
        ),
        sa.PrimaryKeyConstraint("headcount_id", name=op.f("pk_headcount_decisions")),
    )
    op.create_table(
        "populations",
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=False),
        sa.CheckConstraint("people >= 1", name=op.f("ck_populations_people")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_populations_contest_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_populations_unit_id")),
        sa.PrimaryKeyConstraint("contest_id", "unit_id", name=op.f("pk_populations")),
    )
    op.create_table(
        "targets",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("set_by", BIG_ID, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.CheckConstraint("people between 1 and 10000000", name=op.f("ck_targets_people")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_targets_contest_id")),
        sa.ForeignKeyConstraint(["set_by"], ["accounts.id"], name=op.f("fk_targets_set_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_targets_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
    )
    op.create_index("ix_targets_contest", "targets", ["contest_id", "unit_id"], unique=False)

    op.create_table(
        "reminders",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("round_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("reminded_by", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.CheckConstraint("channel in ('zalo', 'phone', 'in_person')", name=op.f("ck_reminders_channel")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_reminders_account_id")),
        sa.ForeignKeyConstraint(["reminded_by"], ["accounts.id"], name=op.f("fk_reminders_reminded_by")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_reminders_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    op.create_index("ix_reminders_round", "reminders", ["round_id", "account_id"], unique=False)
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    op.drop_table("reminders")
    op.drop_table("targets")
    op.drop_table("populations")
    op.drop_table("headcount_decisions")
    op.drop_table("headcounts")
