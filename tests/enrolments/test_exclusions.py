"""The exclusion list: who does not start, who plays without a rank, and what frozen rounds keep."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from app.attempts.models import Attempt
from app.attempts.services import start_attempt
from app.audit.queries import recent_entries
from app.contests.models import Contest, Round
from app.enrolments import exclusion_queries as queries
from app.enrolments import exclusion_rules as rules
from app.enrolments import exclusion_services as services
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.models import Enrolment
from app.extensions import db as extension
from app.ranking import freeze_services, live_services
from app.ranking import services as results
from app.ranking.models import FrozenLine, Standing
from tests import world as worlds
from tests.ranking import sittings
from tests.ranking.conftest import AFTER, NOON, OPENS

BARRED = services.Entry(rules.Mode.BARRED, rules.Kind.COMMITTEE)
UNRANKED = services.Entry(rules.Mode.NOT_RANKED, rules.Kind.RELATIVE, "con của Trưởng Ban")
REASON = "Ghi nhầm người"


@pytest.fixture
def world(app):
    return worlds.make_world(OPENS)


@pytest.fixture
def contest(db, world):
    return db.session.get_one(Contest, world.contest_id)


@pytest.fixture
def week(db, world):
    return db.session.get_one(Round, world.round_id)


@pytest.fixture
def actor(db):
    return db.session.scalars(select(Round.scheduled_by)).first()


@pytest.fixture
def person(db, world):
    found = worlds.make_person(world.unit_id, OPENS)
    db.session.commit()
    return found


def listed(contest, account, entry, actor, now=NOON):
    services.hold_back(contest, account)
    found = services.list_account(contest, account, entry, actor_id=actor, now=now)
    extension.session.commit()
    return found


def start(world, account, now=NOON):
    token = worlds.token_hash(worlds.make_session(account.id, OPENS))
    try:
        found = start_attempt(token, world.slug, 1, None, worlds.ORIGIN, now=now)
        extension.session.commit()
    except rules.Barred:
        extension.session.rollback()
        return None
    return found


@given(some.sets(some.integers(1, 9)), some.integers(1, 9), some.none() | some.integers(1, 9))
def test_a_change_never_reaches_a_frozen_round(frozen, number, removed_after):
    first = rules.next_unfrozen(frozen)
    until = None if removed_after is None else max(first, removed_after)

    assert not any(rules.takes_rank_in(first, until, one) for one in frozen)
    is_reached = number >= first and (until is None or number < until)
    assert rules.takes_rank_in(first, until, number) == is_reached


def test_the_barred_do_not_start(db, world, contest, person, actor):
    listed(contest, person, BARRED, actor)

    assert start(world, person) is None
    assert db.session.scalars(select(Attempt)).all() == []
    assert db.session.scalars(select(Enrolment)).all() == []


def test_the_barred_do_not_start_again(db, world, contest, person, actor):
    started = start(world, person)
    attempt = db.session.scalars(select(Attempt)).one()
    listed(contest, person, BARRED, actor, NOON + timedelta(minutes=1))

    assert start(world, person, NOON + timedelta(minutes=2)).public_id == started.public_id
    attempt.closed_at = attempt.finished_at = NOON + timedelta(minutes=3)
    attempt.close_reason, attempt.score, attempt.key_version, attempt.answered_count = "submitted", 0, 1, 0
    attempt.answers, attempt.digest = "", "0" * 64
    db.session.commit()
    assert start(world, person, NOON + timedelta(minutes=4)) is None


def test_another_contest_s_list_bars_nobody(db, world, contest, person, actor):
    other = worlds.make_contest(actor, OPENS, slug="cuoc-thi-khac")
    listed(other, person, BARRED, actor)

    assert start(world, person) is not None


def test_whoever_was_taken_off_starts(world, contest, person, actor):
    found = listed(contest, person, BARRED, actor)
    services.remove(contest, found, reason=REASON, actor_id=actor, now=NOON)

    assert start(world, person) is not None


def test_a_number_on_the_list_becomes_the_person_who_enrols_with_it(db, world, contest, person, actor):
    phone = "+84912000111"
    found = services.list_phone(contest, phone, UNRANKED, actor_id=actor, now=NOON)
    person.sign_in_name = phone
    db.session.commit()
    start(world, person)

    db.session.refresh(found)
    assert (found.account_id, found.phone) == (person.id, None)
    enrolment = db.session.scalars(select(Enrolment)).one()
    assert queries.unranked_in(world.round_id) == {enrolment.id: rules.Mode.NOT_RANKED}


def test_a_barred_number_does_not_start(db, world, contest, person, actor):
    services.list_phone(contest, person.sign_in_name, BARRED, actor_id=actor, now=NOON)
    db.session.commit()

    assert start(world, person) is None


@pytest.mark.parametrize("by_phone", [True, False])
def test_nobody_is_listed_twice(db, contest, person, actor, by_phone):
    if by_phone:
        services.list_phone(contest, person.sign_in_name, UNRANKED, actor_id=actor, now=NOON)
    else:
        listed(contest, person, UNRANKED, actor)

    with pytest.raises(rules.AlreadyListed):
        services.list_account(contest, person, BARRED, actor_id=actor, now=NOON)
    assert len(db.session.scalars(select(Exclusion)).all()) == 1


def test_a_number_is_listed_once(contest, actor):
    services.list_phone(contest, "+84912000111", UNRANKED, actor_id=actor, now=NOON)

    with pytest.raises(rules.AlreadyListed):
        services.list_phone(contest, "+84912000111", UNRANKED, actor_id=actor, now=NOON)


def test_a_relative_needs_the_relation(contest, person, actor):
    with pytest.raises(rules.RelationMissing):
        services.list_account(
            contest,
            person,
            services.Entry(rules.Mode.BARRED, rules.Kind.RELATIVE),
            actor_id=actor,
            now=NOON,
        )


def test_nobody_takes_themself_off(contest, person):
    found = services.list_account(contest, person, UNRANKED, actor_id=person.id, now=NOON)

    with pytest.raises(rules.OwnListing):
        services.remove(contest, found, reason=REASON, actor_id=person.id, now=NOON)


def test_a_line_is_taken_off_once_and_stays_on_record(db, contest, person, actor):
    found = listed(contest, person, UNRANKED, actor)
    services.remove(contest, found, reason=REASON, actor_id=actor, now=NOON)

    with pytest.raises(rules.AlreadyRemoved):
        services.remove(contest, found, reason=REASON, actor_id=actor, now=NOON)
    assert [line.entry.removal_reason for line in queries.list_of(contest, is_removed=True)] == [REASON]
    assert queries.list_of(contest, is_removed=False) == []
    assert [entry.action for entry in recent_entries(2)] == ["exclusions.removed", "exclusions.listed"]
    assert person.full_name not in str([entry.details for entry in recent_entries(2)])


def freeze(week, actor, at=AFTER):
    asked = results.request_freeze(week, actor_id=actor, reason="Chốt kết quả tuần thi", now=at)
    freeze_services.compute_freeze(asked.id, now=at)
    extension.session.commit()
    return asked


def ranked(freeze_id):
    return set(
        extension.session.scalars(select(FrozenLine.enrolment_id).where(FrozenLine.freeze_id == freeze_id))
    )


def test_the_listed_have_no_rank_in_rounds_not_frozen_yet(db, world, contest, week, actor):
    own, other = (sittings.enrol(world, OPENS) for _ in range(2))
    for enrolment in (own, other):
        sittings.sit(enrolment, week, started_at=NOON)
    account = db.session.get_one(worlds.Account, own.account_id)
    listed(contest, account, UNRANKED, actor)

    assert ranked(freeze(week, actor).id) == {other.id}


def test_a_frozen_round_stays_as_it_was(db, world, contest, week, actor, command):
    own = sittings.enrol(world, OPENS)
    sittings.sit(own, week, started_at=NOON)
    account = db.session.get_one(worlds.Account, own.account_id)
    first = freeze(week, actor)
    found = listed(contest, account, UNRANKED, actor, AFTER)

    assert found.first_round == 2
    assert (
        freeze_services.recompute(first).body
        == freeze_services.settle_round(week, freeze_services.get_latest_key(week.id), [], {}).body
    )
    assert ranked(freeze(week, actor, AFTER + timedelta(minutes=1)).id) == {own.id}
    services.remove(contest, found, reason=REASON, actor_id=actor, now=AFTER)
    assert found.ranked_from_round == 2


def test_taking_off_gives_no_rank_back_where_it_was_frozen(db, world, contest, week, actor):
    own = sittings.enrol(world, OPENS)
    sittings.sit(own, week, started_at=NOON)
    account = db.session.get_one(worlds.Account, own.account_id)
    found = listed(contest, account, UNRANKED, actor)
    first = freeze(week, actor)
    services.remove(contest, found, reason=REASON, actor_id=actor, now=AFTER)
    db.session.commit()

    assert ranked(first.id) == ranked(freeze(week, actor, AFTER + timedelta(minutes=1)).id) == set()


def test_the_live_board_takes_the_list_up(db, world, contest, week, actor):
    own = sittings.enrol(world, OPENS)
    sittings.sit(own, week, started_at=NOON)
    db.session.commit()
    live_services.tally(100, now=NOON)
    key = select(Standing.sort_key).where(Standing.enrolment_id == own.id)
    assert db.session.scalar(key) is not None
    account = db.session.get_one(worlds.Account, own.account_id)
    found = listed(contest, account, UNRANKED, actor)

    for act in ("listed", "removed"):
        if act == "removed":
            services.remove(contest, found, reason=REASON, actor_id=actor, now=NOON)
        live_services.count_listed_again(now=NOON)
        live_services.tally(100, now=NOON)
        db.session.commit()
        assert (db.session.scalar(key) is None) == (act == "listed")


def test_who_worked_on_the_questions_is_suggested_until_listed(db, contest, actor):
    suggested = {one.account.id: one.kind for one in queries.suggestions(contest)}
    assert len(suggested) == 2
    assert set(suggested.values()) == {rules.Kind.AUTHOR}

    listed(contest, db.session.get_one(worlds.Account, actor), UNRANKED, actor)
    assert actor not in {one.account.id for one in queries.suggestions(contest)}


def test_verify_finds_an_attempt_of_a_barred_person(db, world, contest, person, actor, command, clock_at):
    start(world, person)
    clock_at(NOON + timedelta(minutes=1))
    assert command("verify").exit_code == 0
    listed(contest, person, BARRED, actor, NOON - timedelta(minutes=5))
    result = command("verify")

    assert result.exit_code == 1
    assert "barred" in result.output
