"""The statements of the hot path: one guarded statement per act, shared with no ORM object."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    Executable,
    Integer,
    LargeBinary,
    String,
    bindparam,
    text,
)
from sqlalchemy.types import TypeEngine

from app.extensions import db
from app.sql import dialect_name, fetch, for_dialect
from app.types import UTCDateTime

MOMENTS = ("now", "started_at", "deadline_at", "accept_until", "closes_at", "closed_at", "finished_at")
ALIVE = "s.token_hash = :token_hash AND s.ended_at IS NULL AND s.expires_at > :now"

SAVE = f"""
INSERT INTO saves (attempt_id, save_id, received_at, answers, prediction)
SELECT a.id, :save_id, :now, :answers, :prediction
FROM attempts a JOIN sessions s ON s.account_id = a.account_id
WHERE a.public_id = :public_id AND {ALIVE}
  AND a.closed_at IS NULL AND a.accept_until >= :now AND a.offered {{matches}} :pattern
{{lock}}
ON CONFLICT (attempt_id, save_id) DO NOTHING
RETURNING (SELECT deadline_at FROM attempts WHERE attempts.id = saves.attempt_id) AS deadline_at
"""

REFUSED_SAVE = f"""
SELECT a.closed_at, a.accept_until, a.deadline_at, v.received_at, v.answers, v.prediction, s.id AS session_id
FROM attempts a
LEFT JOIN saves v ON v.attempt_id = a.id AND v.save_id = :save_id
LEFT JOIN sessions s ON s.account_id = a.account_id AND {ALIVE}
WHERE a.public_id = :public_id
"""

START_CONTEXT = f"""
SELECT r.id AS round_id, r.contest_id, r.opens_at, r.last_start_at, r.closes_at, r.time_limit,
  r.attempt_limit, r.cancelled_at, s.account_id, e.id AS enrolment_id, e.contestant_no,
  (SELECT max(number) FROM attempts WHERE account_id = s.account_id AND round_id = r.id) AS used,
  o.id AS open_id, o.public_id AS open_public_id, o.deadline_at AS open_deadline_at,
  o.accept_until AS open_accept_until
FROM sessions s CROSS JOIN rounds r
JOIN contests c ON c.id = r.contest_id
LEFT JOIN enrolments e ON e.contest_id = c.id AND e.account_id = s.account_id
LEFT JOIN attempts o ON o.account_id = s.account_id AND o.round_id = r.id AND o.closed_at IS NULL
WHERE {ALIVE} AND c.slug = :slug AND r.number = :number AND r.scheduled_at IS NOT NULL
"""

START = """
INSERT INTO attempts (public_id, round_id, account_id, enrolment_id, number, receipt_code, paper, offered,
  started_at, deadline_at, accept_until)
SELECT :public_id, a.id, :account_id, :enrolment_id, :number, :receipt_code, :paper, :offered,
  :started_at, :deadline_at, :accept_until
FROM rounds a WHERE a.id = :round_id AND a.closes_at = :closes_at AND a.cancelled_at IS NULL
{share}
ON CONFLICT DO NOTHING
RETURNING id
"""

BARRED = """
SELECT x.id FROM exclusions x
WHERE x.contest_id = :contest_id AND x.account_id = :account_id AND x.mode = 'barred' AND x.removed_at IS NULL
"""

TRACE = """
INSERT INTO traces (account_id, attempt_id, kind, at, address_prefix, device_hash, delete_on)
VALUES (:account_id, :attempt_id, 'start', :now, :address_prefix, :device_hash, :delete_on)
"""

ATTEMPT_COLUMNS = """
  a.id, a.public_id, a.round_id, a.account_id, a.number, a.receipt_code, a.paper, a.offered,
  a.started_at, a.deadline_at, a.accept_until, a.closed_at, a.close_reason, a.finished_at,
  a.answers, a.prediction, a.digest, a.key_version, a.score,
  (SELECT max(version) FROM round_keys k WHERE k.round_id = a.round_id) AS latest_key
"""

LOCK_OWN = f"""
SELECT {ATTEMPT_COLUMNS}
FROM attempts a JOIN sessions s ON s.account_id = a.account_id
WHERE a.public_id = :public_id AND {ALIVE}
{{lock}}
"""

LOCK_BY_ID = (
    f"SELECT {ATTEMPT_COLUMNS} FROM attempts a WHERE a.id = :attempt_id AND a.closed_at IS NULL {{lock}}"
)

OWN_PAGE = f"""
SELECT {ATTEMPT_COLUMNS}, r.number AS round_number, r.closes_at AS round_closes_at, r.has_prediction,
  r.time_limit, r.last_start_at, r.attempt_limit, r.published_revision, r.cancelled_at,
  c.slug, c.name AS contest_name, c.place, c.organiser, c.label, c.shows_own_score, e.contestant_no,
  (SELECT max(m.number) FROM attempts m WHERE m.account_id = a.account_id AND m.round_id = a.round_id) AS used
FROM attempts a JOIN sessions s ON s.account_id = a.account_id
JOIN rounds r ON r.id = a.round_id JOIN contests c ON c.id = r.contest_id
JOIN enrolments e ON e.id = a.enrolment_id
WHERE a.public_id = :public_id AND {ALIVE}
"""

SAVES = "SELECT answers, prediction, received_at FROM saves WHERE attempt_id = :attempt_id ORDER BY seq"

CLOSE = """
UPDATE attempts SET closed_at = :closed_at, close_reason = :close_reason, finished_at = :finished_at,
  answers = :answers, answered_count = :answered_count, prediction = :prediction, digest = :digest,
  key_version = :key_version, score = :score
WHERE id = :attempt_id AND closed_at IS NULL
"""

KINDS: dict[str, TypeEngine[Any]] = {
    "prediction": Integer(),
    "number": Integer(),
    "attempt_id": BigInteger(),
    "round_id": BigInteger(),
    "contest_id": BigInteger(),
    "account_id": BigInteger(),
    "enrolment_id": BigInteger(),
    "answered_count": Integer(),
    "key_version": Integer(),
    "score": Integer(),
    "device_hash": LargeBinary(),
    "delete_on": Date(),
}
RETURNED_MOMENTS = (
    *(
        "opens_at",
        "last_start_at",
        "closes_at",
        "open_deadline_at",
        "open_accept_until",
        "received_at",
        "started_at",
    ),
    *("deadline_at", "accept_until", "closed_at", "finished_at", "round_closes_at", "cancelled_at"),
)


WORD = re.compile(r"\w+")
PARAMETER = re.compile(r":(\w+)")


def run(template: str, parameters: Mapping[str, object]) -> None:
    """A statement that returns nothing, in the session's transaction."""
    rows(template, parameters)


def find_row(
    template: str, parameters: Mapping[str, object], connection: Connection | None = None
) -> Any | None:
    """The only row, its columns by name, or None; in the session's transaction or on `connection`."""
    found = rows(template, parameters, connection)
    return found[0] if found else None


def rows(
    template: str, parameters: Mapping[str, object], connection: Connection | None = None
) -> Sequence[Any]:
    """Every row, its columns by name; none of a statement that returns nothing.

    PostgreSQL's driver is asked directly: around a statement SQLAlchemy spends more than the driver
    does on it, and around a wide row three times as much.
    """
    chosen = connection or db.session.connection()
    if chosen.dialect.name == "postgresql":
        return fetch(chosen, _driver_text(template), parameters)
    result = chosen.execute(statement(template), parameters)
    return result.all() if result.returns_rows else []


def statement(template: str) -> Executable:
    """The template for the engine in use, with typed parameters and typed moments in its rows."""
    return _prepared(template, dialect_name())


@lru_cache(maxsize=64)
def _prepared(template: str, dialect: str) -> Executable:
    clause = text(_text(template, dialect))
    parameters = PARAMETER.findall(template)
    typed = clause.bindparams(*(bindparam(name, type_=_kind(name)) for name in dict.fromkeys(parameters)))
    words = set(WORD.findall(template))
    return typed.columns(**{name: UTCDateTime() for name in RETURNED_MOMENTS if name in words})


def _text(template: str, dialect: str) -> str:
    share = "FOR SHARE OF a" if dialect == "postgresql" else ""
    return for_dialect(template.replace("{share}", share))


@lru_cache(maxsize=64)
def _driver_text(template: str) -> str:
    """The template as psycopg writes parameters."""
    return PARAMETER.sub(r"%(\1)s", _text(template, "postgresql"))


def _kind(parameter: str) -> TypeEngine[Any]:
    return UTCDateTime() if parameter in MOMENTS else KINDS.get(parameter, String())
