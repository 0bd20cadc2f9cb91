"""Invariants of attempts: every paper redrawn, every save refolded, every score and digest recomputed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from app.attempts import rules
from app.attempts.models import Attempt, Save
from app.attempts.queries import key_answers, package_of
from app.contests.models import Round, RoundExtension, RoundKey, RoundPackage
from app.contests.rules import commitment, key_digest
from app.enrolments.models import Enrolment
from app.extensions import db
from app.verify.rules import Report

BATCH = 2_000
SWEEP_LIMIT = timedelta(minutes=5)
CLOCK_TOLERANCE = timedelta(seconds=5)

Saves = Sequence[tuple[str, int | None, datetime]]


def check_attempts(report: Report, *, now: datetime) -> None:
    """I1, I2, I5 to I10, I13, I14, I15 and I18, attempt by attempt."""
    rounds = {found.id: found for found in db.session.scalars(select(Round))}
    extensions = _extensions()
    for attempts, saves in _batches():
        for attempt in attempts:
            own = saves.get(attempt.id, [])
            name = f"attempt {attempt.id}"
            found = rounds[attempt.round_id]
            paper = rules.decode_paper(attempt.paper)
            check_times(report, attempt, found, extensions[found.id], name)
            check_paper(report, attempt, paper, name)
            check_saves(report, attempt, own, name)
            report.expect("I15", len(attempt.receipt_code) == rules.RECEIPT_LENGTH, name)
            if attempt.closed_at is None:
                report.expect("I14", now <= attempt.accept_until + SWEEP_LIMIT, name)
            else:
                check_closed(report, attempt, paper, own, name)


def _extensions() -> dict[int, list[RoundExtension]]:
    found: dict[int, list[RoundExtension]] = defaultdict(list)
    for extension in db.session.scalars(select(RoundExtension).order_by(RoundExtension.id)):
        found[extension.round_id].append(extension)
    return found


def _batches() -> Iterator[tuple[Sequence[Row[Any]], dict[int, list[tuple[str, int | None, datetime]]]]]:
    last_id = 0
    columns = [column for column in Attempt.__table__.columns if column.name != "tallied_at"]
    while True:
        query = (
            select(*columns, Enrolment.contestant_no)
            .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
            .where(Attempt.id > last_id)
            .order_by(Attempt.id)
            .limit(BATCH)
        )
        attempts = db.session.execute(query).all()
        if not attempts:
            return
        first_id, last_id = attempts[0].id, attempts[-1].id
        log = (
            select(Save.attempt_id, Save.answers, Save.prediction, Save.received_at)
            .where(Save.attempt_id.between(first_id, last_id))
            .order_by(Save.attempt_id, Save.seq)
        )
        saves: dict[int, list[tuple[str, int | None, datetime]]] = defaultdict(list)
        for attempt_id, answers, prediction, received_at in db.session.execute(log):
            saves[attempt_id].append((answers, prediction, received_at))
        yield attempts, saves


def check_times(
    report: Report, attempt: Row[Any], found: Round, extensions: list[RoundExtension], name: str
) -> None:
    last_start = found.last_start_at or found.closes_at
    report.expect("I5", found.opens_at <= attempt.started_at < last_start, name)
    expected = {
        rules.deadline(attempt.started_at, found.time_limit, closes_at)
        for closes_at in closings_in_force(found, extensions, attempt.closed_at)
    }
    in_time = attempt.deadline_at in expected and attempt.accept_until == attempt.deadline_at + rules.GRACE
    was_ended = attempt.accept_until == found.cancelled_at and attempt.deadline_at <= attempt.accept_until
    report.expect("I6", in_time or was_ended, name)


def closings_in_force(
    found: Round, extensions: list[RoundExtension], closed_at: datetime | None
) -> list[datetime]:
    """The round's closing when the attempt was closed; both where an extension came at that very moment."""
    closings = [extensions[0].old_closes_at if extensions else found.closes_at]
    for extension in extensions:
        if closed_at is None or extension.extended_at <= closed_at - CLOCK_TOLERANCE:
            closings = [extension.new_closes_at]
        elif extension.extended_at <= closed_at + CLOCK_TOLERANCE:
            closings.append(extension.new_closes_at)
    return closings


def check_paper(report: Report, attempt: Row[Any], paper: rules.Paper, name: str) -> None:
    package = package_of(attempt.round_id)
    drawn = rules.draw_paper(
        package.pool,
        package.blueprint,
        package.settings,
        seed=package.seed,
        contestant_no=attempt.contestant_no,
        number=attempt.number,
    )
    report.expect("I7", paper == drawn and attempt.offered == rules.offered_digits(drawn), name)


def check_saves(report: Report, attempt: Row[Any], saves: Saves, name: str) -> None:
    for answers, _prediction, received_at in saves:
        report.expect("I1", received_at <= attempt.accept_until, name)
        report.expect("I2", attempt.closed_at is None or received_at <= attempt.closed_at, name)
        for position, letters in rules.decode_answers(answers).items():
            belongs = position <= len(attempt.offered)
            report.expect("I8", belongs, name)
            if belongs:
                offered = rules.LETTERS[: int(attempt.offered[position - 1])]
                report.expect("I9", bool(letters) and set(letters) <= set(offered), name)


def check_closed(report: Report, attempt: Row[Any], paper: rules.Paper, saves: Saves, name: str) -> None:
    sheet = rules.fold((answers, prediction) for answers, prediction, _ in saves)
    folded = (rules.encode_answers(sheet.answers), sheet.prediction, len(sheet.answers))
    report.expect("I18", folded == (attempt.answers, attempt.prediction, attempt.answered_count), name)
    digest = rules.receipt_digest(attempt.receipt_code, attempt.answers, attempt.prediction)
    report.expect("I13", digest == attempt.digest, name)
    key = key_answers(attempt.round_id, attempt.key_version)
    score = rules.score_of(paper, rules.decode_answers(attempt.answers), key)
    report.expect("I10", score == attempt.score, name)


def check_numbers(report: Report) -> None:
    """Per person and round: numbers 1 to n, n within the limit (I3), one open attempt (I4)."""
    is_open = func.sum(func.coalesce(Attempt.closed_at.is_(None).cast(Attempt.number.type), 0))
    query = (
        select(Attempt.round_id, Attempt.account_id, func.count(), func.max(Attempt.number), is_open)
        .group_by(Attempt.round_id, Attempt.account_id)
        .execution_options(yield_per=BATCH)
    )
    limits = dict(db.session.execute(select(Round.id, Round.attempt_limit)).tuples().all())
    for round_id, account_id, count, highest, open_count in db.session.execute(query):
        limit = limits[round_id]
        name = f"account {account_id} in round {round_id}"
        report.expect("I3", count == highest and (limit is None or count <= limit), name)
        report.expect("I4", open_count <= 1, name)


def check_packages(report: Report) -> None:
    """Commitments and key digests recompute; a frozen round is graded by one key version (I11)."""
    first_keys = {}
    for key in db.session.scalars(select(RoundKey)):
        report.expect(
            "I11", key_digest(key.answers) == key.digest, f"key {key.version} of round {key.round_id}"
        )
        if key.version == 1:
            first_keys[key.round_id] = key.answers
    for package in db.session.scalars(select(RoundPackage)):
        recomputed = commitment(
            seed=package.seed,
            pool=package.pool,
            answers=first_keys[package.round_id],
            blueprint=package.blueprint,
            policy=package.policy,
            settings=package.settings,
        )
        report.expect("I11", recomputed == package.commitment, f"package of round {package.round_id}")
    versions = (
        select(Attempt.round_id, func.count(func.distinct(Attempt.key_version)))
        .join(Round, Round.id == Attempt.round_id)
        .where(Attempt.closed_at.is_not(None), Round.frozen_at.is_not(None))
        .group_by(Attempt.round_id)
    )
    for round_id, count in db.session.execute(versions):
        report.expect("I11", count == 1, f"round {round_id} is graded by {count} keys")
