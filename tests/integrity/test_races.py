"""Two people at one case in the same moment, and errors counted from everywhere at once, on real locks."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app import error_counts
from app.contests.models import Round
from app.contests.queries import get_managed_round
from app.extensions import db as extension
from app.integrity import queries, services
from app.integrity.models import Signal, SignalReview
from app.integrity.rules import Verdict
from app.permissions import Grant, Permission, Role
from app.ranking.models import Decision
from tests.integrity.conftest import RING
from tests.isolation import from_outside
from tests.ranking.conftest import AFTER

GRANTS = (Grant(Role.ORGANISER),)
REASON = "Đã gọi xác minh từng người"


@pytest.fixture
def together(app):
    """Run acts at once, each in a session of its own that commits; their results in order."""

    def run(*acts):
        start = Barrier(len(acts))

        def one(act):
            with app.app_context():
                start.wait()
                result = act()
                extension.session.commit()
                return result

        with ThreadPoolExecutor(len(acts)) as pool:
            return from_outside(lambda: list(pool.map(one, acts)))

    return run


def test_two_people_void_one_case_once(searched, together, organisers, db):
    ids = [person.id for person in organisers[:2]]
    case = db.session.scalars(select(Signal).filter_by(kind="cluster")).one()
    slug = db.session.get_one(Round, case.round_id).contest.slug
    chosen = [person.enrolment_id for person in queries.people_of(case)]
    public_id = case.public_id

    def void(actor_id):
        def act():
            found = get_managed_round(GRANTS, Permission.INTEGRITY_REVIEW, slug, 1, lock=True)
            signal = queries.get_signal(found.id, public_id)
            services.review_signal(
                found, signal, Verdict.VOID, chosen, actor_id=actor_id, reason=REASON, now=AFTER
            )

        return act

    together(*map(void, ids))

    assert db.session.scalar(select(func.count()).select_from(Decision)) == RING
    assert db.session.scalar(select(func.count()).select_from(SignalReview)) == 2


def test_errors_of_many_processes_add_up(app, together, db):
    def add():
        error_counts.add_errors(500, 1, now=AFTER)

    together(*[add] * 8)

    assert error_counts.count_errors(AFTER.replace(second=0, microsecond=0)) == {500: 8}
