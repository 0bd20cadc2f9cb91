"""How long a night's evaluation takes, what it holds in memory, and what one explanation costs.

The contest of five weeks is written by statements over generated series: only what evaluations read has to
be as the product writes it.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
from sqlalchemy import text

from app.contests.models import Contest
from app.emulation import evaluation_services, queries, services
from app.emulation.criteria_rules import Criteria, Good, GoodResult, Group, NoVoid, Part, Took, TookPart
from app.emulation.explain_queries import explain_account
from app.emulation.models import Campaign
from app.emulation.preset_rules import PRESETS
from app.emulation.simulation_queries import simulate
from app.extensions import db
from app.factory import create_app
from app.units.models import Unit
from app.units.queries import get_unit
from bench import figures
from bench.accounting import Accounts
from bench.figures import Measurement, cost, waiting
from bench.servers import DATABASE, Machine
from bench.world import COMMUNE, PROVINCE, SERIES, World, make_world
from config import Config

Found = TypeVar("Found")
SLUG = "do-thi-dua"
ROUNDS, PUBLISHED = 5, 4
VOIDED_ONE_IN = 199
EXPLAINED, LISTED = 200, 20
DISTRICT = "185"
WEEK, DAY = timedelta(days=7), timedelta(days=1)
BAC_SON = PRESETS["bac-son-2024"].criteria
# Every kind of automatic criterion beside those of the preset.
MORE = Group(
    *("d", "(d) Tham gia"),
    (
        TookPart("d1", "Liên tục", Took.STREAK, 3),
        GoodResult("d2", "Điểm", Good.SCORE, 80, 2),
        GoodResult("d3", "Hạng", Good.RANK, rank=1000),
        NoVoid("d4", "Không bị hủy"),
    ),
)
CRITERIA = replace(BAC_SON, individual=replace(BAC_SON.individual, groups=(*BAC_SON.individual.groups, MORE)))
STRICTER = Criteria(Part((Group("x", "Tất cả", (TookPart("x1", "Tất cả các tuần"),)),)))
LOAD = (
    """
    INSERT INTO accounts (id, public_id, sign_in_name, sign_in_kind, full_name, search, sort_key,
      date_of_birth, unit_id, referral_code, created_at)
    SELECT %(first)s + i, md5('account' || i), '+8492' || lpad(i::text, 7, '0'), 'phone',
      'Thí sinh mẫu ' || i, 'thi sinh mau ' || i, i::text, '1990-05-08',
      (%(units)s::bigint[])[1 + i %% cardinality(%(units)s::bigint[])],
      'T' || lpad(to_hex(i), 11, '0'),
      %(opens)s::timestamptz - interval '9 days' + i %% 800000 * interval '1 s'
    FROM generate_series(0, %(people)s - 1) i
    """,
    """
    INSERT INTO referrals (account_id, referrer_id, at)
    SELECT a.id, %(first)s + (a.id - %(first)s) / 4, a.created_at FROM accounts a
    WHERE a.id > %(first)s AND (a.id - %(first)s) %% 3 = 0
    """,
    """
    INSERT INTO enrolments (id, contest_id, account_id, unit_id, league, age, contestant_no, created_at)
    SELECT %(first_enrolment)s + a.id - %(first)s, %(contest)s, a.id, a.unit_id, '', 34,
      20000000 + a.id - %(first)s, a.created_at
    FROM accounts a WHERE a.id >= %(first)s
    """,
    """
    INSERT INTO attempts (id, public_id, round_id, account_id, enrolment_id, number, receipt_code, paper,
      offered, started_at, deadline_at, accept_until, closed_at, close_reason, finished_at, answers,
      answered_count, prediction, digest, key_version, score, tallied_at)
    SELECT %(first_attempt)s + i * 5 + w, md5('attempt' || i * 5 + w), (%(rounds)s::bigint[])[w + 1],
      %(first)s + i, %(first_enrolment)s + i, 1, 'T' || lpad(to_hex(i * 5 + w), 11, '0'), '', '4444444444',
      at, at + interval '15 min', at + interval '16 min', at + interval '5 min', 'submitted',
      at + interval '5 min', '1A', 10, i, md5('d') || md5('d'), 1, (i * 7 + w * 3) %% 11,
      at + interval '5 min'
    FROM (
      SELECT i, w, %(opens)s::timestamptz + w * interval '7 days' + i %% 500000 * interval '1 s' AS at
      FROM generate_series(0, %(people)s - 1) i, generate_series(0, 4) w
      WHERE i %% 10 < 2 OR (i + w * 3) %% 8 < 4
    ) AS sat
    """,
    """
    INSERT INTO standings (round_id, enrolment_id, attempt_id, attempt_count, is_all_correct, league,
      sort_key)
    SELECT round_id, enrolment_id, id, 1, score = 10, '', int4send(10 - score) FROM attempts
    WHERE round_id = ANY(%(rounds)s)
    """,
    """
    INSERT INTO files (sha256, media_type, size, created_at, body)
    VALUES (md5('f') || md5('f'), 'application/json', 2, now(), '{}')
    """,
    """
    INSERT INTO freezes (round_id, number, reason, requested_by, requested_at, frozen_at, body_sha256)
    SELECT id, 1, 'Chốt lần đầu', %(actor)s, closes_at, closes_at, md5('f') || md5('f') FROM rounds
    WHERE id = ANY(%(published)s)
    """,
    """
    INSERT INTO frozen_lines (freeze_id, enrolment_id, attempt_id, position, rank, league, score, duration,
      finished_at, prize)
    SELECT f.id, s.enrolment_id, s.attempt_id, row_number() OVER w, rank() OVER w, '', 1, 60, now(),
      CASE WHEN row_number() OVER w <= 11 THEN 'ba' END
    FROM standings s JOIN freezes f ON f.round_id = s.round_id
    WINDOW w AS (PARTITION BY s.round_id ORDER BY s.sort_key, s.enrolment_id)
    """,
    """
    INSERT INTO revisions (round_id, number, freeze_id, frozen_by, approved_by, published_at, reason,
      body_sha256, public_sha256, previous_digest, digest)
    SELECT round_id, 1, id, %(actor)s, %(second)s, frozen_at, 'Công bố lần đầu', body_sha256, body_sha256,
      body_sha256, body_sha256
    FROM freezes WHERE round_id = ANY(%(published)s)
    """,
    "UPDATE rounds SET published_revision = 1, frozen_at = closes_at WHERE id = ANY(%(published)s)",
)
VOID = """
    INSERT INTO decisions (round_id, enrolment_id, attempt_id, kind, reason, decided_by, decided_at)
    SELECT round_id, enrolment_id, id, 'void', 'Làm hộ bài', %(actor)s, now() FROM attempts
    WHERE round_id = %(round)s AND enrolment_id %% %(one_in)s = 0
    """
UNTALLY = """
    DELETE FROM standings s USING decisions d
    WHERE d.attempt_id = s.attempt_id AND s.round_id = %(round)s
    """
COMMUNES = "SELECT id FROM units WHERE series_code = %s AND is_leaf AND path LIKE %s ORDER BY id"


@dataclass(frozen=True)
class Course:
    """The campaign that is measured, and the ids of its contest's rounds."""

    campaign_id: int
    rounds: tuple[int, ...]
    organiser_id: int


@dataclass(frozen=True)
class Run:
    """One run in a process of its own: seconds, of which its processor worked `cpu`; peak of resident
    memory in MiB; what it returned."""

    seconds: float
    cpu: float
    mebibytes: float
    found: Any


def load(machine: Machine, world: World, people: int) -> Course:
    """People, five weeks and four published results, beside whatever is in the database already."""
    course, contest_id = _begin(machine.config, world)
    with machine.postgresql.cluster.connect(DATABASE) as connection:
        values = _values(connection, world, course, contest_id, people)
        connection.execute("SET session_replication_role = replica")
        for statement in LOAD:
            connection.execute(statement, values)
        connection.execute("RESET session_replication_role")
        connection.execute("VACUUM (ANALYZE)")
    return course


def _begin(config: Config, world: World) -> tuple[Course, int]:
    """A contest of five scheduled weeks that are over, with a campaign of the whole province."""

    def begin() -> tuple[Course, int]:
        now = datetime.now(UTC).replace(microsecond=0)
        source = db.session.get_one(Contest, world.contest_id)
        columns = {name.key for name in Contest.__table__.columns} - {"id", "slug"}
        contest = Contest(slug=SLUG, **{name: getattr(source, name) for name in columns})
        db.session.add(contest)
        db.session.flush()
        copied = text(
            """
            INSERT INTO rounds (contest_id, number, title, opens_at, closes_at, time_limit, minimum_answered,
              shuffles_questions, shuffles_options, has_prediction, blueprint, scheduled_at)
            SELECT :contest, w + 1, '', :opens + w * interval '7 days', :opens + w * interval '7 days'
              + interval '6 days', 900, 1, true, true, true, '[]', :opens - interval '1 day'
            FROM generate_series(0, 4) w RETURNING id
            """
        )
        opens = now - (ROUNDS + 1) * WEEK
        ids = tuple(sorted(db.session.scalars(copied, {"contest": contest.id, "opens": opens})))
        packages = text(
            """
            INSERT INTO round_packages (round_id, seed, pool, blueprint, policy, settings, commitment,
              frozen_at)
            SELECT id, seed, pool, p.blueprint, policy, settings, commitment, p.frozen_at
            FROM rounds, round_packages p WHERE id = ANY(:ids) AND p.round_id = :source
            """
        )
        db.session.execute(packages, {"ids": list(ids), "source": world.closed_round_id})
        campaign = services.create_campaign(
            contest,
            get_unit(SERIES, PROVINCE),
            name="Đợt thi đua để đo",
            plan="Kế hoạch mẫu",
            criteria=CRITERIA,
            actor_id=world.organiser_id,
            now=now,
        )
        campaign.closed_at = now  # no timetable evaluates it before it is measured
        return Course(campaign.id, ids, world.organiser_id), contest.id

    return _inside(config, begin)


def _values(
    connection: psycopg.Connection[Any], world: World, course: Course, contest_id: int, people: int
) -> dict[str, Any]:
    def next_id(table: str) -> int:
        row = connection.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()  # noqa: S608
        return int(row[0]) if row else 1

    opens = connection.execute("SELECT opens_at FROM rounds WHERE id = %s", [course.rounds[0]]).fetchone()
    units = connection.execute(COMMUNES, [SERIES, f"/{PROVINCE}/%"]).fetchall()
    return {
        "people": people,
        "contest": contest_id,
        "rounds": list(course.rounds),
        "published": list(course.rounds[:PUBLISHED]),
        "opens": opens[0] if opens else None,
        "units": [row[0] for row in units],
        "first": next_id("accounts"),
        "first_enrolment": next_id("enrolments"),
        "first_attempt": next_id("attempts"),
        "actor": course.organiser_id,
        "second": course.organiser_id + 1,
    }


def _inside(config: Config, work: Callable[[], Found]) -> Found:
    app = create_app(config)
    with app.app_context():
        found = work()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return found


def measure(machine: Machine, course: Course) -> list[Measurement]:
    """The first evaluation, one without changes, one after voids, a simulation, lists and explanations.

    No timetable may run meanwhile.
    """
    config = machine.config
    with machine.postgresql.cluster.connect(DATABASE) as connection:
        connection.execute("UPDATE campaigns SET closed_at = NULL WHERE id = %s", [course.campaign_id])
    accounts = Accounts({"postgresql": [machine.postgresql.pid]})
    before = accounts.read()
    first = _apart(_evaluate, config, course)
    database = accounts.since(before)
    again = _apart(_evaluate, config, course)
    with machine.postgresql.cluster.connect(DATABASE) as connection:
        values = {"actor": course.organiser_id, "round": course.rounds[2], "one_in": VOIDED_ONE_IN}
        connection.execute(VOID, values)
        connection.execute(UNTALLY, values)
    voided = _apart(_evaluate, config, course)
    simulated = _apart(_simulate, config, course)
    explained = _apart(_explain, config, course)
    listed = _apart(_list, config, course)
    if again.found["changed"]:
        raise AssertionError(f"an evaluation of the same changed {again.found['changed']} results")
    return [
        replace(_one("evaluation, first", first), shares=cost(database, 1), other=database.other),
        _one("evaluation, nothing new", again),
        _one("evaluation, attempts voided", voided),
        _one("simulation", simulated),
        Measurement(name="explanation of one person", n=EXPLAINED, **waiting(explained.found)),
        *(Measurement(name=name, n=len(times), **waiting(times)) for name, times in listed.found.items()),
    ]


def _one(name: str, run: Run) -> Measurement:
    facts = {"seconds": round(run.seconds, 1), "peak_mib": round(run.mebibytes), **run.found}
    return Measurement(name=name, n=1, cpu_ms=1000 * run.cpu, p50_ms=1000 * run.seconds, facts=facts)


def _apart(work: Callable[[Config, Course], Any], config: Config, course: Course) -> Run:
    """In a fresh process, so that its memory is its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_timed, (work, config, course))


def _timed(work: Callable[[Config, Course], Any], config: Config, course: Course) -> Run:
    started, worked = time.perf_counter(), time.process_time()
    found = work(config, course)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Run(time.perf_counter() - started, time.process_time() - worked, peak, found)


def _evaluate(config: Config, course: Course) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        campaign = db.session.get_one(Campaign, course.campaign_id)
        return vars(evaluation_services.evaluate(campaign, now=datetime.now(UTC)))

    return _inside(config, work)


def _simulate(config: Config, course: Course) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        campaign = db.session.get_one(Campaign, course.campaign_id)
        effect = simulate(campaign, STRICTER, now=datetime.now(UTC)).people
        return {"gain": effect.gain, "lose": effect.lose, "same": effect.same}

    return _inside(config, work)


def _explain(config: Config, course: Course) -> list[float]:
    def work() -> list[float]:
        campaign = db.session.get_one(Campaign, course.campaign_id)
        unit = db.session.get_one(Unit, campaign.unit_id)
        people = queries.flagged_accounts(campaign, unit, limit=EXPLAINED)
        times = []
        for result, _account in people:
            started = time.perf_counter()
            explain_account(campaign, result.account_id, now=datetime.now(UTC))
            times.append(1000 * (time.perf_counter() - started))
        return times

    return _inside(config, work)


def _list(config: Config, course: Course) -> dict[str, list[float]]:
    """Flagged people, those nearly there, and their counts, of the province, a district and a commune."""

    def work() -> dict[str, list[float]]:
        campaign = db.session.get_one(Campaign, course.campaign_id)
        times: dict[str, list[float]] = {}
        for code in (PROVINCE, DISTRICT, COMMUNE):
            unit = get_unit(SERIES, code)
            for read in (queries.flagged_accounts, queries.one_step_away, queries.count_results):
                for _ in range(LISTED):
                    started = time.perf_counter()
                    read(campaign, unit)
                    name = f"{read.__name__} of {code}"
                    times.setdefault(name, []).append(1000 * (time.perf_counter() - started))
        return times

    return _inside(config, work)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.emulation", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    with Machine() as machine:
        world = make_world(machine.config, people=2)
        started = time.perf_counter()
        course = load(machine, world, options.people)
        print(f"Loaded {options.people:,} people in {time.perf_counter() - started:.0f} s", flush=True)
        found = measure(machine, course)
    print(figures.as_table(found))
    for one in found:
        print(f"{one.name}: {one.shares or ''} {one.facts or ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
