"""Rosters: lists of a unit's people, slips with one-time links, people signed up with help."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APPEND_ONLY = ("assisted_sign_ups",)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "assisted_sign_ups",
        sa.Column("account_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("helper_id", BIG_ID, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("consent_way", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "consent_way in ('read_aloud', 'on_paper')", name=op.f("ck_assisted_sign_ups_consent_way")
        ),
        sa.CheckConstraint("length(asked_by) between 2 and 160", name=op.f("ck_assisted_sign_ups_asked_by")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_assisted_sign_ups_account_id")
        ),
        sa.ForeignKeyConstraint(["helper_id"], ["accounts.id"], name=op.f("fk_assisted_sign_ups_helper_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_assisted_sign_ups_unit_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_assisted_sign_ups")),
    )
    op.create_index(op.f("ix_assisted_sign_ups_unit_id"), "assisted_sign_ups", ["unit_id"], unique=False)
    op.create_table(
        "roster_imports",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", BIG_ID, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("undone_by", BIG_ID, nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "undone_at is null or confirmed_at is not null", name=op.f("ck_roster_imports_undo")
        ),
        sa.CheckConstraint(
            "(confirmed_at is null) = (counts is null)", name=op.f("ck_roster_imports_confirmation")
        ),
        sa.CheckConstraint(
            "(confirmed_at is null) = (rows is not null)", name=op.f("ck_roster_imports_rows")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["accounts.id"], name=op.f("fk_roster_imports_confirmed_by")
        ),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_roster_imports_contest_id")),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_roster_imports_created_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["accounts.id"], name=op.f("fk_roster_imports_undone_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_roster_imports_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_imports")),
    )
    op.create_index(
        "ix_roster_imports_place", "roster_imports", ["contest_id", "unit_id", "id"], unique=False
    )
    op.create_table(
        "roster_members",
        sa.Column("import_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_roster_members_account_id")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["roster_imports.id"], name=op.f("fk_roster_members_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "account_id", name=op.f("pk_roster_members")),
    )
    op.create_index(op.f("ix_roster_members_account_id"), "roster_members", ["account_id"], unique=False)
    op.create_table(
        "slip_sheets",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("account_ids", sa.JSON(), nullable=False),
        sa.Column("asked_by", BIG_ID, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=True),
        sa.Column("links_end_at", MOMENT, nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.CheckConstraint("pdf_sha256 is null or made_at is not null", name=op.f("ck_slip_sheets_made")),
        sa.ForeignKeyConstraint(["asked_by"], ["accounts.id"], name=op.f("fk_slip_sheets_asked_by")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_slip_sheets_contest_id")),
        sa.ForeignKeyConstraint(["pdf_sha256"], ["files.sha256"], name=op.f("fk_slip_sheets_pdf_sha256")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_slip_sheets_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_sheets")),
    )
    op.create_index("ix_slip_sheets_place", "slip_sheets", ["contest_id", "unit_id", "id"], unique=False)
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    op.drop_table("slip_sheets")
    op.drop_table("roster_members")
    op.drop_table("roster_imports")
    op.drop_table("assisted_sign_ups")
