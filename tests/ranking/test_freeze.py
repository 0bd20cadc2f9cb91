"""Freezing a round: what is counted, closed, graded, stored; and when it is refused."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.attempts.models import Attempt
from app.contests.models import Round
from app.contests.queries import state_of
from app.contests.rules import RoundState, canonical_json
from app.files.models import StoredFile
from app.files.services import get_file_body
from app.jobs.models import Job
from app.jobs.runner import run_waiting_jobs
from app.ranking import freeze_services, rules, services
from app.ranking.models import Freeze, FrozenLine
from app.ranking.publication_rules import sha256_of
from tests.ranking import sittings
from tests.ranking.conftest import AFTER, CLOSES, NOON, OPENS


def lines_of(frozen, db):
    query = select(FrozenLine).filter_by(freeze_id=frozen.id).order_by(FrozenLine.position)
    return db.session.scalars(query).all()


def body_of(frozen):
    return json.loads(get_file_body(frozen.body_sha256))


def test_a_freeze_counts_ranks_and_awards(sit, freeze, week, db):
    near, far = sit(prediction=2), sit(prediction=90)
    sit(by=db.session.get(sittings.Enrolment, near.enrolment_id), score=7, number=2)
    sit(score=6, prediction=2)

    frozen = freeze()

    assert frozen.figures == {"people": 3, "attempts": 4, "people_all_correct": 2}
    assert (frozen.target, frozen.key_version, frozen.line_counts) == (2, 1, {"": 2})
    assert [(line.attempt_id, line.rank, line.prize) for line in lines_of(frozen, db)] == [
        (near.id, 1, "nhat"),
        (far.id, 2, "nhi"),
    ]
    assert frozen.changes is None
    assert state_of(week, AFTER) is RoundState.FROZEN
    assert week.frozen_at == frozen.frozen_at


def test_the_files_are_what_their_digests_say(sit, freeze, db):
    sit(prediction=1)
    frozen = freeze()

    body, public = get_file_body(frozen.body_sha256), get_file_body(frozen.public_sha256)

    assert (sha256_of(body), sha256_of(public)) == (frozen.body_sha256, frozen.public_sha256)
    settled = freeze_services.recompute(frozen)
    assert (settled.body, settled.public_file) == (body, public)


def test_attempts_with_too_few_answers_and_staff_are_not_ranked(sit, freeze, db):
    sit(prediction=1)
    db.session.execute(update(Attempt).values(answered_count=0))
    sit(prediction=1, not_ranked_reason="Ban Tổ chức")
    sit(prediction=3)

    frozen = freeze()

    assert frozen.figures == {"people": 2, "attempts": 2, "people_all_correct": 2}
    assert [line.prediction for line in lines_of(frozen, db)] == [3]
    public = get_file_body(frozen.public_sha256).decode().splitlines()
    assert sorted(line[-3:] for line in public if line[0].isdigit()) == ["0,1", "1,0", "1,1"]


def test_the_units_of_the_second_level_are_counted(sit, freeze, week, db):
    other = db.session.scalar(select(sittings.worlds.Unit.id).where(sittings.worlds.Unit.code == "06328"))
    sit(), sit(unit_id=other, score=1)

    frozen = freeze()

    district = db.session.scalar(select(sittings.worlds.Unit.id).where(sittings.worlds.Unit.code == "185"))
    assert frozen.units == [{"unit_id": district, "people": 2, "attempts": 2}]


def test_an_open_round_is_not_frozen(week, organisers, db):
    with pytest.raises(rules.RoundNotClosed, match="đóng lúc 07:00, 15/04/2024"):
        services.request_freeze(week, actor_id=organisers[0].id, reason="Chốt kết quả", now=NOON)


def test_no_freeze_while_a_save_may_still_arrive(world, week, organisers, db):
    sittings.open_attempt(sittings.enrol(world, OPENS), week, started_at=CLOSES - timedelta(minutes=1))
    ask = {"actor_id": organisers[0].id, "reason": "Chốt kết quả"}

    with pytest.raises(rules.StillReceiving, match="07:00:30"):
        services.request_freeze(week, now=CLOSES + timedelta(seconds=30), **ask)

    assert services.request_freeze(week, now=CLOSES + timedelta(seconds=31), **ask).number == 1


def test_a_reason_is_needed(week, organisers, db):
    with pytest.raises(rules.ReasonTooShort):
        services.request_freeze(week, actor_id=organisers[0].id, reason="  ok   ", now=AFTER)


def test_the_job_closes_what_is_overdue(world, week, freeze, db):
    attempt = sittings.open_attempt(sittings.enrol(world, OPENS), week, started_at=NOON)

    frozen = freeze()

    db.session.refresh(attempt)
    assert (attempt.close_reason, attempt.score, attempt.answered_count) == ("sweep", 0, 0)
    assert frozen.figures["attempts"] == 0


def test_one_freeze_at_a_time(sit, week, organisers, db):
    sit()
    services.request_freeze(week, actor_id=organisers[0].id, reason="Chốt kết quả", now=AFTER)

    with pytest.raises(services.FreezeRunning):
        services.request_freeze(week, actor_id=organisers[1].id, reason="Chốt kết quả", now=AFTER)


def test_a_freeze_that_gave_up_can_be_asked_for_again(sit, week, organisers, db):
    sit()
    first = services.request_freeze(week, actor_id=organisers[0].id, reason="Chốt kết quả", now=AFTER)
    db.session.execute(update(Job).values(tries=3, error="MemoryError: "))

    again = services.request_freeze(week, actor_id=organisers[1].id, reason="Chốt lại từ đầu", now=AFTER)
    db.session.commit()
    run_waiting_jobs()

    db.session.refresh(again)
    assert (again.id, again.requested_by) == (first.id, organisers[1].id)
    assert again.frozen_at is not None


def test_running_the_job_twice_changes_nothing(sit, freeze, db):
    sit(prediction=1)
    frozen = freeze()
    before = (frozen.frozen_at, frozen.body_sha256, len(lines_of(frozen, db)))

    freeze_services.compute_freeze(frozen.id, now=AFTER + timedelta(hours=1))
    db.session.commit()

    db.session.refresh(frozen)
    assert (frozen.frozen_at, frozen.body_sha256, len(lines_of(frozen, db))) == before


def test_a_failed_job_leaves_nothing_behind(sit, week, organisers, db, monkeypatch):
    sit(prediction=1)
    asked = services.request_freeze(week, actor_id=organisers[0].id, reason="Chốt kết quả", now=AFTER)
    db.session.commit()

    def fail(*_arguments, **_more):
        raise MemoryError("no room")

    monkeypatch.setattr(freeze_services, "mark_frozen", fail)
    run_waiting_jobs()

    db.session.expire_all()
    assert (db.session.get(Freeze, asked.id).frozen_at, week.frozen_at) == (None, None)
    assert db.session.scalars(select(FrozenLine)).all() == []
    assert db.session.scalars(select(StoredFile.sha256)).all() == []
    assert db.session.scalars(select(Job.error)).all() == ["MemoryError: no room"]


def test_a_second_freeze_says_what_changed_and_drops_the_unpublished_lines(sit, freeze, db):
    first, second = sit(prediction=2), sit(prediction=50)
    frozen = freeze()
    db.session.execute(update(Attempt).where(Attempt.id == first.id).values(score=9))

    again = freeze(reason="Chốt lại sau khi kiểm tra")

    assert again.number == 2
    assert again.changes["numbers"] == {"target": [2, 1], "people_all_correct": [2, 1]}
    assert [(line["old_prize"], line["new_prize"]) for line in again.changes["lines"]] == [
        ("nhat", None),
        ("nhi", "nhat"),
    ]
    assert lines_of(frozen, db) == []
    assert [line.attempt_id for line in lines_of(again, db)] == [second.id]


@pytest.mark.parametrize("preset", ["cao-bang"])
def test_leagues_are_ranked_apart(sit, freeze, db):
    for seconds, league in ((10, "inside"), (20, "outside"), (30, "inside")):
        sit(seconds=seconds, league=league, prediction=1)

    frozen = freeze()

    assert frozen.line_counts == {"inside": 2, "outside": 1}
    assert [(line.league, line.rank, line.prize) for line in lines_of(frozen, db)] == [
        ("inside", 1, "nhat"),
        ("inside", 2, "nhi"),
        ("outside", 1, "nhat"),
    ]


@pytest.mark.parametrize("preset", ["cao-bang"])
def test_who_won_in_another_round_is_passed_over(world, sit, freeze, publish, organisers, week, db):
    winner = sit(seconds=10, league="inside", prediction=1)
    sit(seconds=20, league="inside", prediction=1)
    publish(freeze())
    later = sittings.make_later_round(week, organisers)
    started = later.opens_at + timedelta(hours=1)
    enrolment = db.session.get_one(sittings.Enrolment, winner.enrolment_id)
    for person, seconds in ((enrolment, 10), (sittings.enrol(world, OPENS, league="inside"), 30)):
        sittings.sit(person, later, started_at=started, seconds=seconds, prediction=1)
    at = later.closes_at + timedelta(minutes=1)
    asked = services.request_freeze(later, actor_id=organisers[0].id, reason="Chốt kết quả", now=at)

    freeze_services.compute_freeze(asked.id, now=at)

    assert [(line.rank, line.prize, line.passed_over) for line in lines_of(asked, db)] == [
        (1, None, "won_before"),
        (2, "nhat", None),
    ]
    assert asked.barred[str(enrolment.contestant_no)] == "won_before"
    assert sha256_of(freeze_services.recompute(asked).body) == asked.body_sha256


def test_a_round_without_attempts_can_be_frozen(freeze, week, db):
    frozen = freeze()

    assert frozen.figures == {"people": 0, "attempts": 0, "people_all_correct": 0}
    assert body_of(frozen)["lines"] == []
    assert db.session.get_one(Round, week.id).frozen_at == frozen.frozen_at


RESULT_DIGEST = "0409335ddd0c3929994dd112945ec371a42d619621db2e2ba1a98e9a262b55f8"
ATTEMPTS_DIGEST = "f166b965a8243e01d13ca39a7916807331508baa4612e9c55f1c2ee6f1ec2097"


@pytest.mark.parametrize("preset", ["cao-bang"])
def test_both_engines_give_the_same_bytes(sit, world, freeze):
    """The digests are written here, so that each engine must meet them on its own."""
    for number in range(30):
        enrolment = sittings.enrol(
            world,
            OPENS,
            number=10_000_000 + number * 7919 % 1000,
            league=("inside", "outside")[number % 2],
            not_ranked_reason="Ban Tổ chức" if number % 10 == 9 else None,
        )
        for turn in range(1, 2 + number % 3):
            sit(
                by=enrolment,
                after=number * 13 % 50,
                seconds=40 + number * turn,
                score=10 - (number + turn) % 4,
                prediction=None if number % 8 == 7 else number * 3,
                number=turn,
            )

    frozen = freeze()

    body = body_of(frozen)
    result = canonical_json([body["figures"], body["target"], body["columns"], body["lines"]])
    attempts = [line for line in get_file_body(frozen.public_sha256).splitlines() if line[:1].isdigit()]
    assert (sha256_of(result.encode()), sha256_of(b"\n".join(attempts))) == (
        RESULT_DIGEST,
        ATTEMPTS_DIGEST,
    )
