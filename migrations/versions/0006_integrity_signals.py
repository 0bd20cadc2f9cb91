"""Signals of integrity, their reviews, and the count of server errors."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# A review goes with its signal, and only then.
APPEND_ONLY = ("signal_reviews",)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SIGNAL_IS_KEPT = "WHEN EXISTS (SELECT 1 FROM signals WHERE id = OLD.signal_id)"
POSTGRESQL_FUNCTION = """
CREATE FUNCTION refuse_review_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM signals WHERE id = OLD.signal_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def upgrade() -> None:
    op.create_table(
        "error_counts",
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("status between 500 and 599", name=op.f("ck_error_counts_status")),
        sa.CheckConstraint("count >= 1", name=op.f("ck_error_counts_count")),
        sa.PrimaryKeyConstraint("minute", "status", name=op.f("pk_error_counts")),
    )
    op.create_table(
        "signals",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("round_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("alike_people", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delete_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind in ('speed', 'answers', 'cluster', 'predictions', 'winners', 'sign_ups', 'referrals')",
            name=op.f("ck_signals_kind"),
        ),
        sa.CheckConstraint("strength between 0 and 999", name=op.f("ck_signals_strength")),
        sa.CheckConstraint("alike_people between 0 and people", name=op.f("ck_signals_alike_people")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_signals_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_signals_public_id")),
        sa.UniqueConstraint("round_id", "fingerprint", name=op.f("uq_signals_round_id_fingerprint")),
    )
    op.create_index("ix_signals_delete_on", "signals", ["delete_on"])
    op.create_table(
        "signal_people",
        sa.Column("signal_id", BIG_ID, nullable=False),
        sa.Column("attempt_id", BIG_ID, nullable=False),
        sa.Column("enrolment_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signals.id"], name=op.f("fk_signal_people_signal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_signal_people_attempt_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_signal_people_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("signal_id", "attempt_id", name=op.f("pk_signal_people")),
    )
    op.create_index("ix_signal_people_enrolment", "signal_people", ["enrolment_id"])
    op.create_table(
        "signal_reviews",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("signal_id", BIG_ID, nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reviewed_by", BIG_ID, nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict in ('keep', 'void', 'not_ranked')", name=op.f("ck_signal_reviews_verdict")
        ),
        sa.CheckConstraint("length(reason) between 5 and 1000", name=op.f("ck_signal_reviews_reason")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["accounts.id"], name=op.f("fk_signal_reviews_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_reviews")),
    )
    op.create_index("ix_signal_reviews_signal", "signal_reviews", ["signal_id"])
    _protect_reviews()


def _protect_reviews() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(
            "CREATE TRIGGER signal_reviews_append_only BEFORE UPDATE OR DELETE ON signal_reviews "
            "FOR EACH ROW EXECUTE FUNCTION refuse_review_change()"
        )
        return
    for act, condition in (("update", ""), ("delete", SIGNAL_IS_KEPT)):
        op.execute(
            f"CREATE TRIGGER signal_reviews_no_{act} BEFORE {act} ON signal_reviews {condition} "
            "BEGIN SELECT RAISE(ABORT, 'table signal_reviews is append-only'); END"
        )


def downgrade() -> None:
    for table in ("signal_reviews", "signal_people", "signals", "error_counts"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_review_change()")
