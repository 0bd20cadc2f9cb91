"""The chain is whole, or broken at the entry that was touched."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.audit.queries import check_chain
from app.audit.services import GENESIS, record

NOON = datetime(2026, 4, 8, 5, tzinfo=UTC)


@pytest.fixture
def entries(db):
    """Five entries."""
    for number in range(1, 6):
        record("contests.updated", actor_id=None, subject="contest:1", now=NOON, number=number)
    db.session.commit()


def change(db, statement):
    """As somebody with the database's own password would."""
    is_postgresql = db.engine.dialect.name == "postgresql"
    if is_postgresql:
        db.session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))
    else:
        db.session.execute(text("DROP TRIGGER audit_entries_no_update"))
        db.session.execute(text("DROP TRIGGER audit_entries_no_delete"))
    db.session.execute(text(statement))
    if is_postgresql:
        db.session.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER ALL"))
    db.session.commit()


def test_an_empty_trail_is_whole(db):
    chain = check_chain()

    assert (chain.count, chain.digest, chain.broken_at) == (0, GENESIS, None)


def test_an_untouched_trail_is_whole(db, entries):
    chain = check_chain()

    assert (chain.count, chain.broken_at) == (5, None)


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit_entries SET action = 'contests.created' WHERE id = 3", 3),
        ("UPDATE audit_entries SET details = '{}' WHERE id = 1", 1),
        ("DELETE FROM audit_entries WHERE id = 2", 2),
        ("DELETE FROM audit_entries WHERE id = 5", 5),
        ("UPDATE audit_heads SET entry_id = 6", 6),
    ],
)
def test_a_touched_trail_names_the_entry(db, entries, statement, broken_at):
    change(db, statement)

    assert check_chain().broken_at == broken_at


def test_verify_names_the_entry(db, entries, command):
    change(db, "UPDATE audit_entries SET action = 'contests.created' WHERE id = 3")
    result = command("verify")

    assert result.exit_code == 1
    assert "audit entry 3" in result.output
