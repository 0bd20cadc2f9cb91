"""Two people at the same proposal at the same moment, on real locks."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.contests.models import RoundKey
from app.contests.queries import get_managed_round, get_package
from app.errors import DomainError
from app.jobs.runner import run_waiting_jobs
from app.permissions import Grant, Permission, Role
from app.ranking import key_queries, proposal_services
from app.ranking.desk_models import KeyProposal
from tests.isolation import from_outside
from tests.ranking.conftest import AFTER

GRANTS = (Grant(Role.ORGANISER),)
WORDS = {"reason": "Hai phương án đều đúng", "ground": "Điều 10 văn bản mẫu"}


@pytest.fixture
def twice(app, db, week):
    """Run one act on the locked round at once in two sessions; results or refusals."""
    slug = week.contest.slug

    def run(act):
        start = Barrier(2)

        def one(_turn):
            with app.app_context():
                start.wait()
                try:
                    result = act(get_managed_round(GRANTS, Permission.RESULTS_DECIDE, slug, 1, lock=True))
                    db.session.commit()
                except DomainError as refusal:
                    db.session.rollback()
                    return type(refusal)
                return result

        with ThreadPoolExecutor(2) as pool:
            return from_outside(lambda: list(pool.map(one, range(2))))

    return run


@pytest.fixture
def version_id(sit, week, clock_at, db):
    sit(score=9)
    clock_at(AFTER)
    db.session.commit()
    return get_package(week.id).pool[0]["id"]


def test_a_question_proposed_twice_at_once_is_proposed_once(twice, version_id, organisers, db):
    author = organisers[0].id

    def propose(found):
        proposal = proposal_services.propose(found, version_id, "*", **WORDS, actor_id=author, now=AFTER)
        return proposal.number

    assert sorted(twice(propose), key=str) == sorted([1, proposal_services.AlreadyProposed], key=str)
    assert db.session.scalar(select(func.count()).select_from(KeyProposal)) == 1


def test_a_proposal_approved_twice_at_once_makes_one_key(twice, version_id, organisers, week, db):
    author, approver = organisers[0].id, organisers[1].id
    proposal_services.propose(week, version_id, "*", **WORDS, actor_id=author, now=AFTER)
    db.session.commit()
    run_waiting_jobs()

    def approve(found):
        proposal = key_queries.get_proposal(found.id, 1)
        return proposal_services.approve(found, proposal, approver_id=approver, now=AFTER)

    assert sorted(twice(approve), key=str) == sorted([2, proposal_services.AlreadySettled], key=str)
    assert db.session.scalars(select(RoundKey.version).order_by(RoundKey.version)).all() == [1, 2]
