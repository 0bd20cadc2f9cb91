"""Rows as the services would have written them, in the text form of COPY: whole people with their attempts.

Papers are drawn and attempts graded by the product's own rules, saves fold to the stored answers, and a
standing is what the live order says. Only who answers what is left to chance.
"""

import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.accounts.consent_wording import TEXTS, Purpose
from app.accounts.rules import CODE_RANGE, age_on, code_of, session_expiry, trace_delete_on
from app.attempts import rules
from app.contests import policy as policies
from app.contests.policy import Line, Policy
from app.localtime import local_day

SAVES = 10
PERFECT_SHARE, RIGHT_SHARE = 0.3, 0.7  # of attempts; of the other attempts' answers
CHANGED_ONE_IN = 8  # attempts whose first answer was changed with the last save
BLANK_PREDICTION_ONE_IN = 20
LARGEST_PREDICTION = 2_000_000
SHORTEST, LONGEST = 90, 880  # seconds
CONTESTANT_STEP, CONTESTANT_SPAN, FIRST_CONTESTANT = 48_271_111, 90_000_000, 10_000_000
REFERRAL_STEP = 7_919_000_003
PHONE_PREFIX = "+8491"

COLUMNS: dict[str, tuple[str, ...]] = {
    "accounts": (
        *("id", "public_id", "sign_in_name", "sign_in_kind", "full_name", "search", "sort_key"),
        *("date_of_birth", "unit_id", "referral_code", "created_at"),
    ),
    "consents": ("id", "account_id", "purpose", "text_version", "is_given", "at"),
    "sessions": ("id", "account_id", "token_hash", "device", "created_at", "last_seen_at", "expires_at"),
    "enrolments": (
        *("id", "contest_id", "account_id", "unit_id", "league", "age", "contestant_no", "created_at"),
    ),
    "attempts": (
        *("id", "public_id", "round_id", "account_id", "enrolment_id", "number", "receipt_code", "paper"),
        *("offered", "started_at", "deadline_at", "accept_until", "closed_at", "close_reason"),
        *("finished_at", "answers", "answered_count", "prediction", "digest", "key_version", "score"),
        "tallied_at",
    ),
    "saves": ("seq", "attempt_id", "save_id", "received_at", "answers", "prediction"),
    "traces": ("id", "account_id", "attempt_id", "kind", "at", "address_prefix", "device_hash", "delete_on"),
    "standings": (
        *("round_id", "enrolment_id", "attempt_id", "attempt_count", "is_all_correct", "league", "sort_key"),
    ),
}
Tables = dict[str, list[str]]


@dataclass(frozen=True)
class RoundPlan:
    """A round as scheduling froze it, the span in which its attempts start, and their first id."""

    round_id: int
    opens_at: datetime
    closes_at: datetime
    last_start: datetime
    time_limit: int
    seed: str
    pool: list[dict[str, Any]]
    blueprint: list[dict[str, Any]]
    settings: dict[str, Any]
    key: dict[str, str]
    first_attempt_id: int
    attempts: int
    people: int

    def attempts_of(self, person: int) -> Iterator[int]:
        """Which of the round's attempts, counted from 0, are this person's: one each, then a second one."""
        yield from range(person, self.attempts, self.people) if person < self.people else ()


@dataclass(frozen=True)
class Plan:
    """Everything that a process which writes people needs to know."""

    contest_id: int
    policy: Policy
    rounds: tuple[RoundPlan, ...]
    first_ids: Mapping[str, int]
    unit_ids: tuple[int, ...]
    names: tuple[tuple[str, str, str], ...]  # full name, as searched, as sorted
    now: datetime
    born: date


@dataclass(frozen=True)
class Sitting:
    """An attempt's place in the order of ranking, and its row's id."""

    line: Line
    attempt_id: int


def rows_of(plan: Plan, people: range) -> Tables:
    """Lines by table for these people, numbered from 0."""
    tables: Tables = {name: [] for name in COLUMNS}
    for person in people:
        _add_person(tables, plan, person)
        for round_plan in plan.rounds:
            sittings = [
                _add_attempt(tables, plan, round_plan, person, index, number)
                for number, index in enumerate(round_plan.attempts_of(person), 1)
            ]
            if sittings:
                _add_standing(tables, plan, round_plan, person, sittings)
    return tables


def contestant_no(person: int) -> int:
    """Spread over all numbers, each once."""
    return FIRST_CONTESTANT + person * CONTESTANT_STEP % CONTESTANT_SPAN


def _add_person(tables: Tables, plan: Plan, person: int) -> None:
    account_id = plan.first_ids["accounts"] + person
    unit_id = plan.unit_ids[person % len(plan.unit_ids)]
    registered = plan.rounds[0].opens_at - timedelta(days=1) + timedelta(seconds=person % 86_400)
    phone = f"{PHONE_PREFIX}{person:07}"
    referral_code = code_of(person * REFERRAL_STEP % CODE_RANGE)
    first_round = next(one for one in plan.rounds if person < one.people)
    name = plan.names[person % len(plan.names)]
    _add(
        *(tables, "accounts", account_id, secrets.token_hex(16), phone, "phone", *name),
        *(plan.born, unit_id, referral_code, registered),
    )
    for offset, purpose in enumerate((Purpose.PARTICIPATION, Purpose.PUBLICATION)):
        consent_id = plan.first_ids["consents"] + 2 * person + offset
        _add(tables, "consents", consent_id, account_id, purpose, TEXTS[purpose].version, "t", registered)
    expires = session_expiry(registered, plan.now, is_staff=False)
    _add(
        *(tables, "sessions", plan.first_ids["sessions"] + person, account_id, secrets.token_hex(32)),
        *("Chrome trên điện thoại Android", registered, plan.now, expires),
    )
    _add(
        *(tables, "enrolments", plan.first_ids["enrolments"] + person, plan.contest_id, account_id, unit_id),
        *("", age_on(plan.born, local_day(first_round.opens_at)), contestant_no(person), registered),
    )


def _add_attempt(
    tables: Tables, plan: Plan, round_plan: RoundPlan, person: int, index: int, number: int
) -> Sitting:
    attempt_id = round_plan.first_attempt_id + index
    paper = rules.draw_paper(
        round_plan.pool,
        round_plan.blueprint,
        round_plan.settings,
        seed=round_plan.seed,
        contestant_no=contestant_no(person),
        number=number,
    )
    span = (round_plan.last_start - round_plan.opens_at).total_seconds()
    started_at = (round_plan.opens_at + timedelta(seconds=span * index / round_plan.attempts)).replace(
        microsecond=0
    )
    deadline_at = rules.deadline(started_at, round_plan.time_limit, round_plan.closes_at)
    closed_at = started_at + timedelta(seconds=random.uniform(SHORTEST, LONGEST))  # noqa: S311 -- any moment
    prediction = random.randrange(LARGEST_PREDICTION) if index % BLANK_PREDICTION_ONE_IN else None  # noqa: S311
    sheet = rules.Sheet(_chosen(paper, round_plan.key), prediction)
    receipt_code = _receipt_code()
    closing = rules.close(
        paper=paper,
        sheet=sheet,
        key=round_plan.key,
        receipt_code=receipt_code,
        started_at=started_at,
        deadline_at=deadline_at,
        accept_until=deadline_at + rules.GRACE,
        received_at=closed_at,
    )
    account_id = plan.first_ids["accounts"] + person
    _add(
        *(tables, "attempts", attempt_id, secrets.token_hex(16), round_plan.round_id, account_id),
        *(plan.first_ids["enrolments"] + person, number, receipt_code, rules.encode_paper(paper)),
        *(rules.offered_digits(paper), started_at, deadline_at, deadline_at + rules.GRACE),
        *(closed_at, closing.close_reason, closing.finished_at, closing.answers),
        *(closing.answered_count, closing.prediction, closing.digest, 1, closing.score),
        plan.now,
    )
    is_changed = index % CHANGED_ONE_IN == 0
    _add_saves(tables, plan, attempt_id, sheet, started_at, closed_at, is_changed=is_changed)
    _add(
        *(tables, "traces", plan.first_ids["traces"] + attempt_id, account_id, attempt_id, "start"),
        *(started_at, f"10.{person >> 8 & 255}.{person & 255}.0/24", "\\\\x" + secrets.token_hex(16)),
        trace_delete_on(local_day(started_at)),
    )
    duration = int((closing.finished_at - started_at).total_seconds())
    line = Line(
        *(contestant_no(person), closing.score, len(paper), prediction, duration),
        *(closing.finished_at, number),
    )
    return Sitting(line, attempt_id)


def _chosen(paper: rules.Paper, key: Mapping[str, str]) -> rules.Answers:
    is_perfect = random.random() < PERFECT_SHARE  # noqa: S311 -- who answers what is left to chance
    answers = {}
    for position, question in enumerate(paper, 1):
        right = rules.displayed_letters(question, key[str(question.version_id)])
        knows = is_perfect or random.random() < RIGHT_SHARE  # noqa: S311
        answers[position] = right if knows else rules.LETTERS[random.randrange(len(question.order))]  # noqa: S311
    return answers


def _add_saves(
    tables: Tables,
    plan: Plan,
    attempt_id: int,
    sheet: rules.Sheet,
    started_at: datetime,
    closed_at: datetime,
    *,
    is_changed: bool,
) -> None:
    """Ten saves in even steps: a question each, and with the last one the prediction."""
    seq = plan.first_ids["saves"] + (attempt_id - plan.first_ids["attempts"]) * SAVES
    ids = secrets.token_hex(16 * SAVES)
    step = (closed_at - started_at) / (SAVES + 1)
    given = [f"{position}{letters}" for position, letters in sheet.answers.items()]
    if is_changed:
        first = sheet.answers[1]
        given[0], given[-1] = f"1{'B' if first == 'A' else 'A'}", f"1{first} {given[-1]}"
    for place, answers in enumerate(given):
        _add(
            *(tables, "saves", seq + place, attempt_id, ids[32 * place : 32 * place + 32]),
            *(started_at + (place + 1) * step, answers),
            sheet.prediction if place == SAVES - 1 else None,
        )


def _add_standing(
    tables: Tables, plan: Plan, round_plan: RoundPlan, person: int, sittings: Sequence[Sitting]
) -> None:
    live = policies.live_policy(plan.policy)
    best = policies.recognise([sitting.line for sitting in sittings], live)
    chosen = next(sitting for sitting in sittings if sitting.line is best)
    is_all_correct = any(sitting.line.score == sitting.line.max_score for sitting in sittings)
    sort_key = policies.pack(policies.sort_key(best, live, None))
    _add(
        *(tables, "standings", round_plan.round_id, plan.first_ids["enrolments"] + person),
        *(chosen.attempt_id, len(sittings), "t" if is_all_correct else "f", "", "\\\\x" + sort_key.hex()),
    )


def _receipt_code() -> str:
    number, letters = secrets.randbits(64), []
    for _ in range(rules.RECEIPT_LENGTH):
        number, rest = divmod(number, len(rules.RECEIPT_ALPHABET))
        letters.append(rules.RECEIPT_ALPHABET[rest])
    return "".join(letters)


def _add(tables: Tables, table: str, *values: object) -> None:
    tables[table].append("\t".join("\\N" if value is None else str(value) for value in values))
