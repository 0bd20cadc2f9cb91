"""`flask verify` finds nothing in an honest contest, and every kind of tampering by its own check."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.accounts.rules import Origin
from app.attempts import services
from app.verify.rules import CHECKS
from tests import world as worlds

OPENS = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
NOON = OPENS + timedelta(hours=4)
ORIGIN = Origin("203.0.113.0/24", b"0123456789abcdef")


@pytest.fixture
def honest(app, db):
    """Three people with one handed-in attempt each."""
    world = worlds.make_world(OPENS)
    for place in range(3):
        token = worlds.token_hash(worlds.make_session(worlds.make_person(world.unit_id, OPENS).id, OPENS))
        db.session.commit()
        started = services.start_attempt(token, world.slug, 1, None, ORIGIN, now=NOON)
        db.session.commit()
        answers = {1: "A", 2: "BD"[place % 2], 5: "ABC"}
        later = NOON + timedelta(minutes=2)
        services.submit_attempt(token, started.public_id, "a" * 32, answers, 40 + place, now=later)
        db.session.commit()
    return world


def failed_checks(command):
    result = command("verify")
    lines = result.output.splitlines()
    failed = {line.split()[0] for line in lines if " WRONG " in line}
    assert lines[-1] == f"{len(CHECKS)} checks, {len(failed)} failed"
    assert result.exit_code == (1 if failed else 0), result.output
    return failed


def test_an_honest_contest_passes(honest, command, clock_at):
    clock_at(NOON + timedelta(hours=1))
    assert failed_checks(command) == set()


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE attempts SET score = score + 1 WHERE number = 1", {"I10"}),
        ("UPDATE attempts SET answers = '1A 2A 5ABC'", {"I13", "I18"}),
        ("UPDATE attempts SET prediction = 9", {"I13", "I18"}),
        ("UPDATE attempts SET digest = public_id", {"I13"}),
        ("UPDATE attempts SET number = 2", {"I3", "I7"}),
        ("UPDATE attempts SET accept_until = closed_at, deadline_at = finished_at", {"I6"}),
        ("UPDATE enrolments SET age = 12", {"I25"}),
        ("UPDATE audit_heads SET digest = ''", {"I32"}),
    ],
)
def test_tampering_is_found(honest, command, db, clock_at, statement, found):
    clock_at(NOON + timedelta(hours=1))
    db.session.execute(text(statement))
    assert found <= failed_checks(command)


@pytest.fixture
def without_triggers(db, engine):
    """The table's append-only triggers taken away for the test."""
    kept = []

    def drop(table):
        if engine == "postgresql":
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only"))
            kept.append(f"ALTER TABLE {table} ENABLE TRIGGER {table}_append_only")
        else:
            query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
            for name, definition in db.session.execute(query, {"table": table}).all():
                db.session.execute(text(f"DROP TRIGGER {name}"))
                kept.append(definition)
        db.session.commit()

    yield drop
    db.session.rollback()
    for statement in kept:
        db.session.execute(text(statement))
    db.session.commit()


@pytest.mark.parametrize(
    ("table", "statement", "found"),
    [
        ("saves", "SELECT 1", {"I2"}),
        ("saves", "UPDATE saves SET answers = '1B'", {"I2", "I18"}),
        ("saves", "UPDATE saves SET answers = '1E'", {"I9"}),
        ("saves", "UPDATE saves SET answers = '11A'", {"I8"}),
        ("round_packages", "UPDATE round_packages SET seed = 'ff'", {"I7", "I11"}),
        ("round_keys", "UPDATE round_keys SET digest = ''", {"I11"}),
        ("audit_entries", "UPDATE audit_entries SET action = 'other' WHERE id = 1", {"I32"}),
        ("audit_entries", "DELETE FROM audit_entries WHERE id = 2", {"I32"}),
    ],
)
def test_tampering_behind_the_triggers_is_found(
    honest, command, db, clock_at, without_triggers, table, statement, found
):
    clock_at(NOON + timedelta(hours=1))
    without_triggers(table)
    db.session.execute(text(statement))
    db.session.commit()
    assert found <= failed_checks(command)
