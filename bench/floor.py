"""The floor: the same attempt in as little Flask and psycopg as can do it.

The same statements, the same rules that draw and grade, the same bytes in the answers (pages that the
product gave, with this attempt's marks put in), the same gunicorn and pool. It has no CSRF, no origin
check, no input gateway, no refusals, no log, no error pages and no templates.
"""

import hashlib
import json
import os
import re
import secrets
import threading
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import brotli
import psycopg
from flask import Flask, Response, request, session
from psycopg.rows import namedtuple_row

from app.accounts.rules import address_prefix, trace_delete_on
from app.attempts import rules
from app.attempts import statements as sql
from app.localtime import local_day
from app.sql import MATCHES, ROW_LOCK
from app.web.compression import PAGE_QUALITY
from app.web.sessions import TOKEN_KEY
from config import Config

PERSON = "SELECT a.full_name FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE " + sql.ALIVE  # noqa: S608
PACKAGE = "SELECT seed, pool, blueprint, settings FROM round_packages WHERE round_id = :round_id"
SMALLEST_COMPRESSED = 500
OPTIONS = "-c synchronous_commit=on -c timezone=UTC"
KEY = "SELECT answers FROM round_keys WHERE round_id = :round_id AND version = :version"

config = Config.from_env()
app = Flask(__name__, static_folder=None)
app.config.update(
    KHEO=config,
    SECRET_KEY=config.secret_key,
    SESSION_COOKIE_NAME="__Host-kheo",
    SESSION_REFRESH_EACH_REQUEST=False,
)


class Mine(threading.local):
    """A connection of each thread's own."""

    def __init__(self) -> None:
        url = config.database_url.replace("+psycopg", "")
        self.connection = psycopg.connect(url, autocommit=True, options=OPTIONS, row_factory=namedtuple_row)


mine = Mine()
app.add_url_rule("/healthz", view_func=lambda: "ok")


@cache
def prepared(template: str) -> str:
    """The product's statement as psycopg writes it."""
    parts = {"lock": ROW_LOCK["postgresql"].format(alias="a"), "matches": MATCHES["postgresql"]}
    text = template.replace("{share}", "FOR SHARE OF a").format(**parts)
    return re.sub(r":(\w+)", r"%(\1)s", text)


def run(template: str, **values: Any) -> Any:
    return mine.connection.execute(prepared(template), values)


@cache
def page(step: str) -> tuple[int, tuple[tuple[str, str], ...], str]:
    """What the product answered at this step: status, headers, body with marks in it."""
    status, headers, body = json.loads(Path(os.environ["KHEO_BENCH_PAGES"]).read_text())[step]
    return status, tuple(map(tuple, headers)), body


def answer(step: str, public_id: str, **marks: str) -> Response:
    status, headers, body = page(step)
    for name, value in {"PUBLIC_ID": public_id, **marks}.items():
        body = body.replace(f"@@{name}@@", value)
    filled = [(name, value.replace("@@PUBLIC_ID@@", public_id)) for name, value in headers]
    content = body.encode()
    if len(content) >= SMALLEST_COMPRESSED:
        content = brotli.compress(content, quality=PAGE_QUALITY)
        filled.append(("Content-Encoding", "br"))
    return Response(content, status, filled)


@cache
def kept(template: str, **names: int) -> Any:
    """A row that never changes."""
    return run(template, **names).fetchone()


def token() -> str:
    return hashlib.sha256(session.get(TOKEN_KEY, "").encode()).hexdigest()


def own(public_id: str) -> tuple[Any, Any]:
    """The attempt with its round and contest, and the person whose name the page shows."""
    asked = {"token_hash": token(), "public_id": public_id, "now": datetime.now(UTC)}
    return run(sql.OWN_PAGE, **asked).fetchone(), run(PERSON, **asked).fetchone()


def folded(attempt_id: int) -> rules.Sheet:
    saves = run(sql.SAVES, attempt_id=attempt_id).fetchall()
    return rules.fold((stored.answers, stored.prediction) for stored in saves)


@app.post("/cuoc-thi/<slug>/tuan/<int:number>/luot-thi")
def start(slug: str, number: int) -> Response:
    now = datetime.now(UTC)
    public_id, started_at = secrets.token_hex(16), now.replace(microsecond=0)
    with mine.connection.transaction():
        row = run(sql.START_CONTEXT, token_hash=token(), slug=slug, number=number, now=now).fetchone()
        turn, frozen = (row.used or 0) + 1, kept(PACKAGE, round_id=row.round_id)
        rules.check_can_start(row.opens_at, row.last_start_at, row.closes_at, now)
        parts = (frozen.pool, frozen.blueprint, frozen.settings)
        paper = rules.draw_paper(*parts, seed=frozen.seed, contestant_no=row.contestant_no, number=turn)
        deadline_at = rules.deadline(started_at, row.time_limit, row.closes_at)
        stored = run(
            sql.START,
            **row._asdict(),
            public_id=public_id,
            number=turn,
            receipt_code="".join(secrets.choice(rules.RECEIPT_ALPHABET) for _ in range(12)),
            paper=rules.encode_paper(paper),
            offered=rules.offered_digits(paper),
            started_at=started_at,
            deadline_at=deadline_at,
            accept_until=deadline_at + rules.GRACE,
        ).fetchone()
        run(
            sql.TRACE,
            account_id=row.account_id,
            attempt_id=stored.id,
            now=now,
            address_prefix=address_prefix(request.remote_addr),
            device_hash=hashlib.sha256(public_id.encode()).digest()[:16],
            delete_on=trace_delete_on(local_day(now)),
        )
    return answer("start", public_id)


@app.get("/luot-thi/<public_id>")
def show(public_id: str) -> Response:
    row, person = own(public_id)
    folded(row.id)
    return answer("paper", public_id, FULL_NAME=person.full_name)


@app.post("/luot-thi/<public_id>/cau-tra-loi")
def save(public_id: str) -> Response:
    now, body = datetime.now(UTC), json.loads(request.get_data())
    answers = {int(position): letters for position, letters in body["answers"].items()}
    stored = run(
        sql.SAVE,
        token_hash=token(),
        public_id=public_id,
        save_id=body["save_id"],
        answers=rules.encode_answers(answers),
        prediction=body["prediction"],
        pattern=rules.offered_pattern(answers, is_regex=True),
        now=now,
    ).fetchone()
    return answer("save", public_id, NOW=now.isoformat(), DEADLINE=stored.deadline_at.isoformat())


@app.post("/luot-thi/<public_id>/nop-bai")
def submit(public_id: str) -> Response:
    now = datetime.now(UTC)
    with mine.connection.transaction():
        row = run(sql.LOCK_OWN, token_hash=token(), public_id=public_id, now=now).fetchone()
        closing = rules.close(
            paper=rules.decode_paper(row.paper),
            sheet=folded(row.id),
            key=kept(KEY, round_id=row.round_id, version=row.latest_key).answers,
            receipt_code=row.receipt_code,
            started_at=row.started_at,
            deadline_at=row.deadline_at,
            accept_until=row.accept_until,
            received_at=now,
        )
        run(sql.CLOSE, attempt_id=row.id, closed_at=now, key_version=row.latest_key, **vars(closing))
    return answer("submit", public_id)


@app.get("/luot-thi/<public_id>/ket-qua")
def result(public_id: str) -> Response:
    row, person = own(public_id)
    return answer("result", public_id, DIGEST=row.digest, FULL_NAME=person.full_name)
