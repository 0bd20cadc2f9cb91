"""The live standings: whatever happens, they equal a count from the attempts and ranks equal a full sort."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.attempts.models import Attempt
from app.attempts.queries import policy_of
from app.contests import policy as policies
from app.contests.models import Round
from app.enrolments.models import Enrolment
from app.extensions import db as extension
from app.ranking import freeze_queries, jobs, key_services, live_queries, live_services, order_rules, services
from app.ranking.models import LiveBoard, Standing, StandingCut
from app.ranking.rules import Kind
from tests.ranking import sittings
from tests.ranking.conftest import AFTER, NOON, OPENS


@pytest.fixture(params=["vcnet", "cao-bang"])
def preset(request):
    return request.param


@pytest.fixture
def refresh(clock_at, db):
    def run(at=NOON):
        clock_at(at)
        db.session.commit()
        count = jobs.refresh_standings()
        db.session.expire_all()
        return count

    return run


def by_full_sort(week, db):
    """Enrolment → (league, rank) from the attempts themselves, without standings."""
    policy = policies.live_policy(policy_of(week.id))
    decisions = freeze_queries.active_decisions(week.id)
    units = {unit_id: 0 for unit_id in db.session.scalars(select(Enrolment.unit_id))}
    rows = freeze_queries.closed_attempts(
        week.id, minimum_answered=week.minimum_answered, decisions=decisions, units=units
    )
    result = order_rules.settle(rows, policy, seed="", barred={})
    places = {place.entry.enrolment_id: (place.entry.league, place.rank) for place in result.places}
    return places, vars(result.figures)


def check(week, db):
    """Standings, figures, cuts and every own rank are what the attempts say."""
    places, figures = by_full_sort(week, db)
    standings = db.session.scalars(select(Standing).filter_by(round_id=week.id)).all()
    ranked = {one.enrolment_id: one.league for one in standings if one.sort_key is not None}
    assert ranked == {enrolment_id: league for enrolment_id, (league, _) in places.items()}
    board = db.session.get(LiveBoard, week.id)
    assert {name: getattr(board, name) for name in figures} == figures
    for enrolment_id, (_league, rank) in places.items():
        assert live_queries.own_rank(week.id, enrolment_id).rank == rank
    for cut in db.session.scalars(select(StandingCut)):
        keys = [one.sort_key for one in standings if one.league == cut.league and one.sort_key]
        assert cut.below == sum(key < cut.sort_key for key in keys)
        assert cut.through == sum(key <= cut.sort_key for key in keys)


def test_a_closed_attempt_takes_its_place(sit, week, refresh, db):
    first, second = sit(score=9, seconds=30), sit(score=10, seconds=40)

    assert refresh() == 2

    check(week, db)
    own = live_queries.own_rank(week.id, first.enrolment_id)
    assert (own.rank, own.attempt_id) == (2, first.id)
    assert live_queries.own_rank(week.id, second.enrolment_id).rank == 1
    assert refresh() == 0


def test_a_better_attempt_replaces_the_one_before(sit, world, week, refresh, db):
    enrolment = sittings.enrol(world, OPENS)
    sit(by=enrolment, score=6)
    sit(score=8)
    refresh()
    assert live_queries.own_rank(week.id, enrolment.id).rank == 2

    better = sit(by=enrolment, score=9, number=2, after=900)
    refresh()

    own = live_queries.own_rank(week.id, enrolment.id)
    assert (own.rank, own.attempt_id) == (1, better.id)
    check(week, db)


def test_people_who_are_not_ranked_count_and_have_no_rank(sit, week, refresh, db):
    staff = sit(not_ranked_reason="Ban Tổ chức")
    sit(score=1)

    refresh()

    assert live_queries.own_rank(week.id, staff.enrolment_id) is None
    check(week, db)


def test_an_open_attempt_does_not_count_yet(world, week, refresh, db):
    enrolment = sittings.enrol(world, OPENS)
    sittings.open_attempt(enrolment, week, started_at=NOON)

    assert refresh() == 0
    assert live_queries.own_rank(week.id, enrolment.id) is None


def test_an_attempt_without_enough_answers_gives_no_standing(sit, week, refresh, db):
    attempt = sit()
    db.session.execute(update(Attempt).values(answered_count=0))

    assert refresh() == 1

    assert live_queries.own_rank(week.id, attempt.enrolment_id) is None
    assert db.session.get(LiveBoard, week.id).people == 0


def test_a_void_and_its_undoing_are_followed(sit, week, organisers, refresh, db):
    attempts = [sit(score=score) for score in (10, 9, 8)]
    refresh()
    act = {"actor_id": organisers[0].id, "reason": "Kiểm tra lại", "now": AFTER}

    decision = services.void_attempt(week, attempts[0], **act)
    refresh(AFTER)
    assert live_queries.own_rank(week.id, attempts[0].enrolment_id) is None
    check(week, db)

    services.undo_decision(week, decision, **act)
    services.decide_person(week, Kind.NOT_RANKED, attempts[1].enrolment_id, **act)
    refresh(AFTER)
    assert live_queries.own_rank(week.id, attempts[0].enrolment_id).rank == 1
    check(week, db)


def test_a_regrade_is_followed(sit, week, organisers, refresh, db):
    attempts = [sit(score=score) for score in (4, 5)]
    refresh()
    version_id = int(attempts[0].paper.split(" ")[9].split(":")[0])
    key = key_services.correct_key(
        week,
        version_id,
        "*",
        reason="Câu hỏi có hai đáp án",
        proposed_by=organisers[0].id,
        approved_by=organisers[1].id,
        now=AFTER,
    )
    key_services.regrade_round(week.id, key.version, now=AFTER)

    assert refresh(AFTER) in (1, 2)

    assert db.session.get_one(Attempt, attempts[0].id).score == 5
    check(week, db)


def test_cuts_stay_exact_while_people_come_and_go(sit, world, week, refresh, db, monkeypatch):
    monkeypatch.setattr(live_services, "CUT_EVERY", 4)
    dice = random.Random("cuts")  # noqa: S311 -- the same people every time
    enrolments = [sittings.enrol(world, OPENS, league=dice.choice(["inside", "outside"])) for _ in range(20)]
    at = NOON
    for turn in (1, 2, 3):
        for enrolment in dice.sample(enrolments, 14):
            sit(by=enrolment, score=dice.choice([8, 9, 10]), seconds=dice.choice([30, 31]), number=turn)
        at += timedelta(seconds=31)
        refresh(at)
        check(week, db)
        one = dice.choice(db.session.scalars(select(Attempt.id).order_by(Attempt.id)).all())
        db.session.execute(update(Attempt).where(Attempt.id == one).values(answered_count=0, tallied_at=None))
        refresh(at + timedelta(seconds=1))
        check(week, db)
    assert db.session.scalars(select(StandingCut)).all() != []


def test_cuts_are_rewritten_at_most_every_half_minute(sit, week, refresh, db, monkeypatch):
    monkeypatch.setattr(live_services, "CUT_EVERY", 2)
    for second in range(5):
        sit(seconds=30 + second)
    refresh(NOON)
    refresh(NOON + timedelta(seconds=29))
    assert db.session.scalars(select(StandingCut)).all() == []

    refresh(NOON + timedelta(seconds=31))

    assert [(cut.below, cut.through) for cut in db.session.scalars(select(StandingCut))] == [(1, 2), (3, 4)]
    check(week, db)


def test_a_thousand_equal_keys_share_a_cut(sit, week, refresh, db, monkeypatch):
    monkeypatch.setattr(live_services, "CUT_EVERY", 2)
    attempts = [sit(score=score) for score in (10, 9, 9, 9, 9, 9, 3)]
    refresh(NOON)
    refresh(NOON + timedelta(seconds=40))

    ranks = [live_queries.own_rank(week.id, attempt.enrolment_id).rank for attempt in attempts]

    assert ranks == [1, 2, 2, 2, 2, 2, 7]


def test_the_stated_age_is_the_last_time_nothing_was_left(sit, week, refresh, db):
    attempt = sit()
    refresh(NOON)
    first = live_queries.own_rank(week.id, attempt.enrolment_id).computed_at
    refresh(NOON + timedelta(seconds=10))

    later = live_queries.own_rank(week.id, attempt.enrolment_id).computed_at

    assert timedelta(seconds=9) < later - first < timedelta(seconds=12)


def test_a_round_that_closed_long_ago_is_left_alone(sit, week, refresh, db):
    sit()
    refresh(NOON)
    refresh(week.closes_at + timedelta(minutes=11))

    assert db.session.get(LiveBoard, week.id).computed_at < NOON + timedelta(minutes=1)


def test_many_attempts_are_taken_in_batches(sit, week, refresh, db, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 2)
    for score in range(5):
        sit(score=score)

    assert refresh() == 5

    check(week, db)


@pytest.mark.postgresql_only
def test_an_attempt_that_somebody_holds_is_left_for_the_next_time(sit, week, refresh, db):
    held = sit(score=4)
    sit(score=5)
    db.session.commit()
    with db.engine.begin() as connection:
        connection.execute(select(Attempt.id).where(Attempt.id == held.id).with_for_update())

        assert refresh() == 1

    assert live_queries.own_rank(week.id, held.enrolment_id) is None
    assert refresh() == 1
    check(week, db)


@pytest.mark.postgresql_only
def test_pullers_at_the_same_time_count_everybody_once(sit, world, app, week, db, clock_at, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 5)
    monkeypatch.setattr(live_services, "CUT_EVERY", 4)
    monkeypatch.setattr(live_services, "CUTS_REWRITTEN_AFTER", timedelta(0))
    clock_at(NOON)
    enrolments = [sittings.enrol(world, OPENS) for _ in range(30)]
    for turn in (1, 2, 3):
        for number, enrolment in enumerate(enrolments):
            sit(by=enrolment, score=(number * turn) % 11, seconds=30 + number % 3, number=turn)
    db.session.commit()

    def pull(_number):
        with app.app_context():
            return jobs.refresh_standings()

    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(pull, range(8)))
    db.session.expire_all()

    assert sum(counts) == 90
    assert db.session.scalars(select(StandingCut)).all() != []
    check(week, db)


@pytest.mark.postgresql_only
def test_decisions_while_pulling_are_followed(sit, app, week, organisers, db, clock_at, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 3)
    clock_at(AFTER)
    attempts = [sit(score=number % 11).id for number in range(24)]
    db.session.commit()
    organiser_id, round_id = organisers[0].id, week.id

    def pull(_number):
        with app.app_context():
            jobs.refresh_standings()

    def void(attempt_id):
        with app.app_context():
            query = select(Round).filter_by(id=round_id).with_for_update(key_share=True)
            found = extension.session.scalars(query).one()
            attempt = extension.session.get_one(Attempt, attempt_id)
            services.void_attempt(found, attempt, actor_id=organiser_id, reason="Kiểm tra lại", now=AFTER)
            extension.session.commit()

    with ThreadPoolExecutor(4) as threads:
        work = [threads.submit(void, one) for one in attempts[::3]]
        work += [threads.submit(pull, number) for number in range(6)]
        for done in work:
            done.result()
    jobs.refresh_standings()
    db.session.expire_all()

    assert db.session.get(LiveBoard, round_id).people == 16
    check(week, db)
