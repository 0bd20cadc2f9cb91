"""Certificates of participation, papers of commendation and the Word templates of organisers."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

APPEND_ONLY = ("word_templates",)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("enrolment_id", BIG_ID, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.CheckConstraint("length(code) = 12", name=op.f("ck_certificates_code")),
        sa.CheckConstraint("sha256 is null or problem is null", name=op.f("ck_certificates_made_or_not")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_certificates_account_id")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_certificates_contest_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_certificates_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["files.sha256"], name=op.f("fk_certificates_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("code", name=op.f("uq_certificates_code")),
        sa.UniqueConstraint(
            "contest_id", "account_id", "digest", name=op.f("uq_certificates_contest_id_account_id_digest")
        ),
    )
    op.create_index(op.f("ix_certificates_account_id"), "certificates", ["account_id"], unique=False)

    op.create_table(
        "commendation_documents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("dossier_id", BIG_ID, nullable=True),
        sa.Column("meeting_id", BIG_ID, nullable=True),
        sa.Column("decision_id", BIG_ID, nullable=True),
        sa.Column("requested_by", BIG_ID, nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("template_number", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'decision') = (decision_id is not null)",
            name=op.f("ck_commendation_documents_of_decision"),
        ),
        sa.CheckConstraint(
            "(kind = 'minutes') = (meeting_id is not null)", name=op.f("ck_commendation_documents_of_meeting")
        ),
        sa.CheckConstraint(
            "(kind in ('report', 'letter')) = (dossier_id is not null)",
            name=op.f("ck_commendation_documents_of_dossier"),
        ),
        sa.CheckConstraint(
            "kind in ('report', 'letter', 'proposal', 'list', 'minutes', 'decision')",
            name=op.f("ck_commendation_documents_kind"),
        ),
        sa.CheckConstraint(
            "sha256 is null or problem is null", name=op.f("ck_commendation_documents_made_or_not")
        ),
        sa.ForeignKeyConstraint(
            ["body_id"], ["awarding_bodies.id"], name=op.f("fk_commendation_documents_body_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["award_decisions.id"], name=op.f("fk_commendation_documents_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_commendation_documents_dossier_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["council_meetings.id"], name=op.f("fk_commendation_documents_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["accounts.id"], name=op.f("fk_commendation_documents_requested_by")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["files.sha256"], name=op.f("fk_commendation_documents_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commendation_documents")),
    )
    op.create_index(
        "ix_commendation_documents_body", "commendation_documents", ["body_id", "kind"], unique=False
    )
    op.create_index(
        op.f("ix_commendation_documents_dossier_id"), "commendation_documents", ["dossier_id"], unique=False
    )

    op.create_table(
        "word_templates",
        sa.Column("contest_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=160), nullable=True),
        sa.Column("chosen_by", BIG_ID, nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(sha256 is null) = (name is null)", name=op.f("ck_word_templates_own_or_default")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_word_templates_number")),
        sa.ForeignKeyConstraint(["chosen_by"], ["accounts.id"], name=op.f("fk_word_templates_chosen_by")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_word_templates_contest_id")),
        sa.ForeignKeyConstraint(["sha256"], ["files.sha256"], name=op.f("fk_word_templates_sha256")),
        sa.PrimaryKeyConstraint("contest_id", "kind", "number", name=op.f("pk_word_templates")),
    )
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    op.drop_table("word_templates")
    op.drop_table("commendation_documents")
    op.drop_table("certificates")
