"""`flask verify` passes honest complaints and finds altered ones."""

import pytest
from sqlalchemy import text

from app.complaints import desk_services, services
from app.complaints.rules import Effect, Outcome, Subject, Verdict
from tests.complaints.conftest import LATER, TEXT


@pytest.fixture
def ended(file, judges, case_of, db):
    """One complaint decided, one withdrawn, one open."""
    case = case_of(file())
    desk_services.take(case, actor_id=judges[0].id, now=LATER)
    verdict = Verdict(Outcome.REFUSED, Effect.NONE, text=TEXT, ground="Điều 5 Thể lệ")
    desk_services.decide(case, verdict, actor_id=judges[0].id, now=LATER)
    services.withdraw(file(Subject.PRIZE), now=LATER)
    db.session.commit()
    file(Subject.RANKING)


def line_of(command):
    return next(line for line in command("verify").output.splitlines() if line.startswith("I38 "))


def test_honest_complaints_pass(ended, command):
    assert " WRONG " not in line_of(command)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE complaints SET outcome = 'accepted' WHERE number = 1",
        "UPDATE complaints SET outcome = 'refused' WHERE number = 2",
        "UPDATE complaints SET outcome = NULL, closed_at = NULL WHERE number = 1",
        "UPDATE complaints SET attempt_id = (SELECT max(id) FROM attempts) WHERE number = 3",
    ],
)
def test_an_altered_complaint_is_found(ended, command, db, statement):
    db.session.execute(text(statement))
    db.session.commit()

    assert " WRONG " in line_of(command)
