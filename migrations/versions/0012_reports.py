"""Reports and collective boards."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "reports",
    "board_weights",
)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "board_weights",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("winners", sa.Integer(), nullable=False),
        sa.Column("minimum_headcount", sa.Integer(), nullable=False),
        sa.Column("set_by", BIG_ID, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "minimum_headcount between 1 and 100000", name=op.f("ck_board_weights_minimum_headcount")
        ),
        sa.CheckConstraint("people + attempts + rate + winners = 100", name=op.f("ck_board_weights_sum")),
        sa.CheckConstraint(
            "people >= 0 and attempts >= 0 and rate >= 0 and winners >= 0",
            name=op.f("ck_board_weights_parts"),
        ),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_board_weights_contest_id")),
        sa.ForeignKeyConstraint(["set_by"], ["accounts.id"], name=op.f("fk_board_weights_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_weights")),
    )
    op.create_index("ix_board_weights_contest", "board_weights", ["contest_id", "set_at"], unique=False)

    op.create_table(
        "report_settings",
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("superior", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("signer_title", sa.String(), nullable=False),
        sa.Column("is_weekly", sa.Boolean(), nullable=False),
        sa.Column("done_for", sa.Date(), nullable=False),
        sa.Column("saved_by", BIG_ID, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(agency) between 2 and 160", name=op.f("ck_report_settings_agency")),
        sa.CheckConstraint("length(place) between 2 and 80", name=op.f("ck_report_settings_place")),
        sa.CheckConstraint("length(signer_title) <= 120", name=op.f("ck_report_settings_signer_title")),
        sa.CheckConstraint("length(superior) <= 160", name=op.f("ck_report_settings_superior")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_report_settings_contest_id")),
        sa.ForeignKeyConstraint(["saved_by"], ["accounts.id"], name=op.f("fk_report_settings_saved_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_report_settings_unit_id")),
        sa.PrimaryKeyConstraint("contest_id", "unit_id", name=op.f("pk_report_settings")),
    )
    op.create_table(
        "reports",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("round_id", BIG_ID, nullable=True),
        sa.Column("asked_by", BIG_ID, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("docx_sha256", sa.String(length=64), nullable=False),
        sa.Column("xlsx_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["accounts.id"], name=op.f("fk_reports_asked_by")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_reports_contest_id")),
        sa.ForeignKeyConstraint(["docx_sha256"], ["files.sha256"], name=op.f("fk_reports_docx_sha256")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_reports_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_reports_unit_id")),
        sa.ForeignKeyConstraint(["xlsx_sha256"], ["files.sha256"], name=op.f("fk_reports_xlsx_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reports_public_id")),
    )
    op.create_index("ix_reports_place", "reports", ["contest_id", "unit_id", "id"], unique=False)
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    op.drop_table("reports")
    op.drop_table("report_settings")
    op.drop_table("board_weights")
