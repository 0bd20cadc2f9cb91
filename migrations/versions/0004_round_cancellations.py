"""Rounds that were cancelled under the incident rule."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("cancellation_proposals", "round_cancellations")


def _id(name: str) -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, number, nullable=False)


def upgrade() -> None:
    op.add_column("contests", sa.Column("incident_rule", sa.String(), nullable=True))
    op.add_column("rounds", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "cancellation_proposals",
        _id("id"),
        _id("round_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("holds_again", sa.Boolean(), nullable=False),
        _id("proposed_by"),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_cancellation_proposals_number")),
        sa.CheckConstraint(
            "length(reason) between 5 and 1000", name=op.f("ck_cancellation_proposals_reason")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["accounts.id"], name=op.f("fk_cancellation_proposals_proposed_by")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_cancellation_proposals_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancellation_proposals")),
        sa.UniqueConstraint(
            "id",
            "round_id",
            "proposed_by",
            name=op.f("uq_cancellation_proposals_id_round_id_proposed_by"),
        ),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_cancellation_proposals_round_id_number")),
    )
    op.create_table(
        "round_cancellations",
        sa.Column(
            "proposal_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        _id("round_id"),
        _id("proposed_by"),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        _id("decided_by"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "proposed_by <> decided_by or not is_confirmed", name=op.f("ck_round_cancellations_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_round_cancellations_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id", "round_id", "proposed_by"],
            [
                "cancellation_proposals.id",
                "cancellation_proposals.round_id",
                "cancellation_proposals.proposed_by",
            ],
            name=op.f("fk_round_cancellations_proposal_id_round_id_proposed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["accounts.id"], name=op.f("fk_round_cancellations_proposed_by")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_cancellations_round_id")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_round_cancellations")),
    )
    op.create_index(
        "uq_round_cancellations_confirmed",
        "round_cancellations",
        ["round_id"],
        unique=True,
        postgresql_where=sa.text("is_confirmed"),
        sqlite_where=sa.text("is_confirmed"),
    )
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    op.drop_table("round_cancellations")
    op.drop_table("cancellation_proposals")
    op.drop_column("rounds", "cancelled_at")
    op.drop_column("contests", "incident_rule")
