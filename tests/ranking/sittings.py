"""Closed attempts with a chosen score, prediction and time: whole papers, answered, graded, signed."""

import secrets
from datetime import timedelta

from sqlalchemy import func, select

from app.attempts import rules
from app.attempts.models import Attempt
from app.contests.models import Round
from app.contests.queries import get_latest_key, get_package
from app.enrolments.models import Enrolment
from app.extensions import db
from app.questions.models import Topic
from tests import world as worlds

FIRST_NUMBER = 10_000_000


def enrol(world, now, *, number=None, unit_id=None, league="", not_ranked_reason=None, **person):
    """A new person in the world's contest."""
    account = worlds.make_person(world.unit_id, now, **person)
    highest = db.session.scalar(
        select(func.max(Enrolment.contestant_no)).where(Enrolment.contest_id == world.contest_id)
    )
    enrolment = Enrolment(
        contest_id=world.contest_id,
        account_id=account.id,
        unit_id=unit_id or world.unit_id,
        league=league,
        age=30,
        contestant_no=number or (highest or FIRST_NUMBER) + 1,
        not_ranked_reason=not_ranked_reason,
        created_at=now,
    )
    db.session.add(enrolment)
    db.session.flush()
    return enrolment


def sit(enrolment, found: Round, *, started_at, seconds=60, score=10, prediction=None, number=1) -> Attempt:
    """A closed attempt whose first `score` answers are right and whose others are wrong."""
    attempt = open_attempt(enrolment, found, started_at=started_at, number=number)
    package, key = get_package(found.id), get_latest_key(found.id)
    paper = rules.draw_paper(
        package.pool,
        package.blueprint,
        package.settings,
        seed=package.seed,
        contestant_no=enrolment.contestant_no,
        number=number,
    )
    answers = {
        position: answer_of(question, key.answers, is_right=position <= score)
        for position, question in enumerate(paper, 1)
    }
    closing = rules.close(
        paper=paper,
        sheet=rules.Sheet(answers, prediction),
        key=key.answers,
        receipt_code=attempt.receipt_code,
        started_at=attempt.started_at,
        deadline_at=attempt.deadline_at,
        accept_until=attempt.accept_until,
        received_at=started_at + timedelta(seconds=seconds),
    )
    assert closing.score == score
    for name, value in vars(closing).items():
        setattr(attempt, name, value)
    attempt.closed_at, attempt.key_version = started_at + timedelta(seconds=seconds), key.version
    db.session.flush()
    return attempt


def open_attempt(enrolment, found: Round, *, started_at, number=1) -> Attempt:
    package = get_package(found.id)
    paper = rules.draw_paper(
        package.pool,
        package.blueprint,
        package.settings,
        seed=package.seed,
        contestant_no=enrolment.contestant_no,
        number=number,
    )
    deadline_at = rules.deadline(started_at, found.time_limit, found.closes_at)
    attempt = Attempt(
        public_id=secrets.token_hex(16),
        round_id=found.id,
        account_id=enrolment.account_id,
        enrolment_id=enrolment.id,
        number=number,
        receipt_code="".join(secrets.choice(rules.RECEIPT_ALPHABET) for _ in range(rules.RECEIPT_LENGTH)),
        paper=rules.encode_paper(paper),
        offered=rules.offered_digits(paper),
        started_at=started_at,
        deadline_at=deadline_at,
        accept_until=deadline_at + rules.GRACE,
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def make_later_round(week: Round, organisers) -> Round:
    """The contest's next round, an hour after `week`, from questions of its own."""
    make_questions_for_later(week, organisers)
    return worlds.make_round(week.contest, organisers[0].id, week.closes_at + timedelta(hours=1))


def make_questions_for_later(week: Round, organisers) -> None:
    """Approved questions that no round has used yet."""
    author, approver = organisers
    topic = db.session.scalars(select(Topic)).one()
    before = week.opens_at - timedelta(days=2)
    for level, count in ((1, 24), (2, 16)):
        for number in range(count):
            key = f"sau-{level}-{number:03}"
            worlds.make_question(topic, key, level, number, author.id, approver.id, before)
    db.session.flush()


def answer_of(question, key, *, is_right):
    """Displayed letters: the right ones, or one wrong letter."""
    right = rules.displayed_letters(question, key[str(question.version_id)])
    if is_right:
        return right
    return next(letter for letter in rules.LETTERS[: len(question.order)] if letter != right)
