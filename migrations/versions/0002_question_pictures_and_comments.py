"""What the question editor needs: pictures, comments, and the rounds in which questions stand."""

from collections import Counter

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("question_comments", "question_uses")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ROUNDS = """
SELECT rounds.id, rounds.number, rounds.opens_at, contests.label, contests.name,
       round_packages.pool, round_packages.blueprint
FROM rounds JOIN contests ON contests.id = rounds.contest_id
JOIN round_packages ON round_packages.round_id = rounds.id
"""


def upgrade() -> None:
    op.add_column("question_versions", sa.Column("lacks", sa.String(), server_default="", nullable=False))
    op.add_column(
        "question_versions",
        sa.Column("image_sha256", sa.String(length=64), server_default="", nullable=False),
    )
    op.add_column("question_versions", sa.Column("image_alt", sa.String(), server_default="", nullable=False))
    op.create_index(
        op.f("ix_question_versions_image_sha256"), "question_versions", ["image_sha256"], unique=False
    )
    op.create_table(
        "question_comments",
        sa.Column("id", ID, nullable=False),
        sa.Column("question_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("length(text) between 1 and 2000", name=op.f("ck_question_comments_text")),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_question_comments_author_id")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_question_comments_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_comments")),
    )
    op.create_index(
        op.f("ix_question_comments_question_id"), "question_comments", ["question_id"], unique=False
    )
    uses = op.create_table(
        "question_uses",
        sa.Column("version_id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("opens_at", MOMENT, nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.CheckConstraint("share between 0 and 1000", name=op.f("ck_question_uses_share")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_versions.id"], name=op.f("fk_question_uses_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "round_id", name=op.f("pk_question_uses")),
    )
    op.bulk_insert(uses, _uses_so_far())
    for table in APPEND_ONLY:
        protect(table)


def _uses_so_far() -> list[dict[str, object]]:
    query = sa.text(ROUNDS).columns(opens_at=MOMENT, pool=sa.JSON(), blueprint=sa.JSON())
    lines = []
    for found in op.get_bind().execute(query):
        sizes = Counter(entry["cell"] for entry in found.pool)
        lines += [
            {
                "version_id": entry["id"],
                "round_id": found.id,
                "label": f"{found.label.capitalize()} {found.number}, {found.name}",
                "opens_at": found.opens_at,
                "share": round(1000 * found.blueprint[entry["cell"]]["count"] / sizes[entry["cell"]]),
            }
            for entry in found.pool
        ]
    return lines


def downgrade() -> None:
    op.drop_table("question_uses")
    op.drop_table("question_comments")
    op.drop_index(op.f("ix_question_versions_image_sha256"), "question_versions")
    for column in ("image_alt", "image_sha256", "lacks"):
        op.drop_column("question_versions", column)
