"""Proposed key corrections, substitutes kept, signed decisions; who froze is tied to the revision."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = ("signed_decisions",)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

# The database itself keeps the person who froze apart from the one who approves: a revision repeats who
# asked for its freeze, and that person stays as long as the revision is there.
POSTGRESQL_RULES = (
    """
    CREATE FUNCTION refuse_other_freezer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM freezes WHERE id = NEW.freeze_id AND round_id = NEW.round_id
                       AND requested_by = NEW.frozen_by) THEN
            RAISE EXCEPTION 'a revision names who froze it' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER revisions_freezer BEFORE INSERT ON revisions
    FOR EACH ROW EXECUTE FUNCTION refuse_other_freezer()
    """,
    """
    CREATE FUNCTION refuse_new_freezer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM revisions WHERE freeze_id = OLD.id) THEN
            RAISE EXCEPTION 'a published freeze keeps who froze it'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER freezes_freezer BEFORE UPDATE OF requested_by, round_id ON freezes
    FOR EACH ROW WHEN (NEW.requested_by <> OLD.requested_by OR NEW.round_id <> OLD.round_id)
    EXECUTE FUNCTION refuse_new_freezer()
    """,
)
SQLITE_RULES = (
    """
    CREATE TRIGGER revisions_freezer BEFORE INSERT ON revisions
    WHEN NOT EXISTS (SELECT 1 FROM freezes WHERE id = NEW.freeze_id AND round_id = NEW.round_id
                     AND requested_by = NEW.frozen_by)
    BEGIN SELECT RAISE(ABORT, 'a revision names who froze it'); END
    """,
    """
    CREATE TRIGGER freezes_freezer BEFORE UPDATE OF requested_by, round_id ON freezes
    WHEN (NEW.requested_by <> OLD.requested_by OR NEW.round_id <> OLD.round_id)
         AND EXISTS (SELECT 1 FROM revisions WHERE freeze_id = OLD.id)
    BEGIN SELECT RAISE(ABORT, 'a published freeze keeps who froze it'); END
    """,
)


def upgrade() -> None:
    op.add_column("freezes", sa.Column("public_changes", sa.JSON(), nullable=True))
    _create_key_proposals()
    op.create_table(
        "substitute_counts",
        sa.Column("freeze_id", ID, autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("chosen_by", ID, nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.CheckConstraint("people between 0 and 50", name=op.f("ck_substitute_counts_people")),
        sa.ForeignKeyConstraint(["chosen_by"], ["accounts.id"], name=op.f("fk_substitute_counts_chosen_by")),
        sa.ForeignKeyConstraint(["freeze_id"], ["freezes.id"], name=op.f("fk_substitute_counts_freeze_id")),
        sa.PrimaryKeyConstraint("freeze_id", name=op.f("pk_substitute_counts")),
    )
    op.create_table(
        "signed_decisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("decision_no", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signer_title", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "length(decision_no) between 1 and 60", name=op.f("ck_signed_decisions_decision_no")
        ),
        sa.CheckConstraint(
            "length(signer_title) between 3 and 120", name=op.f("ck_signed_decisions_signer_title")
        ),
        sa.CheckConstraint("length(reason) between 5 and 1000", name=op.f("ck_signed_decisions_reason")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["accounts.id"], name=op.f("fk_signed_decisions_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["round_id", "revision_number"],
            ["revisions.round_id", "revisions.number"],
            name=op.f("fk_signed_decisions_round_id_revision_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_decisions")),
    )
    op.create_index("ix_signed_decisions_revision", "signed_decisions", ["round_id", "revision_number"])
    for table in APPEND_ONLY:
        protect(table)
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for rule in POSTGRESQL_RULES if is_postgresql else SQLITE_RULES:
        op.execute(rule)


def _create_key_proposals() -> None:
    op.create_table(
        "key_proposals",
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("letters", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=True),
        sa.Column("previewed_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.Column("key_version", sa.Integer(), nullable=True),
        sa.CheckConstraint("proposed_by <> decided_by", name=op.f("ck_key_proposals_second_person")),
        sa.CheckConstraint(
            "outcome in ('approved', 'refused', 'withdrawn')", name=op.f("ck_key_proposals_outcome")
        ),
        sa.CheckConstraint("(outcome is null) = (decided_at is null)", name=op.f("ck_key_proposals_decided")),
        sa.CheckConstraint(
            "(decided_by is not null) = (coalesce(outcome, 'withdrawn') <> 'withdrawn')",
            name=op.f("ck_key_proposals_decider"),
        ),
        sa.CheckConstraint(
            "(coalesce(outcome, '') = 'approved') = (key_version is not null)",
            name=op.f("ck_key_proposals_approval"),
        ),
        sa.CheckConstraint("length(reason) between 5 and 500", name=op.f("ck_key_proposals_reason")),
        sa.CheckConstraint("length(ground) between 5 and 400", name=op.f("ck_key_proposals_ground")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_key_proposals_decided_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["accounts.id"], name=op.f("fk_key_proposals_proposed_by")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_key_proposals_round_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_versions.id"], name=op.f("fk_key_proposals_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_proposals")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_key_proposals_round_id_number")),
    )
    op.create_index(
        "uq_key_proposals_open",
        "key_proposals",
        ["round_id", "version_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
        sqlite_where=sa.text("outcome IS NULL"),
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER freezes_freezer ON freezes")
        op.execute("DROP TRIGGER revisions_freezer ON revisions")
        op.execute("DROP FUNCTION refuse_new_freezer()")
        op.execute("DROP FUNCTION refuse_other_freezer()")
    else:
        op.execute("DROP TRIGGER freezes_freezer")
        op.execute("DROP TRIGGER revisions_freezer")
    for table in ("signed_decisions", "substitute_counts", "key_proposals"):
        op.drop_table(table)
    op.drop_column("freezes", "public_changes")
