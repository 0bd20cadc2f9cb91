"""Start, save, submit and close attempts. Callers commit; `save` runs in an autocommit connection."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.accounts.models import Account
from app.accounts.rules import Origin, trace_delete_on
from app.attempts import queries, rules
from app.attempts import statements as sql
from app.attempts.models import Attempt
from app.contests.incident_rules import RoundCancelled
from app.contests.models import Round, RoundKey
from app.contests.services import move_closing
from app.enrolments.exclusion_rules import Barred
from app.enrolments.services import enrol
from app.extensions import db
from app.localtime import local_day
from app.sql import dialect_name

MAX_START_TRIES = 5
REGRADE_BATCH = 5_000


@dataclass(frozen=True)
class Started:
    public_id: str
    is_new: bool


class SaveRefused(Exception):
    """Why a save was not stored: "closed", "late", "mismatch", "not_offered" or "missing"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Saved:
    saved_at: datetime
    deadline_at: datetime


def start_attempt(
    token_hash: str, slug: str, number: int, unit_code: str | None, origin: Origin, *, now: datetime
) -> Started | None:
    """Start the next attempt, or go on with the open one. None: no such round or session.

    Unique rules decide races: whoever finds no row inserted reads what the other one made.
    Raises the refusals of attempts.rules and enrolments.rules, and Barred.
    """
    parameters = {"token_hash": token_hash, "slug": slug, "number": number, "now": now}
    for _try in range(MAX_START_TRIES):
        context = sql.find_row(sql.START_CONTEXT, parameters)
        if context is None:
            return None
        if context.cancelled_at is not None:
            raise RoundCancelled
        if context.open_id is not None:
            if now < context.open_deadline_at:
                return Started(context.open_public_id, is_new=False)
            if now <= context.open_accept_until:
                raise rules.StillReceiving
            close_overdue(context.open_id, now=now)
            continue
        rules.check_can_start(context.opens_at, context.last_start_at, context.closes_at, now)
        rules.check_attempts_left(context.used or 0, context.attempt_limit)
        if context.enrolment_id is None:
            account = db.session.get_one(Account, context.account_id)
            enrol(account, db.session.get_one(Round, context.round_id), unit_code, now=now)
            continue
        public_id = _insert_attempt(context, origin, now)
        if public_id is not None:
            return Started(public_id, is_new=True)
    raise rules.StillReceiving


def _insert_attempt(context: Row[Any], origin: Origin, now: datetime) -> str | None:
    number = (context.used or 0) + 1
    package = queries.package_of(context.round_id)
    paper = rules.draw_paper(
        package.pool,
        package.blueprint,
        package.settings,
        seed=package.seed,
        contestant_no=context.contestant_no,
        number=number,
    )
    started_at = now.replace(microsecond=0)
    deadline_at = rules.deadline(started_at, context.time_limit, context.closes_at)
    public_id = secrets.token_hex(16)
    values = {
        "public_id": public_id,
        "round_id": context.round_id,
        "closes_at": context.closes_at,
        "account_id": context.account_id,
        "enrolment_id": context.enrolment_id,
        "number": number,
        "receipt_code": new_receipt_code(),
        "paper": rules.encode_paper(paper),
        "offered": rules.offered_digits(paper),
        "started_at": started_at,
        "deadline_at": deadline_at,
        "accept_until": deadline_at + rules.GRACE,
    }
    stored = sql.find_row(sql.START, values)
    if stored is None:
        return None
    _check_not_barred(context)
    _leave_trace(context.account_id, stored.id, origin, now)
    return public_id


def _check_not_barred(context: Row[Any]) -> None:
    """The attempt's row is there: whoever lists this person now waits for it. Raises Barred."""
    who = {"contest_id": context.contest_id, "account_id": context.account_id}
    if sql.find_row(sql.BARRED, who) is not None:
        raise Barred


def _leave_trace(account_id: int, attempt_id: int, origin: Origin, now: datetime) -> None:
    trace = {
        "account_id": account_id,
        "attempt_id": attempt_id,
        "now": now,
        "address_prefix": origin.address_prefix,
        "device_hash": origin.device_hash,
        "delete_on": trace_delete_on(local_day(now)),
    }
    sql.run(sql.TRACE, trace)


def new_receipt_code() -> str:
    return "".join(secrets.choice(rules.RECEIPT_ALPHABET) for _ in range(rules.RECEIPT_LENGTH))


def save(
    connection: Connection,
    token_hash: str,
    public_id: str,
    save_id: str,
    answers: rules.Answers,
    prediction: int | None,
    *,
    now: datetime,
) -> Saved:
    """Store one save in one statement; the row lock orders it against submit and sweep.

    The same save_id always gives the same answer. Raises SaveRefused.
    """
    canonical = rules.encode_answers(answers)
    parameters = {
        "token_hash": token_hash,
        "public_id": public_id,
        "save_id": save_id,
        "answers": canonical,
        "prediction": prediction,
        "pattern": rules.offered_pattern(answers, is_regex=dialect_name() == "postgresql"),
        "now": now,
    }
    stored = sql.find_row(sql.SAVE, parameters, connection)
    if stored is not None:
        return Saved(now, stored.deadline_at)
    return _explain_refusal(connection, parameters, canonical, prediction, now)


def _explain_refusal(
    connection: Connection, parameters: dict[str, Any], canonical: str, prediction: int | None, now: datetime
) -> Saved:
    known = {name: parameters[name] for name in ("token_hash", "public_id", "save_id", "now")}
    row = sql.find_row(sql.REFUSED_SAVE, known, connection)
    if row is None or row.session_id is None:
        raise SaveRefused("missing")
    if row.received_at is not None:
        if (row.answers, row.prediction) != (canonical, prediction):
            raise SaveRefused("mismatch")
        return Saved(row.received_at, row.deadline_at)
    if row.closed_at is not None:
        raise SaveRefused("closed")
    raise SaveRefused("late" if now > row.accept_until else "not_offered")


def submit_attempt(
    token_hash: str,
    public_id: str,
    save_id: str,
    answers: rules.Answers,
    prediction: int | None,
    *,
    now: datetime,
) -> bool | None:
    """Hand the attempt in; answers that come along are one more save when in time.

    True: closed now; False: it was closed already (same receipt); None: no such attempt or session.
    Raises SaveRefused("mismatch" or "not_offered") and then nothing is closed.
    """
    parameters = {"token_hash": token_hash, "public_id": public_id, "now": now}
    row = sql.find_row(sql.LOCK_OWN, parameters)
    if row is None:
        return None
    if row.closed_at is not None:
        return False
    if (answers or prediction is not None) and now <= row.accept_until:
        save(db.session.connection(), token_hash, public_id, save_id, answers, prediction, now=now)
    _close(row, now)
    return True


def close_overdue(attempt_id: int, *, now: datetime) -> None:
    """Close one attempt whose grace has passed; does nothing when somebody else closed it."""
    row = sql.find_row(sql.LOCK_BY_ID, {"attempt_id": attempt_id})
    if row is not None and now > row.accept_until:
        _close(row, now)


def _close(row: Row[Any], now: datetime) -> None:
    saves = queries.saves_of(row.id)
    sheet = rules.fold((stored.answers, stored.prediction) for stored in saves)
    closing = queries.closing_of(row, sheet, now)
    values = {
        "attempt_id": row.id,
        "closed_at": max([now, *(stored.received_at for stored in saves)]),
        "close_reason": closing.close_reason,
        "finished_at": closing.finished_at,
        "answers": closing.answers,
        "answered_count": closing.answered_count,
        "prediction": closing.prediction,
        "digest": closing.digest,
        "key_version": row.latest_key,
        "score": closing.score,
    }
    sql.run(sql.CLOSE, values)


def extend_round(found: Round, closes_at: datetime, *, reason: str, actor_id: int, now: datetime) -> int:
    """Move an open round's closing and its open attempts' deadlines; returns how many moved.

    The caller holds the round's row lock. Raises ExtensionRefused.
    """
    move_closing(found, closes_at, reason=reason, actor_id=actor_id, now=now)
    db.session.flush()
    still_open = select(Attempt.id, Attempt.started_at).where(
        Attempt.round_id == found.id, Attempt.closed_at.is_(None), Attempt.accept_until >= now
    )
    moved = []
    for attempt_id, started_at in db.session.execute(still_open):
        deadline_at = rules.deadline(started_at, found.time_limit, closes_at)
        moved.append(
            {"id": attempt_id, "deadline_at": deadline_at, "accept_until": deadline_at + rules.GRACE}
        )
    if moved:
        db.session.execute(update(Attempt), moved)
    return len(moved)


def regrade_attempts(round_id: int, key: RoundKey) -> list[tuple[int, int, int]]:
    """Grade every closed attempt by this key version; returns (attempt id, old, new) of the changed ones."""
    changes: list[tuple[int, int, int]] = []
    last_id = 0
    while batch := _ungraded(round_id, key.version, last_id):
        updates = []
        for attempt_id, paper, answers, old in batch:
            score = rules.score_of(rules.decode_paper(paper), rules.decode_answers(answers), key.answers)
            updates.append({"id": attempt_id, "score": score, "key_version": key.version})
            if score != old:
                changes.append((attempt_id, old, score))
        db.session.execute(update(Attempt), updates)
        last_id = batch[-1][0]
    return changes


def _ungraded(round_id: int, version: int, last_id: int) -> Sequence[Row[Any]]:
    query = (
        select(Attempt.id, Attempt.paper, Attempt.answers, Attempt.score)
        .where(Attempt.round_id == round_id, Attempt.closed_at.is_not(None), Attempt.key_version != version)
        .where(Attempt.id > last_id)
        .order_by(Attempt.id)
        .limit(REGRADE_BATCH)
    )
    return db.session.execute(query).all()
