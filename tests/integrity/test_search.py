"""From rows to signals: what is read, stored, found again, and forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from app.audit.models import AuditEntry
from app.extensions import autocommitting
from app.integrity import queries, rules, services
from app.integrity.models import Signal, SignalPerson, SignalReview
from app.integrity.rules import Kind, Verdict
from app.integrity.timing_rules import median_paces
from app.integrity.week_queries import read_week
from app.jobs.models import Job
from app.jobs.runner import run_waiting_jobs
from app.localtime import local_day
from app.ranking import services as ranking
from tests.integrity.conftest import HONEST, RING, SHARED_DEVICE, SIGNALS
from tests.ranking import sittings
from tests.ranking.conftest import AFTER, NOON, OPENS

REASON = "Đã gọi xác minh từng người"


def signals(db, kind=None):
    query = select(Signal).order_by(Signal.id)
    return db.session.scalars(query.where(Signal.kind == kind) if kind else query).all()


def people_of(db, signal):
    return set(db.session.scalars(select(SignalPerson.enrolment_id).filter_by(signal_id=signal.id)))


def read(db, week):
    with autocommitting(db.engine).connect() as connection:
        return read_week(connection, week.id)


def test_the_round_as_it_is_read(attempts, week, db):
    ring, honest = attempts
    found = read(db, week)

    assert len(found.sittings) == HONEST + RING
    one = next(each for each in found.sittings if each.attempt_id == ring[0].id)
    assert (one.seconds, one.score, one.prediction, one.device) == (8, 10, 500, SHARED_DEVICE)
    assert not any(found.is_wrong(code) for code in one.codes)
    assert set(one.pace) == {rules.UNKNOWN_PACE}
    other = next(each for each in found.sittings if each.attempt_id == honest[3].id)
    assert sum(found.is_wrong(code) for code in other.codes) == 10 - honest[3].score
    assert set(other.pace) == {10}
    assert set(median_paces(found).values()) == {10.0}
    assert all(length > 50 for length in found.characters.values())


def test_void_and_empty_attempts_are_not_read(attempts, week, organisers, db):
    ring, _honest = attempts
    ranking.void_attempt(week, ring[0], actor_id=organisers[0].id, reason=REASON, now=AFTER)
    ring[1].answered_count = 0
    db.session.commit()

    found = read(db, week)

    assert len(found.sittings) == HONEST + RING - 2
    assert ring[0].enrolment_id not in found.people


def test_the_search_finds_the_ring_and_nobody_else(searched, db):
    ring, _honest = searched
    wanted = {attempt.enrolment_id for attempt in ring}

    (cluster,) = signals(db, Kind.CLUSTER)
    assert people_of(db, cluster) == wanted
    assert [fact["name"] for fact in cluster.evidence["facts"]] == ["fast"]
    assert (cluster.people, cluster.alike_people) == (HONEST + RING, 0)
    fast = signals(db, Kind.SPEED)
    assert set().union(*(people_of(db, signal) for signal in fast)) == wanted
    assert {signal.kind for signal in signals(db)} == {"cluster", "speed", "winners"}


def test_a_round_is_searched_once_by_itself_and_again_on_request(searched, week, organisers, db):
    known = {signal.public_id for signal in signals(db)}
    assert services.request_due_searches(AFTER) == 0

    services.request_search(week, actor_id=organisers[0].id, now=AFTER)
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()

    assert {signal.public_id for signal in signals(db)} == known


def test_a_case_that_is_gone_goes_unless_somebody_decided(searched, week, organisers, db):
    ring, _honest = searched
    (cluster,) = signals(db, Kind.CLUSTER)
    kept = signals(db, Kind.SPEED)[0]
    act = {"actor_id": organisers[0].id, "reason": REASON, "now": AFTER}
    services.review_signal(week, kept, Verdict.KEEP, [], **act)
    for attempt in ring:
        ranking.void_attempt(week, attempt, **act)
    services.request_search(week, actor_id=None, now=AFTER)
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()

    assert [signal.id for signal in signals(db)] == [kept.id]
    assert cluster.id != kept.id


@pytest.mark.parametrize(("minutes", "is_due"), [(-60, False), (1, False), (3, True), (31 * 24 * 60, False)])
def test_a_search_is_due_once_the_round_has_settled(week, minutes, is_due):
    assert services.request_due_searches(week.closes_at + timedelta(minutes=minutes)) == int(is_due)


def test_a_search_waits_for_open_attempts(week, world, organisers):
    sittings.open_attempt(sittings.enrol(world, OPENS), week, started_at=NOON)

    assert services.request_due_searches(AFTER) == 0
    with pytest.raises(rules.TooEarly):
        services.request_search(week, actor_id=organisers[0].id, now=AFTER)


def test_a_round_nobody_took_part_in_is_searched_without_harm(week, db):
    services.request_due_searches(AFTER)
    db.session.commit()
    run_waiting_jobs()

    job = db.session.scalars(select(Job).filter_by(kind=services.SEARCH_JOB)).one()
    assert (job.error, signals(db)) == (None, [])


def test_voiding_a_case_voids_its_attempts_and_keeps_the_reason(searched, week, organisers, db):
    (cluster,) = signals(db, Kind.CLUSTER)
    chosen = sorted(people_of(db, cluster))[:3]
    act = {"actor_id": organisers[0].id, "reason": REASON, "now": AFTER}

    services.review_signal(week, cluster, Verdict.VOID, chosen, **act)
    services.review_signal(week, cluster, Verdict.VOID, chosen, **act)
    services.review_signal(week, cluster, Verdict.NOT_RANKED, people_of(db, cluster), **act)

    assert len(queries.voided_attempts(week.id)) == 3
    reviews = queries.reviews_of(cluster)
    assert [(review.verdict, review.people) for review, _name in reviews] == [
        ("not_ranked", RING),
        ("void", 3),
        ("void", 3),
    ]
    assert reviews[0][0].reason == REASON
    assert not any(person.is_ranked for person in queries.people_of(cluster))


def test_a_void_needs_people(searched, week, organisers, db):
    (cluster,) = signals(db, Kind.CLUSTER)
    act = {"actor_id": organisers[0].id, "reason": REASON, "now": AFTER}

    with pytest.raises(rules.NobodyChosen):
        services.review_signal(week, cluster, Verdict.VOID, [], **act)


def test_people_outside_the_case_cannot_be_decided_about(searched, week, organisers, db):
    _ring, honest = searched
    (cluster,) = signals(db, Kind.CLUSTER)
    act = {"actor_id": organisers[0].id, "reason": REASON, "now": AFTER}

    services.review_signal(week, cluster, Verdict.VOID, [honest[0].enrolment_id], **act)

    assert queries.voided_attempts(week.id) == set()


def test_a_review_stays_as_long_as_its_signal(searched, week, organisers, db):
    signal = signals(db)[0]
    act = {"actor_id": organisers[0].id, "reason": REASON, "now": AFTER}
    services.review_signal(week, signal, Verdict.KEEP, [], **act)
    db.session.commit()

    for act in (update(SignalReview).values(reason="Không còn lý do"), delete(SignalReview)):
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(act)
        db.session.rollback()
    assert len(queries.reviews_of(signal)) == 1


def test_signals_are_deleted_ninety_days_after_the_final_result(
    searched, week, organisers, freeze, publish, db
):
    signal = signals(db)[0]
    act = {"actor_id": organisers[0].id, "reason": REASON, "now": AFTER}
    services.review_signal(week, signal, Verdict.KEEP, [], **act)
    db.session.commit()
    assert signal.delete_on == local_day(week.closes_at) + rules.KEPT_WITHOUT_RESULT
    revision = publish(freeze())

    day = local_day(revision.published_at) + rules.KEPT_AFTER_RESULT
    before = revision.published_at + rules.KEPT_AFTER_RESULT - timedelta(days=1)
    assert services.forget_old_signals(now=before) == 0
    assert {one.delete_on for one in signals(db)} == {day}
    assert services.forget_old_signals(now=before + timedelta(days=1)) == SIGNALS
    db.session.commit()

    for model in (Signal, SignalPerson, SignalReview):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert "integrity.reviewed" in actions
    assert actions[-1] == "integrity.forgotten"


def test_signals_stay_while_a_round_of_the_contest_has_no_result(
    searched, week, organisers, freeze, publish, db
):
    publish(freeze())
    sittings.make_later_round(week, organisers)

    services.forget_old_signals(now=AFTER + timedelta(days=100))

    assert len(signals(db)) == SIGNALS


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE signals SET delete_on = '2024-04-01'",
        "UPDATE signal_people SET enrolment_id = (SELECT max(id) FROM enrolments)",
        "INSERT INTO signal_reviews (id, signal_id, verdict, people, reason, reviewed_by, reviewed_at) "
        "SELECT 9, 99999, 'keep', 0, 'not there', min(id), '2024-04-16 00:00:00' FROM accounts",
    ],
)
def test_verify_finds_what_does_not_fit(searched, command, db, statement):
    assert "I35  ok" in command("verify").output
    db.session.execute(text(statement))
    db.session.commit()

    assert "I35  ok" not in command("verify").output
