"""Races with real concurrent connections: each thread has its own connection."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import MultipleResultsFound

from app.accounts.rules import Origin
from app.attempts import queries, rules, services
from app.attempts.models import Attempt, Save
from app.extensions import db as extension
from tests import world as worlds

pytestmark = [pytest.mark.postgresql_only, pytest.mark.timeout(600)]

OPENS = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
NOON = OPENS + timedelta(hours=4)
ORIGIN = Origin("203.0.113.0/24", b"0123456789abcdef")
LATER = NOON + timedelta(minutes=1)
ACCOUNTS = 200
PARALLEL = 32
LIMIT = 2
SUBMIT_RACES = 1000


class Crowd:
    """Threads that act on one application, each call in a context of its own."""

    def __init__(self, app):
        self.app = app
        self.pool = ThreadPoolExecutor(PARALLEL)

    def all_at_once(self, acts):
        """Run the acts together (a barrier lets them go) and return their results in order."""
        barrier = threading.Barrier(len(acts))

        def run(act):
            with self.app.app_context():
                barrier.wait()
                try:
                    return act()
                finally:
                    extension.session.remove()

        return [future.result() for future in [self.pool.submit(run, act) for act in acts]]


@pytest.fixture
def crowd(app_with):
    made = Crowd(app_with(pool_size=PARALLEL))
    yield made
    made.pool.shutdown()


def signed_in(world, count):
    people = [worlds.make_person(world.unit_id, OPENS) for _ in range(count)]
    tokens = [worlds.token_hash(worlds.make_session(person.id, OPENS)) for person in people]
    extension.session.commit()
    return tokens


def start(token, world, now):
    """The public id of the open attempt, or "none left"."""
    try:
        started = services.start_attempt(token, world.slug, 1, None, ORIGIN, now=now)
        extension.session.commit()
    except rules.NoAttemptsLeft:
        extension.session.rollback()
        return "none left"
    return started.public_id


def submit(token, public_id, now):
    services.submit_attempt(token, public_id, "f" * 32, {}, None, now=now)
    extension.session.commit()


def race_of_one(crowd, world, token):
    """32 parallel starts and submits again and again until the attempts run out; the replies per wave."""
    waves, now = [], NOON
    for _wave in range(LIMIT + 1):
        replies = set(crowd.all_at_once([lambda now=now: start(token, world, now)] * PARALLEL))
        waves.append(replies)
        for public_id in replies - {"none left"}:
            now += timedelta(minutes=1)
            crowd.all_at_once([lambda now=now, public_id=public_id: submit(token, public_id, now)] * PARALLEL)
    return waves


def over_the_limit(db):
    per_person = select(func.count()).select_from(Attempt).group_by(Attempt.account_id, Attempt.round_id)
    return [count for count in db.session.scalars(per_person) if count > LIMIT]


def test_parallel_starts_never_pass_the_limit(app, db, crowd):
    world = worlds.make_world(OPENS, attempt_limit=LIMIT)

    for token in signed_in(world, ACCOUNTS):
        waves = race_of_one(crowd, world, token)
        assert [len(replies) for replies in waves] == [1] * (LIMIT + 1)
        assert waves[-1] == {"none left"}

    assert over_the_limit(db) == []
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == ACCOUNTS * LIMIT


def test_without_the_unique_rules_the_same_race_is_lost(app, db, crowd):
    """What the two unique rules are for: dropped, parallel starts make many open attempts."""
    world = worlds.make_world(OPENS, attempt_limit=LIMIT)
    token = signed_in(world, 1)[0]
    submit(token, start(token, world, NOON), NOON)
    dropped = [
        "DROP INDEX uq_attempts_one_open",
        "ALTER TABLE attempts DROP CONSTRAINT uq_attempts_account_id_round_id_number",
    ]
    restored = [
        "TRUNCATE saves, attempts CASCADE",
        "ALTER TABLE attempts ADD CONSTRAINT uq_attempts_account_id_round_id_number "
        "UNIQUE (account_id, round_id, number)",
        "CREATE UNIQUE INDEX uq_attempts_one_open ON attempts (account_id, round_id) WHERE closed_at IS NULL",
    ]
    later = NOON + timedelta(minutes=1)
    run(db, dropped)
    try:
        crowd.all_at_once([lambda: start_somehow(token, world, later)] * PARALLEL)
        assert over_the_limit(db)
        db.session.rollback()
    finally:
        run(db, restored)


def start_somehow(token, world, now):
    """A start that may find what cannot be: several open attempts."""
    try:
        start(token, world, now)
    except MultipleResultsFound:
        extension.session.rollback()


def run(db, statements):
    for statement in statements:
        db.session.execute(text(statement))
    db.session.commit()


def save_until_refused(token, public_id, ledger):
    """Save again and again; the ledger keeps what was acknowledged."""
    for count in range(1000):
        letter = "ABCD"[count % 4]
        position = count % 10 + 1
        save_id = f"{count:032x}"
        try:
            with extension.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                services.save(connection, token, public_id, save_id, {position: letter}, count, now=NOON)
        except services.SaveRefused:
            return
        ledger.append((save_id, position, letter))


def test_a_submit_racing_saves_scores_exactly_what_was_stored(app, db, crowd):
    world = worlds.make_world(OPENS, attempt_limit=None)
    outcomes = Counter()
    for token in signed_in(world, SUBMIT_RACES):
        public_id = start(token, world, NOON)
        ledgers = [[], []]
        crowd.all_at_once(
            [
                lambda token=token, public_id=public_id, ledger=ledgers[0]: save_until_refused(
                    token, public_id, ledger
                ),
                lambda token=token, public_id=public_id: submit(token, public_id, LATER),
            ]
        )
        outcomes[judge(db, world, public_id, ledgers[0])] += 1

    assert set(outcomes) <= {"sound, no save", "sound, some saves"}
    assert outcomes["sound, some saves"] > SUBMIT_RACES // 20


def judge(db, world, public_id, ledger):
    db.session.expire_all()
    attempt = db.session.scalars(select(Attempt).filter_by(public_id=public_id)).one()
    saves = db.session.execute(
        select(Save.save_id, Save.answers, Save.prediction)
        .where(Save.attempt_id == attempt.id)
        .order_by(Save.seq)
    ).all()
    sheet = rules.fold((answers, prediction) for _id, answers, prediction in saves)
    key = queries.key_answers(world.round_id, 1)
    is_sound = (
        {save_id for save_id, _, _ in ledger} <= {save_id for save_id, _, _ in saves}
        and attempt.answers == rules.encode_answers(sheet.answers)
        and attempt.prediction == sheet.prediction
        and attempt.score == rules.score_of(rules.decode_paper(attempt.paper), sheet.answers, key)
    )
    return ("sound" if is_sound else "UNSOUND") + (", some saves" if saves else ", no save")


def test_sweeper_and_submit_close_once(app, db, crowd):
    world = worlds.make_world(OPENS, attempt_limit=None)
    late = NOON + timedelta(hours=1)
    for token in signed_in(world, 50):
        public_id = start(token, world, NOON)
        attempt_id = db.session.scalars(select(Attempt.id).filter_by(public_id=public_id)).one()
        db.session.commit()
        crowd.all_at_once(
            [lambda token=token, public_id=public_id: submit(token, public_id, late)] * 4
            + [lambda attempt_id=attempt_id: sweep(attempt_id, late + timedelta(seconds=1))] * 4
        )
        stored = db.session.get(Attempt, attempt_id)
        assert stored.closed_at in (late, late + timedelta(seconds=1))
        assert (stored.close_reason, stored.finished_at) == ("sweep", stored.deadline_at)
        db.session.commit()


def sweep(attempt_id, now):
    services.close_overdue(attempt_id, now=now)
    extension.session.commit()


def test_an_extension_racing_starts_leaves_no_attempt_behind(app, db, crowd):
    """A start that read the old closing either moves with the extension or reads again."""
    world = worlds.make_world(OPENS, attempt_limit=None)
    closes_at = OPENS + timedelta(days=6, hours=23)
    now = closes_at - timedelta(minutes=5)
    for step, token in enumerate(signed_in(world, 20)):
        new_closing = closes_at + timedelta(minutes=step + 1)
        crowd.all_at_once(
            [lambda token=token: start(token, world, now)] * 8
            + [lambda new_closing=new_closing: extend(world.round_id, new_closing, now)]
        )
        wrong = [
            attempt.id
            for attempt in db.session.scalars(select(Attempt))
            if attempt.deadline_at != min(attempt.started_at + timedelta(seconds=900), new_closing)
        ]
        assert wrong == []
        db.session.commit()


def extend(round_id, closes_at, now):
    found = extension.session.get(worlds.Round, round_id, with_for_update=True)
    services.extend_round(found, closes_at, reason="Mất điện", actor_id=found.scheduled_by, now=now)
    extension.session.commit()


def test_the_crowd_has_connections_of_its_own(app, crowd):
    """The races mean something only when the threads really hold different connections."""
    with_pids = crowd.all_at_once(
        [lambda: extension.session.scalar(text("SELECT pg_backend_pid() FROM pg_sleep(0.2)"))] * PARALLEL
    )
    assert len(set(with_pids)) == PARALLEL
