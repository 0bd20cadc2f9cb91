"""Awarding bodies, dossiers and decisions of commendation."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "dossier_events",
    "report_versions",
    "evidence_items",
    "council_meetings",
    "council_votes",
)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "awarding_bodies",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("award", sa.String(length=60), nullable=False),
        sa.Column("council", sa.String(length=160), nullable=False),
        sa.Column("form_no", sa.String(length=60), nullable=False),
        sa.Column("decree", sa.String(length=160), nullable=False),
        sa.Column("quota_individual", sa.Integer(), nullable=False),
        sa.Column("quota_collective", sa.Integer(), nullable=False),
        sa.Column("approval_percent", sa.Integer(), nullable=False),
        sa.Column("deadlines", sa.JSON(), nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "approval_percent between 1 and 100", name=op.f("ck_awarding_bodies_approval_percent")
        ),
        sa.CheckConstraint("length(name) between 3 and 160", name=op.f("ck_awarding_bodies_name")),
        sa.CheckConstraint(
            "quota_collective between 0 and 10000", name=op.f("ck_awarding_bodies_quota_collective")
        ),
        sa.CheckConstraint(
            "quota_individual between 0 and 10000", name=op.f("ck_awarding_bodies_quota_individual")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_awarding_bodies_campaign_id")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_awarding_bodies_created_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_awarding_bodies_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awarding_bodies")),
        sa.UniqueConstraint("campaign_id", "name", name=op.f("uq_awarding_bodies_campaign_id_name")),
        sa.UniqueConstraint("id", "campaign_id", name=op.f("uq_awarding_bodies_id_campaign_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_awarding_bodies_public_id")),
    )

    op.create_table(
        "award_decisions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("decision_no", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signer", sa.String(length=80), nullable=False),
        sa.Column("signer_title", sa.String(length=120), nullable=False),
        sa.Column("recorded_by", BIG_ID, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("published_by", BIG_ID, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(published_at is null) = (published_by is null)", name=op.f("ck_award_decisions_published")
        ),
        sa.CheckConstraint(
            "length(decision_no) between 1 and 60", name=op.f("ck_award_decisions_decision_no")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["awarding_bodies.id"], name=op.f("fk_award_decisions_body_id")),
        sa.ForeignKeyConstraint(
            ["published_by"], ["accounts.id"], name=op.f("fk_award_decisions_published_by")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["accounts.id"], name=op.f("fk_award_decisions_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_decisions")),
        sa.UniqueConstraint("body_id", "decision_no", name=op.f("uq_award_decisions_body_id_decision_no")),
        sa.UniqueConstraint("public_id", name=op.f("uq_award_decisions_public_id")),
    )
    op.create_table(
        "commendation_hands",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("given_by", BIG_ID, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("ended_by", BIG_ID, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "step in ('choose', 'appraise', 'council', 'decide')", name=op.f("ck_commendation_hands_step")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_commendation_hands_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id"], ["awarding_bodies.id"], name=op.f("fk_commendation_hands_body_id")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["accounts.id"], name=op.f("fk_commendation_hands_ended_by")),
        sa.ForeignKeyConstraint(["given_by"], ["accounts.id"], name=op.f("fk_commendation_hands_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commendation_hands")),
    )
    op.create_index("ix_commendation_hands_account", "commendation_hands", ["account_id"], unique=False)
    op.create_index(
        "uq_commendation_hands_other_person",
        "commendation_hands",
        ["body_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND step <> 'council'"),
        sqlite_where=sa.text("ended_at IS NULL AND step <> 'council'"),
    )
    op.create_index(
        "uq_commendation_hands_step",
        "commendation_hands",
        ["body_id", "step", "account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "council_meetings",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("chair", sa.String(length=120), nullable=False),
        sa.Column("secretary", sa.String(length=120), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("present_count", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("recorded_by", BIG_ID, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(text) <= 3000", name=op.f("ck_council_meetings_text")),
        sa.CheckConstraint("member_count <= 99", name=op.f("ck_council_meetings_member_count")),
        sa.CheckConstraint(
            "present_count between 1 and member_count", name=op.f("ck_council_meetings_present_count")
        ),
        sa.ForeignKeyConstraint(
            ["body_id"], ["awarding_bodies.id"], name=op.f("fk_council_meetings_body_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["accounts.id"], name=op.f("fk_council_meetings_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_meetings")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_council_meetings_body_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_council_meetings_public_id")),
    )
    op.create_table(
        "dossiers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("chosen_by", BIG_ID, nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.Column("written_by", BIG_ID, nullable=True),
        sa.Column("appraised_by", BIG_ID, nullable=True),
        sa.Column("reviewed_by", BIG_ID, nullable=True),
        sa.Column("decided_by", BIG_ID, nullable=True),
        sa.Column("decision_id", BIG_ID, nullable=True),
        sa.Column("code", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "(state in ('decided', 'published', 'revoked')) = (decision_id is not null)",
            name=op.f("ck_dossiers_decision"),
        ),
        sa.CheckConstraint(
            "state in ('chosen', 'reporting', 'submitted', 'returned', 'appraised', 'council', 'approved', "
            "'decided', 'published', 'rejected', 'withdrawn', 'revoked')",
            name=op.f("ck_dossiers_state"),
        ),
        sa.CheckConstraint("(decision_id is null) = (code is null)", name=op.f("ck_dossiers_code")),
        sa.CheckConstraint(
            "account_id not in (chosen_by, appraised_by, reviewed_by, decided_by)",
            name=op.f("ck_dossiers_not_ones_own"),
        ),
        sa.CheckConstraint(
            "appraised_by not in (chosen_by, written_by)", name=op.f("ck_dossiers_appraised_by_another")
        ),
        sa.CheckConstraint(
            "decided_by not in (chosen_by, written_by, appraised_by)",
            name=op.f("ck_dossiers_decided_by_another"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_dossiers_number")),
        sa.CheckConstraint(
            "reviewed_by not in (chosen_by, written_by)", name=op.f("ck_dossiers_reviewed_by_another")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_dossiers_account_id")),
        sa.ForeignKeyConstraint(["appraised_by"], ["accounts.id"], name=op.f("fk_dossiers_appraised_by")),
        sa.ForeignKeyConstraint(
            ["body_id", "campaign_id"],
            ["awarding_bodies.id", "awarding_bodies.campaign_id"],
            name=op.f("fk_dossiers_body_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["chosen_by"], ["accounts.id"], name=op.f("fk_dossiers_chosen_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_dossiers_decided_by")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["award_decisions.id"], name=op.f("fk_dossiers_decision_id")
        ),
        sa.ForeignKeyConstraint(["reviewed_by"], ["accounts.id"], name=op.f("fk_dossiers_reviewed_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_dossiers_unit_id")),
        sa.ForeignKeyConstraint(["written_by"], ["accounts.id"], name=op.f("fk_dossiers_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_dossiers_body_id_number")),
        sa.UniqueConstraint("code", name=op.f("uq_dossiers_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dossiers_public_id")),
    )
    op.create_index(op.f("ix_dossiers_account_id"), "dossiers", ["account_id"], unique=False)
    op.create_index(op.f("ix_dossiers_decision_id"), "dossiers", ["decision_id"], unique=False)
    op.create_index("ix_dossiers_state", "dossiers", ["body_id", "state"], unique=False)
    op.create_index(op.f("ix_dossiers_unit_id"), "dossiers", ["unit_id"], unique=False)
    op.create_index(
        "uq_dossiers_collective",
        "dossiers",
        ["campaign_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("account_id is null and state not in ('rejected', 'withdrawn', 'revoked')"),
        sqlite_where=sa.text("account_id is null and state not in ('rejected', 'withdrawn', 'revoked')"),
    )
    op.create_index(
        "uq_dossiers_person",
        "dossiers",
        ["campaign_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("state not in ('rejected', 'withdrawn', 'revoked')"),
        sqlite_where=sa.text("state not in ('rejected', 'withdrawn', 'revoked')"),
    )

    op.create_table(
        "council_votes",
        sa.Column("meeting_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("dossier_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=False),
        sa.CheckConstraint("votes_for between 0 and 99", name=op.f("ck_council_votes_votes_for")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_council_votes_dossier_id")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["council_meetings.id"], name=op.f("fk_council_votes_meeting_id")
        ),
        sa.PrimaryKeyConstraint("meeting_id", "dossier_id", name=op.f("pk_council_votes")),
    )
    op.create_table(
        "dossier_events",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("dossier_id", BIG_ID, nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("old_state", sa.String(length=10), nullable=True),
        sa.Column("new_state", sa.String(length=10), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("done_by", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(act = 'reject') = (ground is not null)", name=op.f("ck_dossier_events_refusal_has_a_ground")
        ),
        sa.CheckConstraint(
            "act not in ('reject', 'return', 'revoke') or length(text) >= 10",
            name=op.f("ck_dossier_events_reason"),
        ),
        sa.CheckConstraint(
            "ground in ('wrong_subject', 'below_standard', 'incomplete', 'breach_of_law')",
            name=op.f("ck_dossier_events_ground"),
        ),
        sa.CheckConstraint("length(text) <= 3000", name=op.f("ck_dossier_events_text")),
        sa.ForeignKeyConstraint(["done_by"], ["accounts.id"], name=op.f("fk_dossier_events_done_by")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_dossier_events_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_events")),
    )
    op.create_index("ix_dossier_events_dossier", "dossier_events", ["dossier_id", "id"], unique=False)

    op.create_table(
        "report_versions",
        sa.Column("dossier_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("evidence_digest", sa.String(length=64), nullable=True),
        sa.Column("author_id", BIG_ID, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_report_versions_version")),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_report_versions_author_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_report_versions_dossier_id")),
        sa.PrimaryKeyConstraint("dossier_id", "version", name=op.f("pk_report_versions")),
    )
    op.create_table(
        "evidence_items",
        sa.Column("dossier_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("criteria_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id", "version"],
            ["report_versions.dossier_id", "report_versions.version"],
            name=op.f("fk_evidence_items_dossier_id_version"),
        ),
        sa.PrimaryKeyConstraint("dossier_id", "version", "position", name=op.f("pk_evidence_items")),
        sa.UniqueConstraint(
            "dossier_id", "version", "code", name=op.f("uq_evidence_items_dossier_id_version_code")
        ),
    )
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    op.drop_table("evidence_items")
    op.drop_table("report_versions")
    op.drop_table("dossier_events")
    op.drop_table("council_votes")
    op.drop_table("dossiers")
    op.drop_table("council_meetings")
    op.drop_table("commendation_hands")
    op.drop_table("award_decisions")
    op.drop_table("awarding_bodies")
