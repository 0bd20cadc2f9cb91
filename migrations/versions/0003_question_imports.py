"""Question files that were read, and what they brought."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    account = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "question_imports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("read_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("defaults", sa.JSON(), nullable=False),
        sa.Column("created_by", account, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", account, nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("brought", sa.JSON(), nullable=False),
        sa.Column("undone_by", account, nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(confirmed_at is null) = (counts is null)", name=op.f("ck_question_imports_confirmation")
        ),
        sa.CheckConstraint(
            "undone_at is null or confirmed_at is not null", name=op.f("ck_question_imports_undo")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["accounts.id"], name=op.f("fk_question_imports_confirmed_by")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_question_imports_created_by")),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["files.sha256"], name=op.f("fk_question_imports_file_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["read_sha256"], ["files.sha256"], name=op.f("fk_question_imports_read_sha256")
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["accounts.id"], name=op.f("fk_question_imports_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_imports")),
    )


def downgrade() -> None:
    op.drop_table("question_imports")
