"""Second factors of staff, lists of people who are barred or not ranked, and no role given to oneself."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LISTED = "removed_at is null"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True))
    # Who gave what to themself before this rule stays in the audit trail.
    op.execute("UPDATE role_grants SET granted_by = NULL WHERE granted_by = account_id")
    with op.batch_alter_table("role_grants") as batch:
        batch.create_check_constraint(op.f("ck_role_grants_second_person"), "granted_by <> account_id")
    op.create_table(
        "second_factors",
        sa.Column("account_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_second_factors_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("account_id", "code_hash", name=op.f("uq_recovery_codes_account_id_code_hash")),
    )
    _create_exclusions()


def _create_exclusions() -> None:
    op.create_table(
        "exclusions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("relation", sa.String(length=160), nullable=False),
        sa.Column("first_round", sa.Integer(), nullable=False),
        sa.Column("listed_by", BIG_ID, nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", BIG_ID, nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removal_reason", sa.String(length=300), nullable=True),
        sa.Column("ranked_from_round", sa.Integer(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode in ('barred', 'not_ranked')", name=op.f("ck_exclusions_mode")),
        sa.CheckConstraint(
            "kind in ('committee', 'author', 'relative', 'other')", name=op.f("ck_exclusions_kind")
        ),
        sa.CheckConstraint(
            "(account_id is null) <> (phone is null)", name=op.f("ck_exclusions_account_or_phone")
        ),
        sa.CheckConstraint(
            "kind not in ('relative', 'other') or length(relation) > 0", name=op.f("ck_exclusions_relation")
        ),
        sa.CheckConstraint(
            "(removed_at is null) = (removed_by is null) and (removed_at is null) = (removal_reason is null)"
            " and (removed_at is null) = (ranked_from_round is null)",
            name=op.f("ck_exclusions_removal"),
        ),
        sa.CheckConstraint("removed_by <> account_id", name=op.f("ck_exclusions_second_person")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_exclusions_account_id")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_exclusions_contest_id")),
        sa.ForeignKeyConstraint(["listed_by"], ["accounts.id"], name=op.f("fk_exclusions_listed_by")),
        sa.ForeignKeyConstraint(["removed_by"], ["accounts.id"], name=op.f("fk_exclusions_removed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
    )
    for name, columns in (("account", ["contest_id", "account_id"]), ("phone", ["contest_id", "phone"])):
        op.create_index(
            f"uq_exclusions_listed_{name}",
            "exclusions",
            columns,
            unique=True,
            postgresql_where=sa.text(LISTED),
            sqlite_where=sa.text(LISTED),
        )


def downgrade() -> None:
    op.drop_table("exclusions")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
    with op.batch_alter_table("role_grants") as batch:
        batch.drop_constraint(op.f("ck_role_grants_second_person"), type_="check")
    op.drop_column("sessions", "second_factor_at")
