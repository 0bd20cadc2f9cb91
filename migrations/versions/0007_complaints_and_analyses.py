"""Complaints with their decisions, and item analyses."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = ("complaint_events", "complaint_decisions")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_complaints()
    create_complaint_events()
    create_complaint_decisions()
    create_item_analyses()
    for table in APPEND_ONLY:
        protect(table)


def create_complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("round_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("attempt_id", BIG_ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("question_position", sa.Integer(), nullable=True),
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("taken_by", BIG_ID, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_complaints_number")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_complaints_revision")),
        sa.CheckConstraint(
            "subject in ('score', 'question', 'ranking', 'prize', 'technical', 'other')",
            name=op.f("ck_complaints_subject"),
        ),
        sa.CheckConstraint(
            "question_position between 1 and 200", name=op.f("ck_complaints_question_position")
        ),
        sa.CheckConstraint("(taken_at is null) = (taken_by is null)", name=op.f("ck_complaints_taken")),
        sa.CheckConstraint("taken_by <> account_id", name=op.f("ck_complaints_taken_by_another")),
        sa.CheckConstraint("(closed_at is null) = (outcome is null)", name=op.f("ck_complaints_closed")),
        sa.CheckConstraint(
            "closed_at is null or asked_at is null", name=op.f("ck_complaints_nothing_asked_when_closed")
        ),
        sa.CheckConstraint(
            "outcome in ('accepted', 'partly', 'refused', 'withdrawn')", name=op.f("ck_complaints_outcome")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_complaints_round_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_complaints_account_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_complaints_attempt_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["accounts.id"], name=op.f("fk_complaints_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("public_id", name=op.f("uq_complaints_public_id")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_complaints_round_id_number")),
        sa.UniqueConstraint("id", "account_id", name=op.f("uq_complaints_id_account_id")),
    )
    op.create_index(op.f("ix_complaints_account_id"), "complaints", ["account_id"], unique=False)
    op.create_index(
        "uq_complaints_one_open",
        "complaints",
        ["account_id", "round_id", "subject"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )


def create_complaint_events() -> None:
    op.create_table(
        "complaint_events",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("complaint_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind in ('filed', 'added', 'withdrawn', 'taken', 'asked', 'told', 'decided')",
            name=op.f("ck_complaint_events_kind"),
        ),
        sa.CheckConstraint("length(text) <= 3000", name=op.f("ck_complaint_events_text")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_events_complaint_id")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_complaint_events_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_events")),
    )
    op.create_index("ix_complaint_events_complaint", "complaint_events", ["complaint_id", "id"], unique=False)


def create_complaint_decisions() -> None:
    op.create_table(
        "complaint_decisions",
        sa.Column("complaint_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("decision_id", BIG_ID, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("decided_by", BIG_ID, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "decided_by <> account_id", name=op.f("ck_complaint_decisions_decided_by_another")
        ),
        sa.CheckConstraint(
            "outcome in ('accepted', 'partly', 'refused')", name=op.f("ck_complaint_decisions_outcome")
        ),
        sa.CheckConstraint(
            "effect in ('none', 'void', 'undo', 'key', 'revision')",
            name=op.f("ck_complaint_decisions_effect"),
        ),
        sa.CheckConstraint(
            "outcome <> 'refused' or effect = 'none'",
            name=op.f("ck_complaint_decisions_refused_changes_nothing"),
        ),
        sa.CheckConstraint(
            "(effect in ('void', 'undo')) = (decision_id is not null)",
            name=op.f("ck_complaint_decisions_decision"),
        ),
        sa.CheckConstraint("length(text) between 10 and 3000", name=op.f("ck_complaint_decisions_text")),
        sa.CheckConstraint("length(ground) between 5 and 1000", name=op.f("ck_complaint_decisions_ground")),
        sa.ForeignKeyConstraint(
            ["complaint_id", "account_id"],
            ["complaints.id", "complaints.account_id"],
            name=op.f("fk_complaint_decisions_complaint_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_complaint_decisions_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_complaint_decisions_decided_by")
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_complaint_decisions")),
    )


def create_item_analyses() -> None:
    op.create_table(
        "item_analyses",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("round_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("requested_by", BIG_ID, nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("computed_at", MOMENT, nullable=True),
        sa.Column("key_version", sa.Integer(), nullable=True),
        sa.Column("valid_count", sa.Integer(), nullable=True),
        sa.Column("used_count", sa.Integer(), nullable=True),
        sa.Column("results", sa.JSON(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_item_analyses_number")),
        sa.CheckConstraint("scope in ('first', 'all')", name=op.f("ck_item_analyses_scope")),
        sa.CheckConstraint(
            "(computed_at is null) = (key_version is null)", name=op.f("ck_item_analyses_computed")
        ),
        sa.CheckConstraint("used_count <= valid_count", name=op.f("ck_item_analyses_used")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_item_analyses_round_id")),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["accounts.id"], name=op.f("fk_item_analyses_requested_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_analyses")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_item_analyses_round_id_number")),
    )


def downgrade() -> None:
    for table in ("item_analyses", "complaint_decisions", "complaint_events", "complaints"):
        op.drop_table(table)
