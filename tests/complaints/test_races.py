"""Filing, taking and deciding at the same moment, each on a connection of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.attempts.models import Attempt
from app.complaints import desk_queries, desk_services, queries, rules, services
from app.complaints.models import Complaint, ComplaintDecision, ComplaintEvent
from app.complaints.rules import Effect, Outcome, Subject, Verdict
from app.errors import DomainError
from app.extensions import db as extension
from tests.complaints.conftest import GRANTS, LATER, TEXT

pytestmark = pytest.mark.postgresql_only
PARALLEL = 12


@pytest.fixture
def all_at_once(app_with):
    """all_at_once(acts) → what each returned, or the class of the rule that refused it; each commits."""
    app = app_with(pool_size=PARALLEL)

    def run_all(acts):
        barrier = threading.Barrier(len(acts))

        def run(act):
            with app.app_context():
                barrier.wait()
                try:
                    result = act()
                    extension.session.commit()
                    return result
                except DomainError as refusal:
                    extension.session.rollback()
                    return type(refusal)
                finally:
                    extension.session.remove()

        with ThreadPoolExecutor(PARALLEL) as pool:
            return [done.result() for done in [pool.submit(run, act) for act in acts]]

    return run_all


def filing(attempt_id, subject):
    def act():
        attempt = extension.session.get_one(Attempt, attempt_id)
        found = queries.get_round_of(attempt, lock=True)
        return services.file_complaint(
            found, attempt, subject=subject, position=None, text=TEXT, now=LATER
        ).number

    return act


def test_one_of_many_clicks_files(published, all_at_once, db):
    answers = all_at_once([filing(published.attempt.id, Subject.SCORE)] * PARALLEL)

    assert sorted(answers, key=str).count(rules.AlreadyOpen) == PARALLEL - 1
    assert db.session.scalar(select(func.count()).select_from(Complaint)) == 1
    assert db.session.scalar(select(func.count()).select_from(ComplaintEvent)) == 1


def test_complaints_of_a_round_have_different_numbers(published, sit, all_at_once, db):
    attempts = [sit(after=number) for number in range(PARALLEL)]
    db.session.commit()

    numbers = all_at_once([filing(attempt.id, Subject.RANKING) for attempt in attempts])

    assert sorted(numbers) == list(range(1, PARALLEL + 1))


def test_one_person_takes_and_one_decides(published, file, judges, all_at_once, db):
    public_id = file().public_id
    verdict = Verdict(Outcome.REFUSED, Effect.NONE, text=TEXT, ground="Điều 5 Thể lệ")

    def taking(judge_id):
        def act():
            case = desk_queries.get_case(GRANTS, public_id, lock=True)
            return desk_services.take(case, actor_id=judge_id, now=LATER)

        return act

    def deciding(judge_id):
        def act():
            case = desk_queries.get_case(GRANTS, public_id, lock=True)
            desk_services.decide(case, verdict, actor_id=judge_id, now=LATER)

        return act

    ids = [judge.id for judge in judges] * 4
    taken = all_at_once([taking(judge_id) for judge_id in ids])
    decided = all_at_once([deciding(judge_id) for judge_id in ids])

    assert taken.count(None) == 1
    assert decided.count(None) == 1
    assert {*taken, *decided} == {None, rules.AlreadyTaken, rules.AlreadyClosed}
    assert db.session.scalar(select(func.count()).select_from(ComplaintDecision)) == 1


def test_withdrawing_and_deciding_meet_in_one_end(published, file, judges, case_of, all_at_once, db):
    complaint = file()
    desk_services.take(case_of(complaint), actor_id=judges[0].id, now=LATER)
    db.session.commit()
    public_id, account_id, judge_id = complaint.public_id, complaint.account_id, judges[0].id
    verdict = Verdict(Outcome.REFUSED, Effect.NONE, text=TEXT, ground="Điều 5 Thể lệ")

    def withdrawing():
        services.withdraw(queries.get_own_complaint(account_id, public_id, lock=True), now=LATER)

    def deciding():
        case = desk_queries.get_case(GRANTS, public_id, lock=True)
        desk_services.decide(case, verdict, actor_id=judge_id, now=LATER)

    answers = all_at_once([withdrawing, deciding] * 4)

    assert answers.count(None) == 1
    assert answers.count(rules.AlreadyClosed) == 7
