"""The attempt protocol through the services, on both engines."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.accounts.models import Session
from app.accounts.rules import Origin
from app.attempts import jobs, queries, rules, services
from app.attempts.models import Attempt, Save
from app.contests.models import Round, RoundKey
from app.contests.services import add_key_version
from app.enrolments import rules as enrolment_rules
from app.enrolments.models import Enrolment
from app.units.models import Unit
from tests import world as worlds

OPENS = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
NOON = OPENS + timedelta(hours=4)
MINUTE = timedelta(minutes=1)
ORIGIN = Origin("203.0.113.0/24", b"0123456789abcdef")
SAVE_A, SAVE_B = "a" * 32, "b" * 32


@pytest.fixture
def world(app):
    return worlds.make_world(OPENS)


@pytest.fixture
def person(world, db):
    account = worlds.make_person(world.unit_id, OPENS)
    db.session.commit()
    return account


@pytest.fixture
def token(person, db):
    token = worlds.make_session(person.id, OPENS)
    db.session.commit()
    return worlds.token_hash(token)


@pytest.fixture
def start(world, token, db):
    def go(now=NOON, number=1, unit_code=None):
        started = services.start_attempt(token, world.slug, number, unit_code, ORIGIN, now=now)
        db.session.commit()
        return started

    return go


@pytest.fixture
def save(token, db):
    def go(public_id, answers, prediction=None, *, save_id=SAVE_A, now=NOON + MINUTE, by=None):
        db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return services.save(connection, by or token, public_id, save_id, answers, prediction, now=now)

    return go


@pytest.fixture
def submit(token, db):
    def go(public_id, answers=None, prediction=None, *, save_id=SAVE_B, now=NOON + 2 * MINUTE):
        done = services.submit_attempt(token, public_id, save_id, answers or {}, prediction, now=now)
        db.session.commit()
        return done

    return go


def attempt_of(db, public_id):
    db.session.expire_all()
    return db.session.scalars(select(Attempt).filter_by(public_id=public_id)).one()


def test_the_first_start_enrols_and_draws_a_paper(world, person, start, db):
    started = start()

    attempt = attempt_of(db, started.public_id)
    enrolment = db.session.scalars(select(Enrolment)).one()
    package = queries.package_of(world.round_id)
    assert started.is_new
    assert (attempt.number, attempt.account_id, attempt.enrolment_id) == (1, person.id, enrolment.id)
    assert (attempt.started_at, attempt.deadline_at) == (NOON, NOON + 15 * MINUTE)
    assert attempt.accept_until == attempt.deadline_at + rules.GRACE
    assert (enrolment.unit_id, enrolment.age, enrolment.not_ranked_reason) == (world.unit_id, 33, None)
    assert attempt.offered == "4" * 10
    redrawn = rules.draw_paper(
        package.pool,
        package.blueprint,
        package.settings,
        seed=package.seed,
        contestant_no=enrolment.contestant_no,
        number=1,
    )
    assert rules.decode_paper(attempt.paper) == redrawn


def test_starting_again_goes_on_with_the_open_attempt(start):
    first = start()
    again = start(NOON + MINUTE)
    assert (again.public_id, again.is_new) == (first.public_id, False)


def test_attempts_run_out(start, submit):
    for number in range(3):
        submit(start(NOON + 10 * number * MINUTE).public_id, now=NOON + (10 * number + 1) * MINUTE)

    with pytest.raises(rules.NoAttemptsLeft, match="hết 3 lượt"):
        start(NOON + 60 * MINUTE)


def test_each_attempt_of_a_person_has_another_paper(start, submit, db):
    papers = set()
    for number in range(3):
        public_id = start(NOON + 10 * number * MINUTE).public_id
        papers.add(attempt_of(db, public_id).paper)
        submit(public_id, now=NOON + (10 * number + 1) * MINUTE)
    assert len(papers) == 3


def test_an_overdue_attempt_is_closed_by_the_next_start(start, save, db):
    first = start()
    save(first.public_id, {1: "A"})

    second = start(NOON + 16 * MINUTE)

    closed = attempt_of(db, first.public_id)
    assert second.is_new
    assert (closed.answers, closed.close_reason, closed.finished_at) == ("1A", "sweep", NOON + 15 * MINUTE)
    assert attempt_of(db, second.public_id).number == 2


def test_no_new_start_while_the_last_answers_may_still_arrive(start):
    start()
    with pytest.raises(rules.StillReceiving):
        start(NOON + 15 * MINUTE + timedelta(seconds=10))


@pytest.mark.parametrize(
    ("moment", "error"),
    [
        (OPENS - MINUTE, rules.RoundNotOpen),
        (OPENS + timedelta(days=7), rules.RoundEnded),
    ],
)
def test_starting_outside_the_window_changes_nothing(start, db, moment, error):
    with pytest.raises(error):
        start(moment)
    db.session.rollback()
    assert db.session.scalars(select(Attempt)).all() == []


def test_the_closing_cuts_the_time(start, db):
    closes_at = OPENS + timedelta(days=6, hours=23)
    attempt = attempt_of(db, start(closes_at - 5 * MINUTE).public_id)
    assert attempt.deadline_at == closes_at


def test_an_unknown_session_or_round_starts_nothing(world, start):
    assert start(number=9) is None
    assert services.start_attempt("0" * 64, world.slug, 1, None, ORIGIN, now=NOON) is None


def test_who_is_too_young_is_refused(world, db):
    child = worlds.make_person(world.unit_id, OPENS, born=date(2008, 4, 9))
    token = worlds.token_hash(worlds.make_session(child.id, OPENS))
    db.session.commit()
    with pytest.raises(enrolment_rules.TooYoung, match="16 tuổi"):
        services.start_attempt(token, world.slug, 1, None, ORIGIN, now=NOON)


def test_who_turns_sixteen_on_the_opening_day_may_start(world, db):
    child = worlds.make_person(world.unit_id, OPENS, born=date(2008, 4, 8))
    token = worlds.token_hash(worlds.make_session(child.id, OPENS))
    db.session.commit()
    assert services.start_attempt(token, world.slug, 1, None, ORIGIN, now=NOON).is_new


def test_without_consent_nobody_starts(world, db):
    account = worlds.make_person(world.unit_id, OPENS, consents=())
    token = worlds.token_hash(worlds.make_session(account.id, OPENS))
    db.session.commit()
    with pytest.raises(enrolment_rules.ConsentMissing):
        services.start_attempt(token, world.slug, 1, None, ORIGIN, now=NOON)


def test_a_person_of_another_series_chooses_a_unit_of_the_contest(world, db):
    other = worlds.make_units("vn-2025")
    account = worlds.make_person(other.id, OPENS)
    token = worlds.token_hash(worlds.make_session(account.id, OPENS))
    db.session.commit()
    with pytest.raises(enrolment_rules.UnitUnknown):
        services.start_attempt(token, world.slug, 1, None, ORIGIN, now=NOON)
    db.session.rollback()

    assert services.start_attempt(token, world.slug, 1, "06328", ORIGIN, now=NOON).is_new

    db.session.commit()
    enrolment = db.session.scalars(select(Enrolment).filter_by(account_id=account.id)).one()
    assert db.session.get(Unit, enrolment.unit_id).code == "06328"


def test_organisers_play_but_are_not_ranked(world, db):
    organiser_id = db.session.get(Round, world.round_id).scheduled_by
    token = worlds.token_hash(worlds.make_session(organiser_id, OPENS))
    db.session.commit()
    services.start_attempt(token, world.slug, 1, None, ORIGIN, now=NOON)
    assert db.session.scalars(select(Enrolment)).one().not_ranked_reason == enrolment_rules.STAFF_REASON


def test_a_save_is_stored_and_answered_the_same_again(start, save, db):
    public_id = start().public_id

    first = save(public_id, {1: "A", 3: "BD"}, 7171)
    again = save(public_id, {1: "A", 3: "BD"}, 7171, now=NOON + 9 * MINUTE)
    late = save(public_id, {1: "A", 3: "BD"}, 7171, now=NOON + timedelta(hours=9))

    stored = db.session.scalars(select(Save)).one()
    assert (stored.answers, stored.prediction, stored.received_at) == ("1A 3BD", 7171, NOON + MINUTE)
    assert first.saved_at == again.saved_at == late.saved_at == NOON + MINUTE
    assert first.deadline_at == NOON + 15 * MINUTE


@pytest.mark.parametrize(
    ("answers", "prediction", "moment", "code"),
    [
        ({1: "E"}, None, NOON + MINUTE, "not_offered"),
        ({11: "A"}, None, NOON + MINUTE, "not_offered"),
        ({1: "A"}, None, NOON + 15 * MINUTE + timedelta(seconds=31), "late"),
    ],
)
def test_a_refused_save_stores_nothing(start, save, db, answers, prediction, moment, code):
    public_id = start().public_id

    with pytest.raises(services.SaveRefused) as refusal:
        save(public_id, answers, prediction, now=moment)

    assert refusal.value.code == code
    assert db.session.scalars(select(Save)).all() == []


def test_other_content_under_a_save_id_is_refused(start, save, db):
    public_id = start().public_id
    save(public_id, {1: "A"})
    with pytest.raises(services.SaveRefused) as refusal:
        save(public_id, {1: "B"})
    assert refusal.value.code == "mismatch"
    assert db.session.scalars(select(Save.answers)).all() == ["1A"]


@pytest.mark.parametrize("after", [timedelta(0), rules.GRACE])
def test_saves_are_taken_up_to_the_end_of_the_grace(start, save, db, after):
    public_id = start().public_id
    save(public_id, {1: "A"}, now=NOON + 15 * MINUTE + after)
    assert len(db.session.scalars(select(Save)).all()) == 1


def test_another_persons_attempt_does_not_exist(world, start, save, db):
    public_id = start().public_id
    outsider = worlds.make_person(world.unit_id, OPENS)
    foreign = worlds.token_hash(worlds.make_session(outsider.id, OPENS))
    db.session.commit()

    with pytest.raises(services.SaveRefused) as refusal:
        save(public_id, {1: "A"}, by=foreign)

    assert refusal.value.code == "missing"
    assert services.submit_attempt(foreign, public_id, SAVE_A, {}, None, now=NOON) is None
    assert queries.find_own_attempt(foreign, public_id, NOON) is None


def test_an_ended_session_saves_nothing_from_that_moment(start, save, token, db):
    public_id = start().public_id
    save(public_id, {1: "A"})
    db.session.scalars(select(Session).filter_by(token_hash=token)).one().ended_at = NOON
    db.session.commit()

    with pytest.raises(services.SaveRefused) as refusal:
        save(public_id, {2: "A"}, save_id=SAVE_B)

    assert refusal.value.code == "missing"


def test_submitting_folds_grades_and_closes(world, start, save, submit, db):
    public_id = start().public_id
    paper = rules.decode_paper(attempt_of(db, public_id).paper)
    key = queries.key_answers(world.round_id, 1)
    right = {
        position: rules.displayed_letters(question, key[str(question.version_id)])
        for position, question in enumerate(paper, 1)
    }
    save(public_id, {1: "A" if right[1] != "A" else "B", 2: right[2]})
    save(public_id, {1: right[1]}, save_id=SAVE_B)

    assert submit(public_id, {3: right[3]}, 500, save_id="c" * 32) is True

    attempt = attempt_of(db, public_id)
    sheet = rules.encode_answers({1: right[1], 2: right[2], 3: right[3]})
    assert (attempt.answers, attempt.prediction, attempt.score) == (sheet, 500, 3)
    assert (attempt.close_reason, attempt.finished_at) == ("submitted", NOON + 2 * MINUTE)
    assert attempt.digest == rules.receipt_digest(attempt.receipt_code, sheet, 500)


def test_submitting_twice_changes_nothing(start, submit, db):
    public_id = start().public_id
    submit(public_id, {1: "A"})
    before = attempt_of(db, public_id).digest

    assert submit(public_id, {1: "B"}, save_id="d" * 32, now=NOON + 3 * MINUTE) is False

    assert attempt_of(db, public_id).digest == before
    assert db.session.scalars(select(Save.answers)).all() == ["1A"]


def test_a_late_submit_closes_with_what_was_saved_in_time(start, save, submit, db):
    public_id = start().public_id
    save(public_id, {1: "A"})

    submit(public_id, {1: "B", 2: "C"}, now=NOON + timedelta(hours=2))

    attempt = attempt_of(db, public_id)
    assert (attempt.answers, attempt.close_reason, attempt.finished_at) == ("1A", "sweep", NOON + 15 * MINUTE)


def test_after_closing_no_save_is_taken(start, save, submit, db):
    public_id = start().public_id
    submit(public_id, {1: "A"})
    with pytest.raises(services.SaveRefused) as refusal:
        save(public_id, {2: "B"})
    assert refusal.value.code == "closed"


def test_a_submit_that_cannot_be_right_closes_nothing(start, submit, db):
    public_id = start().public_id
    with pytest.raises(services.SaveRefused):
        submit(public_id, {99: "A"})
    db.session.rollback()
    assert attempt_of(db, public_id).closed_at is None


def test_an_overdue_attempt_reads_as_finished_before_it_is_stored(start, save, token, db):
    public_id = start().public_id
    save(public_id, {1: "A"}, 5)
    later = NOON + timedelta(hours=1)

    own = queries.find_own_attempt(token, public_id, later)

    assert own.is_over
    assert attempt_of(db, public_id).closed_at is None
    services.close_overdue(own.row.id, now=later + timedelta(hours=5))
    db.session.commit()
    stored = queries.find_own_attempt(token, public_id, later + timedelta(hours=6))
    assert stored.closing == own.closing


def test_the_sweeper_stores_what_time_has_decided(start, save, clock_at, db):
    public_id = start().public_id
    save(public_id, {4: "C"})
    clock_at(NOON + 14 * MINUTE)
    assert jobs.close_overdue_attempts() == 0

    clock_at(NOON + 16 * MINUTE)

    assert jobs.close_overdue_attempts() == 1
    assert jobs.close_overdue_attempts() == 0
    assert attempt_of(db, public_id).answers == "4C"


def test_an_extension_moves_everybodys_deadline(world, start, save, db):
    closes_at = OPENS + timedelta(days=6, hours=23)
    public_id = start(closes_at - 5 * MINUTE).public_id
    found = db.session.get(Round, world.round_id)

    moved = services.extend_round(
        found,
        closes_at + 10 * MINUTE,
        reason="Mất điện",
        actor_id=found.scheduled_by,
        now=closes_at - 2 * MINUTE,
    )
    db.session.commit()

    attempt = attempt_of(db, public_id)
    assert moved == 1
    assert attempt.deadline_at == closes_at + 10 * MINUTE
    assert save(public_id, {1: "A"}, now=closes_at + MINUTE).deadline_at == attempt.deadline_at


def test_regrading_changes_scores_and_tells_which(world, start, submit, db):
    public_id = start().public_id
    paper = rules.decode_paper(attempt_of(db, public_id).paper)
    submit(public_id, {1: "A"})
    old_score = attempt_of(db, public_id).score
    answers = queries.key_answers(world.round_id, 1) | {str(question.version_id): "*" for question in paper}
    organiser = db.session.get(Round, world.round_id).scheduled_by
    key = add_key_version(
        world.round_id, 2, answers, reason="Thử", proposed_by=organiser, approved_by=None, now=NOON
    )

    changes = services.regrade_attempts(world.round_id, key)
    db.session.commit()

    attempt = attempt_of(db, public_id)
    assert changes == [(attempt.id, old_score, 10)]
    assert (attempt.score, attempt.key_version) == (10, 2)
    assert services.regrade_attempts(world.round_id, key) == []


@pytest.mark.parametrize("table", ["saves", "round_keys", "round_packages", "consents", "audit_entries"])
@pytest.mark.parametrize("act", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_the_database_refuses_to_change_what_is_append_only(start, save, db, table, act):
    save(start().public_id, {1: "A"})
    column = {"saves": "answers", "round_keys": "reason", "round_packages": "seed", "consents": "purpose"}
    statement = act.format(table, column.get(table, "action"))

    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))


def test_the_key_keeps_its_digest(world, db):
    with pytest.raises(DBAPIError):
        db.session.add(
            RoundKey(
                round_id=world.round_id,
                version=2,
                answers={},
                digest="0" * 64,
                reason="Thử",
                proposed_by=1,
                approved_by=1,
                created_at=NOON,
            )
        )
        db.session.flush()
