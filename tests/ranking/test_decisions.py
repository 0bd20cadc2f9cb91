"""The three decisions: each with a reason, each asking for a new freeze, never mixed."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, NoResultFound

from app.attempts.models import Attempt
from app.audit.models import AuditEntry
from app.enrolments.models import Enrolment
from app.ranking import queries, rules, services
from app.ranking.models import Decision, FrozenLine
from app.ranking.rules import Kind
from tests.ranking.conftest import AFTER, NOON

REASON = "Hai bài giống hệt nhau, đã xác minh"


@pytest.fixture
def three(sit, db):
    """Three perfect attempts with predictions 1, 2 and 9, and who made them."""
    attempts = [sit(prediction=prediction) for prediction in (1, 2, 9)]
    db.session.commit()
    return attempts


@pytest.fixture
def void(week, organisers, db):
    def run(attempt, *, reason=REASON, now=AFTER, by=0):
        decision = services.void_attempt(week, attempt, actor_id=organisers[by].id, reason=reason, now=now)
        db.session.commit()
        return decision

    return run


@pytest.fixture
def decide(week, organisers, db):
    def run(kind, attempt, *, reason=REASON, now=AFTER):
        decision = services.decide_person(
            week, kind, attempt.enrolment_id, actor_id=organisers[0].id, reason=reason, now=now
        )
        db.session.commit()
        return decision

    return run


@pytest.fixture
def undo(week, organisers, db):
    def run(decision, *, reason=REASON):
        services.undo_decision(week, decision, actor_id=organisers[1].id, reason=reason, now=AFTER)
        db.session.commit()

    return run


def table(frozen, db):
    query = (
        select(Enrolment.contestant_no, FrozenLine)
        .join(Enrolment, Enrolment.id == FrozenLine.enrolment_id)
        .where(FrozenLine.freeze_id == frozen.id)
        .order_by(FrozenLine.position)
    )
    return [(number % 10, line.rank, line.prize) for number, line in db.session.execute(query)]


def test_a_void_moves_people_attempts_and_target(three, freeze, void, db):
    assert table(freeze(), db) == [(2, 1, "nhat"), (1, 2, "nhi"), (3, 3, "nhi")]
    void(three[2])

    frozen = freeze(reason="Chốt lại sau khi hủy")

    assert frozen.figures == {"people": 2, "attempts": 2, "people_all_correct": 2}
    assert frozen.changes["numbers"] == {
        "target": [3, 2],
        "people": [3, 2],
        "attempts": [3, 2],
        "people_all_correct": [3, 2],
    }
    assert table(frozen, db) == [(2, 1, "nhat"), (1, 2, "nhi")]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.NOT_RANKED, [(1, 1, "nhat"), (3, 2, "nhi")]),
        (Kind.NO_PRIZE, [(2, 1, None), (1, 2, "nhat"), (3, 3, "nhi")]),
    ],
)
def test_the_other_two_move_no_figure(three, freeze, decide, kind, expected, db):
    before = freeze()
    decide(kind, three[1])

    frozen = freeze(reason="Chốt lại sau khi xét")

    assert (frozen.figures, frozen.target) == (before.figures, before.target)
    assert frozen.changes["numbers"] == {}
    assert table(frozen, db) == expected


def test_a_decision_and_its_undoing_put_the_freeze_out_of_date(three, freeze, void, undo):
    frozen = freeze()
    assert not queries.is_out_of_date(frozen)

    decision = void(three[0])
    assert queries.is_out_of_date(frozen)

    undo(decision)
    assert not queries.is_out_of_date(frozen)
    assert freeze(reason="Chốt lại lần nữa").body_sha256 == frozen.body_sha256


def test_a_decision_that_was_undone_stays_on_record(three, void, undo, organisers, db):
    decision = void(three[0])
    undo(decision, reason="Đã xác minh lại, bài hợp lệ")

    db.session.refresh(decision)
    assert (decision.decided_by, decision.undone_by) == (organisers[0].id, organisers[1].id)
    assert decision.undo_reason == "Đã xác minh lại, bài hợp lệ"
    with pytest.raises(services.AlreadyUndone):
        undo(decision)


def test_every_decision_is_audited_without_its_words(three, void, undo, week, organisers, db):
    decision = void(three[0])
    undo(decision)

    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.like("results.%")).order_by(AuditEntry.id)
    ).all()
    assert [(entry.action, entry.actor_id, entry.subject) for entry in entries] == [
        ("results.decided", organisers[0].id, f"round:{week.id}"),
        ("results.decision_undone", organisers[1].id, f"round:{week.id}"),
    ]
    assert entries[0].details == {"decision": decision.id, "kind": "void"}


@pytest.mark.parametrize("reason", ["", "    ", "sai  ", "x" * 1001])
def test_a_reason_of_five_letters_is_needed(three, void, reason, db):
    with pytest.raises((rules.ReasonTooShort, rules.ReasonTooLong)):
        void(three[0], reason=reason)
    assert db.session.scalars(select(Decision)).all() == []


def test_the_database_needs_a_reason_too(three, week, organisers, db):
    values = {"round_id": week.id, "attempt_id": three[0].id, "enrolment_id": three[0].enrolment_id}
    row = Decision(**values, kind="void", reason="sai", decided_by=organisers[0].id, decided_at=AFTER)
    db.session.add(row)
    with pytest.raises(DBAPIError, match="ck_decisions_reason"):
        db.session.flush()


def test_the_same_decision_twice_is_refused(three, void, decide):
    void(three[0])
    decide(Kind.NO_PRIZE, three[0])

    with pytest.raises(services.AlreadyDecided):
        void(three[0])
    with pytest.raises(services.AlreadyDecided):
        decide(Kind.NO_PRIZE, three[0])
    decide(Kind.NOT_RANKED, three[0])


def test_nothing_is_decided_before_the_round_is_over(three, void, week):
    with pytest.raises(services.DecisionTooEarly):
        void(three[0], now=NOON)
    with pytest.raises(services.DecisionTooEarly):
        void(three[0], now=week.closes_at + timedelta(seconds=30))


def test_nothing_is_decided_while_a_freeze_runs(three, void, week, organisers, db):
    services.request_freeze(week, actor_id=organisers[0].id, reason="Chốt kết quả", now=AFTER)

    with pytest.raises(services.FreezeRunning):
        void(three[0])


def test_a_void_needs_an_attempt_and_the_others_a_person(three, week, organisers, db):
    with pytest.raises(ValueError, match="void"):
        services.decide_person(
            week, Kind.VOID, three[0].enrolment_id, actor_id=organisers[0].id, reason=REASON, now=AFTER
        )
    with pytest.raises(DBAPIError, match="ck_decisions_void_has_attempt"):
        db.session.execute(
            text(
                "INSERT INTO decisions (round_id, enrolment_id, kind, reason, decided_by, decided_at) "
                "VALUES (:round, :enrolment, 'void', 'không có lượt', :by, '2024-04-15 00:05:00')"
            ),
            {"round": week.id, "enrolment": three[0].enrolment_id, "by": organisers[0].id},
        )


def test_an_attempt_of_another_round_is_not_found(three, week, db):
    attempt = db.session.get_one(Attempt, three[0].id)

    assert queries.get_closed_attempt(week.id, attempt.public_id).id == attempt.id
    with pytest.raises(NoResultFound):
        queries.get_closed_attempt(week.id + 1, attempt.public_id)
