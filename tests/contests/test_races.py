"""Two organisers at the same moment, on real locks."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.contests import queries, services
from app.contests.rules import NotSchedulable
from app.contests.services import SlugTaken
from app.permissions import Grant, Permission, Role
from tests.contests.world import NOW, draft, make_contest, make_draft, make_people
from tests.isolation import from_outside

GRANTS = (Grant(Role.ORGANISER),)


@pytest.fixture
def together(app, db):
    """Run acts at once, each in a session of its own; results or refusals in their order."""

    def run(*acts):
        start = Barrier(len(acts))

        def one(act):
            with app.app_context():
                start.wait()
                try:
                    result = act()
                    db.session.commit()
                except (NotSchedulable, SlugTaken) as refusal:
                    db.session.rollback()
                    return refusal
                return result

        with ThreadPoolExecutor(len(acts)) as pool:
            return from_outside(lambda: list(pool.map(one, acts)))

    return run


def test_rounds_scheduled_at_once_do_not_share_questions(together, db):
    first, author = draft()
    second = make_draft(first.contest, author, days=7)
    slug, ids = first.contest.slug, (first.id, second.id)

    def schedule(number):
        def act():
            found = queries.get_managed_round(GRANTS, Permission.CONTESTS_SCHEDULE, slug, number, lock=True)
            return services.schedule_round(found, actor_id=author, now=NOW).round_id

        return act

    results = together(schedule(1), schedule(2))

    assert sum(isinstance(result, NotSchedulable) for result in results) == 1
    assert sum(result in ids for result in results) == 1


def test_rounds_created_at_once_get_numbers_of_their_own(together, db):
    first, author = draft()
    contest = first.contest
    slug = contest.slug
    values = {
        name: getattr(first, name)
        for name in (
            *("title", "opens_at", "last_start_at", "closes_at", "time_limit", "attempt_limit", "blueprint"),
            *("minimum_answered", "shuffles_questions", "shuffles_options", "has_prediction"),
        )
    }

    def create():
        managed = queries.get_managed_contest(GRANTS, Permission.CONTESTS_EDIT, slug, lock=True)
        return services.create_round(managed, values, actor_id=author, now=NOW).number

    assert sorted(together(create, create, create)) == [2, 3, 4]


def test_contests_created_at_once_do_not_share_an_address(together, db):
    author, _approver = make_people()

    results = together(*[lambda: make_contest(author, slug="moi").slug] * 3)

    assert sorted(map(str, results)) == sorted(["moi", SlugTaken.message, SlugTaken.message])
