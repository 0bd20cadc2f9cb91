"""Read a closed round for the search, page by page, on a connection of its own.

The round does not change any more, so no transaction is needed: on SQLite a search of minutes must
not hold the write lock.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from app.accounts.models import Account, Referral, Trace
from app.attempts.models import Attempt, Save
from app.attempts.rules import LETTERS, PaperQuestion, decode_answers, decode_paper
from app.contests import policy as policies
from app.contests.models import Round, RoundKey, RoundPackage
from app.contests.rules import KEY_VOIDED
from app.enrolments.models import Enrolment
from app.integrity.rules import Person, Sitting, Week, code_of
from app.integrity.timing_rules import paces_of
from app.questions.models import QuestionVersion
from app.ranking.models import Decision, Freeze, FrozenLine, Revision, Standing
from app.ranking.rules import Kind as DecisionKind
from app.text import fold

PAGE = 4_000
DIGITS = re.compile(r"[0-9]+")


def read_week(connection: Connection, round_id: int) -> Week:
    """Every valid attempt of the round with what the searches need, and the people who made them."""
    pool, minimum_answered = _frozen(connection, round_id)
    key = _latest_key(connection, round_id)
    sittings = list(_sittings(connection, round_id, minimum_answered))
    present = {sitting.enrolment_id for sitting in sittings}
    people = {
        person.enrolment_id: person
        for person in _people(connection, round_id)
        if person.enrolment_id in present
    }
    right = {version: _options_of(key[str(version)]) for version in pool}
    return Week(sittings, people, right, _characters(connection, pool))


def _frozen(connection: Connection, round_id: int) -> tuple[list[int], int]:
    query = select(RoundPackage.pool, RoundPackage.settings).where(RoundPackage.round_id == round_id)
    pool, settings = connection.execute(query).one()
    return [int(entry["id"]) for entry in pool], int(settings["minimum_answered"])


def _latest_key(connection: Connection, round_id: int) -> dict[str, str]:
    query = select(RoundKey.answers).where(RoundKey.round_id == round_id)
    answers: dict[str, str] = connection.scalars(query.order_by(RoundKey.version.desc()).limit(1)).one()
    return answers


def _options_of(letters: str) -> int:
    """Right letters in bank order as bits; 0 for a voided question."""
    return 0 if letters == KEY_VOIDED else sum(1 << LETTERS.index(letter) for letter in letters)


def _characters(connection: Connection, version_ids: Sequence[int]) -> dict[int, int]:
    columns = select(QuestionVersion.id, QuestionVersion.stem, QuestionVersion.options)
    rows = connection.execute(columns.where(QuestionVersion.id.in_(version_ids)))
    return {version: len(stem) + sum(map(len, options)) for version, stem, options in rows}


def _sittings(connection: Connection, round_id: int, minimum_answered: int) -> Iterator[Sitting]:
    voided = select(Decision.attempt_id).where(
        Decision.round_id == round_id, Decision.kind == DecisionKind.VOID, Decision.undone_at.is_(None)
    )
    is_void = {attempt_id for attempt_id in connection.scalars(voided)}
    codes: dict[int, int] = {}
    last = 0
    while page := _attempt_page(connection, round_id, last):
        first, last = page[0].id, page[-1].id
        saves = _saves(connection, round_id, first, last)
        for row in page:
            if row.answered_count >= minimum_answered and row.id not in is_void:
                yield _sitting(row, saves.get(row.id, []), codes)


def _attempt_page(connection: Connection, round_id: int, after: int) -> Sequence[Row[Any]]:
    query = (
        select(
            *(Attempt.id, Attempt.enrolment_id, Enrolment.unit_id, Attempt.number, Attempt.started_at),
            *(Attempt.finished_at, Attempt.score, Attempt.prediction, Attempt.paper, Attempt.answers),
            *(Attempt.answered_count, Trace.device_hash, Trace.address_prefix),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .outerjoin(Trace, Trace.attempt_id == Attempt.id)
        .where(Attempt.round_id == round_id, Attempt.closed_at.is_not(None), Attempt.id > after)
        .order_by(Attempt.id)
        .limit(PAGE)
    )
    return connection.execute(query).all()


def _saves(
    connection: Connection, round_id: int, first: int, last: int
) -> dict[int, list[tuple[int, list[int]]]]:
    """Attempt → (moment, positions) of its saves in their order."""
    query = (
        select(Save.attempt_id, Save.received_at, Save.answers)
        .join(Attempt, Attempt.id == Save.attempt_id)
        .where(Save.attempt_id.between(first, last), Attempt.round_id == round_id)
        .order_by(Save.seq)
    )
    found: defaultdict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for attempt_id, received_at, answers in connection.execute(query):
        positions = [int(digits) for digits in DIGITS.findall(answers)]
        found[attempt_id].append((int(received_at.timestamp()), positions))
    return found


def _sitting(row: Row[Any], saves: Sequence[tuple[int, list[int]]], codes: dict[int, int]) -> Sitting:
    paper = decode_paper(row.paper)
    answers = decode_answers(row.answers)
    chosen = [_code(question, answers.get(place, "")) for place, question in enumerate(paper, 1)]
    started = int(row.started_at.timestamp())
    return Sitting(
        attempt_id=row.id,
        enrolment_id=row.enrolment_id,
        unit_id=row.unit_id,
        number=row.number,
        started=started,
        finished=int(row.finished_at.timestamp()),
        score=row.score,
        prediction=row.prediction,
        device=row.device_hash,
        address=row.address_prefix or "",
        codes=tuple(codes.setdefault(code, code) for code in chosen),
        pace=paces_of(len(paper), saves, started),
    )


def _code(question: PaperQuestion, letters: str) -> int:
    return code_of(question.version_id, (question.order[LETTERS.index(letter)] for letter in letters))


def _people(connection: Connection, round_id: int) -> Iterator[Person]:
    near, prizes = _near_prize(connection, round_id), _prizes_before(connection, round_id)
    sat = select(Attempt.enrolment_id).where(Attempt.round_id == round_id)
    registered = (Trace.account_id == Enrolment.account_id) & (Trace.kind == "register")
    query = (
        select(
            *(Enrolment.id, Enrolment.account_id, Enrolment.unit_id, Account.full_name),
            *(Account.sign_in_name, Account.created_at, Trace.device_hash, Referral.referrer_id),
        )
        .join(Account, Account.id == Enrolment.account_id)
        .outerjoin(Trace, registered)
        .outerjoin(Referral, Referral.account_id == Enrolment.account_id)
        .where(Enrolment.id.in_(sat))
        .order_by(Enrolment.id)
    )
    for enrolment_id, account_id, unit_id, name, sign_in, created_at, device, referrer in connection.execute(
        query
    ):
        yield Person(
            enrolment_id=enrolment_id,
            account_id=account_id,
            unit_id=unit_id,
            name=fold(name),
            phone=int(sign_in[1:]) if sign_in.startswith("+") else None,
            registered=int(created_at.timestamp()),
            register_device=device,
            referrer_id=referrer,
            prizes=prizes.get(enrolment_id, 0),
            is_near_prize=enrolment_id in near,
        )


def _near_prize(connection: Connection, round_id: int) -> set[int]:
    """Who has a prize in the newest freeze; before one, the first of the live order."""
    freeze = select(Freeze.id).where(Freeze.round_id == round_id, Freeze.frozen_at.is_not(None))
    newest = connection.scalar(freeze.order_by(Freeze.number.desc()).limit(1))
    if newest is not None:
        query = select(FrozenLine.enrolment_id).where(
            FrozenLine.freeze_id == newest, FrozenLine.prize.is_not(None)
        )
        return set(connection.scalars(query))
    stored = select(RoundPackage.policy).where(RoundPackage.round_id == round_id)
    prizes = sum(prize.count for prize in policies.from_json(connection.scalars(stored).one()).prizes)
    found: set[int] = set()
    in_round = Standing.round_id == round_id, Standing.sort_key.is_not(None)
    for league in connection.scalars(select(Standing.league).where(*in_round).distinct()).all():
        first = select(Standing.enrolment_id).where(*in_round, Standing.league == league)
        found |= set(connection.scalars(first.order_by(Standing.sort_key).limit(prizes)))
    return found


def _prizes_before(connection: Connection, round_id: int) -> dict[int, int]:
    """Enrolment → prizes in the published results of the contest's other rounds."""
    contest = select(Round.contest_id).where(Round.id == round_id).scalar_subquery()
    query = (
        select(FrozenLine.enrolment_id, func.count())
        .join(Revision, Revision.freeze_id == FrozenLine.freeze_id)
        .join(Round, Round.id == Revision.round_id)
        .where(Round.contest_id == contest, Round.id != round_id, FrozenLine.prize.is_not(None))
        .where(Round.published_revision == Revision.number)
        .group_by(FrozenLine.enrolment_id)
    )
    return {enrolment_id: count for enrolment_id, count in connection.execute(query)}
